#include "console/engine/recovery.hpp"

#include <limits>
#include <unordered_map>

#include "console/model/incident_json.hpp"

namespace wf::engine {

void add_findings(const fusion::Changes& changes, Findings& findings) {
  for (const auto& incident : changes.incidents)
    findings.incidents.push_back(
        {incident->id, incident->revision, incident->changed, incident->open(), incident_to_json(*incident)});
  for (const Alert& alert : changes.alerts) {
    store::StoredAlert stored{alert.id, alert.time, {}};
    append_alert_json(alert, stored.json);
    findings.alerts.push_back(std::move(stored));
  }
}

Result<Recovery> replay(const std::filesystem::path& data, Watch& watch) {
  Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(data);
  if (!reader) return reader.error();
  // Revisions are stored in order: of each incident all up to the newest one are there.
  std::unordered_map<std::uint64_t, std::uint32_t> stored;
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  Result<std::vector<store::StoredIncident>> known =
      (*reader)->incidents(std::numeric_limits<UtcNs>::min(), std::numeric_limits<UtcNs>::max(), kAll);
  if (!known) return known.error();
  for (const store::StoredIncident& incident : *known) stored[incident.id] = incident.revision;
  known->clear();

  Recovery out;
  fusion::Changes changes, lost;
  std::unordered_map<std::uint64_t, Alert> alerts;  // of those that may not be stored, the newest count
  const Result<void> read = (*reader)->read_log(0, [&](store::Record& record) {
    changes.clear();
    watch.apply(record, changes);
    ++out.records;
    if (record.kind == store::RecordKind::config) out.configuration_json = std::move(record.payload);
    bool all_stored = true;
    for (const auto& incident : changes.incidents) {
      const auto newest = stored.find(incident->id);
      if (newest != stored.end() && newest->second >= incident->revision) continue;
      all_stored = false;
      lost.incidents.push_back(incident);
    }
    // An alert is stored in the transaction of the incident that it changed.
    if (!all_stored || changes.incidents.empty())
      for (Alert& alert : changes.alerts) alerts[alert.id] = std::move(alert);
    return true;
  });
  if (!read) return read.error();
  for (auto& [id, alert] : alerts) lost.alerts.push_back(std::move(alert));
  std::sort(lost.alerts.begin(), lost.alerts.end(), [](const Alert& a, const Alert& b) { return a.id < b.id; });
  add_findings(lost, out.findings);
  out.events = watch.events();
  if (!out.configuration_json.empty())
    if (Result<Configuration> configuration = configuration_from_json(out.configuration_json); configuration)
      out.configuration = std::move(*configuration);
  return out;
}

}  // namespace wf::engine
