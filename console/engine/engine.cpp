#include "console/engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "console/engine/agents.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/judgement.hpp"
#include "console/engine/queue.hpp"
#include "console/engine/recovery.hpp"
#include "console/engine/site_archive.hpp"
#include "console/engine/trail.hpp"
#include "console/engine/watch.hpp"
#include "console/engine/writer.hpp"
#include "console/link/link_server.hpp"

namespace wf::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostRecords = 8192;             ///< between writer and fusion
constexpr std::size_t kMostRecordBytes = 128U << 20U;  ///< the same, in bytes
constexpr std::size_t kRecordsAtOnce = 256;
constexpr std::int64_t kFrame = kSecond / 30;  ///< the shortest time between two snapshots
constexpr std::int64_t kFindingsEvery = kSecond / 4;
constexpr std::int64_t kAgentsEvery = kSecond / 4;  ///< how often the link is asked for its agents
constexpr std::int64_t kStopWithin = 5 * kSecond;   ///< for what waits when the engine is told to stop
constexpr std::int64_t kQuietEvery = 5 * kSecond;   ///< a snapshot even if only heartbeats came
constexpr std::int64_t kLateAfter = 8 * kSecond;    ///< real time; an agent says something every five seconds
constexpr std::int64_t kStuckAfter = 10 * kSecond;
constexpr auto kHousekeeping = 1s;
constexpr std::int64_t kLedgerEvery = 5 * kSecond;

class PipelineEngine final : public Engine {
 public:
  explicit PipelineEngine(EngineOptions options)
      : options_(std::move(options)), archive_(options_.data), records_(kMostRecords) {}
  ~PipelineEngine() override { stop(); }

  Result<void> open(std::vector<std::string>& notes);

  std::shared_ptr<const Snapshot> snapshot() const override {
    const std::lock_guard hold(snapshot_mutex_);
    return snapshot_;
  }
  void submit(Command command, std::function<void(CommandReply)> reply) override;
  std::uint64_t watch(std::function<void()> on_change) override {
    const std::lock_guard hold(watchers_mutex_);
    watchers_.emplace(++last_watcher_, std::move(on_change));
    return last_watcher_;
  }
  void unwatch(std::uint64_t token) override {
    const std::lock_guard hold(watchers_mutex_);
    watchers_.erase(token);
  }
  Result<void> reload(const Judgement& judgement, std::vector<std::string>& notes) override;
  std::string endpoint() const override { return link_->endpoint(); }
  const EngineOptions& options() const override { return options_; }
  bool alive() const override {
    const std::int64_t now = monotonic_ns();
    const auto fresh = [&](std::int64_t beat) { return now - beat < kStuckAfter; };
    return fresh(writer_->beat()) && fresh(fusion_beat_) && fresh(housekeeping_beat_) && fresh(link_->last_turn());
  }

 private:
  struct Waiting {
    Command command;
    std::vector<std::function<void(CommandReply)>> replies;
  };

  Result<void> start_link();
  void start_threads();
  void stop();

  // The fusion thread.
  void fuse();
  void apply(const store::Record& record);
  void hand_over_findings(std::int64_t mono);
  void refresh_agents(std::int64_t mono);
  [[nodiscard]] bool worth_showing(std::int64_t mono);
  void publish(std::int64_t mono);
  void send_replies();

  void keep_house();
  void answer(const CommandReply& reply);
  [[nodiscard]] bool room() const { return records_.size() < kMostRecords / 2 && record_bytes_ < kMostRecordBytes; }

  const EngineOptions options_;
  std::unique_ptr<store::Store> store_;
  SiteArchive archive_;
  Intake intake_;
  BoundedQueue<store::Record> records_;
  std::atomic<std::size_t> record_bytes_ = 0;
  std::atomic<bool> starved_ = false;  ///< the writer waits for room in records_
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<link::LinkServer> link_;

  // Of the fusion thread; of open() before there is one.
  std::unique_ptr<Watch> watch_;
  fusion::Changes changes_;
  Unstored unstored_;
  std::vector<store::AuditLine> trail_;  ///< lines that go with unstored_
  Surroundings around_;
  std::vector<CommandReply> replies_;  ///< that wait for the snapshot that shows what they speak of
  bool changed_ = false;
  std::int64_t published_ = 0, handed_over_ = 0, agents_asked_ = 0;
  std::string shown_;  ///< what worth_showing() compares

  std::mutex reload_mutex_;
  Configuration in_force_;  ///< guarded by reload_mutex_
  std::string in_force_json_;

  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  ///< guarded by snapshot_mutex_

