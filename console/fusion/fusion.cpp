#include "console/fusion/fusion.hpp"

#include <algorithm>

#include "console/fusion/digest.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/timeliness.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {

Fusion::Impl::Impl(std::shared_ptr<const Estate> e, std::shared_ptr<const sigma::RuleSet> r, Policy p,
                   std::shared_ptr<const PlanBook> b) {
  use(std::move(e), std::move(r), p, std::move(b));
}

void Fusion::Impl::use(std::shared_ptr<const Estate> e, std::shared_ptr<const sigma::RuleSet> r, Policy p,
                       std::shared_ptr<const PlanBook> b, const std::set<std::string>& switched_off) {
  estate = e ? std::move(e) : std::make_shared<const Estate>();
  if (!r) {
    sigma::LoadReport none;
    r = sigma::RuleSet::compile({}, none);
  }
  // What a correlation remembers stays while the rules that it stands on are the same.
  if (r != rules) {
    auto next = std::make_unique<sigma::Matcher>(r);
    if (matcher) next->adopt(std::move(*matcher));
    matcher = std::move(next);
    matcher->ask_for(Enricher::names());
  }
  rules = std::move(r);
  plans = b ? std::move(b) : std::make_shared<const PlanBook>();
  off.assign(rules->rules().size(), false);
  for (std::size_t n = 0; !switched_off.empty() && n < off.size(); ++n)
    off[n] = switched_off.contains(rules->rules()[n].id);
  policy = p;
  if (policy.people_agreement.empty()) figures.forget_people();
  weights = JoinWeights(policy.join_weights);
  enricher = std::make_unique<Enricher>(estate);
  presence.use(estate);
  devices.keep(*estate);
  liveness.use();
  behind = Behind(*estate);
  cameras_at.clear();
  for (const Site& site : estate->sites)
    for (const Device& device : site.devices)
      if (device.kind == DeviceKind::camera)
        for (const std::string& id : device.covers) cameras_at[id].push_back(&device);
}

void Fusion::Impl::touch(LiveIncident& live, bool aloud) {
  const auto [it, first] = touched.try_emplace(live.draft.id, aloud);
  if (first) {
    ++live.draft.revision;
    live.draft.changed = now;
  }
  it->second = it->second || aloud;
  live.published.reset();
  open_list.touch(live.draft.id);
}

void Fusion::Impl::finish(Changes& changes) {
  for (const auto& [id, aloud] : touched) {
    LiveIncident* live = incidents.find(id);
    if (live == nullptr) continue;
    if (aloud) {
      quiet.erase(id);
      changes.incidents.push_back(Incidents::publish(*live));
    } else {
      quiet.insert(id);
    }
    for (const std::string& device : live->devices) {
      const auto [in_incident, worst] = incidents.worst_at(device);
      devices.touch(device, in_incident, worst);
      changes.devices_changed = true;
    }
  }
  touched.clear();
  incidents.forget_old(now);
}

void Fusion::Impl::on_event(Event& event, UtcNs at, Changes& changes) {
  now = std::max(now, at);
  if (event.kind == "device.command") {
    take_answer(event, changes);
    finish(changes);
  }
  if (event.kind == "agent.problem") take_given_up(event, changes);
  if (event.kind == "camera.still") return take_late_stills(event, changes);
  const Timeliness when = timeliness(event.time, at);
  if (when == Timeliness::history) return;
  stale_due();
  tickets_due();
  pass_time();
  std::string lag;  // for people
  if (when == Timeliness::late) {
    lag = " (came " + span_in_words(at - event.time) + " late)";
    event.add("late.by_s", std::to_string((at - event.time) / kSecond), ValueType::number);
  } else if (when == Timeliness::ahead) {
    // A time in the future says only that a clock is wrong.
    const auto ahead =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(event.time) - static_cast<std::uint64_t>(at));
    lag = " (its clock is " + span_in_words(ahead) + " ahead)";
    event.add("clock.ahead_s", std::to_string(ahead / kSecond), ValueType::number);
    event.time = at;
  }
  const bool life = life_safety_kind(event.kind);
  const bool ends = ends_conditions(event.kind);
  // What is remembered whatever rules say, and what may change presence, has all fields of the site at once; the many
  // others those that a rule asks for, and the rest once one matched.
  const bool whole = life || ends || notable_kind(event.kind) || Presence::concerned(event.kind);
  const Facts facts = enricher->apply(event, presence, whole ? Enricher::kAll : matcher->asked(event.logsource));
  liveness.take(event, facts);
  if (lookout.next_due() != 0 && lookout.next_due() <= now) evidence_due();
  if (Presence::concerned(event.kind)) {
    const Presence::Verdict verdict = presence.take(event, facts);
    changes.presence_changed |= verdict.changed;
    enricher->add(event, verdict);
  }
  matches.clear();
  if (matcher->match_rules(event, at, matches)) {
    if (!whole) enricher->complete(event, facts, presence);
    matcher->match_correlations(event, matches);
  }
  take_absences(changes);
  const bool ended = ends && (conditions.size() != 0 || tickets.watching());
  if (matches.empty() && !life && !notable_kind(event.kind)) {
    devices.heard(event, facts);
    if (!event.drill) hear_devices(facts, event.time);
    if (ended) {
      conditions_end(event, facts);
      faults_end(event, facts);
    }
    if (ended || !touched.empty()) finish(changes);  // or something else turned out to be absent
    return;
  }
  Digest digest = digest_of(event, facts);
  digest.late = when == Timeliness::late;
  digest.once += lag;
  digest.brief += lag;
  const Scene scene{event, facts, std::make_shared<const Digest>(std::move(digest))};
  recall.remember(scene.digest);
  if (devices.take(event, facts, scene.digest->once)) changes.devices_changed = true;

  if (Work* const work = work_for(scene); work != nullptr && !life) hear(*work, scene);
  bool alerted = false, life_told = false;
  std::vector<const sigma::RuleInfo*> informational;
  // Rules of single events first: a correlation that this event completes then finds their incident.
  for (const bool correlations : {false, true}) {
    for (const sigma::Match& m : matches) {
      const sigma::RuleInfo& rule = rules->rules()[m.rule];
      if (rule.correlation != correlations) continue;
      if (!scene.digest->drill) figures.matched(rule.id, now);
      if (rule.hidden || off[m.rule]) continue;
      if (rule.informational) {
        informational.push_back(&rule);
        continue;
      }
      alerted = true;
      life_told = life_told || rule.life_safety;
      take_alert(rule, m, scene, changes);
    }
  }
  if (life && !life_told) {
    alerted = true;
    take_device_alarm(scene, changes);
  }
  if (!alerted && scene.digest->home == 0) take_context(scene, informational);
  take_evidence(*scene.digest);
  if (ended) {
    conditions_end(event, facts);
    faults_end(event, facts);
  }
  take_faults(scene);
  finish(changes);
}

