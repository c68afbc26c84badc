#include "agents/host/session_list.hpp"

#include <arpa/inet.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>

#include "agents/host/escaped_text.hpp"
#include "agents/host/systemd_library.hpp"

namespace wf::host {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// A text that one of sd-login's functions gives; empty if there is none.
template <class Function>
std::string told(Function function, const char* session) {
  char* text = nullptr;
  if (function(session, &text) < 0) return {};
  const std::unique_ptr<char, Free> owner(text);
  return text == nullptr ? std::string{} : std::string(text);
}

template <std::size_t N>
std::string text_of(const char (&field)[N]) {
  return {field, ::strnlen(field, N)};
}

}  // namespace

Result<std::vector<Session>> utmp_sessions(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{std::string("cannot be opened: ") + std::strerror(errno), path, "name a utmp file"};
  std::vector<Session> out;
  struct utmp record {};
  while (out.size() < kMostSessions && in.read(reinterpret_cast<char*>(&record), sizeof record)) {
    if (record.ut_type != USER_PROCESS) continue;
    Session s;
    s.tty = text_of(record.ut_line);
    s.user = text_of(record.ut_user);
    if (s.user.empty()) continue;
    s.id = s.tty + "-" + std::to_string(record.ut_pid);
    s.host = text_of(record.ut_host);
    // An X display (":0") is no place elsewhere.
    if (s.host.starts_with(':')) s.host.clear();
    const auto& address = record.ut_addr_v6;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address[1] == 0 && address[2] == 0 && address[3] == 0) {
      if (address[0] != 0) ::inet_ntop(AF_INET, &address[0], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, address, text.data(), text.size());
    }
    if (text.front() != '\0') s.host = text.data();
    s.remote = !s.host.empty();
    s.since = std::int64_t{record.ut_tv.tv_sec} * kSecond + std::int64_t{record.ut_tv.tv_usec} * 1000;
    out.push_back(std::move(s));
  }
  return out;
}

bool logind_runs() { return ::access("/run/systemd/seats/", F_OK) == 0; }

Result<std::vector<Session>> logind_sessions(const std::string& utmp) {
  if (const Result<const SystemdLibrary*> library = systemd_library(); !library) return library.error();
  char** ids = nullptr;
  const int count = sd().get_sessions(&ids);
  if (count < 0)
    return Error{std::string("logind cannot be asked: ") + std::strerror(-count), "sessions",
                 "is systemd-logind running?"};
  std::vector<Session> out, known;
  if (sd().session_get_start_time == nullptr && ::access(utmp.c_str(), R_OK) == 0)
    if (Result<std::vector<Session>> read = utmp_sessions(utmp)) known = std::move(*read);
  for (int i = 0; i < count; ++i) {
    const std::unique_ptr<char, Free> id(ids[i]);
    if (out.size() >= kMostSessions) continue;
    const std::string kind = told(sd().session_get_class, id.get()), state = told(sd().session_get_state, id.get());
    if (!kind.starts_with("user") || state == "closing") continue;
    Session s;
    s.id = id.get();
    if (sd().session_get_username != nullptr) s.user = told(sd().session_get_username, id.get());
    uid_t uid = 0;
    if (s.user.empty() && sd().session_get_uid(id.get(), &uid) >= 0) s.user = account_name(uid);
    s.tty = told(sd().session_get_tty, id.get());
    s.seat = told(sd().session_get_seat, id.get());
    s.type = told(sd().session_get_type, id.get());
    s.host = told(sd().session_get_remote_host, id.get());
    s.remote = sd().session_is_remote(id.get()) > 0;
    std::uint64_t microseconds = 0;
    if (sd().session_get_start_time != nullptr && sd().session_get_start_time(id.get(), &microseconds) >= 0)
      s.since = static_cast<std::int64_t>(microseconds) * 1000;
    for (const Session& k : known)
      if (!s.tty.empty() && k.tty == s.tty && k.user == s.user) s.since = k.since;
    out.push_back(std::move(s));
  }
  std::free(ids);
  return out;
}

std::string account_name(std::uint32_t uid, const std::string& passwd) {
  std::ifstream in(passwd);
  const std::string number = std::to_string(uid);
  for (std::string line; std::getline(in, line);) {
    const std::size_t name = line.find(':');
    const std::size_t password = line.find(':', name == std::string::npos ? name : name + 1);
    if (password == std::string::npos) continue;
    const std::size_t end = line.find(':', password + 1);
    if (line.substr(password + 1, end - password - 1) == number) return line.substr(0, name);
  }
  return number;
}

std::string sessions_text(const std::vector<Session>& sessions) {
  std::string out = "s1";
  for (const Session& s : sessions)
    out += ' ' + joined({s.id, s.user, s.tty, s.seat, s.type, s.host, s.remote ? "1" : "0", std::to_string(s.since)});
  return out;
}

bool read_sessions_text(std::string_view text, std::vector<Session>& sessions) {
  sessions.clear();
  if (!text.starts_with("s1")) return false;
  text.remove_prefix(2);
  std::vector<std::string> parts;
  while (!text.empty() && sessions.size() < kMostSessions) {
    if (text.front() != ' ') return false;
    text.remove_prefix(1);
    const std::string_view one = text.substr(0, text.find(' '));
    text.remove_prefix(one.size());
    if (!separated(one, parts) || parts.size() != 8) return false;
    Session s{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6] == "1", 0};
    const auto [end, error] = std::from_chars(parts[7].data(), parts[7].data() + parts[7].size(), s.since);
    if (error != std::errc{} || end != parts[7].data() + parts[7].size()) return false;
    sessions.push_back(std::move(s));
  }
  return true;
}

}  // namespace wf::host
