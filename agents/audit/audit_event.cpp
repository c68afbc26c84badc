#include "agents/audit/audit_event.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <utility>

#include "agents/audit/syscall_names.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_classify.hpp"

namespace wf::audit {
namespace {

constexpr unsigned kArgumentFields = 64;
constexpr std::size_t kCommandLine = 32U << 10U;
constexpr std::size_t kCompared = 512;  // fields among which one that repeats is looked for

bool is_argument(std::string_view name) {
  return name.size() > 1 && name.front() == 'a' &&
         std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

unsigned number_of(std::string_view digits) {
  unsigned out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

// What a record's type says of the whole event; the first row that fits a record counts, in this order.
struct Row {
  std::string_view type;  ///< a trailing '*': all that begin so
  std::string_view kind;
  std::uint8_t severity = 0;  ///< 0: the kind's
  std::string_view state = {};
};
constexpr std::array kRows{
    Row{"EXECVE", "host.process"},
    Row{"USER_LOGIN", "host.login"},
    Row{"USER_LOGOUT", "host.logout"},
    Row{"USER_START", "host.session", 0, "opened"},
    Row{"USER_END", "host.session", 0, "closed"},
    Row{"USER_CMD", "host.sudo"},
    Row{"SERVICE_START", "host.service"},
    Row{"SERVICE_STOP", "host.service"},
    Row{"SOFTWARE_UPDATE", "host.package"},
    Row{"ADD_USER", "host.log", 3},
    Row{"DEL_USER", "host.log", 3},
    Row{"ADD_GROUP", "host.log", 2},
    Row{"DEL_GROUP", "host.log", 2},
    Row{"ANOM_*", "host.log", 3},
    Row{"DAEMON_ABORT", "host.log", 3},
    Row{"DAEMON_END", "host.log", 2},
    Row{"CONFIG_CHANGE", "host.log", 2},
    Row{"AVC", "host.log", 2},
    Row{"SECCOMP", "host.log", 2},
    Row{"PATH", "host.file"},
};

bool fits(const Row& row, std::string_view type) {
  return row.type.ends_with('*') ? type.starts_with(row.type.substr(0, row.type.size() - 1)) : type == row.type;
}

const Row* row_of(const AuditEvent& audit) {
  const Row* best = nullptr;
  for (const AuditRecord& record : audit.records)
    for (const Row& row : kRows)
      if (fits(row, record.type) && (best == nullptr || &row < best)) best = &row;
  return best;
}

// The arguments of a program by number; parts of one in their order.
std::string command_line_of(const AuditEvent& audit) {
  std::map<unsigned, std::map<unsigned, std::string_view>> arguments;
  for (const AuditRecord& record : audit.records) {
    if (record.type != "EXECVE") continue;
    for (const Field& f : record.fields)
      if (is_argument(f.name)) arguments[number_of(std::string_view(f.name).substr(1))].emplace(0, f.value);
    for (const AuditRecord::ArgumentPart& p : record.parts) arguments[p.argument].emplace(p.part, p.text);
  }
  std::string out;
  for (const auto& [number, parts] : arguments) {
    if (out.size() > kCommandLine) break;
    if (!out.empty()) out += ' ';
    for (const auto& [part, text] : parts) out += text.substr(0, kCommandLine);
  }
  std::replace(out.begin(), out.end(), '\0', ' ');
  return out;
}

/// What follows "name" up to a blank.
std::string word_behind(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + name.size());
  return std::string(text.substr(0, text.find(' ')));
}

// struct sockaddr as the kernel of the same machine has it, in hexadecimal digits; or as ausearch interprets it, now
// and until 2016.
void add_address(std::string_view digits, Event& e) {
  std::string bytes;
  const bool now = digits.starts_with("saddr_fam="), then = digits.find(" host:") != std::string_view::npos;
  if (now || then) {
    std::string ip = word_behind(digits, now ? " laddr=" : " host:"), path = word_behind(digits, " path=");
    if (kit::is_address(ip)) e.add("dst.ip", std::move(ip));
    if (std::string port = word_behind(digits, now ? " lport=" : " serv:"); !e.field("dst.ip").empty() && !port.empty())
      e.add("dst.port", std::move(port), ValueType::number);
    if (!path.empty()) e.add("path", std::move(path));
    return;
  }
  if (!decode_audit_hex(digits, bytes) || bytes.size() < 2) return;
  sa_family_t family = 0;
  std::memcpy(&family, bytes.data(), sizeof family);
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto port = [&] {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[2]) << 8U | static_cast<unsigned char>(bytes[3]));
  };
  if (family == AF_INET && bytes.size() >= 8) {
    ::inet_ntop(AF_INET, bytes.data() + 4, text.data(), text.size());
  } else if (family == AF_INET6 && bytes.size() >= 24) {
    ::inet_ntop(AF_INET6, bytes.data() + 8, text.data(), text.size());
  } else {
    if (family != AF_UNIX) return;
    const std::string path = bytes.substr(2, bytes.find('\0', 2) - 2);
    if (!path.empty()) e.add("path", path);
    return;
  }
  e.add("dst.ip", text.data());
  e.add("dst.port", std::to_string(port()), ValueType::number);
}

// Moves what records have into the event, under their own names.
class Builder {
 public:
  Builder(AuditEvent&& audit, const AuditWords& words) : audit_(std::move(audit)), words_(words) {}

