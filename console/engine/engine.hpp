#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/engine/clock.hpp"
#include "console/fusion/fusion.hpp"
#include "console/model/command.hpp"
#include "console/model/snapshot.hpp"
#include "proto/result.hpp"

namespace wf::engine {

struct EngineOptions {
  std::filesystem::path data;                ///< data directory; made with mode 0700
  std::filesystem::path site;                ///< a site or an estate; empty: an engine without a map
  std::vector<std::filesystem::path> rules;  ///< files or folders
  std::string listen = "tcp://127.0.0.1:7710";
  Clock clock;
  fusion::Policy policy;
  std::string user = "operator", role = "Operator", seat = "Seat 1";
  bool demo = false;
};

/// What reload() replaces: how the engine judges, not where it listens or stores.
struct Judgement {
  std::filesystem::path site;                ///< as EngineOptions::site
  std::vector<std::filesystem::path> rules;  ///< as EngineOptions::rules
  fusion::Policy policy;
};

/// The pipeline: link → store (persist, then acknowledge) → fusion → snapshot; commands go the other way.
/// console/README.md has the table of its threads. Public methods may be called from any thread.
class Engine {
 public:
  /// Opens the data directory, replays its log into fusion, then listens. `notes` receives one line for each
  /// thing that could not be used (rules, site) and is not fatal.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> start(EngineOptions options, std::vector<std::string>& notes);
  virtual ~Engine() = default;  ///< stops listening, stores what was taken, joins its threads

  [[nodiscard]] virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  /// Logs the command durably, then carries it out; `reply` is called on an engine thread. A command that
  /// cannot be stored is refused with the reason.
  virtual void submit(Command command, std::function<void(CommandReply)> reply) = 0;
  /// Called on an engine thread after each new snapshot; must return at once. Returns a token for unwatch().
  virtual std::uint64_t watch(std::function<void()> on_change) = 0;
  virtual void unwatch(std::uint64_t token) = 0;
  /// Reads site and rules anew, from places that may be others than at the start, and takes the policy, as one
  /// logged configuration; the old one stays when the new cannot be used.
  virtual Result<void> reload(const Judgement& judgement, std::vector<std::string>& notes) = 0;
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual const EngineOptions& options() const = 0;
  /// True while every thread has made progress within the last ten seconds; for the watchdog.
  [[nodiscard]] virtual bool alive() const = 0;
};

}  // namespace wf::engine
