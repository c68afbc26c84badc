#include "console/engine/watch.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "console/engine/command_codec.hpp"
#include "console/engine/figures.hpp"
#include "console/engine/rule_commands.hpp"
#include "console/fusion/plans.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/link/fact.hpp"
#include "console/link/key_files.hpp"

namespace wf::engine {
namespace {

constexpr std::int64_t kFiguresEvery = 5 * kSecond;  ///< they are made anew no sooner
constexpr std::size_t kMostRuleAnswers = 1'000;
constexpr std::int64_t kStrip = 2 * kHour;  ///< what the time strip shows

bool same_files(const std::vector<sigma::RuleFile>& a, const std::vector<sigma::RuleFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const sigma::RuleFile& x, const sigma::RuleFile& y) {
    return x.path == y.path && x.text == y.text;
  });
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

UtcNs local_midnight(const std::string& zone, UtcNs now) {
  const date::sys_seconds at{std::chrono::seconds(now / kSecond)};
  std::chrono::seconds offset{0};
  try {
    if (!zone.empty()) offset = date::locate_zone(zone)->get_info(at).offset;
  } catch (const std::exception&) {  // a zone that this machine does not know counts as UTC, as in fusion
  }
  const auto day = date::floor<date::days>(at + offset);
  return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch() - offset).count() * kSecond;
}

Domain first_domain(const Incident& incident) {
  for (const Domain domain : {Domain::door, Domain::camera, Domain::network})
    if (incident.domains[static_cast<std::size_t>(domain)]) return domain;
  return Domain::network;
}

Snapshot::Bar bar_of(const Incident& incident) {
  Snapshot::Bar bar;
  bar.incident = incident.id;
  bar.domain = first_domain(incident);
  bar.priority = incident.priority;
  bar.acknowledged = incident.acknowledged_revision != 0;
  bar.resolved = !incident.open();
  bar.begin = incident.opened;
  bar.end = incident.changed;
  return bar;
}

}  // namespace

struct Watch::Impl {
  Impl(std::shared_ptr<const Estate> site, FindEstate find)
      : estate(std::move(site)),
        find_estate(std::move(find)),
        in_force(no_rules()),
        fusion(estate, in_force->rules, policy) {}

  static std::shared_ptr<const RulesInForce> no_rules() {
    sigma::LoadReport ignored;
    return rules_in_force({}, ignored);
  }

  struct Source {
    std::uint64_t refused = 0;
    std::string problem;
    UtcNs last = 0;            ///< when its newest batch was stored
    std::int64_t ahead = 0;    ///< of its newest event from the future
    std::uint32_t copies = 0;  ///< how often the link noticed a copy of it
    UtcNs last_copy = 0;
    bool silent = false;                      ///< the engine said so last
    std::uint64_t late = 0, old = 0;          ///< events that came more than 15 minutes, or 72 hours, late
    std::vector<AgentState::Remark> remarks;  ///< of the link about it, newest first
  };

  void refuse(const store::Record& record, std::string why) {
    problem = fmt::format("record {} of the log cannot be used: {}", record.position, why);
    if (record.kind != store::RecordKind::batch) return;
    ++refused_batches;
    Source& source = sources[record.origin.agent];
    ++source.refused;
    source.problem = std::move(why);
  }

  void take(fusion::Changes& changes) {
    for (const auto& incident : one.incidents) note(*incident);
    incidents_dirty |= !one.incidents.empty();
    devices_dirty |= one.devices_changed;
    presence_dirty |= one.presence_changed;
    append(changes.alerts, one.alerts);
    append(changes.incidents, one.incidents);
    append(changes.replies, one.replies);
    append(changes.orders, one.orders);
    changes.devices_changed |= one.devices_changed;
    changes.presence_changed |= one.presence_changed;
    one.clear();
  }