  Event build() {
    e_.time = audit_.id.time;
    e_.logsource = {"linux", "auditd", ""};
    classify();
    const std::string command_line = command_line_of(audit_);
    const bool execve = !command_line.empty();
    for (AuditRecord& record : audit_.records) take(record, execve);
    e_.add("serial", std::to_string(audit_.id.serial), ValueType::number);
    if (audit_.left_out > 0) e_.add("audit.records_left_out", std::to_string(audit_.left_out), ValueType::number);
    normalise(command_line);
    if (!message_.empty()) e_.add("message", std::move(message_));
    if (e_.severity == 0)
      if (const kit::KindInfo* info = kit::find_kind(e_.kind)) e_.severity = info->severity;
    return std::move(e_);
  }

 private:
  void classify() {
    const Row* const best = row_of(audit_);
    e_.kind = best == nullptr ? "host.log" : std::string(best->kind);
    if (best == nullptr) return;
    e_.severity = best->severity;
    if (!best->state.empty()) e_.add("session.state", std::string(best->state));
  }

  void take(AuditRecord& record, bool execve) {
    e_.add("type", record.type);
    if (!record.words.empty()) {
      if (!message_.empty()) message_ += "; ";
      message_ += record.words;
    }
    std::uint32_t arch = 0;
    std::string_view number;
    bool named = false;
    const bool pointers = execve && record.type != "EXECVE";
    for (Field& f : record.fields) {
      if (record.type == "SYSCALL") {
        if (f.name == "arch") std::from_chars(f.value.data(), f.value.data() + f.value.size(), arch, 16);
        if (f.name == "syscall") number = f.value;
        named = named || f.name == "SYSCALL";
      }
      if (f.name == "saddr") add_address(f.value, e_);
      if (is_argument(f.name)) {
        if (pointers) {
          f.name.insert(0, "syscall.");
        } else if (number_of(std::string_view(f.name).substr(1)) >= kArgumentFields) {
          continue;
        }
      }
    }
    if (!number.empty() && !named) {
      std::int64_t value = -1;
      std::from_chars(number.data(), number.data() + number.size(), value);
      if (const std::string_view name = syscall_name(arch, value); !name.empty()) e_.add("SYSCALL", std::string(name));
    }
    // What every record of an event repeats stands once; of PATH records each is another file.
    const bool path = record.type == "PATH";
    for (Field& f : record.fields) {
      if (record.type == "EXECVE" && is_argument(f.name) &&
          number_of(std::string_view(f.name).substr(1)) >= kArgumentFields)
        continue;
      if (!path && e_.fields.size() < kCompared && std::find(e_.fields.begin(), e_.fields.end(), f) != e_.fields.end())
        continue;
      e_.fields.push_back(std::move(f));
    }
    // An argument that came in parts is one again.
    std::map<unsigned, std::string> joined;
    for (const AuditRecord::ArgumentPart& p : record.parts)
      if (p.argument < kArgumentFields) joined[p.argument] += p.text;
    for (auto& [argument, text] : joined) {
      const std::string name = "a" + std::to_string(argument);
      const auto it = std::find_if(e_.fields.begin(), e_.fields.end(), [&](const Field& f) { return f.name == name; });
      if (it != e_.fields.end())
        it->value += text;
      else
        e_.add(name, std::move(text));
    }
  }