void Fusion::Impl::take_absences(Changes& changes) {
  std::vector<sigma::Match> absent;
  for (sigma::Match& m : matches)
    if (m.absent) absent.push_back(std::move(m));
  if (absent.empty()) return;
  std::erase_if(matches, [](const sigma::Match& m) { return m.event_ids.empty(); });  // the ones moved
  for (const sigma::Match& m : absent) {
    const sigma::RuleInfo& rule = rules->rules()[m.rule];
    if (rule.hidden || off[m.rule]) continue;
    // The scene is that of the event which nothing followed, not of what came just now.
    Event event = *m.absent;
    const Facts facts = enricher->apply(event, presence);
    Remembered digest = recall.find(event.id);
    if (!digest) {
      digest = std::make_shared<const Digest>(digest_of(event, facts));
      recall.remember(digest);
    }
    const Scene scene{event, facts, std::move(digest)};
    if (!scene.digest->drill) figures.matched(rule.id, now);
    if (rule.informational)
      take_context(scene, {&rule});
    else
      take_alert(rule, m, scene, changes);
  }
}

Fusion::Fusion(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
               std::shared_ptr<const PlanBook> plans)
    : impl_(std::make_unique<Impl>(std::move(estate), std::move(rules), policy, std::move(plans))) {}
Fusion::~Fusion() = default;
Fusion::Fusion(Fusion&&) noexcept = default;
Fusion& Fusion::operator=(Fusion&&) noexcept = default;

void Fusion::on_event(Event& event, UtcNs now, Changes& changes) { impl_->on_event(event, now, changes); }
void Fusion::on_command(const Command& command, Changes& changes) { impl_->on_command(command, changes); }
void Fusion::on_tick(UtcNs now, Changes& changes) { impl_->on_tick(now, changes); }

void Fusion::configure(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy,
                       std::shared_ptr<const PlanBook> plans, const std::set<std::string>& off) {
  impl_->use(std::move(estate), std::move(rules), policy, std::move(plans), off);
}

std::vector<DeviceCommand> Fusion::unsent_orders() const { return impl_->orders.unsent(); }

bool Fusion::timer_pending() const {
  return impl_->next_due != 0 || impl_->alarms.flood() || !impl_->quiet.empty() || impl_->matcher->waiting();
}

std::vector<std::shared_ptr<const Incident>> Fusion::open_incidents() const {
  return impl_->open_list.list(impl_->incidents);
}

std::vector<std::shared_ptr<const Incident>> Fusion::incidents_since(UtcNs since) const {
  std::vector<std::shared_ptr<const Incident>> out;
  for (auto& [id, live] : impl_->incidents.all())
    if (live.draft.changed >= since) out.push_back(Incidents::publish(live));
  return out;
}

const std::map<std::string, DeviceState>& Fusion::devices() const { return impl_->devices.all(); }
std::map<std::string, std::uint32_t> Fusion::zone_people() const { return impl_->presence.zone_people(); }
std::uint32_t Fusion::alarms_10min(UtcNs now) const { return impl_->alarms.in_span(now); }
std::vector<Ticket> Fusion::tickets() const { return impl_->tickets.all(); }
std::uint64_t Fusion::tickets_version() const { return impl_->tickets.version(); }
AlarmFigures Fusion::figures() const {
  AlarmFigures out = impl_->figures.report(impl_->policy);
  for (const auto& [id, live] : impl_->incidents.all()) {
    if (!live.draft.open() || live.draft.drill || live.works) continue;
    out.stale_now += live.draft.stale ? 1 : 0;
    out.chattering_now += live.draft.chattering ? 1 : 0;
    out.fleeting_now += live.draft.fleeting ? 1 : 0;
  }
  return out;
}
std::vector<RuleFiring> Fusion::firings() const { return impl_->figures.firings(); }
std::uint64_t Fusion::figures_version() const { return impl_->figures.version(); }
bool Fusion::flood() const { return impl_->alarms.flood(); }

}  // namespace wf::fusion
