#include "console/engine/recovery.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "console/model/incident_json.hpp"

namespace wf::engine {

namespace {
constexpr std::uint64_t kToldEvery = 64;  ///< records, a few milliseconds of work
}

void Unstored::take(const fusion::Changes& changes) {
  for (const auto& incident : changes.incidents) incidents_[incident->id] = incident;
  for (const Alert& alert : changes.alerts) alerts_[alert.id] = alert;
}

Findings Unstored::hand_over() {
  Findings out;
  for (const auto& [id, incident] : incidents_)
    out.incidents.push_back({id, incident->revision, incident->changed, incident->open(), incident_to_json(*incident)});
  for (const auto& [id, alert] : alerts_) {
    store::StoredAlert stored{id, alert.time, {}};
    append_alert_json(alert, stored.json);
    out.alerts.push_back(std::move(stored));
  }
  incidents_.clear();
  alerts_.clear();
  return out;
}

Result<Recovery> replay(const std::filesystem::path& data, Watch& watch,
                        const std::function<bool(std::uint64_t, std::uint64_t)>& reading) {
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(data);
  if (!reader) return reader.error();
  const Result<std::uint64_t> newest = (*reader)->newest();
  if (!newest) return newest.error();
  const Error stopped{"the start was stopped while the log was read", data.string(), "start it again"};
  if (reading && *newest != 0 && !reading(0, *newest)) return stopped;
  // Revisions are stored in order: what is older than the newest one of its incident was stored, or passed over
  // for one that came a moment later.
  std::unordered_map<std::uint64_t, std::uint32_t> stored;
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  Result<std::vector<store::StoredIncident>> known =
      (*reader)->incidents(std::numeric_limits<UtcNs>::min(), std::numeric_limits<UtcNs>::max(), kAll);
  if (!known) return known.error();
  for (const store::StoredIncident& incident : *known) stored[incident.id] = incident.revision;
  known->clear();

  Recovery out;
  fusion::Changes changes;
  Unstored lost;
  UtcNs second = 0;
  bool going_on = true;
  const auto keep = [&] {
    Findings more = lost.hand_over();
    std::move(more.incidents.begin(), more.incidents.end(), std::back_inserter(out.findings.incidents));
    std::move(more.alerts.begin(), more.alerts.end(), std::back_inserter(out.findings.alerts));
  };
  const Result<void> read = (*reader)->read_log(0, [&](store::Record& record) {
    if (record.time / kSecond != second && !lost.empty()) keep();
    second = record.time / kSecond;
    changes.clear();
    watch.apply(record, changes);
    ++out.records;
    if (record.kind == store::RecordKind::config) out.configuration_json = std::move(record.payload);
    // An alert is stored with the incident that it changed, or alone when only its count grew.
    const bool quiet = changes.incidents.empty();
    std::erase_if(changes.incidents, [&](const std::shared_ptr<const Incident>& incident) {
      const auto newest = stored.find(incident->id);
      return newest != stored.end() && newest->second >= incident->revision;
    });
    if (quiet || !changes.incidents.empty()) lost.take(changes);
    going_on = !reading || record.position % kToldEvery != 0 || reading(record.position, *newest);
    return going_on;
  });
  if (!read) return read.error();
  if (!going_on) return stopped;
  keep();
  out.events = watch.events();
  if (!out.configuration_json.empty())
    if (Result<Configuration> configuration = configuration_from_json(out.configuration_json); configuration)
      out.configuration = std::move(*configuration);
  return out;
}

}  // namespace wf::engine
