#include "console/engine/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "console/engine/command_codec.hpp"
#include "console/link/key_files.hpp"
#include "proto/event_codec.hpp"

namespace wf::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostBatches = 512;  ///< of one transaction
constexpr std::chrono::nanoseconds kIdle = 1s;
constexpr std::chrono::nanoseconds kFirstRetry = 100ms, kLastRetry = 2s;
/// The fastest that ticks come, by the real clock: a demo's clock may run a thousand times faster.
constexpr std::chrono::nanoseconds kShortestTick = 50ms;
constexpr auto kLargestNumber = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - 1;

bool possible(const link::ReceivedBatch& batch) {
  const BatchOrigin& o = batch.origin;
  if (o.agent.empty() || o.lane > 2 || o.first_sequence < 1) return false;
  if (batch.given_up_to != 0) return batch.given_up_to >= o.first_sequence && batch.given_up_to < kLargestNumber;
  return batch.count >= 1 && o.first_sequence <= kLargestNumber - batch.count;
}

}  // namespace

Writer::Writer(store::Store& store, Intake& intake, Clock clock, UtcNs last, Exits exits)
    : store_(store),
      intake_(intake),
      clock_(clock),
      exits_(std::move(exits)),
      own_events_(store),
      last_(last),
      beat_(monotonic_ns()) {}

void Writer::run() {
  Intake::Haul haul;
  while (true) {
    // A failed transaction is tried again before more batches are taken: what waits stays bounded.
    auto wanted = Intake::Batches::none;
    if (retry_.count() == 0) {
      if (exits_.room())
        wanted = Intake::Batches::all;
      else if (exits_.spare && exits_.spare())
        wanted = Intake::Batches::quiet;
    }
    const bool more = intake_.take(haul, wanted, kMostBatches, patience(), bound_.bytes());
    beat_ = monotonic_ns();
    gather(haul);
    store();
    if (!more && commit_.records.empty() && commit_.given_up.empty()) break;
    // Stopping on a disk that is still full: what is not stored was not acknowledged, its agents keep it.
    if (retry_.count() != 0 && intake_.closed()) break;
  }
}

void Writer::finish() {
  Intake::Haul haul;
  intake_.take(haul, Intake::Batches::none, 0, 0s);
  gather(haul);
  store();
}

void Writer::want_ticks(bool wanted) {
  if (ticks_wanted_.exchange(wanted) != wanted && wanted) intake_.wake();
}

std::string Writer::problem() const {
  const std::lock_guard hold(mutex_);
  return problem_;
}

void Writer::set_problem(std::string text) {
  const std::lock_guard hold(mutex_);
  problem_ = std::move(text);
}

UtcNs Writer::stamp() { return last_ = std::max(last_, clock_.now()); }

std::chrono::nanoseconds Writer::patience() const {
  if (retry_.count() != 0) return retry_;
  if (!ticks_wanted_) return kIdle;
  const auto tick = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / clock_.speed()));
  return std::clamp(tick, kShortestTick, kIdle);
}

void Writer::gather(Intake::Haul& haul) {
  const UtcNs now = stamp();
  std::size_t at = orders_.size();
  for (Order& order : haul.orders) {
    store::Record record;
    const bool is_command = order.configuration.empty();
    record.kind = is_command ? store::RecordKind::command : store::RecordKind::config;
    if (is_command) order.command.time = now;
    record.payload = is_command ? command_to_json(order.command) : std::move(order.configuration);
    // What people ask for goes before the batches that came with it, and each has its line of the audit.
    const auto offset = static_cast<std::ptrdiff_t>(at++);
    commit_.records.insert(commit_.records.begin() + offset, std::move(record));
    commit_.audit.insert(commit_.audit.begin() + offset, std::move(order.audit));
    orders_.push_back(std::move(order));
  }
  haul.orders.clear();
  for (link::ReceivedBatch& batch : haul.batches) take_batch(batch, now);
  haul.batches.clear();
  if (!haul.own.empty()) {
    for (Event& event : haul.own)
      if (event.time == 0) event.time = event.seen = now;
    commit_.records.push_back(own_events_.record_of(haul.own));
    haul.own.clear();
  }
  const auto add = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
  };
  add(commit_.incidents, haul.findings.incidents);
  add(commit_.alerts, haul.findings.alerts);
  add(commit_.audit, haul.findings.audit);
  if (ticks_wanted_ && !tick_in_commit_ && !intake_.closed() && now - last_tick_ >= kSecond) {
    store::Record tick;
    tick.kind = store::RecordKind::tick;
    commit_.records.push_back(std::move(tick));
    tick_in_commit_ = true;
    last_tick_ = now;
  }
}

