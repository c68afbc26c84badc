#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agents/kit/collector.hpp"
#include "agents/kit/link/link_client.hpp"
#include "agents/kit/outputs/outputs.hpp"
#include "agents/kit/source_health.hpp"
#include "agents/kit/source_set.hpp"

namespace wf::kit {

/// An agent that sends: sources → collector → spool → link, one turn at a time on one thread. It also says of
/// itself what the engine should know: that it started, and what its sources' troubles are.
class Agent {
 public:
  /// `link`'s report and name are the agent's to fill.
  Agent(std::vector<std::unique_ptr<Source>> sources, Spool& spool, LinkOptions link, bool once,
        OutputsOptions outputs = {});

  void start(const Moment& moment);
  /// Reads, spools and sends what there is, without blocking. Returns true when it should be called again at once.
  bool turn(const Moment& moment);
  /// Descriptors to wait for, and CLOCK_MONOTONIC at which turn() is due anyway.
  void add_fds(std::vector<pollfd>& fds) const;
  [[nodiscard]] std::int64_t next_wake() const;
  /// With `once`: the input ended and all of it is stored at the engine, or the engine refuses.
  [[nodiscard]] bool done() const;
  /// Ends what was begun at devices for a time, and spools what was read, whatever is due. False: it could not.
  [[nodiscard]] bool stop(const std::function<Moment()>& look);

  /// Gives back the memory that a busy time took.
  void rest() { collector_.rest(); }

  /// SourceSet::set_between().
  void set_between(std::function<void()> between) { sources_.set_between(std::move(between)); }
  [[nodiscard]] const SourceSet& sources() const { return sources_; }
  [[nodiscard]] const LinkClient& link() const { return link_; }
  [[nodiscard]] const Collector& collector() const { return collector_; }
  [[nodiscard]] AgentReport report() const;

 private:
  LinkOptions prepared(LinkOptions link);
  void watch_sources(const Moment& moment);
  void watch_health(const Moment& moment);
  void watch_attachments(const Moment& moment);
  void watch_shedding(const Moment& moment);
  /// What each rule shed so far, of those that shed something since it was said last.
  void say_shed(const Moment& moment);
  /// Everything that was taken is durable.
  void all_spooled();
  void drive_outputs(const Moment& moment);
  /// Says a trouble of something that is no source: once when it comes, once when it is another.
  void say_trouble(const std::string& what, const std::string& trouble, const Moment& moment);
  void say_given_up(const Moment& moment);
  [[nodiscard]] Event of_itself(std::string kind, std::string source, const Moment& moment) const;
  void say_of_itself(std::string kind, std::string source, std::string message, std::string state,
                     const Moment& moment);

  SourceSet sources_;
  Spool& spool_;
  Collector collector_;
  std::string kind_, version_;
  std::function<void(const std::string&)> say_;
  Attachments* attachments_;  ///< null: none
  Outputs outputs_;
  LinkClient link_;
  bool once_;
  /// Last state and trouble of each source, to see changes.
  std::map<std::string, std::pair<std::string, std::string>> seen_;
  std::map<std::string, SourceHealth> health_;  ///< by source; none with `once`
  std::int64_t health_due_ = 0;
  std::map<std::string, std::vector<Shedder::Count>> shed_said_;  ///< by source
  std::int64_t shed_due_ = 0, shed_tick_ = 0;
  std::uint64_t given_up_said_ = 0, refused_said_ = 0;
  std::int64_t given_up_due_ = 0;
  Moment turned_;  ///< of the turn at hand
};

}  // namespace wf::kit
