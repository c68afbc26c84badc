#include "agents/audit/audit_record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace wf::audit {
namespace {

constexpr char kEnriched = '\x1d';
// MAX_EXECVE_AUDIT_LEN cuts an argument into parts of 7500 bytes; 2 MiB is all that a command line may be.
constexpr unsigned kMaxParts = 600, kMaxArguments = 4096;
// No record of the kernel or of a program comes near; it bounds what a hostile line costs.
constexpr std::size_t kMaxFields = 2048;

// Fields whose value is either quoted or, if it has anything odd in it, hex-encoded ("encoded" in the field
// dictionary of audit-userspace); sorted.
constexpr std::array<std::string_view, 35> kEncoded{"acct",
                                                    "cgroup",
                                                    "cmd",
                                                    "comm",
                                                    "cwd",
                                                    "data",
                                                    "device",
                                                    "dir",
                                                    "exe",
                                                    "file",
                                                    "grp",
                                                    "info",
                                                    "invalid_context",
                                                    "key",
                                                    "name",
                                                    "new-chardev",
                                                    "new-disk",
                                                    "new-fs",
                                                    "new-net",
                                                    "new-rng",
                                                    "new_group",
                                                    "ocomm",
                                                    "old-chardev",
                                                    "old-disk",
                                                    "old-fs",
                                                    "old-net",
                                                    "old-rng",
                                                    "operation",
                                                    "path",
                                                    "proctitle",
                                                    "profile",
                                                    "root_dir",
                                                    "sw",
                                                    "vm",
                                                    "watch"};
static_assert(std::is_sorted(kEncoded.begin(), kEncoded.end()));

// Fields that are numbers wherever they occur, so that rules can compare them; sorted.
constexpr std::array<std::string_view, 29> kNumbers{
    "argc", "auid",  "egid",  "euid",  "exit",  "fsgid",   "fsuid",   "gid",     "id",       "inode",
    "item", "items", "lport", "major", "minor", "obj_gid", "obj_uid", "ogid",    "old-auid", "old-ses",
    "ouid", "pid",   "ppid",  "rport", "ses",   "sgid",    "suid",    "syscall", "uid"};
static_assert(std::is_sorted(kNumbers.begin(), kNumbers.end()));

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class Number>
bool take_number(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

bool whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), is_digit) &&
         (text.size() == 1 || text.front() != '0');
}

// "a12", "a12[3]", "a12_len" of an EXECVE record.
struct ArgumentName {
  enum class Is : std::uint8_t { no, whole, part, length } is = Is::no;
  unsigned argument = 0, part = 0;
};
ArgumentName argument_name(std::string_view name) {
  ArgumentName out;
  if (!take(name, "a") || !take_number(name, out.argument) || out.argument >= kMaxArguments) return out;
  if (name.empty())
    out.is = ArgumentName::Is::whole;
  else if (name == "_len")
    out.is = ArgumentName::Is::length;
  else if (take(name, "[") && take_number(name, out.part) && name == "]")
    out.is = ArgumentName::Is::part;
  return out;
}

// Where what auditd adds to an enriched record begins, if the separator before it was lost on the way:
// "key=(null)ARCH=x86_64", "cap_frootid=0OUID="root"".
std::size_t enriched_at(std::string_view value) {
  static constexpr std::array<std::string_view, 6> kFirst{"ARCH=", "OUID=", "AUID=", "UID=", "SADDR=", "OAUID="};
  if (value.find('=') == std::string_view::npos) return value.size();
  for (const std::string_view name : kFirst)
    if (const std::size_t at = value.find(name); at != std::string_view::npos && at > 0) {
      const char before = value[at - 1];
      if (is_digit(before) || before == ')' || before == '\'' || before == '"') return at;
    }
  return value.size();
}

// What stands between NULs or is not to be shown is a blank: command lines as people write them.
void blanks_for_nuls(std::string& text) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
}

class Reader {
 public:
  explicit Reader(AuditRecord& out) : out_(out) {}

