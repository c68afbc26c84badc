#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/fusion/alarms.hpp"
#include "console/fusion/devices.hpp"
#include "console/fusion/enrich.hpp"
#include "console/fusion/fusion.hpp"
#include "console/fusion/incidents.hpp"
#include "console/fusion/presence.hpp"
#include "console/fusion/recall.hpp"

namespace wf::fusion {

/// One event on its way through: with what the directory knows of it and what fusion will remember of it.
struct Scene {
  const Event& event;
  const Facts& facts;
  Remembered digest;
};

/// Everything that fusion knows. fusion.cpp takes events in, weave.cpp makes incidents of alerts, lines.cpp
/// and weigh.cpp say why and how bad, commands.cpp carries out what people ask, alarms.cpp calls them and keeps time.
struct Fusion::Impl {
  Impl(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy);
  void use(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy);

  // fusion.cpp
  void on_event(Event& event, UtcNs at, Changes& changes);
  /// Publishes what an input touched.
  void finish(Changes& changes);
  /// Before an incident is changed: a new revision, once an input. `aloud`: it is published with this input; if
  /// not, with the next one that is or with a tick.
  void touch(LiveIncident& live, bool aloud);

  // weave.cpp: alerts
  void take_alert(const sigma::RuleInfo& rule, const sigma::Match& match, const Scene& scene, Changes& changes);
  void take_device_alarm(const Scene& scene, Changes& changes);
  // lines.cpp
  /// `informational`: the informational rules that the event matched.
  void take_context(const Scene& scene, const std::vector<const sigma::RuleInfo*>& informational);
  Line& put_line(LiveIncident& live, const Remembered& digest, bool context, const std::string& joined_by);
  // weigh.cpp
  /// Moves everything of `from` into `into`; `from` is resolved as merged.
  void absorb(LiveIncident& into, LiveIncident& from, const std::string& actor);
  /// Priority, domains, title, place, evidence and plan anew from alerts and lines. Never lowers the priority.
  void weigh(LiveIncident& live);

  // commands.cpp
  void on_command(const Command& command, Changes& changes);

  // alarms.cpp
  void on_tick(UtcNs at, Changes& changes);
  /// Calls a person: state fresh, a new response target. `why` goes into the log.
  void call_person(LiveIncident& live, const std::string& why);
  void wait_until(UtcNs due) { next_due = next_due == 0 ? due : std::min(next_due, due); }

  std::shared_ptr<const Estate> estate;
  std::shared_ptr<const sigma::RuleSet> rules;
  Policy policy;
  std::unique_ptr<Enricher> enricher;
  std::unique_ptr<sigma::Matcher> matcher;
  std::map<std::string, std::vector<const Device*>> cameras_at;  ///< by the door or zone that they watch
  Presence presence;
  Devices devices;
  Recall recall;
  Incidents incidents;
  AlarmRate alarms;
  UtcNs now = 0;
  UtcNs next_due = 0;  ///< of targets and shelves; 0: none
  std::uint64_t next_alert = 1;
  std::map<std::uint64_t, bool> touched;  ///< by this input; true: aloud
  std::set<std::uint64_t> quiet;          ///< changed, not yet published
  std::vector<sigma::Match> matches;
  static constexpr std::size_t kMostAnswers = 10'000;
  std::unordered_map<std::string, CommandReply> answers;
  std::deque<std::string> answered;

 private:
  class Desk;      ///< carries out one command
  struct Alarmed;  ///< an alert on its way into an incident
  // weave.cpp
  void weave(Alarmed& alarmed, const Scene& scene, Changes& changes);
  LiveIncident* incident_of(const Remembered& event);
  LiveIncident* home_for(const Alarmed& alarmed, bool drill);
  std::uint64_t count_alert(LiveIncident& live, const Alarmed& alarmed, const Scene& scene, bool& repeat);
  std::string put_parts(LiveIncident& live, const Alarmed& alarmed, const Scene& scene, std::uint64_t alert,
                        bool& unseen);
  // lines.cpp
  /// `links`: those by which the alert joins; context comes through them only.
  void add_context(LiveIncident& live, const std::vector<Remembered>& parts, const std::vector<Link>& links);
  // weigh.cpp
  void missing_evidence(LiveIncident& live) const;
};

/// The alert of an incident that matters least. Precondition: it has one.
[[nodiscard]] AlertShare& weakest_alert(LiveIncident& live);

}  // namespace wf::fusion
