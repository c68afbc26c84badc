#include "agents/host/listening.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <set>
#include <utility>

#include "agents/host/escaped_text.hpp"
#include "agents/host/listening_sockets.hpp"
#include "agents/host/machine.hpp"
#include "agents/host/session_list.hpp"

namespace wf::host {
namespace {

constexpr std::int64_t kRetry = 30 * kSecond;
constexpr const char* kPtrace =
    "grant CAP_SYS_PTRACE to the agent, and nothing else (wf-agent-host-listening.conf beside its service)";

// Where connect() and bind() without a port take theirs from.
std::pair<unsigned, unsigned> picked_ports() {
  std::pair<unsigned, unsigned> out{32768, 60999};
  std::ifstream in("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned first = 0, last = 0;
  if (in >> first >> last && first <= last) out = {first, last};
  return out;
}

class ListeningSource final : public kit::Source {
 public:
  ListeningSource(const kit::SourceSpec& spec, unsigned every)
      : Source(spec), every_(every * kSecond), host_(spec.option("host", machine_name())), picked_(picked_ports()) {}

  std::vector<Error> check() override {
    if (const Result<ListeningSockets> now = listening_sockets(); !now) return {now.error()};
    return {};
  }
  std::vector<std::string> remarks() const override {
    const Result<ListeningSockets> now = listening_sockets();
    if (!now) return {};
    std::vector<std::uint32_t> inodes;
    for (const auto& [name, s] : *now) inodes.push_back(s.inode);
    const std::size_t seen = socket_owners(inodes).size();
    if (seen == inodes.size()) return {};
    return {"of " + std::to_string(inodes.size() - seen) + " of " + std::to_string(inodes.size()) +
            " sockets the process cannot be seen: their events name the user only; " + kPtrace};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    once_ = once;
    first_ = position.empty() || !read(position);
    if (first_ && !position.empty())
      lost_ = Error{"the saved position cannot be read", "listening", "every socket is told again"}.text();
    if (!first_) position_ = position;
    wake_ = moment.mono;
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (moment.mono < wake_) return false;
    Result<ListeningSockets> now = listening_sockets();
    if (!now) {
      set_state(once_ ? "failed" : "waiting", now.error().text());
      wake_ = moment.mono + kRetry;
      return false;
    }
    compare(*now, sink, moment);
    const bool most = now->size() >= kMostSockets;
    set_state(
        once_ ? "ended" : "running",
        most ? Error{std::to_string(kMostSockets) + " sockets and more", "listening", "the rest is not watched"}.text()
             : lost_);
    wake_ = moment.mono + every_;
    return false;
  }

  std::string position() const override { return position_; }
  std::int64_t next_wake() const override { return wake_; }

 private:
  [[nodiscard]] bool passing(const ListeningSocket& s) const {
    return s.protocol == "udp" && s.port >= picked_.first && s.port <= picked_.second;
  }

  void compare(const ListeningSockets& now, kit::Sink& sink, const kit::Moment& moment) {
    std::vector<const ListeningSocket*> fresh;
    std::set<std::string> waiting;
    for (const auto& [name, s] : now) {
      if (known_.count(name) != 0) continue;
      if (passing(s) && !once_ && waiting_.count(name) == 0)
        waiting.insert(name);
      else
        fresh.push_back(&s);
    }
    waiting_ = std::move(waiting);
    bool moved = position_.empty() || !fresh.empty();
    for (auto it = known_.begin(); it != known_.end();) {
      if (now.count(it->first) != 0) {
        ++it;
        continue;
      }
      tell("closed", it->second, {}, sink, moment);
      it = known_.erase(it);
      moved = true;
    }
    if (!fresh.empty()) {
      std::vector<std::uint32_t> inodes;
      for (const ListeningSocket* s : fresh) inodes.push_back(s->inode);
      const std::map<std::uint32_t, SocketOwner> owners = socket_owners(inodes);
      for (const ListeningSocket* s : fresh) {
        count_read();
        const auto owner = owners.find(s->inode);
        tell(first_ ? "present" : "opened", *s, owner == owners.end() ? SocketOwner{} : owner->second, sink, moment);
        known_.emplace(s->name(), *s);
      }
    }
    first_ = false;
    if (moved) position_ = text();
  }

  void tell(const char* state, const ListeningSocket& s, const SocketOwner& owner, kit::Sink& sink,
            const kit::Moment& moment) {
    const bool everywhere = s.address == "0.0.0.0" || s.address == "::";
    const bool here = s.address.starts_with("127.") || s.address == "::1";
    Event e;
    e.kind = "host.service";
    e.severity = std::string_view(state) == "opened" && !here ? 2 : 1;
    e.time = moment.now;
    e.logsource = {"linux", "", ""};
    e.add("listen.state", state);
    e.add("listen.ip", s.address);
    e.add("listen.port", std::to_string(s.port), ValueType::number);
    e.add("listen.scope", everywhere ? "every address" : here ? "this machine" : "one address");
    e.add("net.proto", s.protocol);
    e.add("uid", std::to_string(s.uid), ValueType::number);
    e.add("user.name", account_name(s.uid));
    if (owner.pid != 0) {
      e.add("process.pid", std::to_string(owner.pid), ValueType::number);
      e.add("process.name", owner.name);
      if (!owner.exe.empty()) e.add("exe", owner.exe);
      if (!owner.command_line.empty()) e.add("process.command_line", owner.command_line);
    }
    if (!host_.empty()) e.add("host.name", host_);
    e.add("message", (owner.name.empty() ? "a program of " + account_name(s.uid) : owner.name) +
                         (std::string_view(state) == "closed" ? " no longer listens on " : " listens on ") + s.name());
    emit(sink, std::move(e), moment);
  }

  [[nodiscard]] std::string text() const {
    std::string out = "l1";
    for (const auto& [name, s] : known_)
      out += ' ' + joined({s.protocol, s.address, std::to_string(s.port), std::to_string(s.uid)});
    return out;
  }
  bool read(std::string_view text) {
    known_.clear();
    if (!text.starts_with("l1")) return false;
    text.remove_prefix(2);
    std::vector<std::string> parts;
    while (!text.empty() && known_.size() < kMostSockets) {
      if (text.front() != ' ') return false;
      text.remove_prefix(1);
      const std::string_view one = text.substr(0, text.find(' '));
      text.remove_prefix(one.size());
      if (!separated(one, parts) || parts.size() != 4) return false;
      ListeningSocket s;
      s.protocol = parts[0];
      s.address = parts[1];
      std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), s.port);
      std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), s.uid);
      known_.emplace(s.name(), std::move(s));
    }
    return true;
  }

  std::int64_t every_;
  std::string host_, position_, lost_;
  std::pair<unsigned, unsigned> picked_;
  ListeningSockets known_;
  std::set<std::string> waiting_;
  bool once_ = false, first_ = true;
  std::int64_t wake_ = 0;
};

}  // namespace

kit::SourceMade make_listening(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"every", "host"});
  if (!spec.address.empty())
    made.problems.push_back(
        {"a listening source has no address", spec.where, "write listening: or listening:,every=30"});
  unsigned every = 10;
  if (const std::string text = spec.option("every"); !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), every);
    if (error != std::errc{} || end != text.data() + text.size() || every < 1 || every > 3600)
      made.problems.push_back({"every=" + text + " cannot be used", spec.where, "write seconds from 1 to 3600"});
  }
  if (made.problems.empty()) made.source = std::make_unique<ListeningSource>(spec, every);
  return made;
}

}  // namespace wf::host