  std::mutex watchers_mutex_;  ///< held while they are called: after unwatch() none is
  std::map<std::uint64_t, std::function<void()>> watchers_;
  std::uint64_t last_watcher_ = 0;

  std::mutex waiting_mutex_;
  std::unordered_map<std::string, Waiting> waiting_;  ///< by command id; guarded by waiting_mutex_

  std::mutex house_mutex_;
  std::condition_variable house_changed_;
  bool stopping_ = false;                      ///< guarded by house_mutex_
  std::map<std::string, std::uint64_t> gaps_;  ///< guarded by house_mutex_
  UtcNs ledger_checked_ = 0;                   ///< guarded by house_mutex_
  std::atomic<std::int64_t> fusion_beat_ = 0, housekeeping_beat_ = 0;
  std::atomic<std::int64_t> give_up_at_ = std::numeric_limits<std::int64_t>::max();  ///< of judging; CLOCK_MONOTONIC
  std::thread writer_thread_, fusion_thread_, house_thread_;
};

Result<void> PipelineEngine::open(std::vector<std::string>& notes) {
  Result<std::unique_ptr<store::Store>> store = store::Store::open(options_.data);
  if (!store) return store.error();
  store_ = std::move(*store);
  watch_ = std::make_unique<Watch>(nullptr, [this](const std::string& site) { return archive_.find(site); });
  Result<Recovery> recovered = replay(options_.data, *watch_);
  if (!recovered) return recovered.error();
  in_force_ = std::move(recovered->configuration);
  in_force_json_ = std::move(recovered->configuration_json);

  const Judgement wanted{options_.site, options_.rules, options_.policy};
  Result<Configuration> configuration = read_configuration(wanted, in_force_, archive_, notes);
  if (!configuration) {
    notes.push_back(configuration.error().text());
    if (in_force_json_.empty()) configuration = Configuration{{}, options_.policy, {}};
  }
  UtcNs last = watch_->now();
  if (configuration) {
    std::string json = configuration_to_json(*configuration);
    if (json != in_force_json_) {
      store::Commit first;
      store::Record record;
      record.kind = store::RecordKind::config;
      record.time = last = std::max(last, options_.clock.now());
      record.payload = json;
      first.records.push_back(std::move(record));
      first.audit.push_back(
          audit_line_of_configuration("Engine", configuration->rules.size(), configuration->site, json));
      first.audit.back().time = last;
      if (Result<void> done = store_->commit(first); !done) return done;
      apply(first.records.front());
      in_force_ = std::move(*configuration);
      in_force_json_ = std::move(json);
    }
  }
  intake_.findings(std::move(recovered->findings));
  hand_over_findings(monotonic_ns());

  around_.user = options_.user;
  around_.role = options_.role;
  around_.seat = options_.seat;
  around_.demo = options_.demo;
  Writer::Exits exits;
  exits.room = [this] {
    if (room()) return true;
    // Said before the second look: fusion either makes room before it or sees that somebody waits for it.
    starved_ = true;
    return room();
  };
  exits.hand_on = [this](std::vector<store::Record>&& records) {
    for (store::Record& record : records) {
      record_bytes_ += record.payload.size();
      records_.push(std::move(record));
    }
  };
  exits.acknowledge = [this](const BatchOrigin& origin, std::uint32_t count, std::uint64_t reply_to) {
    link_->acknowledge(origin, count, reply_to);
  };
  writer_ = std::make_unique<Writer>(*store_, intake_, options_.clock, last, std::move(exits));
  writer_->want_ticks(watch_->timer_pending());  // of targets that ran when the engine stopped
  if (Result<void> listening = start_link(); !listening) return listening;
  refresh_agents(monotonic_ns());
  publish(monotonic_ns());
  start_threads();
  return {};
}

Result<void> PipelineEngine::start_link() {
  link::LinkOptions link;
  link.endpoint = options_.listen;
  link.keys = options_.data / "keys";
  link.clock = [clock = options_.clock] { return clock.now(); };
  link::LinkHandlers handlers;
  handlers.on_batch = [this](link::ReceivedBatch& batch) { return intake_.offer(batch); };
  handlers.stored = [this](const std::string& agent) { return store_->stored(agent); };
  handlers.on_audit = [this](const std::string& agent, const std::string& line) {
    intake_.note({0, 0, agent.empty() ? "Engine" : agent, "link", agent, line, ""});
  };
  Result<std::unique_ptr<link::LinkServer>> started = link::LinkServer::start(std::move(link), std::move(handlers));
  if (!started) return started.error();
  link_ = std::move(*started);
  return {};
}