  void read(std::string_view text, bool inner) {
    bool in_op = false;
    while (out_.fields.size() + out_.parts.size() <= kMaxFields) {
      text.remove_prefix(std::min(text.find_first_not_of(inner ? " ,:\t\r" : " ,\t\r"), text.size()));
      if (text.empty()) return;
      const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
      const std::size_t equals = text.substr(0, end).find('=');
      if (equals == std::string_view::npos || equals == 0) {
        word(text.substr(0, end), in_op);
        text.remove_prefix(end);
        continue;
      }
      std::string_view name = text.substr(0, equals);
      std::string renamed;
      if (take_last_word("old"))
        name = renamed = "old-" + std::string(name);
      else
        take_last_word("new");
      // "(hostname=?, addr=?, terminal=pts/0 res=success)", as PAM wrote it until 2008
      if (name.starts_with('(')) name.remove_prefix(1);
      text.remove_prefix(equals + 1);
      in_op = name == "op";
      if (!inner && name == "msg" && text.starts_with('\'')) {
        const std::size_t last = text.rfind('\'');
        read(last == 0 ? text.substr(1) : text.substr(1, last - 1), true);
        text.remove_prefix(last == 0 ? text.size() : last + 1);
        continue;
      }
      value(name, text);
    }
  }

 private:
  /// "old auid=4294967295 new auid=0" of LOGIN, as kernels wrote it until 2013 ("old-auid=4294967295 auid=0" since).
  bool take_last_word(std::string_view word) {
    if (out_.type != "LOGIN" || !out_.words.ends_with(word)) return false;
    out_.words.resize(out_.words.size() - word.size());
    while (out_.words.ends_with(' ')) out_.words.pop_back();
    return true;
  }

  void word(std::string_view text, bool in_op) {
    // "op=change password": the one value that is several words.
    if (in_op && !out_.fields.empty() && out_.fields.back().name == "op") {
      out_.fields.back().value.append(1, ' ').append(text);
      return;
    }
    if (!out_.words.empty()) out_.words += ' ';
    out_.words += text;
  }

  void value(std::string_view name, std::string_view& text) {
    if (text.starts_with('"')) {
      const std::size_t close = text.find('"', 1);
      if (close != std::string_view::npos) {
        add(name, text.substr(1, close - 1), true);
        text.remove_prefix(close + 1);
        return;
      }
    }
    // "{ saddr_fam=inet laddr=10.0.0.1 lport=22 }" of an enriched address
    if (text.starts_with("{ ")) {
      const std::size_t close = text.find(" }");
      if (close != std::string_view::npos) {
        add(name, text.substr(2, close - 2), true);
        text.remove_prefix(close + 2);
        return;
      }
    }
    std::string_view plain = text.substr(0, std::min(text.find_first_of(" \t\r"), text.size()));
    plain = plain.substr(0, enriched_at(plain));
    text.remove_prefix(plain.size());
    while (!plain.empty() &&
           (plain.back() == ',' || (plain.back() == ')' && plain.find('(') == std::string_view::npos)))
      plain.remove_suffix(1);
    add(name, plain, false);
  }

  void add(std::string_view name, std::string_view text, bool quoted) {
    if (!quoted && (text == "?" || text == "(null)" || text.empty())) return;
    const bool execve = out_.type == "EXECVE";
    const ArgumentName argument = execve ? argument_name(name) : ArgumentName{};
    std::string value(text);
    if (!quoted && (argument.is == ArgumentName::Is::whole || argument.is == ArgumentName::Is::part ||
                    std::binary_search(kEncoded.begin(), kEncoded.end(), name)))
      if (std::string decoded; decode_audit_hex(text, decoded)) value = std::move(decoded);
    if (argument.is == ArgumentName::Is::length) return;  // of an argument whose parts follow
    if (argument.is == ArgumentName::Is::part) {
      if (argument.part < kMaxParts) out_.parts.push_back({argument.argument, argument.part, std::move(value)});
      return;
    }
    if (name == "proctitle" || name == "cmd") blanks_for_nuls(value);
    if (name == "key") {
      // Several are joined by AUDIT_KEY_SEPARATOR.
      std::size_t begin = 0;
      for (std::size_t end = 0; begin <= value.size(); begin = end + 1) {
        end = std::min(value.find('\x01', begin), value.size());
        if (end > begin) out_.fields.push_back({"key", value.substr(begin, end - begin), ValueType::string});
      }
      return;
    }
    const bool number = !quoted && std::binary_search(kNumbers.begin(), kNumbers.end(), name) && whole_number(value);
    out_.fields.push_back({std::string(name), std::move(value), number ? ValueType::number : ValueType::string});
  }

  AuditRecord& out_;
};

