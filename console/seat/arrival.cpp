#include "console/seat/arrival.hpp"

#include <fmt/format.h>

#include "console/seat/kept_picture.hpp"

namespace wf::seat {
namespace {

constexpr auto kTellEvery = std::chrono::milliseconds(250);
/// The engine's own versions begin at 1; a seat must take its first picture for another one.
constexpr std::uint64_t kOldVersion = ~std::uint64_t{0};

std::shared_ptr<const Snapshot> nothing_yet(const Arrival::Needs& needs) {
  auto out = std::make_shared<Snapshot>();
  out->now = needs.clock.now();
  out->estate = std::make_shared<const Estate>();
  out->devices = std::make_shared<const std::map<std::string, DeviceState>>();
  out->zone_people = std::make_shared<const std::map<std::string, std::uint32_t>>();
  return out;
}

/// What nobody can know yet is not shown as if it were known.
std::shared_ptr<const Snapshot> as_old(const Snapshot& kept, const Arrival::Needs& needs) {
  auto out = std::make_shared<Snapshot>(kept);
  out->version = kOldVersion;
  out->user = needs.user;
  out->role = needs.role;
  out->seat = needs.seat;
  out->events_per_second = 0;
  out->eps_history = {};
  out->posts = nullptr;
  for (AgentState& agent : out->agents)
    if (agent.health == AgentState::Health::live) agent.health = AgentState::Health::late;
  return out;
}

}  // namespace

Arrival::Arrival(Needs needs, Start start)
    : needs_(std::move(needs)),
      old_(as_old(*nothing_yet(needs_), needs_)),
      thread_([this, start = std::move(start)] { run(start); }) {}

Arrival::~Arrival() {
  stop_ = true;
  thread_.join();
}

void Arrival::run(const Start& start) {
  Result<Backend> started =
      start([this](std::uint64_t position, std::uint64_t newest) { return read(position, newest); });
  if (started) {
    arrived(std::move(*started));
  } else {
    std::vector<Held> refused;
    {
      const std::lock_guard hold(mutex_);
      failure_ = started.error();  // nobody is held from here on
      refused.swap(held_);
    }
    for (const Held& held : refused)
      if (held.reply) held.reply({held.command.id, false, "The engine cannot start: " + started.error().what});
  }
  {
    const std::lock_guard hold(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  if (engine() == nullptr) tell();
}

bool Arrival::read(std::uint64_t position, std::uint64_t newest) {
  if (stop_) return false;
  bool first = false;
  {
    const std::lock_guard hold(mutex_);
    first = newest_ == 0;
    position_ = position;
    newest_ = newest;
    const auto now = std::chrono::steady_clock::now();
    if (!first && now - told_ < kTellEvery) return true;
    told_ = now;
  }
  if (first)
    if (const std::shared_ptr<const Snapshot> kept = kept_picture(needs_.data, newest)) {
      const std::lock_guard hold(mutex_);
      old_ = as_old(*kept, needs_);
    }
  changed_.notify_all();
  tell();
  return true;
}

void Arrival::arrived(Backend backend) {
  const std::lock_guard hold_watchers(watching_);
  {
    const std::lock_guard hold(mutex_);
    engine_ = std::move(backend);
    // Before anybody else can give a command to the engine.
    for (Held& held : held_) engine_.submit(std::move(held.command), std::move(held.reply));
    held_.clear();
    if (engine_.posts)
      for (auto& [door, posts] : posts_) engine_.posts(door, std::move(posts));
    there_ = &engine_;
  }
  for (auto& [token, watcher] : watchers_) {
    watcher.token = engine_.watch(watcher.on_change);
    watcher.on_change();
  }
}

void Arrival::tell() {
  const std::lock_guard hold(watching_);
  for (const auto& [token, watcher] : watchers_) watcher.on_change();
}

bool Arrival::wait(std::chrono::nanoseconds patience) {
  std::unique_lock hold(mutex_);
  const auto until = std::chrono::steady_clock::now() + patience;
  changed_.wait(hold, [&] { return over_ || newest_ != 0; });
  if (newest_ <= kShortLog) changed_.wait_until(hold, until, [&] { return over_; });
  return over_;
}

std::optional<Error> Arrival::failure() const {
  const std::lock_guard hold(mutex_);
  return failure_;
}

std::string Arrival::problem() const {
  const std::lock_guard hold(mutex_);
  if (failure_) return "The engine cannot start: " + failure_->text();
  if (over_) return {};
  return fmt::format("The engine reads its log, {} %: orders are taken after that",
                     newest_ == 0 ? 0 : position_ * 100 / newest_);
}

void Arrival::submit(Command command, std::function<void(CommandReply)> reply) {
  std::string why = problem();
  {
    const std::lock_guard hold(mutex_);
    if (engine() == nullptr && !failure_ && command.kind == CommandKind::panic) {
      held_.push_back({std::move(command), std::move(reply)});
      return;
    }
  }
  if (const Backend* e = engine()) return e->submit(std::move(command), std::move(reply));
  if (reply) reply({command.id, false, std::move(why)});
}

Backend Arrival::backend() {
  Backend out;
  out.snapshot = [this] {
    if (const Backend* e = engine()) return e->snapshot();
    const std::lock_guard hold(mutex_);
    return old_;
  };
  out.submit = [this](Command command, std::function<void(CommandReply)> reply) {
    submit(std::move(command), std::move(reply));
  };
  out.query = [this](const Query& query, const std::atomic<bool>& cancelled) {
    if (const Backend* e = engine()) return e->query(query, cancelled);
    if (!about_rules(query.what)) return needs_.past(query, cancelled);
    QueryPage page;
    page.error = problem();
    return page;
  };
  out.watch = [this](std::function<void()> on_change) {
    const std::lock_guard hold(watching_);
    Watcher& watcher = watchers_[++last_token_];
    watcher.on_change = std::move(on_change);
    if (engine() != nullptr) watcher.token = engine_.watch(watcher.on_change);
    return last_token_;
  };
  out.unwatch = [this](std::uint64_t token) {
    const std::lock_guard hold(watching_);
    if (const auto it = watchers_.find(token); it != watchers_.end()) {
      if (engine() != nullptr) engine_.unwatch(it->second.token);
      watchers_.erase(it);
    }
  };
  out.health = [this] {
    if (const Backend* e = engine()) return e->health();
    HealthReport report;
    report.now = needs_.clock.now();
    report.problem = problem();
    return report;
  };
  out.posts = [this](const void* door, std::vector<GuardPost> posts) {
    const std::lock_guard hold(mutex_);
    if (engine() == nullptr)
      posts_[door] = std::move(posts);
    else if (engine_.posts)
      engine_.posts(door, std::move(posts));
  };
  out.problem = [this] { return engine() != nullptr ? std::string() : problem(); };
  return out;
}

}  // namespace wf::seat
