#pragma once
#include <string>

#include "console/model/incident.hpp"

namespace wf {

/// One incident as one JSON object on one line, "v": 1; the form of `match --incidents`, of `query incidents` and of
/// the store. Members stand in a fixed order and times are RFC 3339, so equal incidents give equal bytes. Text
/// that is not UTF-8 is repaired. Appends to `out`.
void append_incident_json(const Incident& incident, std::string& out);
[[nodiscard]] std::string incident_to_json(const Incident& incident);

/// The same for an alert: {"v":1,"id":…,"rule":…,"title":…,"level":…,"time":…,"events":[…],"entities":[…],"repeats":…}.
void append_alert_json(const Alert& alert, std::string& out);

}  // namespace wf