// Types as the kernel's own messages have them (linux/audit.h), for who has no auditd; sorted.
constexpr std::array kTypes{
    std::pair{1006, "LOGIN"},
    std::pair{1100, "USER_AUTH"},
    std::pair{1101, "USER_ACCT"},
    std::pair{1103, "CRED_ACQ"},
    std::pair{1104, "CRED_DISP"},
    std::pair{1105, "USER_START"},
    std::pair{1106, "USER_END"},
    std::pair{1107, "USER_AVC"},
    std::pair{1108, "USER_CHAUTHTOK"},
    std::pair{1109, "USER_ERR"},
    std::pair{1110, "CRED_REFR"},
    std::pair{1112, "USER_LOGIN"},
    std::pair{1113, "USER_LOGOUT"},
    std::pair{1114, "ADD_USER"},
    std::pair{1115, "DEL_USER"},
    std::pair{1116, "ADD_GROUP"},
    std::pair{1117, "DEL_GROUP"},
    std::pair{1123, "USER_CMD"},
    std::pair{1127, "SYSTEM_BOOT"},
    std::pair{1128, "SYSTEM_SHUTDOWN"},
    std::pair{1130, "SERVICE_START"},
    std::pair{1131, "SERVICE_STOP"},
    std::pair{1138, "SOFTWARE_UPDATE"},
    std::pair{1300, "SYSCALL"},
    std::pair{1302, "PATH"},
    std::pair{1305, "CONFIG_CHANGE"},
    std::pair{1306, "SOCKADDR"},
    std::pair{1307, "CWD"},
    std::pair{1309, "EXECVE"},
    std::pair{1319, "TTY"},
    std::pair{1320, "EOE"},
    std::pair{1321, "BPRM_FCAPS"},
    std::pair{1322, "CAPSET"},
    std::pair{1325, "NETFILTER_CFG"},
    std::pair{1326, "SECCOMP"},
    std::pair{1327, "PROCTITLE"},
    std::pair{1330, "KERN_MODULE"},
    std::pair{1334, "BPF"},
    std::pair{1400, "AVC"},
    std::pair{1403, "MAC_POLICY_LOAD"},
    std::pair{1404, "MAC_STATUS"},
    std::pair{1503, "APPARMOR_DENIED"},
    std::pair{1700, "ANOM_PROMISCUOUS"},
    std::pair{1701, "ANOM_ABEND"},
};

void name_type(std::string& type) {
  std::string_view text = type;
  take(text, "UNKNOWN[");
  int number = 0;
  if (!take_number(text, number) || (!text.empty() && text != "]")) return;
  for (const auto& [known, name] : kTypes)
    if (known == number) type = name;
}

/// "03/12/2026 22:31:05", "12.03.26 22:31:05", "2026-03-12 22:31:05": strftime's %x, which the locale decides, and %T.
bool read_date(std::string_view text, const AuditDates& dates, UtcNs& out) {
  std::array<int, 6> n{};
  std::size_t year_digits = 0;
  char between = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    const std::size_t before = text.size();
    if (!take_number(text, n[i]) || n[i] < 0) return false;
    if (i == 2) year_digits = before - text.size();
    if (i == 0 && before - text.size() == 4) year_digits = 4;
    if (i + 1 == n.size()) break;
    if (text.empty()) return false;
    const char c = text.front();
    if (i == 0) between = c;
    if (i < 2 ? c != between || (c != '/' && c != '.' && c != '-') : c != (i == 2 ? ' ' : ':')) return false;
    text.remove_prefix(1);
  }
  if (!text.empty()) return false;
  int year = n[2], month = n[0], day = n[1];
  if (n[0] > 31) {
    year = n[0], month = n[1], day = n[2];
  } else if (between == '.' || n[0] > 12 || (dates.day_first && n[1] <= 12)) {
    month = n[1], day = n[0];
  }
  if (year_digits == 2 && year < 100) year += 2000;
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || n[3] > 23 || n[4] > 59 ||
      n[5] > 60)
    return false;
  out = utc_from_civil(year, month, day, n[3], n[4], n[5]);
  if (dates.zone != nullptr) out = dates.zone->to_utc(out);
  return true;
}

// Of users and groups ausearch writes the name where the log has a number.
constexpr std::array<std::string_view, 15> kIds{"auid", "egid",     "euid", "fsgid", "fsuid", "gid", "id",     "oauid",
                                                "ogid", "old-auid", "ouid", "sgid",  "suid",  "uid", "obj_uid"};