void PipelineEngine::start_threads() {
  fusion_beat_ = housekeeping_beat_ = monotonic_ns();
  fusion_thread_ = std::thread([this] { fuse(); });
  writer_thread_ = std::thread([this] { writer_->run(); });
  house_thread_ = std::thread([this] { keep_house(); });
}

/// Each thread ends once what it feeds on is closed and empty, in the order of the pipeline.
void PipelineEngine::stop() {
  // What fusion has not judged by then stays in the log: the next start judges it, as after a crash.
  give_up_at_ = monotonic_ns() + kStopWithin;
  intake_.close();
  if (writer_thread_.joinable()) writer_thread_.join();
  records_.close();
  if (fusion_thread_.joinable()) fusion_thread_.join();
  if (writer_) writer_->finish();
  {
    const std::lock_guard hold(house_mutex_);
    stopping_ = true;
  }
  house_changed_.notify_all();
  if (house_thread_.joinable()) house_thread_.join();
  link_.reset();
}

// --- commands and configuration: any thread ---

void PipelineEngine::submit(Command command, std::function<void(CommandReply)> reply) {
  if (command.id.empty()) command.id = random_id();
  if (command.actor.empty()) command.actor = options_.user;
  if (command.seat.empty()) command.seat = options_.seat;
  Order order;
  order.audit = audit_line_of(command, *snapshot());
  order.done = [this, id = command.id](const Result<void>& stored) {
    if (!stored) answer({id, false, "Not stored: " + stored.error().text()});
  };
  {
    const std::lock_guard hold(waiting_mutex_);
    Waiting& waiting = waiting_[command.id];
    waiting.command = command;
    if (reply) waiting.replies.push_back(std::move(reply));
  }
  const std::string id = command.id;
  order.command = std::move(command);
  if (!intake_.order(order))
    answer({id, false, intake_.closed() ? "The engine is stopping" : "Too many commands wait to be stored"});
}

Result<void> PipelineEngine::reload(const Judgement& judgement, std::vector<std::string>& notes) {
  const std::lock_guard hold(reload_mutex_);
  Result<Configuration> configuration = read_configuration(judgement, in_force_, archive_, notes);
  if (!configuration) return configuration.error();
  std::string json = configuration_to_json(*configuration);
  if (json == in_force_json_) return {};
  Order order;
  order.configuration = json;
  order.audit = audit_line_of_configuration(options_.user, configuration->rules.size(), configuration->site, json);
  auto done = std::make_shared<std::promise<Result<void>>>();
  std::future<Result<void>> answer = done->get_future();
  order.done = [done](const Result<void>& stored) { done->set_value(stored); };
  if (!intake_.order(order)) return Error{"the engine is stopping", "", ""};
  Result<void> stored = answer.get();
  if (!stored) return stored;
  in_force_ = std::move(*configuration);
  in_force_json_ = std::move(json);
  return {};
}

void PipelineEngine::answer(const CommandReply& reply) {
  Waiting waiting;
  {
    const std::lock_guard hold(waiting_mutex_);
    const auto it = waiting_.find(reply.command_id);
    if (it == waiting_.end()) return;
    waiting = std::move(it->second);
    waiting_.erase(it);
  }
  for (const auto& tell : waiting.replies) tell(reply);
}

// --- the fusion thread ---

void PipelineEngine::fuse() {
  std::deque<store::Record> taken;
  while (true) {
    std::int64_t due = changed_ ? std::max<std::int64_t>(published_ + kFrame - monotonic_ns(), 0) : kSecond;
    if (!unstored_.empty() || !trail_.empty())
      due = std::min(due, std::max<std::int64_t>(handed_over_ + kFindingsEvery - monotonic_ns(), 0));
    const bool more = records_.pop(taken, kRecordsAtOnce, std::chrono::nanoseconds(due));
    std::int64_t mono = monotonic_ns();
    fusion_beat_ = mono;
    std::size_t bytes = 0;
    for (const store::Record& record : taken) {
      bytes += record.payload.size();
      fusion_beat_ = monotonic_ns();
      if (fusion_beat_ < give_up_at_) apply(record);
    }
    if (!taken.empty()) {
      record_bytes_ -= bytes;
      writer_->want_ticks(watch_->timer_pending());
      if (starved_.exchange(false)) intake_.wake();
      mono = monotonic_ns();
    }
    if (!more) break;
    if (mono - handed_over_ >= kFindingsEvery) hand_over_findings(mono);
    refresh_agents(mono);
    if ((changed_ && mono - published_ >= kFrame) || worth_showing(mono)) publish(mono);
  }
  hand_over_findings(monotonic_ns());
  publish(monotonic_ns());
}