void Writer::take_batch(link::ReceivedBatch& batch, UtcNs now) {
  if (!possible(batch)) {
    ++refused_;
    intake_.note({0, now, batch.origin.agent, "refused batch", batch.origin.agent,
                  fmt::format("lane {}, first number {} and {} events cannot be; update the agent", batch.origin.lane,
                              batch.origin.first_sequence, batch.count),
                  ""});
    return;
  }
  const BatchOrigin& origin = batch.origin;
  receipts_.push_back({origin, batch.count, batch.given_up_to, batch.reply_to, {}});
  if (!batch.lease.empty()) commit_.leases.push_back({origin.agent, origin.epoch, std::move(batch.lease), now});
  if (batch.given_up_to != 0) {
    commit_.given_up.push_back({origin.agent, origin.epoch, origin.lane, origin.first_sequence, batch.given_up_to, now,
                                std::move(batch.reason), false});
    return;
  }
  store::Record record;
  record.kind = store::RecordKind::batch;
  record.compare = batch.compare;
  record.origin = std::move(batch.origin);
  record.count = batch.count;
  record.min_time = record.max_time = now;
  // A batch that cannot be read is stored as it came, so that nothing is lost and its agent can go on; fusion
  // counts it.
  if (const Result<BatchSummary> summary = summarise_batch(batch.payload); summary && summary->events > 0) {
    record.min_time = summary->min_time;
    record.max_time = summary->max_time;
  }
  record.payload = std::move(batch.payload);
  commit_.records.push_back(std::move(record));
}

void Writer::store() {
  if (commit_.records.empty() && commit_.incidents.empty() && commit_.alerts.empty() && commit_.audit.empty() &&
      commit_.given_up.empty())
    return;
  const UtcNs now = stamp();
  for (store::Record& record : commit_.records) record.time = now;
  for (store::AuditLine& line : commit_.audit)
    if (line.time == 0) line.time = now;
  std::size_t bytes = 0;
  for (const store::Record& record : commit_.records) bytes += record.payload.size();
  const std::int64_t begun = monotonic_ns();
  if (Result<void> done = store_.commit(commit_); !done) return failed(done.error());
  bound_.took(bytes, begun, monotonic_ns());
  stored();
}

void Writer::stored() {
  if (retry_.count() != 0) {
    intake_.note({0, 0, "Engine", "storing again", "store", problem(), ""});
    set_problem({});
    retry_ = {};
  }
  acknowledge();
  for (const Order& order : orders_)
    if (order.done) order.done({});
  orders_.clear();
  tick_in_commit_ = false;
  // Position 0: all of the batch was stored before. Parts of one stand behind the others.
  std::vector<store::Record> records = std::move(commit_.records);
  commit_ = {};
  std::erase_if(records, [](const store::Record& record) { return record.position == 0; });
  if (records.empty()) return;
  std::sort(records.begin(), records.end(),
            [](const store::Record& a, const store::Record& b) { return a.position < b.position; });
  position_ = records.back().position;
  exits_.hand_on(std::move(records));
}

void Writer::acknowledge() {
  // Further parts of a batch stand behind all that was handed in.
  auto record = commit_.records.begin();
  auto given_up = commit_.given_up.begin();
  for (link::Acknowledgement& receipt : receipts_) {
    if (receipt.given_up_to != 0) {
      if ((given_up++)->refused) receipt.outcome = link::Acknowledgement::Outcome::refused;
    } else {
      while (record->kind != store::RecordKind::batch || record->origin.agent == link::kEngineName) ++record;
      if ((record++)->conflict) receipt.outcome = link::Acknowledgement::Outcome::conflict;
    }
  }
  if (!receipts_.empty()) exits_.acknowledge(receipts_);
  receipts_.clear();
}

void Writer::failed(const Error& error) {
  if (retry_.count() == 0) intake_.note({0, 0, "Engine", "cannot store", "store", error.text(), ""});
  set_problem(error.text());
  retry_ = retry_.count() == 0 ? kFirstRetry : std::min(retry_ * 2, kLastRetry);
  // A person waits for an answer: better no than later, without them.
  const auto n = static_cast<std::ptrdiff_t>(orders_.size());
  commit_.records.erase(commit_.records.begin(), commit_.records.begin() + n);
  commit_.audit.erase(commit_.audit.begin(), commit_.audit.begin() + n);
  for (const Order& order : orders_)
    if (order.done) order.done(error);
  orders_.clear();
}

}  // namespace wf::engine
