#include "agents/host/sessions.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "agents/host/machine.hpp"
#include "agents/host/session_list.hpp"
#include "agents/host/systemd_library.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/follow_watch.hpp"
#include "agents/kit/read/log_classify.hpp"

namespace wf::host {
namespace {

constexpr const char* kUtmp = "/run/utmp";
// How often to look although nothing woke us: a session may end without anybody who writes it down.
constexpr std::int64_t kLook = 30 * kSecond, kRetry = 5 * kSecond;
// Right after a login the greeter or sshd still fills in who it is.
constexpr std::int64_t kSettle = 300 * kMillisecond;

struct CloseMonitor {
  void operator()(sd_login_monitor* monitor) const { sd().login_monitor_unref(monitor); }
};

class SessionsSource final : public kit::Source {
 public:
  explicit SessionsSource(const kit::SourceSpec& spec) : Source(spec), host_(spec.option("host", machine_name())) {}

  std::vector<Error> check() override {
    const Result<std::vector<Session>> now = list();
    if (!now) return {now.error()};
    return {};
  }
  std::vector<std::string> remarks() const override {
    if (!spec().address.empty() || logind_runs()) return {};
    return {std::string("no systemd-logind runs here: ") + kUtmp +
            " is read, which knows no desktops without a terminal"};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    once_ = once;
    if (!position.empty() && !read_sessions_text(position, known_)) {
      known_.clear();
      lost_ = Error{"the saved position cannot be read", "sessions", "every session that is open is told again"}.text();
    }
    if (!position.empty()) position_ = position;
    if (!once) watch();
    wake_ = moment.mono;
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (monitor_ && woken()) {
      sd().login_monitor_flush(monitor_.get());
      wake_ = std::min(wake_, moment.mono + kSettle);
    }
    if (utmp_ && woken()) {
      utmp_->drain();
      wake_ = std::min(wake_, moment.mono + kSettle);
    }
    if (moment.mono < wake_ && !once_) return false;
    Result<std::vector<Session>> now = list();
    if (!now) {
      set_state(once_ ? "failed" : "waiting", now.error().text());
      wake_ = moment.mono + kRetry;
      return false;
    }
    const bool most = now->size() >= kMostSessions;
    compare(*now, sink, moment);
    set_state(
        once_ ? "ended" : "running",
        most ? Error{std::to_string(kMostSessions) + " sessions and more", "sessions", "the rest is not watched"}.text()
             : lost_);
    wake_ = moment.mono + kLook;
    return false;
  }

  std::string position() const override { return position_; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (monitor_)
      fds.push_back({sd().login_monitor_get_fd(monitor_.get()),
                     static_cast<short>(sd().login_monitor_get_events(monitor_.get())), 0});
    if (utmp_) utmp_->add_fds(fds);
  }
  std::int64_t next_wake() const override { return wake_; }

 private:
  [[nodiscard]] bool by_logind() const { return spec().address.empty() && logind_runs(); }
  [[nodiscard]] std::string utmp() const { return spec().address.empty() ? kUtmp : spec().address; }
  [[nodiscard]] Result<std::vector<Session>> list() const {
    return by_logind() ? logind_sessions(kUtmp) : utmp_sessions(utmp());
  }

  void watch() {
    if (by_logind()) {
      sd_login_monitor* raw = nullptr;
      if (systemd_library() && sd().login_monitor_new("session", &raw) >= 0) monitor_.reset(raw);
      return;
    }
    utmp_ = std::make_unique<kit::FollowWatch>(utmp());
    utmp_->watch_directory();
    utmp_->watch_file(utmp());
  }
  [[nodiscard]] bool woken() const {
    std::vector<pollfd> fds;
    add_fds(fds);
    return ::poll(fds.data(), static_cast<nfds_t>(fds.size()), 0) > 0;
  }

  void compare(std::vector<Session>& now, kit::Sink& sink, const kit::Moment& moment) {
    const auto same = [](const Session& s) {
      return [&s](const Session& other) { return other.id == s.id && other.user == s.user; };
    };
    count_read(now.size());
    for (const Session& s : known_)
      if (std::none_of(now.begin(), now.end(), same(s))) tell(s, false, sink, moment);
    for (Session& s : now) {
      const auto it = std::find_if(known_.begin(), known_.end(), same(s));
      if (it == known_.end()) {
        // What was there before we looked began we do not know when, unless it was told.
        if (s.since == 0 && looked_) s.since = moment.now;
        tell(s, true, sink, moment);
      } else if (s.since == 0) {
        s.since = it->since;
      }
    }
    looked_ = true;
    if (now == known_ && !position_.empty()) return;
    known_ = std::move(now);
    position_ = sessions_text(known_);
  }

  void tell(const Session& s, bool opened, kit::Sink& sink, const kit::Moment& moment) {
    Event e;
    e.kind = "host.session";
    e.time = opened && s.since != 0 ? s.since : moment.now;
    if (const kit::KindInfo* info = kit::find_kind(e.kind)) e.severity = info->severity;
    e.logsource = {"linux", "auth", ""};
    e.add("session.state", opened ? "opened" : "closed");
    e.add("session.id", s.id);
    e.add("session.remote", s.remote ? "true" : "false", ValueType::boolean);
    if (s.since != 0) e.add("session.since", format_rfc3339(s.since));
    e.add("user.name", s.user);
    if (!s.tty.empty()) e.add("tty", s.tty);
    if (!s.seat.empty()) e.add("session.seat", s.seat);
    if (!s.type.empty() && s.type != "unspecified") e.add("session.type", s.type);
    if (!s.host.empty()) e.add(kit::is_address(s.host) ? "src.ip" : "rhost", s.host);
    if (!host_.empty()) e.add("host.name", host_);
    const std::string place = !s.tty.empty() ? s.tty : !s.seat.empty() ? s.seat : "session " + s.id;
    e.add("message",
          s.user + (opened ? " is logged in on " : " has left ") + place + (s.host.empty() ? "" : ", from " + s.host));
    emit(sink, std::move(e), moment);
  }

  std::string host_, position_, lost_;
  std::vector<Session> known_;
  std::unique_ptr<sd_login_monitor, CloseMonitor> monitor_;
  std::unique_ptr<kit::FollowWatch> utmp_;
  bool once_ = false, looked_ = false;
  std::int64_t wake_ = 0;
};

}  // namespace

kit::SourceMade make_sessions(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"host"});
  if (made.problems.empty()) made.source = std::make_unique<SessionsSource>(spec);
  return made;
}

}  // namespace wf::host