/// Fields of a record that ausearch interpreted: values have no quotes, and blanks in them.
class InterpretedReader {
 public:
  explicit InterpretedReader(AuditRecord& out) : out_(out) {}

  void read(std::string_view text, bool inner = false) {
    while (!text.empty() && out_.fields.size() <= kMaxFields) {
      text.remove_prefix(std::min(text.find_first_not_of(" ,\t\r"), text.size()));
      const std::size_t name = name_at(text);
      if (name == 0) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (!out_.words.empty() && end > 0) out_.words += ' ';
        out_.words += text.substr(0, end);
        text.remove_prefix(end);
        continue;
      }
      const std::string_view called = text.substr(0, name);
      text.remove_prefix(name + 1);
      if (!inner && called == "msg" && text.starts_with('\'')) {
        const std::size_t last = text.rfind('\'');
        const std::string_view quoted = last == 0 ? text.substr(1) : text.substr(1, last - 1);
        text.remove_prefix(last == 0 ? text.size() : last + 1);
        read(quoted, true);
        continue;
      }
      const std::string_view value = text.substr(0, value_end(text, called));
      text.remove_prefix(value.size());
      add(called, value);
    }
  }

 private:
  /// The length of the name that stands at the front, before a '='; 0: there is none.
  [[nodiscard]] std::size_t name_at(std::string_view text) const {
    std::size_t i = 0;
    for (; i < text.size() && text[i] != '='; ++i)
      if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= 'A' && text[i] <= 'Z') &&
          !(i > 0 && (is_digit(text[i]) || text[i] == '_' || text[i] == '-' || text[i] == '[' || text[i] == ']')))
        return 0;
    if (i == text.size()) return 0;
    // A program's arguments may look like anything.
    if (out_.type == "EXECVE" && text.substr(0, i) != "argc" &&
        argument_name(text.substr(0, i)).is == ArgumentName::Is::no)
      return 0;
    return i;
  }
  [[nodiscard]] std::size_t value_end(std::string_view text, std::string_view name) const {
    if (name == "proctitle" || name == "cwd" || name == "cmd_line") return text.size();
    // "{ saddr_fam=inet laddr=192.0.2.9 lport=443 }"
    if (text.starts_with("{ "))
      if (const std::size_t close = text.find(" }"); close != std::string_view::npos) return close + 2;
    for (std::size_t at = text.find(' '); at != std::string_view::npos; at = text.find(' ', at + 1))
      if (name_at(text.substr(at + 1)) > 0) return at;
    return text.size();
  }
  void add(std::string_view name, std::string_view value) {
    while (value.ends_with(' ') || value.ends_with('\r')) value.remove_suffix(1);
    if (value.starts_with("{ ") && value.ends_with(" }")) value = value.substr(2, value.size() - 4);
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (value.empty() || value == "?" || value == "(null)") return;
    if (out_.type == "EXECVE") {
      const ArgumentName argument = argument_name(name);
      if (argument.is == ArgumentName::Is::length) return;
      if (argument.is == ArgumentName::Is::part) {
        if (argument.part < kMaxParts) out_.parts.push_back({argument.argument, argument.part, std::string(value)});
        return;
      }
    }
    const bool number = std::binary_search(kNumbers.begin(), kNumbers.end(), name) && whole_number(value);
    out_.fields.push_back({std::string(name), std::string(value), number ? ValueType::number : ValueType::string});
    const bool id = std::find(kIds.begin(), kIds.end(), name) != kIds.end();
    if ((id || name == "syscall" || name == "arch") && !number && !value.starts_with("unknown(")) {
      std::string upper(name);
      for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      out_.fields.push_back({std::move(upper), std::string(value), ValueType::string});
    }
  }

  AuditRecord& out_;
};

Error no_record(const char* what) {
  return {what, "", "is this an audit log? a record begins with type=… msg=audit(1481077231.371:479):"};
}

}  // namespace