  void note(const Incident& incident) {
    put_bar(bar_of(incident));
    std::set<std::string> named;
    if (incident.open())
      for (const Contribution& line : incident.why) named.insert(line.attachments.begin(), line.attachments.end());
    const auto known = attachments.find(incident.id);
    if (known != attachments.end() ? known->second != named : !named.empty()) {
      ++attachments_version;
      if (named.empty())
        attachments.erase(incident.id);
      else
        attachments[incident.id] = std::move(named);
    }
    if (incident.open()) {
      resolved.erase(incident.id);
    } else {
      resolved[incident.id] = incident.changed;
      last_resolved = std::max(last_resolved, incident.changed);
    }
  }

  /// Incidents are counted up: a new one's is the last.
  void put_bar(const Snapshot::Bar& bar) {
    const auto at =
        std::lower_bound(bars.begin(), bars.end(), bar.incident,
                         [](const Snapshot::Bar& known, std::uint64_t incident) { return known.incident < incident; });
    if (at != bars.end() && at->incident == bar.incident)
      *at = bar;
    else
      bars.insert(at, bar);
  }

  /// What the link says of an agent stands beside it for people.
  void remark(const Event& event) {
    const std::string name(event.field("agent.name"));
    if (name.empty()) return;
    std::vector<AgentState::Remark>& all = sources[name].remarks;
    all.insert(all.begin(), {event.time, event.kind, std::string(event.field("message"))});
    if (all.size() > AgentState::kMostRemarks) all.pop_back();
  }

  void reach(UtcNs time) {
    if (first == 0) first = time;
    now = std::max(now, time);
    const UtcNs next = in_force->changes.next();
    if (next == 0 || now < next) return;
    // A rule that was off until now.
    RuleParts parts{in_force->base, in_force->changes, in_force->always_off, in_force->roles};
    (void)parts.changes.pass(now);
    sigma::LoadReport ignored;
    in_force = rules_in_force(std::move(parts), in_force.get(), ignored);
    configure();
  }

  void configure() { fusion.configure(estate, in_force->rules, policy, plans, in_force->off); }

  void take_rule_command(const Command& command);

  void refresh(UtcNs at);
  void put_agents(Snapshot& out, const Surroundings& surroundings) const;

  std::shared_ptr<const Estate> estate;
  FindEstate find_estate;
  std::shared_ptr<const RulesInForce> in_force;
  std::vector<sigma::RuleFile> plan_files;  ///< what `plans` was made of
  std::shared_ptr<const fusion::PlanBook> plans;
  std::map<std::string, CommandReply> rule_answers;  ///< by command
  std::deque<std::string> rule_answered;             ///< the oldest first
  fusion::Policy policy;
  fusion::Fusion fusion;
  fusion::Changes one;  ///< of the input at hand
  BatchDecoder decoder;

  Figures figures;
  std::map<std::string, Source> sources;  ///< by agent
  std::uint64_t position = 0, refused_batches = 0;
  UtcNs first = 0, now = 0, last_resolved = 0, last_event = 0;
  std::string problem;

  // What the next snapshot shares with the last one unless it changed.
  bool incidents_dirty = true, devices_dirty = true, presence_dirty = true;
  std::vector<std::shared_ptr<const Incident>> incidents;
  std::shared_ptr<const std::map<std::string, DeviceState>> devices;
  std::shared_ptr<const std::map<std::string, std::uint32_t>> zone_people;
  std::shared_ptr<const std::vector<Ticket>> tickets;
  std::uint64_t tickets_version = 0;
  std::shared_ptr<const AlarmFigures> figures_shown;
  std::shared_ptr<const RuleRecord> rule_record;  ///< as old as figures_shown
  std::uint64_t figures_version = 0;
  UtcNs figures_made = 0;
  std::vector<Snapshot::Bar> bars;                             ///< by incident
  std::map<std::uint64_t, UtcNs> resolved;                     ///< incident → when
  std::map<std::uint64_t, std::set<std::string>> attachments;  ///< of open incidents that name any
  std::uint64_t attachments_version = 0;
  UtcNs midnight = 0;
  std::uint64_t version = 0;
};

