#include "agents/kit/read/log_classify.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_pattern.hpp"

namespace wf::kit {
namespace {

// Who may repeat how often before we no longer believe it.
constexpr int kMaxRepeats = 100;

struct Row {
  std::string_view program;  ///< empty: every program
  std::string_view pattern;
  std::string_view kind;
  std::string_view constant = {};  ///< "name=value name=value"; '_' stands for a blank
  std::uint8_t severity = 0;       ///< 0: the kind's
};

// First match counts. Each login or failed try is one event: where sshd, su, sudo and login speak for
// themselves, what PAM says of the same try is host.log.
constexpr std::array kRows{
    // OpenSSH, auth.c and packet.c
    Row{"sshd", "Accepted {auth.method} for {user.name~} from {src.ip} port {src.port#}{*}", "host.login",
        "session.remote=true"},
    Row{"sshd", "Failed {auth.method} for invalid user {user.name~} from {src.ip} port {src.port#}{*}",
        "host.login_failed", "session.remote=true reason=credential_unknown"},
    Row{"sshd", "Failed {auth.method} for {user.name~} from {src.ip} port {src.port#}{*}", "host.login_failed",
        "session.remote=true"},
    Row{"sshd", "Invalid user {user.name~} from {src.ip} port {src.port#}", "host.login_failed",
        "session.remote=true reason=credential_unknown"},
    Row{"sshd", "Invalid user {user.name~} from {src.ip}", "host.login_failed",
        "session.remote=true reason=credential_unknown"},
    Row{"sshd", "User {user.name~} from {src.ip} not allowed because {*}", "host.login_failed",
        "session.remote=true reason=not_authorised"},
    Row{"sshd", "ROOT LOGIN REFUSED FROM {src.ip} port {src.port#}{*}", "host.login_failed",
        "user.name=root session.remote=true reason=not_authorised"},
    Row{"sshd",
        "error: maximum authentication attempts exceeded for invalid user {user.name~} from {src.ip} port "
        "{src.port#}{*}",
        "host.log", "session.remote=true", 2},
    Row{"sshd", "error: maximum authentication attempts exceeded for {user.name~} from {src.ip} port {src.port#}{*}",
        "host.log", "session.remote=true", 2},
    Row{"sshd", "Disconnected from user {user.name~} {src.ip} port {src.port#}", "host.log"},
    Row{"sshd", "Disconnected from {*} user {user.name~} {src.ip} port {src.port#} [preauth]", "host.log"},
    Row{"sshd", "Connection {*} by {*} user {user.name~} {src.ip} port {src.port#} [preauth]", "host.log"},
    Row{"sshd", "Connection {*} by {src.ip} port {src.port#}{*}", "host.log"},
    Row{"sshd", "Connection {*} by {src.ip} [preauth]", "host.log"},
    Row{"sshd", "Connection from {src.ip} port {src.port#}{*}", "host.log"},
    Row{"sshd", "Received disconnect from {src.ip} port {src.port#}:{*}", "host.log"},
    Row{"sshd", "error: Received disconnect from {src.ip} port {src.port#}:{*}", "host.log"},
    Row{"sshd", "Received disconnect from {src.ip}: {*}", "host.log"},
    Row{"sshd", "error: Received disconnect from {src.ip}: {*}", "host.log"},
    Row{"sshd", "Did not receive identification string from {src.ip} port {src.port#}", "host.log"},
    Row{"sshd", "Did not receive identification string from {src.ip}", "host.log"},
    Row{"sshd", "Unable to negotiate with {src.ip} port {src.port#}{*}", "host.log"},
    Row{"sshd", "reverse mapping checking getaddrinfo for {*} [{src.ip}] failed{*}", "host.log"},
    // util-linux and shadow: login, su
    Row{"login", "LOGIN ON {tty} BY {user.name~} FROM {rhost}", "host.login",
        "auth.method=password session.remote=true"},
    Row{"login", "LOGIN ON {tty} BY {user.name~}", "host.login", "auth.method=password session.remote=false"},
    Row{"login", "ROOT LOGIN ON {tty} FROM {rhost}", "host.login",
        "user.name=root auth.method=password session.remote=true", 2},
    Row{"login", "ROOT LOGIN{*}ON {*}", "host.login", "user.name=root auth.method=password session.remote=false", 2},
    Row{"login", "ROOT LOGIN{*}on '{*}' from '{rhost~}'", "host.login",
        "user.name=root auth.method=password session.remote=true", 2},
    Row{"login", "ROOT LOGIN{*}on '{*}'", "host.login", "user.name=root auth.method=password session.remote=false", 2},
    Row{"login", "FAILED LOGIN {*} FOR '{user.name~}', {*}", "host.login_failed", "session.remote=false"},
    Row{"login", "FAILED LOGIN {*} FOR {user.name~}, {*}", "host.login_failed", "session.remote=false"},
    Row{"su", "(to {USER}) {user.name~} on {tty}", "host.sudo"},
    Row{"su", "Successful su for {USER} by {user.name~}", "host.sudo"},
    Row{"su", "FAILED SU (to {USER}) {user.name~} on {tty}", "host.login_failed", "session.remote=false"},
    Row{"su", "FAILED su for {USER} by {user.name~}", "host.login_failed", "session.remote=false"},
    // BSD, and the example of RFC 3164 and 5424
    Row{"su", "{*}'su {USER}' failed for {user.name~} on {tty}", "host.login_failed", "session.remote=false"},
    Row{"su", "BAD SU {user.name~} to {USER} on {tty}", "host.login_failed", "session.remote=false"},
    Row{"su", "{user.name} to {USER} on {tty}", "host.sudo"},
    // vsftpd in its own log
    Row{"vsftpd", "[{user.name~}] OK LOGIN: Client \"{src.ip}\"{*}", "host.login", "session.remote=true"},
    Row{"vsftpd", "[{user.name~}] FAIL LOGIN: Client \"{src.ip}\"{*}", "host.login_failed", "session.remote=true"},
    Row{"vsftpd", "CONNECT: Client \"{src.ip}\"{*}", "host.log"},
    // Dropbear, the SSH of routers and cameras
    Row{"dropbear", "Password auth succeeded for '{user.name~}' from {src.ip}:{src.port#}", "host.login",
        "auth.method=password session.remote=true"},
    Row{"dropbear", "PAM password auth succeeded for '{user.name~}' from {src.ip}:{src.port#}", "host.login",
        "auth.method=password session.remote=true"},
    Row{"dropbear", "Pubkey auth succeeded for '{user.name~}' with {*} from {src.ip}:{src.port#}", "host.login",
        "auth.method=publickey session.remote=true"},
    Row{"dropbear", "Auth succeeded with blank password for '{user.name~}' from {src.ip}:{src.port#}", "host.login",
        "auth.method=none session.remote=true", 3},
    Row{"dropbear", "Bad password attempt for '{user.name~}' from {src.ip}:{src.port#}", "host.login_failed",
        "session.remote=true"},
    Row{"dropbear", "Bad PAM password attempt for '{user.name~}' from {src.ip}:{src.port#}", "host.login_failed",
        "session.remote=true"},
    Row{"dropbear", "Login attempt for nonexistent user from {src.ip}:{src.port#}", "host.login_failed",
        "session.remote=true reason=credential_unknown"},
    Row{"dropbear", "Login attempt for nonexistent user '{user.name~}' from {src.ip}:{src.port#}", "host.login_failed",
        "session.remote=true reason=credential_unknown"},
    Row{"dropbear", "Exit before auth from <{src.ip}:{src.port#}>{*}", "host.log"},
    Row{"dropbear", "Exit ({user.name~}) from <{src.ip}:{src.port#}>{*}", "host.logout", "session.remote=true"},
    Row{"dropbear", "Exit ({user.name~}): {*}", "host.logout", "session.remote=true"},
    Row{"dropbear", "Child connection from {src.ip}:{src.port#}", "host.log"},
    // The pages of pfSense and OPNsense
    Row{"php-fpm", "/index.php: Successful login for user '{user.name~}' from: {src.ip} {*}", "host.login",
        "session.remote=true"},
    Row{"php-fpm", "/index.php: Successful login for user '{user.name~}' from: {src.ip}", "host.login",
        "session.remote=true"},
    Row{"php-fpm", "/index.php: webConfigurator authentication error for user '{user.name~}' from: {src.ip}",
        "host.login_failed", "session.remote=true"},
    Row{"audit", "/index.php: Successful login for user '{user.name~}' from: {src.ip}", "host.login",
        "session.remote=true"},
    Row{"audit", "/index.php: Web GUI authentication error for '{user.name~}' from {src.ip}", "host.login_failed",
        "session.remote=true"},
    // Proxmox
    Row{"pvedaemon", "authentication failure; rhost={src.ip} user={user.name~} msg={*}", "host.login_failed",
        "session.remote=true"},
    Row{"pvedaemon", "<{*}> successful auth for user '{user.name~}'", "host.login", "session.remote=true"},
    // systemd-logind
    Row{"systemd-logind", "New session {session.id} of user {user.name~}.", "host.session", "session.state=opened"},
    Row{"systemd-logind", "New session '{session.id}' of user '{user.name~}' with class {*}", "host.session",
        "session.state=opened"},
    Row{"systemd-logind", "Removed session {session.id}.", "host.session", "session.state=closed"},
    Row{"systemd-logind", "Session {session.id} logged out. {*}", "host.session", "session.state=closed"},
    // cron
    Row{"cron", "({user.name}) CMD ({process.command_line~})", "host.process"},
    Row{"cron", "({user.name}) {*}", "host.log"},
    // accounts
    Row{"useradd", "new user: name={user.name}, {*}", "host.log", "", 3},
    Row{"userdel", "delete user '{user.name~}'", "host.log", "", 3},
    Row{"usermod", "add '{user.name~}' to group '{group~}'", "host.log", "", 3},
    Row{"passwd", "{*}password changed for {user.name}", "host.log", "", 2},
    // what else tells of a host
    Row{"kernel", "{*}usb {*}: New USB device found, {*}", "host.usb"},
    Row{"systemd", "Started {service~}.", "host.service"},
    Row{"systemd", "Stopped {service~}.", "host.service"},
    Row{"systemd", "Failed to start {service~}.", "host.service", "", 2},
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string_view log_program(std::string_view program) {
  if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos) program.remove_prefix(slash + 1);
  if (one_of(program, {"sshd-session", "sshd-auth"})) return "sshd";
  if (one_of(program, {"CRON", "crond", "CROND", "/usr/sbin/cron", "cron.service"})) return "cron";
  return program;
}

std::string_view log_service(std::string_view program, int facility) {
  if (one_of(program, {"sshd", "sudo", "cron", "vsftpd", "nginx"})) return program;
  if (one_of(program, {"apache2", "apache", "httpd"})) return "apache";
  if (one_of(program, {"clamd", "freshclam", "clamav"})) return "clamav";
  if (program == "guacd") return "guacamole";
  const bool auth = facility == 4 || facility == 10 || program.starts_with("pam") || program.starts_with("gdm") ||
                    one_of(program, {"su", "login", "passwd", "systemd-logind", "useradd", "usermod", "userdel",
                                     "groupadd", "groupdel", "chage", "chpasswd", "polkitd", "pkexec", "lightdm",
                                     "sddm", "doas", "klogind", "dropbear"});
  return auth ? "auth" : "syslog";
}

bool is_address(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

std::string_view plain_address(std::string_view address) {
  constexpr std::string_view kMapped = "::ffff:";
  const bool mapped = address.starts_with(kMapped) && address.find('.') != std::string_view::npos;
  return mapped ? address.substr(kMapped.size()) : address;
}

std::string_view log_message(const LogLine& line) {
  std::string_view message = line.message;
  while (!message.empty() && (message.back() == ' ' || message.back() == '\r')) message.remove_suffix(1);
  return message;
}

bool log_patterned(const LogLine& line) {
  const std::string_view program = log_program(line.program);
  if (line.old_pam || program == "sudo" || line.message.starts_with("pam_")) return true;
  // These say much that no pattern knows.
  if (program == "kernel") return line.message.find("New USB device found") != std::string_view::npos;
  if (program == "systemd")
    return line.message.starts_with("Started") || line.message.starts_with("Stopped") ||
           line.message.starts_with("Failed to start");
  return std::any_of(kRows.begin(), kRows.end(), [&](const Row& row) { return row.program == program; });
}

namespace {

void apply(const Row& row, Event& e) {
  e.kind = row.kind;
  e.severity = row.severity;
  std::string_view constant = row.constant;
  while (!constant.empty()) {
    const std::size_t end = std::min(constant.find(' '), constant.size());
    const std::string_view pair = constant.substr(0, end);
    const std::size_t equals = pair.find('=');
    std::string value(pair.substr(equals + 1));
    std::replace(value.begin(), value.end(), '_', ' ');
    const ValueType type = value == "true" || value == "false" ? ValueType::boolean : ValueType::string;
    e.add(std::string(pair.substr(0, equals)), std::move(value), type);
    constant.remove_prefix(std::min(end + 1, constant.size()));
  }
}

// "alice : [why ; ]TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id" (sudo, logging.c). The command is
// whatever follows, so a command cannot forge fields.
bool classify_sudo(std::string_view message, Event& e) {
  const std::size_t colon = message.find(" : ");
  const std::size_t command = message.find("COMMAND=");
  if (colon == std::string_view::npos || command == std::string_view::npos || command < colon) return false;
  std::string_view user = message.substr(0, colon);
  user.remove_prefix(std::min(user.find_first_not_of(' '), user.size()));
  e.add("user.name", std::string(user));
  e.kind = "host.sudo";
  std::string_view middle = message.substr(colon + 3, command - colon - 3);
  while (!middle.empty()) {
    const std::size_t end = std::min(middle.find(" ; "), middle.size());
    const std::string_view part = middle.substr(0, end);
    middle.remove_prefix(std::min(end + 3, middle.size()));
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals).find(' ') == std::string_view::npos) {
      e.add(std::string(part.substr(0, equals)), std::string(part.substr(equals + 1)));
    } else if (part.find("incorrect password attempt") != std::string_view::npos) {
      e.kind = "host.login_failed";
      e.add("session.remote", "false", ValueType::boolean);
    } else if (one_of(part, {"command not allowed", "user NOT in sudoers", "user NOT authorized on host"})) {
      e.severity = 3;
      e.add("reason", "not authorised");
    }
  }
  e.add("COMMAND", std::string(message.substr(command + 8)));
  e.add("process.command_line", std::string(message.substr(command + 8)));
  return true;
}

// "logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root" (pam_unix, support.c). What comes twice was
// typed by who tried: the last counts, which PAM wrote.
void add_pam_values(std::string_view values, Event& e) {
  for (const auto& [key, name] :
       {std::pair<std::string_view, std::string_view>{"rhost=", "src.ip"}, {"user=", "user.name"}, {"tty=", "tty"}}) {
    const std::size_t at = (" " + std::string(values)).rfind(" " + std::string(key));
    if (at == std::string::npos) continue;
    const std::string_view value = values.substr(at + key.size());
    const std::string_view word = value.substr(0, value.find(' '));
    if (!word.empty()) e.add(std::string(name), std::string(word));
  }
}

// What PAM's modules write in the name of any program. False: it is none of PAM.
bool classify_pam(std::string_view program, std::string_view message, bool old_form, Event& e) {
  std::string_view service = program;
  std::string_view text = message;
  if (!old_form) {
    // "pam_unix(sshd:auth): text"
    const std::size_t open = message.find('('), close = message.find("): ");
    if (!message.starts_with("pam_") || open == std::string_view::npos || close == std::string_view::npos ||
        close < open)
      return false;
    const std::string_view inside = message.substr(open + 1, close - open - 1);
    service = inside.substr(0, inside.find(':'));
    text = message.substr(close + 3);
  }
  const bool remote = service == "sshd";
  const bool desktop = one_of(service, {"lightdm", "sddm", "gdm-password", "gdm-fingerprint", "gdm-autologin", "gdm"});
  const bool interactive = remote || desktop || service == "login";
  const auto say = [&](std::string_view kind) {
    e.kind = kind;
    if (interactive || one_of(service, {"su", "su-l", "sudo", "sudo-i"}))
      e.add("session.remote", remote ? "true" : "false", ValueType::boolean);
  };
  if (match(text, "session opened for user {user.name~}(uid={*}) by {*}", e.fields) ||
      match(text, "session opened for user {user.name~} by {*}", e.fields)) {
    // Nobody but PAM tells of a login at a desktop.
    say(desktop ? "host.login" : "host.session");
    e.add("session.state", "opened");
    return true;
  }
  if (match(text, "session closed for user {user.name~}", e.fields)) {
    say(interactive ? "host.logout" : "host.session");
    e.add("session.state", "closed");
    return true;
  }
  static constexpr std::string_view kFailure = "authentication failure; ";
  if (text.starts_with(kFailure)) {
    add_pam_values(text.substr(kFailure.size()), e);
    const bool spoken_for = !old_form && one_of(service, {"sshd", "su", "su-l", "sudo", "sudo-i", "login"});
    say(spoken_for ? "host.log" : "host.login_failed");
    return true;
  }
  e.kind = "host.log";
  return true;
}

void classify(std::string_view program, const LogLine& line, std::string_view message, Event& e) {
  if (classify_pam(program, message, line.old_pam, e)) return;
  if (program == "sudo" && classify_sudo(message, e)) return;
  for (const Row& row : kRows) {
    if (row.program != program || !match(message, row.pattern, e.fields)) continue;
    apply(row, e);
    return;
  }
  e.kind = "host.log";
}

}  // namespace

std::vector<Event> events_of(const LogLine& line) {
  const std::string_view program = log_program(line.program);
  std::string_view message = log_message(line);
  // rsyslog's $RepeatedMsgReduction
  int repeats = 1;
  std::vector<Field> repeated;
  if (match(message, "message repeated {n#} times: [ {text~}]", repeated) && repeated.size() == 2) {
    const std::string& n = repeated[0].value;
    std::from_chars(n.data(), n.data() + n.size(), repeats);
    repeats = std::clamp(repeats, 1, kMaxRepeats);
    message = message.substr(message.find('[') + 2);
    message.remove_suffix(1);
  }
  Event e;
  e.time = line.time;
  classify(program, line, message, e);
  if (e.severity == 0)
    if (const KindInfo* info = find_kind(e.kind)) e.severity = info->severity;
  for (Field& f : e.fields)
    if (f.name == "src.ip") {
      if (is_address(f.value))
        f.value = std::string(plain_address(f.value));
      else
        f.name = "rhost";
    }
  e.logsource = {"linux", std::string(log_service(program, line.facility)), ""};
  if (!line.host.empty()) e.add("host.name", std::string(line.host));
  if (!program.empty()) e.add("process.name", std::string(program));
  if (!line.pid.empty()) e.add("process.pid", std::string(line.pid), ValueType::number);
  e.add("message", std::string(message));
  std::vector<Event> out;
  out.reserve(static_cast<std::size_t>(repeats));
  for (int i = 1; i < repeats; ++i) out.push_back(e);
  out.push_back(std::move(e));
  return out;
}

bool about_authentication(const Event& event) {
  return event.kind == "host.login" || event.kind == "host.login_failed" || event.kind == "host.logout" ||
         event.kind == "host.session" || event.kind == "host.sudo" || event.logsource.service == "sshd" ||
         event.logsource.service == "sudo" || event.logsource.service == "auth";
}

}  // namespace wf::kit
