#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "console/fusion/alarms.hpp"
#include "console/fusion/causes.hpp"
#include "console/fusion/conditions.hpp"
#include "console/fusion/device_orders.hpp"
#include "console/fusion/devices.hpp"
#include "console/fusion/enrich.hpp"
#include "console/fusion/figures.hpp"
#include "console/fusion/fusion.hpp"
#include "console/fusion/given_up.hpp"
#include "console/fusion/incidents.hpp"
#include "console/fusion/liveness.hpp"
#include "console/fusion/local_time.hpp"
#include "console/fusion/open_list.hpp"
#include "console/fusion/plans.hpp"
#include "console/fusion/presence.hpp"
#include "console/fusion/recall.hpp"
#include "console/fusion/tickets.hpp"
#include "console/fusion/works.hpp"

namespace wf::fusion {

/// One event on its way through: with what the directory knows of it and what fusion will remember of it.
struct Scene {
  const Event& event;
  const Facts& facts;
  Remembered digest;
};

/// How an event comes into an incident: for people and as data.
struct Joining {
  std::string words;
  JoinLink link;
};

/// A line of its own, and one more event in it.
[[nodiscard]] Line line_of(const Digest& digest, bool context, Joining joining, Priority priority);
Line& fold_into(Line& line, const Digest& digest);
/// Stills and clips go with their line; of a line of many the newest stay.
void take_attachments(Contribution& to, const Digest& digest);

/// Everything that fusion knows. fusion.cpp takes events in, weave.cpp makes incidents of alerts, lines.cpp
/// and weigh.cpp say why and how bad, commands.cpp carries out what people ask, alarms.cpp calls them and keeps time.
struct Fusion::Impl {
  Impl(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
       std::shared_ptr<const PlanBook> plans);
  void use(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
           std::shared_ptr<const PlanBook> plans, const std::set<std::string>& switched_off = {});

  // fusion.cpp
  void on_event(Event& event, UtcNs at, Changes& changes);
  /// Alerts for those of `matches` that are about an event which nothing followed; takes them out.
  void take_absences(Changes& changes);
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
  Line& put_line(LiveIncident& live, const Remembered& digest, bool context, Joining joining);
  /// By its ties; without a score by the pattern of a correlation.
  [[nodiscard]] Joining joining_by(const JoinScore& by, const Digest& digest, const LiveIncident& live,
                                   std::int64_t apart) const;
  // weigh.cpp
  /// Moves everything of `from` into `into`; `from` is resolved as merged.
  void absorb(LiveIncident& into, LiveIncident& from, const std::string& actor);
  /// It is over: resolved, or taken in by another.
  void close(LiveIncident& live) {
    lookout.forget(live.draft.id);
    incidents.close(live, now);
  }
  /// Evidence anew: what rules expect and its state, what people may look for, and cameras that say nothing.
  void list_evidence(LiveIncident& live) const;
  /// Priority, domains, title, place, evidence and plan anew from alerts and lines. Never lowers the priority.
  void weigh(LiveIncident& live);

  // plan_steps.cpp
  /// Steps anew from the plans of its alerts, strongest first; `anew`: another rule leads.
  void renew_plan(LiveIncident& live, const std::vector<const AlertShare*>& order, bool anew);
  /// It calls, or is back from the shelf: targets of open steps count from now.
  void begin_steps(LiveIncident& live);
  /// On the shelf no step is due.
  static void hold_steps(LiveIncident& live);
  /// Steps whose target has passed; says each once.
  void steps_due(LiveIncident& live);
  /// What was done and skipped in the one that is merged stays so.
  static void take_steps(LiveIncident& into, const LiveIncident& from);
  /// Done, taken back, skipped, seen; the reason if it is refused.
  std::optional<std::string> change_step(LiveIncident& live, const Command& command, std::uint32_t revision,
                                         std::string& done);
  /// It is resolved: how much of its plan was never done.
  void steps_left(Incident& incident) const;
  void tell_skipped(Incident& incident, const Command& command);
  std::optional<std::string> see_skipped(LiveIncident& live, const Command& command, std::string& done);
  /// What to do about a rule's alert; null: nobody said.
  [[nodiscard]] std::shared_ptr<const Plan> plan_for(const sigma::RuleInfo& rule, std::string_view kind) const;