Watch::Watch(std::shared_ptr<const Estate> estate, FindEstate find_estate)
    : impl_(std::make_unique<Impl>(estate ? std::move(estate) : std::make_shared<const Estate>(),
                                   std::move(find_estate))) {}
Watch::~Watch() = default;
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;

void Watch::apply(const store::Record& record, fusion::Changes& changes) {
  Impl& w = *impl_;
  w.position = record.position;
  switch (record.kind) {
    case store::RecordKind::batch: {
      w.reach(record.time);
      w.sources[record.origin.agent].last = record.time;
      const Result<std::span<Event>> events = w.decoder.decode(record.payload, record.origin);
      if (!events)
        w.refuse(record, events.error().what);
      else if (events->size() != record.count)
        w.refuse(record, fmt::format("it says {} events and holds {}", record.count, events->size()));
      else
        take_events(record.origin.agent, *events, record.time, changes);
      w.decoder.trim();
      return;
    }
    case store::RecordKind::command: {
      w.reach(record.time);
      Result<Command> command = command_from_json(record.payload);
      if (!command) return w.refuse(record, command.error().what);
      command->time = record.time;
      take_command(*command, changes);
      return;
    }
    case store::RecordKind::config: {
      w.reach(record.time);
      Result<Configuration> configuration = configuration_from_json(record.payload);
      if (!configuration) return w.refuse(record, configuration.error().what);
      sigma::LoadReport report;  // who wrote the record was told what cannot be used
      take_configuration(*configuration, report);
      return;
    }
    case store::RecordKind::tick:
      take_tick(record.time, changes);
      return;
  }
  w.refuse(record, fmt::format("its kind {} is unknown", static_cast<int>(record.kind)));
}

void Watch::take_events(const std::string& agent, std::span<Event> events, UtcNs now, fusion::Changes& changes) {
  Impl& w = *impl_;
  w.reach(now);
  w.figures.add(agent, static_cast<std::uint32_t>(events.size()), now);
  Impl::Source& source = w.sources[agent];
  source.last = now;
  for (Event& event : events) {
    // What agents and the engine say of themselves is no sight of anything.
    if (agent != link::kEngineName && !event.kind.starts_with("agent.")) w.last_event = now;
    const fusion::Timeliness when = fusion::timeliness(event.time, now);
    if (when == fusion::Timeliness::late) ++source.late;
    if (when == fusion::Timeliness::history) ++source.old;
    if (when == fusion::Timeliness::ahead)
      source.ahead =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(event.time) - static_cast<std::uint64_t>(now));
    else if (event.time <= now && event.time > now - fusion::kAheadAfter)
      source.ahead = 0;  // its clock was set right
    if (agent == link::kEngineName && event.kind == link::kind_of(link::Topic::clone)) {
      Impl::Source& copied = w.sources[std::string(event.field("agent.name"))];
      ++copied.copies;
      copied.last_copy = event.time;
    }
    if (agent == link::kEngineName && event.kind.starts_with("link.")) w.remark(event);
    if (agent == link::kEngineName &&
        (event.kind == link::kind_of(link::Topic::silent) || event.kind == link::kind_of(link::Topic::heard)))
      w.sources[std::string(event.field("agent.name"))].silent = event.kind == link::kind_of(link::Topic::silent);
    w.fusion.on_event(event, now, w.one);
  }
  w.take(changes);
}

void Watch::take_command(const Command& command, fusion::Changes& changes) {
  impl_->reach(command.time);
  if (command.kind == CommandKind::rule)
    impl_->take_rule_command(command);
  else
    impl_->fusion.on_command(command, impl_->one);
  impl_->take(changes);
}

