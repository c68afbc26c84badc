#include "console/engine/engine.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "console/engine/attachment_desk.hpp"
#include "console/engine/compiled_rules.hpp"
#include "console/engine/dispatch.hpp"
#include "console/engine/housekeeping.hpp"
#include "console/engine/intake.hpp"
#include "console/engine/judgement.hpp"
#include "console/engine/judging.hpp"
#include "console/engine/own_events.hpp"
#include "console/engine/published.hpp"
#include "console/engine/record_queue.hpp"
#include "console/engine/recovery.hpp"
#include "console/engine/replies.hpp"
#include "console/engine/site_archive.hpp"
#include "console/engine/trail.hpp"
#include "console/engine/watch.hpp"
#include "console/engine/writer.hpp"
#include "console/link/link_server.hpp"

namespace wf::engine {
namespace {

constexpr std::int64_t kStopWithin = 5 * kSecond;  ///< for what waits when the engine is told to stop
constexpr std::int64_t kStuckAfter = 10 * kSecond;

class PipelineEngine final : public Engine {
 public:
  explicit PipelineEngine(EngineOptions options) : options_(std::move(options)), archive_(options_.data) {}
  ~PipelineEngine() override { stop(); }

  Result<void> open(std::vector<std::string>& notes);

  std::shared_ptr<const Snapshot> snapshot() const override { return published_.current(); }
  RulesShown rules() const override { return published_.rules(); }
  void submit(Command command, std::function<void(CommandReply)> reply) override;
  std::uint64_t watch(std::function<void()> on_change) override { return published_.watch(std::move(on_change)); }
  void unwatch(std::uint64_t token) override { published_.unwatch(token); }
  Result<void> reload(const Judgement& judgement, std::vector<std::string>& notes) override;
  std::string endpoint() const override { return link_->endpoint(); }
  const EngineOptions& options() const override { return options_; }
  bool alive() const override {
    const std::int64_t now = monotonic_ns();
    const auto fresh = [&](std::int64_t beat) { return now - beat < kStuckAfter; };
    return fresh(writer_->beat()) && fresh(judging_->beat()) && fresh(house_->beat()) && fresh(link_->last_turn());
  }
  HealthReport health() const override;
  void report(const link::Fact& fact) override { tell(fact); }
  void set_heartbeat(std::string problem) override {
    const std::lock_guard hold(heartbeat_mutex_);
    heartbeat_ = std::move(problem);
  }
  void set_posts(const void* door, std::vector<GuardPost> posts) override {
    const std::lock_guard hold(posts_mutex_);
    posts_at_[door] = std::move(posts);
    auto all = std::make_shared<std::vector<GuardPost>>();
    for (const auto& [at, some] : posts_at_) all->insert(all->end(), some.begin(), some.end());
    // By name, so that who was connected first cannot be seen.
    std::sort(all->begin(), all->end(), [](const GuardPost& a, const GuardPost& b) {
      return std::tie(a.name, a.user, a.seat) < std::tie(b.name, b.user, b.seat);
    });
    posts_ = std::move(all);
  }
  void set_certificate(std::string trouble) override {
    {
      const std::lock_guard hold(heartbeat_mutex_);
      if (trouble == certificate_) return;
      certificate_ = trouble;
    }
    if (!trouble.empty()) tell({link::Topic::key_expiry, {}, {}, std::move(trouble)});
  }

 private:
  [[nodiscard]] std::shared_ptr<const std::vector<GuardPost>> posts() const {
    const std::lock_guard hold(posts_mutex_);
    return posts_;
  }
  [[nodiscard]] std::string heartbeat() const {
    const std::lock_guard hold(heartbeat_mutex_);
    return heartbeat_;
  }
  /// Puts the configuration of site, rules and policy in force, as a record of the log if it is a new one.
  Result<void> configure(std::vector<std::string>& notes, fusion::Changes& changes);
  void open_writer();
  void open_desk(std::vector<std::string>& notes);
  Result<void> start_link();
  void stop();
  /// Logs what became of sending a command to a device; the link's thread.
  void log_sent(const DeviceCommand& command, const std::string& why);
  /// Audits a fact and makes it an event; any thread.
  void tell(const link::Fact& fact);
  /// What is wrong with the engine, the worst first; any thread.
  [[nodiscard]] std::string problem() const;