  [[nodiscard]] bool has(std::string_view type) const {
    return std::any_of(audit_.records.begin(), audit_.records.end(),
                       [&](const AuditRecord& r) { return r.type == type; });
  }
  [[nodiscard]] std::string value(std::string_view name) const { return std::string(e_.field(name)); }

  // Who a number is, where the log says it (enriched); "unset" is nobody.
  void add_user() {
    std::string user = value("acct");
    // What nobody could log in as is not named.
    if (user == "(unknown)" || user == "(invalid user)") return;
    if (user.empty()) user = value("AUID");
    if (user.empty() || user == "unset") user = value("UID");
    if (!user.empty() && user != "unset") e_.add("user.name", user);
  }

  void normalise(const std::string& command_line) {
    const std::string result = value("res").empty() ? value("success") : value("res");
    const bool failed = result == "failed" || result == "0" || result == "no";
    if (failed && e_.kind == "host.login") e_.kind = "host.login_failed";
    if (failed && e_.severity == 0 && e_.kind != "host.login_failed" && has("USER_CMD")) e_.severity = 2;
    const bool told = e_.kind.starts_with("host.login") || e_.kind == "host.logout" || e_.kind == "host.session";
    const std::string address = value("addr");
    if (kit::is_address(address)) e_.add("src.ip", address);
    if (told) {
      if (value("acct") == "(unknown)" || value("acct") == "(invalid user)") e_.add("reason", "credential unknown");
      if (!value("exe").empty())
        e_.add("session.remote",
               kit::is_address(address) && address != "127.0.0.1" && address != "::1" ? "true" : "false",
               ValueType::boolean);
    }
    if (!words_.logins && (told || e_.kind == "host.sudo")) e_.kind = "host.log";
    add_user();
    if (const std::string ses = value("ses"); !ses.empty() && ses != "4294967295" && ses != "unset")
      e_.add("session.id", ses);
    if (const std::string tty = value("terminal").empty() ? value("tty") : value("terminal"); !tty.empty())
      if (value("tty").empty()) e_.add("tty", tty);
    const std::string host = audit_.id.node.empty() ? words_.host : audit_.id.node;
    if (!host.empty()) e_.add("host.name", host);
    if (const std::string comm = value("comm"); !comm.empty()) e_.add("process.name", comm);
    if (const std::string pid = value("pid"); !pid.empty()) e_.add("process.pid", pid, ValueType::number);
    const std::string exe = value("exe"), cwd = value("cwd");
    if (!command_line.empty()) {
      // Sigma's process_creation, as Sysmon for Linux names it
      e_.logsource.category = "process_creation";
      if (!exe.empty()) e_.add("Image", exe);
      e_.add("CommandLine", command_line);
      if (!cwd.empty()) e_.add("CurrentDirectory", cwd);
      if (const std::string user = value("UID").empty() ? value("uid") : value("UID"); !user.empty())
        e_.add("User", user);
      if (const std::string parent = value("ppid"); !parent.empty())
        e_.add("ParentProcessId", parent, ValueType::number);
      e_.add("process.command_line", command_line);
    } else if (std::string cmd = value("cmd"); !cmd.empty()) {
      e_.add("process.command_line", std::move(cmd));
    } else if (std::string title = value("proctitle"); !title.empty()) {
      e_.add("process.command_line", std::move(title));
    }
    if (e_.logsource.category.empty() && value("SYSCALL") == "connect" && !value("dst.ip").empty()) {
      // Sigma's network_connection, as Sysmon for Linux names it
      e_.logsource.category = "network_connection";
      if (!exe.empty()) e_.add("Image", exe);
      e_.add("Initiated", "true", ValueType::boolean);
      e_.add("DestinationIp", value("dst.ip"));
      e_.add("DestinationPort", value("dst.port"), ValueType::number);
    }
    if (e_.kind == "host.file") add_files(cwd, exe);
    if (e_.kind == "host.package")
      if (std::string software = value("sw"); !software.empty()) e_.add("package", std::move(software));
    if (e_.kind == "host.service")
      if (std::string unit = value("unit"); !unit.empty()) e_.add("service", std::move(unit));
  }