bool decode_audit_hex(std::string_view text, std::string& out) {
  const auto digit = [](char c) -> int {
    if (is_digit(c)) return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  if (text.empty() || text.size() % 2 != 0) return false;
  out.clear();
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

bool is_audit_record(std::string_view text) {
  const std::size_t type = text.substr(0, 300).find("type=");
  if (type == std::string_view::npos || (type > 0 && text[type - 1] != ' ')) return false;
  std::size_t at = text.find(' ', type);
  if (at == std::string_view::npos) return false;
  if (text.substr(at + 1).starts_with("msg=")) at += 4;
  return text.substr(at + 1).starts_with("audit(");
}

Result<AuditRecord> parse_audit_text(std::string_view text, UtcNs time) {
  AuditRecord record;
  const std::string_view type = text.substr(0, text.find(' '));
  if (type.size() < 3 || type.size() > 32 || !std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '[' || c == ']';
      }))
    return no_record("no type stands at its beginning");
  record.type = type;
  name_type(record.type);
  record.id.time = time;
  Reader(record).read(text.substr(type.size()), false);
  if (record.fields.empty() && record.parts.empty()) return no_record("it has no fields");
  if (record.fields.size() + record.parts.size() > kMaxFields)
    return Error{"a record of more than " + std::to_string(kMaxFields) + " fields", "", "it was skipped"};
  return record;
}

Result<AuditRecord> parse_audit_record(std::string_view line, const AuditDates& dates) {
  AuditRecord record;
  const std::size_t stamp = line.find("audit(");
  if (stamp == std::string_view::npos) return no_record("no record of an audit event");
  std::string_view head = line.substr(0, stamp);
  // The type stands right before; what a program may have written before that does not matter.
  const std::size_t type = head.rfind("type=");
  if (type == std::string_view::npos || (type > 0 && head[type - 1] != ' '))
    return no_record("no type stands before the time stamp");
  const std::string_view word = head.substr(type + 5, head.find(' ', type) - type - 5);
  if (word.empty()) return no_record("no type stands before the time stamp");
  record.type = word;
  if (is_digit(word.back()) || word.back() == ']') name_type(record.type);
  head = head.substr(0, type);
  if (const std::size_t node = head.rfind("node=");
      node != std::string_view::npos && (node == 0 || head[node - 1] == ' '))
    record.id.node = head.substr(node + 5, head.find(' ', node) - node - 5);

  std::string_view rest = line.substr(stamp + 6);
  std::int64_t seconds = 0, fraction = 0;
  const std::string_view stamped = rest;
  bool interpreted = false;
  if (!take_number(rest, seconds)) return no_record("the time stamp cannot be read");
  // "1481077231.371:479", or "03/12/2026 22:31:05.371:479" of ausearch.
  if (const std::size_t close = stamped.find(')'); stamped.substr(0, close).find(' ') != std::string_view::npos) {
    const std::size_t point = stamped.substr(0, close).rfind('.');
    UtcNs time = 0;
    if (point == std::string_view::npos || !read_date(stamped.substr(0, point), dates, time))
      return no_record("the time stamp cannot be read");
    seconds = time / kSecond;
    rest = stamped.substr(point);
    interpreted = true;
  }
  if (!take(rest, ".")) return no_record("the time stamp cannot be read");
  std::size_t digits = rest.size();
  if (!take_number(rest, fraction) || fraction < 0) return no_record("the time stamp cannot be read");
  // The kernel writes three; what others made of it may have fewer or more.
  for (digits -= rest.size(); digits < 3; ++digits) fraction *= 10;
  for (; digits > 3; --digits) fraction /= 10;
  if (!take(rest, ":") || !take_number(rest, record.id.serial) || !take(rest, ")") || seconds < 0)
    return no_record("the time stamp cannot be read");
  if (seconds > std::numeric_limits<UtcNs>::max() / kSecond - 1) return no_record("the time stamp is out of range");
  record.id.time = seconds * kSecond + fraction * kMillisecond;
  if (interpreted) take(rest, " ");
  take(rest, ":");
  if (interpreted) {
    InterpretedReader(record).read(rest);
    if (record.fields.size() + record.parts.size() > kMaxFields)
      return Error{"a record of more than " + std::to_string(kMaxFields) + " fields", "", "it was skipped"};
    return record;
  }

  const std::size_t enriched = rest.find(kEnriched);
  Reader reader(record);
  reader.read(rest.substr(0, enriched), false);
  if (enriched != std::string_view::npos) reader.read(rest.substr(enriched + 1), false);
  if (record.fields.size() + record.parts.size() > kMaxFields)
    return Error{"a record of more than " + std::to_string(kMaxFields) + " fields", "", "it was skipped"};
  return record;
}

}  // namespace wf::audit
