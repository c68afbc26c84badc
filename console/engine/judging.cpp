#include "console/engine/judging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "console/engine/agents.hpp"
#include "console/engine/trail.hpp"

namespace wf::engine {
namespace {

constexpr std::size_t kRecordsAtOnce = 256;
/// The shortest time between two snapshots: while records wait, and while none do. What one costs takes no more than a
/// tenth of the thread.
constexpr std::int64_t kFrame = kSecond / 30, kSoon = 4 * kMillisecond;
constexpr std::int64_t kFindingsEvery = kSecond / 4;
constexpr std::int64_t kAgentsEvery = kSecond / 4;  ///< how often the link is asked for its agents
constexpr std::int64_t kQuietEvery = 5 * kSecond;   ///< a snapshot even if only heartbeats came
constexpr std::int64_t kLateAfter = 8 * kSecond;    ///< real time; an agent says something every five seconds

}  // namespace

Judging::Judging(Parts parts, const fusion::Changes& changes)
    : parts_(std::move(parts)), silence_(parts_.watch.silent_agents(), monotonic_ns()), beat_(monotonic_ns()) {
  around_.user = parts_.options.user;
  around_.role = parts_.options.role;
  around_.seat = parts_.options.seat;
  around_.demo = parts_.options.demo;
  unstored_.take(changes);
  // What a crash kept from being sent, as long as it has time; what expired meanwhile fusion's clock says.
  for (const DeviceCommand& command : parts_.watch.fusion().unsent_orders()) parts_.dispatch.add(command);
  parts_.writer.want_ticks(parts_.watch.timer_pending());  // of targets that ran when the engine stopped
  hand_over_findings(monotonic_ns());
  refresh_agents(monotonic_ns());
  publish(monotonic_ns());
}

Judging::~Judging() { join(); }

void Judging::start() {
  beat_ = monotonic_ns();
  thread_ = std::thread([this] { run(); });
}

void Judging::join() {
  if (thread_.joinable()) thread_.join();
}

void Judging::run() {
  std::deque<store::Record> taken;
  while (true) {
    std::int64_t due = changed_ ? std::max<std::int64_t>(published_ + frame() - monotonic_ns(), 0) : kSecond;
    if (!parts_.dispatch.empty()) due = std::min(due, CommandDispatch::kTryEvery);
    if (!unstored_.empty() || !trail_.empty())
      due = std::min(due, std::max<std::int64_t>(handed_over_ + kFindingsEvery - monotonic_ns(), 0));
    const bool more = parts_.records.pop(taken, kRecordsAtOnce, std::chrono::nanoseconds(due));
    std::int64_t mono = monotonic_ns();
    beat_ = mono;
    std::size_t bytes = 0;
    for (const store::Record& record : taken) {
      bytes += record.payload.size();
      beat_ = monotonic_ns();
      if (beat_ < give_up_at_) apply(record);
    }
    if (!taken.empty()) {
      parts_.records.done(bytes);
      parts_.writer.want_ticks(parts_.watch.timer_pending());
      if (parts_.records.take_hunger()) parts_.intake.wake();
      mono = monotonic_ns();
    }
    if (!more) break;
    parts_.dispatch.step(parts_.options.clock.now(), mono);
    if (mono - handed_over_ >= kFindingsEvery) hand_over_findings(mono);
    refresh_agents(mono);
    if ((changed_ && mono - published_ >= frame()) || worth_showing(mono)) publish(mono);
  }
  hand_over_findings(monotonic_ns());
  publish(monotonic_ns());
}

std::int64_t Judging::frame() const {
  return parts_.records.size() > 0 ? kFrame : std::clamp(publishing_ * 10, kSoon, kFrame);
}

void Judging::apply(const store::Record& record) {
  changes_.clear();
  parts_.watch.apply(record, changes_);
  unstored_.take(changes_);
  for (const DeviceCommand& order : changes_.orders) parts_.dispatch.add(order);
  for (CommandReply& reply : changes_.replies) {
    if (!reply.accepted)
      if (const std::optional<Command> asked = parts_.replies.command(reply.command_id))
        trail_.push_back(audit_line_of_refusal(*asked, reply, record.time));
    replies_.push_back(std::move(reply));
  }
  changed_ = true;
}

/// What an incident was like is stored a few times a second: a storm changes it a thousand times between.
void Judging::hand_over_findings(std::int64_t mono) {
  handed_over_ = mono;
  Findings findings = unstored_.hand_over();
  findings.audit = std::exchange(trail_, {});
  parts_.intake.findings(std::move(findings));
}

void Judging::refresh_agents(std::int64_t mono) {
  if (mono - agents_asked_ < kAgentsEvery) return;
  agents_asked_ = mono;
  const Clock& clock = parts_.options.clock;
  const auto late = static_cast<std::int64_t>(static_cast<double>(kLateAfter) * clock.speed());
  const Housekeeping::Ledger ledger = parts_.house.ledger();
  around_.health.ledger_checked = ledger.checked;
  around_.agents = agent_states(parts_.link.peers(), ledger.numbers, clock.now(), late, parts_.options.rotate_after);
  silence_.look(
      around_.agents, mono, [this](const std::string& agent) { return parts_.watch.spoke(agent); }, parts_.tell);
  around_.health.ledger_gaps = 0;
  for (const auto& [agent, known] : ledger.numbers) around_.health.ledger_gaps += known.missing;
}

/// With no record taken, is there still something new to see? A quiet wall gets a snapshot every few seconds and
/// draws nothing meanwhile.
bool Judging::worth_showing(std::int64_t mono) {
  if (mono - published_ < kSecond) return false;
  if (mono - published_ >= kQuietEvery) return true;
  if (parts_.desk != nullptr && parts_.desk->states() != around_.attachments) return true;
  if (parts_.posts() != around_.posts) return true;
  std::string now = parts_.problem() + parts_.heartbeat();
  for (const AgentState& agent : around_.agents)
    now += fmt::format("\n{} {} {} {}", agent.name, static_cast<int>(agent.health),
                       agent.gap_events + agent.given_up_events, agent.kept_out_until);
  if (now != shown_) {
    shown_ = std::move(now);
    return true;
  }
  // The curve of events a second moves until it has run out.
  const std::shared_ptr<const Snapshot> last = parts_.published.current();
  return std::any_of(last->eps_history.begin(), last->eps_history.end(), [](std::uint16_t n) { return n != 0; });
}

/// The desk tells of what open incidents name; what it says stands in the next snapshot.
void Judging::follow_attachments() {
  if (parts_.desk == nullptr) return;
  const std::uint64_t version = parts_.watch.attachments_version();
  if (std::exchange(attachments_version_, version) != version) parts_.desk->follow(parts_.watch.attachments());
  around_.attachments = parts_.desk->states();
}

void Judging::publish(std::int64_t mono) {
  follow_attachments();
  const Clock& clock = parts_.options.clock;
  Watch& watch = parts_.watch;
  around_.clock_rate = clock.speed();
  const UtcNs now = std::max(clock.now(), watch.now());
  around_.clock_offset = now - Clock().now();
  around_.health.problem = parts_.problem();
  around_.health.heartbeat = parts_.heartbeat();
  around_.posts = parts_.posts();
  last_event_ = watch.last_event();
  around_.health.queue_depth = parts_.intake.depth() + parts_.records.size();
  around_.health.log_position = std::max(parts_.writer.log_position(), watch.position());
  around_.health.refused_batches = parts_.writer.refused();
  published_ = mono;
  changed_ = false;
  std::shared_ptr<const Snapshot> snapshot = watch.snapshot(now, around_);
  parts_.published.put(std::move(snapshot), watch.rules(), [&] {
    for (const CommandReply& reply : replies_) parts_.replies.answer(reply);
    replies_.clear();
  });
  publishing_ = monotonic_ns() - mono;
}

}  // namespace wf::engine
