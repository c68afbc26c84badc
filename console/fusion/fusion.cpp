#include "console/fusion/fusion.hpp"

#include <algorithm>

#include "console/fusion/digest.hpp"
#include "console/fusion/state.hpp"
#include "console/fusion/words.hpp"

namespace wf::fusion {

Fusion::Impl::Impl(std::shared_ptr<const Estate> e, std::shared_ptr<const sigma::RuleSet> r, Policy p) {
  use(std::move(e), std::move(r), p);
}

void Fusion::Impl::use(std::shared_ptr<const Estate> e, std::shared_ptr<const sigma::RuleSet> r, Policy p) {
  estate = e ? std::move(e) : std::make_shared<const Estate>();
  if (!r) {
    sigma::LoadReport none;
    r = sigma::RuleSet::compile({}, none);
  }
  // A matcher's windows belong to its rules: the same rules keep them.
  if (r != rules) matcher = std::make_unique<sigma::Matcher>(r);
  rules = std::move(r);
  policy = p;
  enricher = std::make_unique<Enricher>(estate);
  devices.keep(*estate);
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
  const Facts facts = enricher->apply(event, presence);
  if (presence.take(event, facts)) changes.presence_changed = true;
  matches.clear();
  matcher->match(event, matches);
  const bool life = life_safety_kind(event.kind);
  if (matches.empty() && !life && !notable_kind(event.kind)) {
    devices.heard(event, facts);
    return;
  }
  const Scene scene{event, facts, std::make_shared<const Digest>(digest_of(event, facts))};
  recall.remember(scene.digest);
  if (devices.take(event, facts, scene.digest->once)) changes.devices_changed = true;

  bool alerted = false, life_told = false;
  std::vector<const sigma::RuleInfo*> informational;
  // Rules of single events first: a correlation that this event completes then finds their incident.
  for (const bool correlations : {false, true}) {
    for (const sigma::Match& m : matches) {
      const sigma::RuleInfo& rule = rules->rules()[m.rule];
      if (rule.correlation != correlations || rule.hidden) continue;
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
  if (!alerted) take_context(scene, informational);
  finish(changes);
}

Fusion::Fusion(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules, Policy policy)
    : impl_(std::make_unique<Impl>(std::move(estate), std::move(rules), policy)) {}
Fusion::~Fusion() = default;
Fusion::Fusion(Fusion&&) noexcept = default;
Fusion& Fusion::operator=(Fusion&&) noexcept = default;

void Fusion::on_event(Event& event, UtcNs now, Changes& changes) { impl_->on_event(event, now, changes); }
void Fusion::on_command(const Command& command, Changes& changes) { impl_->on_command(command, changes); }
void Fusion::on_tick(UtcNs now, Changes& changes) { impl_->on_tick(now, changes); }

void Fusion::configure(std::shared_ptr<const Estate> estate, std::shared_ptr<const sigma::RuleSet> rules,
                       Policy policy) {
  impl_->use(std::move(estate), std::move(rules), policy);
}

bool Fusion::timer_pending() const { return impl_->next_due != 0 || impl_->alarms.flood() || !impl_->quiet.empty(); }

std::vector<std::shared_ptr<const Incident>> Fusion::open_incidents() const {
  std::vector<std::shared_ptr<const Incident>> out;
  for (auto& [id, live] : impl_->incidents.all())
    if (live.draft.open()) out.push_back(Incidents::publish(live));
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    if (a->priority != b->priority) return a->priority > b->priority;
    return a->opened != b->opened ? a->opened < b->opened : a->id < b->id;
  });
  return out;
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
bool Fusion::flood() const { return impl_->alarms.flood(); }

}  // namespace wf::fusion
