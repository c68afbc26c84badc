#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "console/engine/configuration.hpp"
#include "console/engine/rules_in_force.hpp"
#include "console/fusion/fusion.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/command.hpp"
#include "console/model/snapshot.hpp"
#include "console/store/store.hpp"
#include "proto/event.hpp"

namespace wf::engine {

/// What a snapshot shows beside the log. None of it has a say in what fusion judges.
struct Surroundings {
  std::int64_t clock_offset = 0;  ///< as in Snapshot
  double clock_rate = 1.0;
  /// As link and ledger know them; counts, and agents that only the log knows, are added.
  std::vector<AgentState> agents;
  EngineHealth health;  ///< what cannot be read is added to refused_batches; fused_position is filled in
  std::string user, role, seat;
  bool demo = false;
  std::shared_ptr<const std::map<std::string, AttachmentState>> attachments;  ///< as in Snapshot
  std::shared_ptr<const std::vector<GuardPost>> posts;                        ///< as in Snapshot
};

/// The watch itself, without a thread, file or clock: it takes the log's records in order and gives incidents
/// and pictures. The engine's fusion thread runs one live; recovery after a crash, `watchfloor shot` and tests
/// run the same one over what was logged or recorded. The same records give the same incidents. One thread.
class Watch {
 public:
  /// Gives the site that a configuration names (Configuration::site); null: none, or none that can be read.
  using FindEstate = std::function<std::shared_ptr<const Estate>(const std::string& site)>;

  /// `estate` may be null: a watch without a map. Until a configuration is taken there are no rules.
  explicit Watch(std::shared_ptr<const Estate> estate, FindEstate find_estate = {});
  ~Watch();
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;

  /// Takes the next record of the log; what it changed is added to `changes`. A record that cannot be read is
  /// counted with the reason (problem(), AgentState::problem) and otherwise passed over.
  void apply(const store::Record& record, fusion::Changes& changes);

  // What apply() is made of, for callers without a log. `now` never goes back.
  /// Events of one agent, enriched in place.
  void take_events(const std::string& agent, std::span<Event> events, UtcNs now, fusion::Changes& changes);
  /// Carried out at command.time. A command whose id was taken before is answered again, not carried out again.
  void take_command(const Command& command, fusion::Changes& changes);
  void take_tick(UtcNs now, fusion::Changes& changes);
  /// Rules, plans, policy and, when it names one that can be found, site from now on. Problems of single rules and
  /// plans go to `report`; the rest is used.
  void take_configuration(const Configuration& configuration, sigma::LoadReport& report);
  /// The site from now on.
  void take_estate(std::shared_ptr<const Estate> estate);

  /// True while a tick can change anything.
  [[nodiscard]] bool timer_pending() const;
  /// Position of the last record taken; 0: none.
  [[nodiscard]] std::uint64_t position() const;
  [[nodiscard]] std::uint64_t events() const;
  /// Time of the last record; 0: none.
  [[nodiscard]] UtcNs now() const;
  /// When an agent's observation was stored last, its words of itself apart; 0: never.
  [[nodiscard]] UtcNs last_event() const;
  /// Agents of which the engine said last that nothing is heard of them.
  [[nodiscard]] std::vector<std::string> silent_agents() const;
  /// Was an event of this agent ever stored?
  [[nodiscard]] bool spoke(const std::string& agent) const;
  /// Names of the stills and clips of open incidents.
  [[nodiscard]] std::set<std::string> attachments() const;
  /// Goes up whenever attachments() may have changed.
  [[nodiscard]] std::uint64_t attachments_version() const;
  /// The newest record that could not be read, and why; empty: none.
  [[nodiscard]] const std::string& problem() const;
  [[nodiscard]] const std::shared_ptr<const Estate>& estate() const;
  /// The rules in force, and how they did as of the last snapshot().
  [[nodiscard]] RulesShown rules() const;
  [[nodiscard]] const fusion::Fusion& fusion() const;

  /// The picture of this moment. What did not change since the last one is shared with it: with nothing new
  /// it costs microseconds, whatever the number of incidents and devices.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot(UtcNs now, const Surroundings& surroundings);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wf::engine
