#include "agents/host/audit_record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace wf::host {
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

Result<AuditRecord> parse_audit_record(std::string_view line) {
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
  head = head.substr(0, type);
  if (const std::size_t node = head.rfind("node=");
      node != std::string_view::npos && (node == 0 || head[node - 1] == ' '))
    record.id.node = head.substr(node + 5, head.find(' ', node) - node - 5);

  std::string_view rest = line.substr(stamp + 6);
  std::int64_t seconds = 0, fraction = 0;
  if (!take_number(rest, seconds) || !take(rest, ".")) return no_record("the time stamp cannot be read");
  std::size_t digits = rest.size();
  if (!take_number(rest, fraction) || fraction < 0) return no_record("the time stamp cannot be read");
  // The kernel writes three; what others made of it may have fewer or more.
  for (digits -= rest.size(); digits < 3; ++digits) fraction *= 10;
  for (; digits > 3; --digits) fraction /= 10;
  if (!take(rest, ":") || !take_number(rest, record.id.serial) || !take(rest, ")") || seconds < 0)
    return no_record("the time stamp cannot be read");
  if (seconds > std::numeric_limits<UtcNs>::max() / kSecond - 1) return no_record("the time stamp is out of range");
  record.id.time = seconds * kSecond + fraction * kMillisecond;
  take(rest, ":");

  const std::size_t enriched = rest.find(kEnriched);
  Reader reader(record);
  reader.read(rest.substr(0, enriched), false);
  if (enriched != std::string_view::npos) reader.read(rest.substr(enriched + 1), false);
  if (record.fields.size() + record.parts.size() > kMaxFields)
    return Error{"a record of more than " + std::to_string(kMaxFields) + " fields", "", "it was skipped"};
  return record;
}

}  // namespace wf::host