/// What an incident was like is stored a few times a second: a storm changes it a thousand times between.
void PipelineEngine::hand_over_findings(std::int64_t mono) {
  handed_over_ = mono;
  Findings findings = unstored_.hand_over();
  findings.audit = std::exchange(trail_, {});
  intake_.findings(std::move(findings));
}

void PipelineEngine::apply(const store::Record& record) {
  changes_.clear();
  watch_->apply(record, changes_);
  unstored_.take(changes_);
  for (CommandReply& reply : changes_.replies) {
    if (!reply.accepted) {
      const std::lock_guard hold(waiting_mutex_);
      if (const auto it = waiting_.find(reply.command_id); it != waiting_.end())
        trail_.push_back(audit_line_of_refusal(it->second.command, reply, record.time));
    }
    replies_.push_back(std::move(reply));
  }
  changed_ = true;
}

void PipelineEngine::refresh_agents(std::int64_t mono) {
  if (mono - agents_asked_ < kAgentsEvery) return;
  agents_asked_ = mono;
  const auto late = static_cast<std::int64_t>(static_cast<double>(kLateAfter) * options_.clock.speed());
  std::map<std::string, std::uint64_t> gaps;
  {
    const std::lock_guard hold(house_mutex_);
    gaps = gaps_;
    around_.health.ledger_checked = ledger_checked_;
  }
  around_.agents = agent_states(link_->peers(), gaps, options_.clock.now(), late);
  around_.health.ledger_gaps = 0;
  for (const auto& [agent, missing] : gaps) around_.health.ledger_gaps += missing;
}

/// With no record taken, is there still something new to see? A quiet wall gets a snapshot every few seconds and
/// draws nothing meanwhile.
bool PipelineEngine::worth_showing(std::int64_t mono) {
  if (mono - published_ < kSecond) return false;
  if (mono - published_ >= kQuietEvery) return true;
  std::string now = writer_->problem();
  for (const AgentState& agent : around_.agents)
    now += fmt::format("\n{} {} {}", agent.name, static_cast<int>(agent.health), agent.gap_events);
  if (now != shown_) {
    shown_ = std::move(now);
    return true;
  }
  // The curve of events a second moves until it has run out.
  const std::shared_ptr<const Snapshot> last = snapshot();
  return std::any_of(last->eps_history.begin(), last->eps_history.end(), [](std::uint16_t n) { return n != 0; });
}

void PipelineEngine::publish(std::int64_t mono) {
  around_.clock_rate = options_.clock.speed();
  const UtcNs now = std::max(options_.clock.now(), watch_->now());
  around_.clock_offset = now - Clock().now();
  around_.health.problem = writer_->problem();
  around_.health.queue_depth = intake_.depth() + records_.size();
  around_.health.log_position = std::max(writer_->log_position(), watch_->position());
  around_.health.refused_batches = writer_->refused();
  std::shared_ptr<const Snapshot> made = watch_->snapshot(now, around_);
  {
    const std::lock_guard hold(snapshot_mutex_);
    snapshot_.swap(made);
  }
  published_ = mono;
  changed_ = false;
  send_replies();
  const std::lock_guard hold(watchers_mutex_);
  for (const auto& [token, tell] : watchers_) tell();
}

void PipelineEngine::send_replies() {
  for (const CommandReply& reply : replies_) answer(reply);
  replies_.clear();
}

// --- the housekeeping thread ---

void PipelineEngine::keep_house() {
  std::int64_t ledger_read = 0;
  std::unique_lock lock(house_mutex_);
  while (!stopping_) {
    house_changed_.wait_for(lock, kHousekeeping, [&] { return stopping_; });
    lock.unlock();
    const std::int64_t mono = monotonic_ns();
    housekeeping_beat_ = mono;
    store_->checkpoint();
    std::map<std::string, std::uint64_t> gaps;
    const bool read = mono - ledger_read >= kLedgerEvery;
    if (read) gaps = gaps_of(store_->ledger());
    lock.lock();
    if (!read) continue;
    ledger_read = mono;
    gaps_ = std::move(gaps);
    ledger_checked_ = options_.clock.now();
  }
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, std::vector<std::string>& notes) {
  auto engine = std::make_unique<PipelineEngine>(std::move(options));
  if (Result<void> opened = engine->open(notes); !opened) return opened.error();
  return Result<std::unique_ptr<Engine>>(std::move(engine));
}

}  // namespace wf::engine
