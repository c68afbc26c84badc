#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/engine/clock.hpp"
#include "console/engine/rules_in_force.hpp"
#include "console/fusion/fusion.hpp"
#include "console/link/fact.hpp"
#include "console/model/attachment_limits.hpp"
#include "console/model/command.hpp"
#include "console/model/health.hpp"
#include "console/model/snapshot.hpp"
#include "proto/result.hpp"

namespace wf::engine {

struct EngineOptions {
  std::filesystem::path data;                ///< data directory; made with mode 0700
  std::filesystem::path site;                ///< a site or an estate; empty: an engine without a map
  std::vector<std::filesystem::path> rules;  ///< files or folders
  std::vector<std::filesystem::path> plans;  ///< response plans: files or folders; none: rules' own steps alone
  std::string listen = "tcp://127.0.0.1:7710";
  Clock clock;
  fusion::Policy policy;
  AttachmentLimits attachments;
  std::string user = "operator", role = "Operator", seat = "Seat 1";
  std::int64_t rotate_after = 0;  ///< age at which an agent is asked for a new key, ns; 0: only when somebody asks
  std::int64_t max_key_age = 0;   ///< a key that is older is a problem of the engine's health, ns; 0: none is
  /// While the log is read: the position that was reached and its last one. False: stop starting. May be empty.
  std::function<bool(std::uint64_t position, std::uint64_t newest)> reading = {};
  bool demo = false;
  bool fresh = false;  ///< begin an empty record where an engine's database is missing or empty
};

/// What reload() replaces: how the engine judges, not where it listens or stores.
struct Judgement {
  std::filesystem::path site;                ///< as EngineOptions::site
  std::vector<std::filesystem::path> rules;  ///< as EngineOptions::rules
  fusion::Policy policy;
  std::vector<std::filesystem::path> plans;  ///< as EngineOptions::plans
};

/// The pipeline: link → store (persist, then acknowledge) → fusion → snapshot; commands go the other way.
/// console/README.md has the table of its threads. Public methods may be called from any thread.
class Engine {
 public:
  /// Opens the data directory, replays its log into fusion, then listens. `notes` receives one line for each
  /// thing that could not be used (rules, plans, site) and is not fatal.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> start(EngineOptions options, std::vector<std::string>& notes);
  virtual ~Engine() = default;  ///< stops listening, stores what was taken, joins its threads

  [[nodiscard]] virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  /// The rules in force and how they did; costs nothing.
  [[nodiscard]] virtual RulesShown rules() const = 0;
  /// Logs the command durably, then carries it out; `reply` is called on an engine thread. A command that
  /// cannot be stored is refused with the reason.
  virtual void submit(Command command, std::function<void(CommandReply)> reply) = 0;
  /// Called on an engine thread after each new snapshot; must return at once. Returns a token for unwatch().
  virtual std::uint64_t watch(std::function<void()> on_change) = 0;
  virtual void unwatch(std::uint64_t token) = 0;
  /// Reads site, rules and plans anew, from places that may be others than at the start, and takes the policy, as one
  /// logged configuration; the old one stays when the new cannot be used.
  virtual Result<void> reload(const Judgement& judgement, std::vector<std::string>& notes) = 0;
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual const EngineOptions& options() const = 0;
  /// True while every thread has made progress within the last ten seconds; for the watchdog.
  [[nodiscard]] virtual bool alive() const = 0;
  /// What it tells of itself to who watches from outside; costs microseconds.
  [[nodiscard]] virtual HealthReport health() const = 0;
  /// Audits a fact and makes it an event of the engine's own, on which rules fire.
  virtual void report(const link::Fact& fact) = 0;
  /// Why the heartbeat to elsewhere fails, for the health that is shown; empty: it does not.
  virtual void set_heartbeat(std::string problem) = 0;
  /// The guards' posts that are connected through one door (`door` only tells doors apart), for what is shown.
  virtual void set_posts(const void* door, std::vector<GuardPost> posts) = 0;
  /// What is wrong, or soon will be, with the certificate of an address that the engine's machine calls; empty:
  /// nothing. Each change is an event and a line of the audit. Any thread.
  virtual void set_certificate(std::string trouble) = 0;
};

}  // namespace wf::engine
