#include "console/engine/housekeeping.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace wf::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1s;
constexpr std::int64_t kLedgerEvery = 5 * kSecond;
constexpr std::int64_t kKeysEvery = 5 * kSecond;  ///< how often the key files are looked at
constexpr int kIndexTurns = 64;

}  // namespace

Housekeeping::Housekeeping(store::Store& store, Needs needs)
    : store_(store),
      needs_(std::move(needs)),
      clock_watch_(needs_.newest),
      key_watch_(needs_.keys, needs_.max_key_age),
      beat_(monotonic_ns()) {}

Housekeeping::~Housekeeping() { stop(); }

void Housekeeping::start() {
  beat_ = monotonic_ns();
  thread_ = std::thread([this] { run(); });
}

void Housekeeping::stop() {
  {
    const std::lock_guard hold(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Housekeeping::problem() const {
  const std::lock_guard hold(mutex_);
  return problem_;
}

Housekeeping::Ledger Housekeeping::ledger() const {
  const std::lock_guard hold(mutex_);
  return ledger_;
}

std::string Housekeeping::look(bool with_keys) {
  // An injected clock is what it is told to be.
  if (const std::optional<ClockReading> reading = read_clock(); reading && !needs_.clock.injected()) {
    std::vector<std::int64_t> skews;
    for (const link::PeerState& peer : needs_.peers())
      if (peer.connected && peer.clock_skew != 0) skews.push_back(peer.clock_skew);
    clock_watch_.look(*reading, std::move(skews));
  }
  if (with_keys) key_watch_.look(needs_.clock.now());
  for (std::string& line : clock_watch_.take_news()) needs_.tell({link::Topic::clock, {}, {}, std::move(line)});
  for (const link::Fact& fact : key_watch_.take_news()) needs_.tell(fact);
  return clock_watch_.problem().empty() ? key_watch_.problem() : clock_watch_.problem();
}

void Housekeeping::run() {
  std::int64_t ledger_read = 0, keys_looked_at = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, kEvery, [&] { return stopping_; });
    lock.unlock();
    const std::int64_t mono = monotonic_ns();
    beat_ = mono;
    // A backlog after a start is worked off in turns, so that the other duties are not kept waiting.
    for (int i = 0; i < kIndexTurns && store_.index_more(); ++i) beat_ = monotonic_ns();
    store_.checkpoint();
    const bool with_keys = keys_looked_at == 0 || mono - keys_looked_at >= kKeysEvery;
    if (with_keys) keys_looked_at = mono;
    std::string problem = look(with_keys);
    std::map<std::string, AgentNumbers> numbers;
    const bool read = mono - ledger_read >= kLedgerEvery;
    if (read) numbers = numbers_of(store_.accounts());
    lock.lock();
    problem_ = std::move(problem);
    if (!read) continue;
    ledger_read = mono;
    ledger_ = {std::move(numbers), needs_.clock.now()};
  }
}

}  // namespace wf::engine