  // expect.cpp
  /// What the rule of an alert expects around it; `time` is the alert's.
  void expect(LiveIncident& live, AlertShare& share, const std::vector<sigma::Expectation>& expectations,
              const Scene& scene, UtcNs time);
  /// Has it come already, by what is remembered?
  void look_back(Expected& expected, const AlertShare& share, bool drill) const;
  /// Waits for what its alerts expect.
  void look_out(const LiveIncident& live);
  /// Is this what an incident waits for?
  void take_evidence(const Digest& digest);
  /// Judges what did not come in its time.
  void evidence_due();

  // commands.cpp
  void on_command(const Command& command, Changes& changes);

  // dispatches.cpp
  /// Why a guard's role may not send this at all; nothing: it may, or it is no guard's.
  [[nodiscard]] std::optional<std::string> not_for_guards(const Command& command) const;
  /// Why a guard's role may not send it about this incident.
  [[nodiscard]] std::optional<std::string> not_theirs(const LiveIncident& live, const Command& command) const;
  /// Was whoever gives the command sent there?
  [[nodiscard]] bool is_sent(const LiveIncident& live, const Command& command) const;
  /// Begins a dispatch. Returns " in place of T. Novak", if somebody was under way.
  std::string send_out(LiveIncident& live, const std::string& whom, const Command& command);
  /// A step of the dispatch, or one taken back. `text` stays empty if it was reached before: nothing changed.
  std::optional<std::string> report(LiveIncident& live, const Command& command, std::string& text);
  /// Until when the next step is expected.
  void expect_next(LiveIncident& live);
  /// The incident's state is what the dispatch says, or will be once it is acknowledged.
  void follow_dispatch(LiveIncident& live);
  /// Says once that a step's time ran out, and calls.
  void dispatch_due(LiveIncident& live);
  /// `into` takes in `from`: whoever was sent there is sent here.
  void hand_dispatch(LiveIncident& into, LiveIncident& from);
  /// Somebody at a post is in danger: an incident of life safety of its own, at once.
  CommandReply take_panic(const Command& command);

  // given_up.cpp
  /// An agent says which attachments it gave up.
  void take_given_up(const Event& event, Changes& changes);

  // late_stills.cpp
  /// An agent says which stills belong to an event that it told before.
  void take_late_stills(const Event& event, Changes& changes);

  // device_orders.cpp
  /// A command to a device, judged by the site and who gives it; what may be done goes to `changes.orders`.
  CommandReply order_device(const Command& command, Changes& changes);
  /// The engine's word that it was sent, or cannot be.
  void order_sent(const Command& command, Changes& changes);
  /// An agent's word of what became of it.
  void take_answer(const Event& event, Changes& changes);
  /// Those whose time has passed without an answer.
  void orders_due(Changes& changes);
  /// Keeps it and says it, at the device and in the incident's log.
  void say_order(LiveOrder& live, std::string state, const std::string& actor, const std::string& text,
                 Changes& changes);