void Watch::Impl::take_rule_command(const Command& command) {
  const auto known = rule_answers.find(command.id);
  if (known != rule_answers.end()) return one.replies.push_back(known->second);
  RuleOutcome outcome = change_rule(*in_force, command);
  if (outcome.accepted) {
    in_force = std::move(outcome.rules);
    configure();
  }
  const CommandReply reply{command.id, outcome.accepted, std::move(outcome.message)};
  rule_answers.emplace(command.id, reply);
  rule_answered.push_back(command.id);
  if (rule_answered.size() > kMostRuleAnswers) {
    rule_answers.erase(rule_answered.front());
    rule_answered.pop_front();
  }
  one.replies.push_back(reply);
}

void Watch::take_tick(UtcNs now, fusion::Changes& changes) {
  impl_->reach(now);
  impl_->fusion.on_tick(now, impl_->one);
  impl_->take(changes);
}

void Watch::take_configuration(const Configuration& configuration, sigma::LoadReport& report) {
  Impl& w = *impl_;
  if (!same_files(configuration.plans, w.plan_files)) {
    sigma::LoadReport plans;
    w.plans = fusion::PlanBook::compile(configuration.plans, plans);
    w.plan_files = configuration.plans;
    append(report.problems, plans.problems);
  }
  RuleParts parts;
  parts.changes = w.in_force->changes;
  if (same_files(configuration.rules, *w.in_force->base)) {
    parts.base = w.in_force->base;
  } else {
    parts.base = std::make_shared<const std::vector<sigma::RuleFile>>(configuration.rules);
    parts.changes.follow(*parts.base, w.now);
  }
  parts.always_off = configuration.off;
  parts.roles = configuration.policy.rule_roles;
  w.in_force = rules_in_force(std::move(parts), w.in_force.get(), report);
  w.policy = configuration.policy;
  if (w.find_estate && !configuration.site.empty())
    if (std::shared_ptr<const Estate> found = w.find_estate(configuration.site)) w.estate = std::move(found);
  w.configure();
  w.incidents_dirty = w.devices_dirty = w.presence_dirty = true;
}

void Watch::take_estate(std::shared_ptr<const Estate> estate) {
  Impl& w = *impl_;
  w.estate = estate ? std::move(estate) : std::make_shared<const Estate>();
  w.configure();
  w.incidents_dirty = w.devices_dirty = w.presence_dirty = true;
}

bool Watch::timer_pending() const { return impl_->fusion.timer_pending(); }
std::uint64_t Watch::position() const { return impl_->position; }
std::uint64_t Watch::events() const { return impl_->figures.total(); }
UtcNs Watch::now() const { return impl_->now; }
UtcNs Watch::last_event() const { return impl_->last_event; }
std::vector<std::string> Watch::silent_agents() const {
  std::vector<std::string> out;
  for (const auto& [name, source] : impl_->sources)
    if (source.silent) out.push_back(name);
  return out;
}
bool Watch::spoke(const std::string& agent) const {
  const auto it = impl_->sources.find(agent);
  return it != impl_->sources.end() && it->second.last != 0;
}
std::uint64_t Watch::attachments_version() const { return impl_->attachments_version; }
std::set<std::string> Watch::attachments() const {
  std::set<std::string> out;
  for (const auto& [incident, named] : impl_->attachments) out.insert(named.begin(), named.end());
  return out;
}
const std::string& Watch::problem() const { return impl_->problem; }
const std::shared_ptr<const Estate>& Watch::estate() const { return impl_->estate; }
const fusion::Fusion& Watch::fusion() const { return impl_->fusion; }
RulesShown Watch::rules() const { return {impl_->in_force, impl_->rule_record}; }