  // Absolute paths of the files that were meant; their folders (PARENT) are only on the way.
  void add_files(const std::string& cwd, const std::string& exe) {
    bool created = false;
    std::vector<std::pair<std::string, bool>> paths;
    for (std::size_t i = 0; i < e_.fields.size(); ++i) {
      if (e_.fields[i].name != "name") continue;
      std::string kind;
      for (std::size_t k = i + 1; k < e_.fields.size() && e_.fields[k].name != "name" && e_.fields[k].name != "type";
           ++k)
        if (e_.fields[k].name == "nametype" || e_.fields[k].name == "objtype") kind = e_.fields[k].value;
      if (kind == "PARENT" || e_.fields[i].value.empty()) continue;
      std::string path = e_.fields[i].value;
      if (path.front() != '/' && !cwd.empty()) path = cwd + (cwd.ends_with('/') ? "" : "/") + path;
      paths.emplace_back(std::move(path), kind == "CREATE");
    }
    for (auto& [path, made] : paths) {
      created = created || made;
      if (made) e_.add("TargetFilename", path);
      e_.add("file.path", std::move(path));
    }
    if (!created) return;
    e_.logsource.category = "file_event";
    if (!exe.empty()) e_.add("Image", exe);
  }

  AuditEvent audit_;
  const AuditWords& words_;
  Event e_;
  std::string message_;
};

}  // namespace

kit::RawRecord::Known AuditRaw::field(std::string_view name, std::string_view& value) {
  // What is made of several records, or may come before a record's own.
  static constexpr std::array<std::string_view, 23> kMade{
      "user.name",       "src.ip",         "dst.ip",      "dst.port",         "reason",
      "host.name",       "Image",          "CommandLine", "CurrentDirectory", "User",
      "ParentProcessId", "TargetFilename", "file.path",   "package",          "service",
      "message",         "serial",         "path",        "Initiated",        "DestinationIp",
      "DestinationPort", "SYSCALL",        "tty"};
  if (name == "kind") {
    const Row* const row = row_of(audit_);
    value = row == nullptr ? "host.log" : row->kind;
    // How it ended, and what the source was told of logins, changes these.
    const bool settled = !value.starts_with("host.log") && value != "host.session" && value != "host.sudo";
    return settled || value == "host.log" ? Known::value : Known::unknown;
  }
  if (name == "type" && !audit_.records.empty()) {
    value = audit_.records.front().type;
    return Known::value;
  }
  if (name == "logsource.product" || name == "logsource.service") {
    value = name == "logsource.product" ? "linux" : "auditd";
    return Known::value;
  }
  // A record may have a field of such a name; no rule can mean it.
  if (name.starts_with("logsource.")) return name == "logsource.category" ? Known::unknown : Known::absent;
  if (is_argument(name) || name.starts_with("syscall.") || name.starts_with("session.") ||
      name.starts_with("process.") || name.starts_with("audit.") ||
      std::find(kMade.begin(), kMade.end(), name) != kMade.end())
    return Known::unknown;
  for (const AuditRecord& record : audit_.records)
    for (const Field& f : record.fields)
      if (f.name == name) {
        value = f.value;
        return Known::value;
      }
  return Known::absent;
}

Event event_of(AuditEvent&& audit, const AuditWords& words) { return Builder(std::move(audit), words).build(); }

}  // namespace wf::audit