  // alarms.cpp
  void on_tick(UtcNs at, Changes& changes);
  /// Figures count time and floods up to now.
  void pass_time();
  /// Calls a person: state fresh, a new response target. `why` goes into the log.
  void call_person(LiveIncident& live, const std::string& why);
  // clearing.cpp
  /// Is what it is named after something that can be normal again?
  [[nodiscard]] static bool can_clear(const LiveIncident& live);
  /// The state of one that somebody acknowledged and nobody works on.
  [[nodiscard]] static IncidentState state_at_rest(const LiveIncident& live, IncidentState state);
  /// Clears it, or takes that back; true if either. The caller has touched it.
  bool follow_conditions(LiveIncident& live);
  void conditions_end(const Event& event, const Facts& facts);
  void leave_shelf(LiveIncident& live, const std::string& why);
  void conditions_due();
  void stale_due();
  /// It calls: neither stale nor escalated any more.
  void fresh_again(LiveIncident& live);
  void escalate_when_due(LiveIncident& live);
  // causes.cpp
  [[nodiscard]] LiveIncident* row_of(const Down& down);
  /// The farthest cause that explains a condition which began at `time`; null: none does.
  [[nodiscard]] Down* cause_of(const std::string& condition, UtcNs time);
  /// What this event began explains what hangs behind: now, and what failed shortly before.
  void begin_cause(LiveIncident& row, const Digest& digest);
  void cause_ends(const std::string& condition);
  void causes_due();
  /// Before a person resolves it: what it explains and does not work calls for itself.
  void let_go(LiveIncident& row);
  /// Takes a symptom out of its row into an incident of its own, which calls nobody yet.
  LiveIncident& untie(LiveIncident& row, std::size_t symptom);
  /// A person took lines of `from` into `to`: causes among them go on explaining there.
  void hand_causes(LiveIncident& from, LiveIncident& to);
  // weigh.cpp
  /// Counts, times, ties and priority of an incident whose lines were taken from others; the first opens it.
  void recount(LiveIncident& live);
  // weave.cpp
  /// It became worse: it calls again if it was seen, and if not, what will be seen is this.
  void worsened(LiveIncident& live, const std::string& worse, const std::string& newest);

  // works.cpp
  /// What keeps this back; null: nothing does.
  /// Where what it keeps back goes, after merges too; nothing: that row is closed, and the work is over.
  [[nodiscard]] LiveIncident* row_of(const Work& work);
  /// A symptom that an inhibition put there has not ended.
  /// `work`: its number; 0: of any that goes on.
  [[nodiscard]] bool symptom_stands(const LiveIncident& live, std::uint64_t work = 0) const;
  void list_inhibited(LiveIncident& live);
  [[nodiscard]] Work* work_for(const Scene& scene);
  [[nodiscard]] bool cause_stands(const LiveIncident& live, const Policy::Inhibition& inhibition) const;
  /// A work that the policy's standing inhibitions make or made for this alert; null: none is for it.
  Work* standing_inhibition(const std::string& rule, const Scene& scene);
  std::optional<std::string> begin_work(const Command& command, std::string& done);
  /// Ends what is kept back into this row.
  std::optional<std::string> end_works_of(const LiveIncident& live, const Command& command);
  /// A signal during a test, alarm or not.
  void hear(Work& work, const Scene& scene);
  void end_work(const Work& work, const std::string& actor);
  void works_due();
  // ticketing.cpp
  /// What an event says of what works and what does not.
  void take_faults(const Scene& scene);
  /// Tickets of devices that were silent: these said something.
  void hear_devices(const Facts& facts, UtcNs time);
  void faults_end(const Event& event, const Facts& facts);
  /// What waits long enough, is overdue, silent or not walked past. Cheap while nothing is.
  void tickets_due();
  /// Of a device that was tested alone and said nothing.
  void test_failed(const Work& work);
  CommandReply tend_ticket(const Command& command);
  [[nodiscard]] Tickets::Subject subject_of(const Site& site, const Device& device) const;
  [[nodiscard]] UtcNs kept_back_until(const Tickets::Subject& subject);
  void wait_until(UtcNs due) { next_due = next_due == 0 ? due : std::min(next_due, due); }