/// Makes anew what changed since the last snapshot, and forgets what no longer shows.
void Watch::Impl::refresh(UtcNs at) {
  if (std::exchange(incidents_dirty, false)) incidents = fusion.open_incidents();
  if (std::exchange(devices_dirty, false) || !devices)
    devices = std::make_shared<const std::map<std::string, DeviceState>>(fusion.devices());
  if (std::exchange(presence_dirty, false) || !zone_people)
    zone_people = std::make_shared<const std::map<std::string, std::uint32_t>>(fusion.zone_people());
  const std::uint64_t version = fusion.tickets_version();
  if (std::exchange(tickets_version, version) != version)
    tickets = std::make_shared<const std::vector<Ticket>>(fusion.tickets());
  const std::int64_t age = at - figures_made;
  if (!figures_shown || age >= kMinute || (age >= kFiguresEvery && figures_version != fusion.figures_version())) {
    auto record = std::make_shared<RuleRecord>();
    record->since = first;
    record->figures = fusion.figures();
    record->firings = fusion.firings();
    figures_shown = std::make_shared<const AlarmFigures>(record->figures.shown());
    rule_record = std::move(record);
    figures_version = fusion.figures_version();
    figures_made = at;
  }
  std::erase_if(bars, [&](const auto& bar) { return bar.resolved && bar.end < at - kStrip; });
  if (at < midnight || at >= midnight + kDay) {
    midnight = local_midnight(estate->sites.empty() ? std::string{} : estate->sites.front().time_zone, at);
    std::erase_if(resolved, [&](const auto& one) { return one.second < midnight; });
  }
}

void Watch::Impl::put_agents(Snapshot& out, const Surroundings& surroundings) const {
  out.agents = surroundings.agents;
  for (const auto& [name, source] : sources) {
    if (name == link::kEngineName) continue;  // the engine's own events come from no agent
    const auto is_it = [&wanted = name](const AgentState& agent) { return agent.name == wanted; };
    auto known = std::find_if(out.agents.begin(), out.agents.end(), is_it);
    // Words of the link about an agent that is gone are no agent.
    if (known == out.agents.end() && source.last == 0 && source.copies == 0) continue;
    if (known == out.agents.end()) {
      known = out.agents.insert(out.agents.end(), AgentState{});
      known->name = name;
      known->health = AgentState::Health::silent;
    }
    known->last_heard = std::max(known->last_heard, source.last);
    if (known->health == AgentState::Health::never && source.last != 0) known->health = AgentState::Health::silent;
    known->clock_ahead = source.ahead;
    known->copies = source.copies;
    known->last_copy = source.last_copy;
    known->late_events = source.late;
    known->old_events = source.old;
    known->remarks = source.remarks;
    known->refused_batches = source.refused;
    known->problem = source.problem;
    figures.fill(*known, out.now);
  }
  std::sort(out.agents.begin(), out.agents.end(),
            [](const AgentState& a, const AgentState& b) { return a.name < b.name; });
}

std::shared_ptr<const Snapshot> Watch::snapshot(UtcNs now, const Surroundings& surroundings) {
  Impl& w = *impl_;
  w.refresh(now);
  auto out = std::make_shared<Snapshot>();
  out->version = ++w.version;
  out->now = now;
  out->clock_offset = surroundings.clock_offset;
  out->clock_rate = surroundings.clock_rate;
  out->estate = w.estate;
  out->incidents = w.incidents;
  out->resolved_today = static_cast<std::uint32_t>(w.resolved.size());
  out->quiet_since = w.last_resolved != 0 ? w.last_resolved : w.first;
  out->devices = w.devices;
  out->zone_people = w.zone_people;
  out->tickets = w.tickets;
  out->figures = w.figures_shown;
  w.figures.fill(*out, now);
  w.put_agents(*out, surroundings);
  out->alarms_10min = w.fusion.alarms_10min(now);
  out->alarm_limit = w.policy.flood_begins * w.policy.desks;
  out->flood = w.fusion.flood();
  out->bars = w.bars;
  out->health = surroundings.health;
  out->health.refused_batches += w.refused_batches;
  out->health.fused_position = w.position;
  out->user = surroundings.user;
  out->role = surroundings.role;
  out->seat = surroundings.seat;
  out->demo = surroundings.demo;
  out->attachments = surroundings.attachments;
  out->posts = surroundings.posts;
  return out;
}

}  // namespace wf::engine