  const EngineOptions options_;
  std::unique_ptr<store::Store> store_;
  SiteArchive archive_;
  std::unique_ptr<Watch> watch_;  ///< judging_'s, once there is one
  Intake intake_;
  RecordQueue records_;
  Published published_;
  Replies replies_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<AttachmentDesk> desk_;  ///< null: attachments cannot be stored
  std::unique_ptr<CommandDispatch> dispatch_;
  std::unique_ptr<link::LinkServer> link_;
  std::unique_ptr<Housekeeping> house_;
  std::unique_ptr<Judging> judging_;
  std::thread writer_thread_;

  std::mutex reload_mutex_;
  Configuration in_force_;  ///< guarded by reload_mutex_
  std::string in_force_json_;

  const std::int64_t started_ = monotonic_ns();
  mutable std::mutex heartbeat_mutex_;
  std::string heartbeat_, certificate_;  ///< guarded by heartbeat_mutex_
  mutable std::mutex posts_mutex_;
  std::map<const void*, std::vector<GuardPost>> posts_at_;  ///< by door; guarded by posts_mutex_
  std::shared_ptr<const std::vector<GuardPost>> posts_;     ///< the same
};

Result<void> PipelineEngine::open(std::vector<std::string>& notes) {
  using Missing = store::Store::Missing;
  Result<std::unique_ptr<store::Store>> store =
      store::Store::open(options_.data, options_.fresh ? Missing::begin_anew : Missing::refuse);
  if (!store) return store.error();
  store_ = std::move(*store);
  watch_ = std::make_unique<Watch>(nullptr, [this](const std::string& site) { return archive_.find(site); });
  Result<Recovery> recovered = replay(options_.data, *watch_, options_.reading);
  if (!recovered) return recovered.error();
  const UtcNs newest = watch_->now();
  in_force_ = std::move(recovered->configuration);
  in_force_json_ = std::move(recovered->configuration_json);
  fusion::Changes changes;
  if (Result<void> configured = configure(notes, changes); !configured) return configured;
  intake_.findings(std::move(recovered->findings));
  open_writer();
  open_desk(notes);
  if (Result<void> listening = start_link(); !listening) return listening;
  house_ = std::make_unique<Housekeeping>(
      *store_, Housekeeping::Needs{options_.clock, options_.data / "keys", options_.max_key_age, newest,
                                   [this] { return link_->peers(); }, [this](const link::Fact& fact) { tell(fact); }});
  judging_ = std::make_unique<Judging>(
      Judging::Parts{options_, *watch_, records_, *writer_, intake_, *dispatch_, *link_, *house_, published_, replies_,
                     desk_.get(), [this](const link::Fact& fact) { tell(fact); }, [this] { return problem(); },
                     [this] { return heartbeat(); }, [this] { return posts(); }},
      changes);
  judging_->start();
  writer_thread_ = std::thread([this] { writer_->run(); });
  house_->start();
  if (desk_) desk_->start();
  return {};
}

Result<void> PipelineEngine::configure(std::vector<std::string>& notes, fusion::Changes& changes) {
  Result<Configuration> configuration =
      read_configuration({options_.site, options_.rules, options_.policy, options_.plans}, in_force_, archive_, notes);
  if (!configuration) {
    notes.push_back(configuration.error().text());
    if (!in_force_json_.empty()) return {};
    configuration = Configuration{{}, options_.policy, {}, {}};
  }
  std::string json = configuration_to_json(*configuration);
  if (json == in_force_json_) return {};
  store::Commit first;
  store::Record record;
  record.kind = store::RecordKind::config;
  record.time = std::max(watch_->now(), options_.clock.now());
  record.payload = json;
  first.audit.push_back(audit_line_of_configuration("Engine", configuration->rules.size(), configuration->site, json));
  first.audit.back().time = record.time;
  first.records.push_back(std::move(record));
  if (Result<void> done = store_->commit(first); !done) return done;
  watch_->apply(first.records.front(), changes);
  in_force_ = std::move(*configuration);
  in_force_json_ = std::move(json);
  return {};
}

void PipelineEngine::open_writer() {
  Writer::Exits exits;
  exits.room = [this] { return records_.room(); };
  exits.spare = [this] { return records_.spare(); };
  exits.hand_on = [this](std::vector<store::Record>&& records) { records_.push(std::move(records)); };
  exits.acknowledge = [this](std::span<const link::Acknowledgement> done) { link_->acknowledge(done); };
  writer_ = std::make_unique<Writer>(*store_, intake_, options_.clock, watch_->now(), std::move(exits));
}

/// Attachments never stand in the way of events: without their folder the engine runs, and agents keep them.
void PipelineEngine::open_desk(std::vector<std::string>& notes) {
  Result<std::unique_ptr<store::AttachmentStore>> store =
      store::AttachmentStore::open(options_.data, options_.attachments);
  if (!store) return notes.push_back("attachments are not taken: " + store.error().text());
  AttachmentDesk::Exits exits;
  exits.clock = [clock = options_.clock] { return clock.now(); };
  exits.answer = [this](link::PieceAnswer answer) { link_->answer_piece(std::move(answer)); };
  exits.removed = [this](const std::string& line) { intake_.note({0, 0, "Engine", "attachments", "", line, ""}); };
  desk_ = std::make_unique<AttachmentDesk>(std::move(*store), std::move(exits));
}

Result<void> PipelineEngine::start_link() {
  link::LinkOptions link;
  link.endpoint = options_.listen;
  link.keys = options_.data / "keys";
  link.lease_secret = store_->lease_secret();
  link.clock = [clock = options_.clock] { return clock.now(); };
  link.rotate_after = options_.rotate_after;
  Result<link::CommandKey> key = link::CommandKey::open(link.keys);
  if (!key) return key.error();
  link.command_key = key->public_text();
  dispatch_ = std::make_unique<CommandDispatch>(
      std::move(*key),
      [this](const std::string& agent, const std::string& id, std::string payload) {
        link_->send_command(agent, id, std::move(payload));
      },
      [this](const DeviceCommand& command, const std::string& why) { log_sent(command, why); });
  link::LinkHandlers handlers;
  handlers.on_command = [this](const std::string& id, link::CommandFate fate) { dispatch_->on_fate(id, fate); };
  handlers.on_batch = [this](link::ReceivedBatch& batch) { return intake_.offer(batch); };
  handlers.stored = [this](const std::string& agent) { return store_->stored(agent); };
  handlers.device_names = [this](std::string_view name) {
    const std::shared_ptr<const Snapshot> seen = snapshot();
    const DevicePlace place = seen && seen->estate ? seen->estate->find_device(name) : DevicePlace{};
    return place.device == nullptr ? std::string() : place.device->id;
  };
  handlers.lease = [this](const std::string& agent, std::uint64_t epoch) { return store_->lease(agent, epoch); };
  handlers.on_fact = [this](const link::Fact& fact) { tell(fact); };
  if (desk_) handlers.on_piece = [this](link::ReceivedPiece& piece) { return desk_->offer(piece); };
  Result<std::unique_ptr<link::LinkServer>> started = link::LinkServer::start(std::move(link), std::move(handlers));
  if (!started) return started.error();
  link_ = std::move(*started);
  return {};
}

void PipelineEngine::tell(const link::Fact& fact) {
  const std::string& subject = fact.agent.empty() ? fact.remote : fact.agent;
  intake_.note({0, 0, fact.agent.empty() ? "Engine" : fact.agent, "link", subject, fact.line, ""},
               event_of(fact, 0));  // the writer gives it the log's time
}

/// Each thread ends once what it feeds on is closed and empty, in the order of the pipeline.
void PipelineEngine::stop() {
  if (judging_) judging_->give_up_at(monotonic_ns() + kStopWithin);
  intake_.close();
  if (writer_thread_.joinable()) writer_thread_.join();
  records_.close();
  if (judging_) judging_->join();
  if (writer_) writer_->finish();
  if (house_) house_->stop();
  if (desk_) desk_->stop();
  link_.reset();
}

std::string PipelineEngine::problem() const {
  std::string storing = writer_->problem();
  return storing.empty() ? house_->problem() : storing;
}

HealthReport PipelineEngine::health() const {
  HealthReport out;
  const std::int64_t mono = monotonic_ns();
  out.now = options_.clock.now();
  out.up = mono - started_;
  const auto thread = [&](const char* name, std::int64_t beat) {
    out.threads.push_back({name, std::max<std::int64_t>(mono - beat, 0)});
  };
  thread("link", link_->last_turn());
  thread("writer", writer_->beat());
  thread("fusion", judging_->beat());
  thread("housekeeping", house_->beat());
  out.problem = problem();
  out.heartbeat = heartbeat();
  for (const link::PeerState& peer : link_->peers()) {
    if (peer.revoked) continue;
    ++out.agents;
    if (peer.connected) ++out.connected;
  }
  if (const UtcNs last = judging_->last_event(); last != 0) out.last_event = std::max<std::int64_t>(out.now - last, 0);
  out.agents_at = link_->endpoint();
  out.gap_events = snapshot()->health.ledger_gaps;
  return out;
}

// --- commands and configuration: any thread ---

void PipelineEngine::submit(Command command, std::function<void(CommandReply)> reply) {
  if (command.id.empty()) command.id = random_id();
  if (!seat_may_send(static_cast<std::uint32_t>(command.kind))) {
    if (reply) reply({command.id, false, "This is the engine's own to say"});
    return;
  }
  if (command.actor.empty()) command.actor = options_.user;
  if (command.seat.empty()) command.seat = options_.seat;
  if (command.role.empty()) command.role = options_.role;
  const std::shared_ptr<const Snapshot> seen = snapshot();
  command.agent.clear();
  if (command.kind == CommandKind::device) {
    const DevicePlace place = seen->estate ? seen->estate->find_device(command.target) : DevicePlace{};
    if (place.device != nullptr) command.target = place.device->id;
    command.agent = agent_for(*seen, command.target, command.action);
  }
  Order order;
  order.audit = audit_line_of(command, *seen);
  order.done = [this, id = command.id](const Result<void>& stored) {
    if (!stored) replies_.answer({id, false, "Not stored: " + stored.error().text()});
  };
  replies_.expect(command, std::move(reply));
  const std::string id = command.id;
  order.command = std::move(command);
  if (!intake_.order(order))
    replies_.answer({id, false, intake_.closed() ? "The engine is stopping" : "Too many commands wait to be stored"});
}

Result<void> PipelineEngine::reload(const Judgement& judgement, std::vector<std::string>& notes) {
  const std::lock_guard hold(reload_mutex_);
  Result<Configuration> configuration = read_configuration(judgement, in_force_, archive_, notes);
  if (!configuration) return configuration.error();
  std::string json = configuration_to_json(*configuration);
  if (json == in_force_json_) return {};
  // What people changed of the rules is compiled here too, so that fusion's thread finds all of it done.
  if (const RulesShown shown = rules(); shown.in_force && shown.in_force->changes.any_text()) {
    RuleChanges changes = shown.in_force->changes;
    changes.follow(configuration->rules, options_.clock.now());
    sigma::LoadReport told_before;
    (void)compile_rules(changes.over(configuration->rules), told_before);
  }
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

void PipelineEngine::log_sent(const DeviceCommand& command, const std::string& why) {
  Order order;
  order.command.id = random_id();
  order.command.kind = CommandKind::device_sent;
  order.command.actor = "Engine";
  order.command.target = command.id;
  order.command.text = why;
  order.command.agent = command.agent;
  order.audit = audit_line_of(order.command, *snapshot());
  // One that cannot be logged now is told by its agent's answer, or by the silence.
  (void)intake_.order(order);
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, std::vector<std::string>& notes) {
  auto engine = std::make_unique<PipelineEngine>(std::move(options));
  if (Result<void> opened = engine->open(notes); !opened) return opened.error();
  return Result<std::unique_ptr<Engine>>(std::move(engine));
}

}  // namespace wf::engine