  std::shared_ptr<const Estate> estate;
  std::shared_ptr<const sigma::RuleSet> rules;
  std::shared_ptr<const PlanBook> plans;  ///< never null
  std::vector<bool> off;                  ///< by rule: somebody switched it off
  Policy policy;
  JoinWeights weights;
  std::unique_ptr<Enricher> enricher;
  std::unique_ptr<sigma::Matcher> matcher;
  std::map<std::string, std::vector<const Device*>> cameras_at;  ///< by the door or zone that they watch
  Presence presence;
  Devices devices;
  DeviceOrders orders;
  Recall recall;
  GivenUpAttachments given_up;
  Incidents incidents;
  Conditions conditions;
  Behind behind;
  std::map<std::string, Down> downs;  ///< by condition
  Liveness liveness;
  Lookout lookout;
  std::vector<Work> works;                             ///< in the order of their beginning
  std::set<std::pair<UtcNs, std::uint64_t>> stale_at;  ///< one entry an open incident that is not stale
  AlarmRate alarms;
  Tickets tickets;
  Figures figures;
  LocalTime local_time;
  UtcNs week_begins = 0, week_ends = 0;
  std::map<std::string, std::uint64_t> flood_rows;  ///< of the flood that runs, by area
  UtcNs silence_look = 0;                           ///< when devices are looked at for silence again
  UtcNs now = 0;
  UtcNs next_due = 0;  ///< of targets and shelves; 0: none
  std::uint64_t next_alert = 1, next_work = 1;
  std::map<std::uint64_t, bool> touched;  ///< by this input; true: aloud
  std::set<std::uint64_t> quiet;          ///< changed, not yet published
  OpenList open_list;
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
  [[nodiscard]] static std::string area_of(const Scene& scene);
  /// The row of an area that takes more while a flood runs; null: there is none yet.
  [[nodiscard]] LiveIncident* flood_row(const std::string& area);
  LiveIncident* home_for(const Alarmed& alarmed, bool drill);
  std::uint64_t count_alert(LiveIncident& live, const Alarmed& alarmed, const Scene& scene, bool& repeat);
  std::string put_parts(LiveIncident& live, const Alarmed& alarmed, const Scene& scene, std::uint64_t alert,
                        bool& unseen);
  std::uint64_t count_kept(LiveIncident& live, const Alarmed& alarmed, const Scene& scene, const Work& work);
  // works.cpp
  /// An alert goes into the row of what keeps it back.
  void keep_back(Work& work, Alarmed& alarmed, const Scene& scene, Changes& changes);
  // lines.cpp
  /// `links`: those by which the alert joins; context comes through them only.
  void add_context(LiveIncident& live, const std::vector<Remembered>& parts, const std::vector<Link>& links);
  /// Is it nearer to what people split from the incident than to the incident itself?
  [[nodiscard]] bool split_off(const LiveIncident& live, const std::vector<Link>& links) const;
  // causes.cpp
  [[nodiscard]] Down* cause_of(const Alarmed& alarmed, const Digest& digest);
  void take_symptom(const Down& down, const Alarmed& alarmed, const Scene& scene, Changes& changes);
  void stands_for(LiveIncident& row);
  [[nodiscard]] bool all_explained(const LiveIncident& other, const Down& down);
  void gather(LiveIncident& row, const Down& down);
  void take_lines(LiveIncident& row, LiveIncident& other, const Down& down);
  void put_symptom(LiveIncident& row, Symptom symptom);
  void take_symptoms(LiveIncident& row, LiveIncident& other);
  [[nodiscard]] bool goes_on_elsewhere(const LiveIncident& row, const std::string& condition);
  void release_symptoms(LiveIncident& row, const std::string& why);
  // expect.cpp
  void find_sources(Expected& to, const Facts& facts) const;
  void judge(Expected& expected) const;
  void say_evidence(LiveIncident& live, const Evidence& evidence);
  // weigh.cpp
  void missing_evidence(LiveIncident& live) const;
};

/// The alert of an incident that matters least. Precondition: it has one.
[[nodiscard]] AlertShare& weakest_alert(LiveIncident& live);

}  // namespace wf::fusion
