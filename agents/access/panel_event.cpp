#include "agents/access/panel_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/kit/kinds.hpp"
#include "proto/utf8.hpp"

namespace wf::access {
namespace {

using Of = PanelCode::Of;
using Turn = PanelReport::Turn;

constexpr std::size_t kMostField = 256;

/// DC-09 table of extended data; what is absent has the letter for a name.
constexpr std::array<std::pair<char, const char*>, 17> kExtended{{{'C', "panel.supervision"},
                                                                  {'H', "panel.happened"},
                                                                  {'I', "panel.alarm_text"},
                                                                  {'J', "panel.path"},
                                                                  {'L', "panel.location"},
                                                                  {'M', "panel.mac"},
                                                                  {'N', "panel.network_address"},
                                                                  {'O', "panel.building"},
                                                                  {'P', "panel.programming"},
                                                                  {'R', "panel.room"},
                                                                  {'S', "panel.site"},
                                                                  {'T', "panel.trigger"},
                                                                  {'V', "panel.verification"},
                                                                  {'X', "panel.longitude"},
                                                                  {'Y', "panel.latitude"},
                                                                  {'Z', "panel.altitude"},
                                                                  {'B', "panel.extra_B"}}};

void put(Event& event, const char* name, const std::string& value) {
  if (!value.empty()) event.add(name, value);
}

const PanelPoint* point_of(const std::map<std::string, PanelPoint, std::less<>>& points, const std::string& number) {
  const auto it = points.find(number);
  return it == points.end() || number.empty() ? nullptr : &it->second;
}

bool arms(const std::string& kind) { return kind == "intrusion.armed"; }
bool disarms(const std::string& kind) { return kind == "intrusion.disarmed"; }

/// Where on the site it is; null: the configuration does not say.
struct Place {
  const PanelPoint* point = nullptr;  ///< the zone or door
  const PanelPoint* area = nullptr;   ///< the partition
};

/// Words for people: what the code means, and where.
std::string words(const PanelReport& report, const PanelCode* code, const std::string& kind, const Place& place) {
  std::string out;
  if (report.code.empty())
    out = "The panel says";
  else if (code == nullptr)
    out = (report.format == PanelReport::Format::sia ? "SIA code " : "Contact ID code ") + report.code;
  else
    out = code->what;
  if (report.format == PanelReport::Format::contact_id && code != nullptr) {
    if (arms(kind)) out = "Armed (" + out + ")";
    if (disarms(kind)) out = "Disarmed (" + out + ")";
    if (report.turn == Turn::ends && !arms(kind)) out += ": no more";
  }
  if (report.turn == Turn::still) out += ", still";
  std::string where = place.point == nullptr ? std::string() : place.point->name;
  if (where.empty()) where = report.text;
  if (where.empty() && place.area != nullptr) where = place.area->name;
  return where.empty() ? out : out + ": " + where;
}

/// Says what the report's number is, and where on the site that is.
Place find_place(const PanelReport& report, Of of, const PanelAccount& account, Event& event) {
  const std::string& partition = of == Of::area && report.partition.empty() ? report.number : report.partition;
  put(event, "panel.partition", partition);
  const PanelPoint* const area = point_of(account.partitions, partition);
  const PanelPoint* point = nullptr;
  std::string user = report.user;
  if (of == Of::zone) {
    put(event, "panel.zone", report.number);
    point = point_of(account.zones, report.number);
  } else if (of == Of::door) {
    put(event, "panel.door", report.number);
    point = point_of(account.doors, report.number);
  } else if (of == Of::user && !report.number.empty() && report.number != "0") {
    user = report.number;
  } else if (of == Of::nothing && report.number != "0") {
    put(event, "panel.number", report.number);
  }
  put(event, "panel.user", user);
  if (const auto known = account.users.find(user); known != account.users.end())
    event.add("credential.id", known->second);
  if (of == Of::zone) event.add("alarm.point", account.account + "/" + report.number);
  const std::string& device = point != nullptr && !point->device.empty() ? point->device : account.device;
  put(event, "device.id", device);
  if (point != nullptr) put(event, "door.id", point->door);
  if (of == Of::door && (point == nullptr || point->door.empty()) && !report.number.empty())
    event.add("door.id", account.account + "/" + report.number);
  if (point != nullptr && !point->zone.empty())
    event.add("zone.id", point->zone);
  else if (area != nullptr)
    put(event, "zone.id", area->zone);
  return {point, area};
}

void keep_state(const PanelReport& report, const PanelCode& code, const Event& event, ArmState& armed) {
  if (!arms(event.kind) && !disarms(event.kind)) return;
  const std::string partition(event.field("panel.partition"));
  const std::string state = disarms(event.kind) ? "disarmed" : code.mode.empty() ? "armed" : code.mode;
  // A point that is armed alone leaves its partition as it is.
  if (code.mode == "point" || report.turn == Turn::still) return;
  if (partition.empty())
    for (auto& [name, value] : armed) value = state;
  if (armed.size() < kMostPartitions || armed.contains(partition)) armed[partition] = state;
}

void common(const PanelAccount& account, Event& event) {
  const kit::KindInfo* const info = kit::find_kind(event.kind);
  event.severity = info == nullptr ? 0 : info->severity;
  event.logsource = {"watchfloor", "access", "access"};
  event.add("panel.account", account.account);
  event.add("panel.name", account.name);
  event.add("alarm.unit", account.device.empty() ? account.account : account.device);
}

}  // namespace

Event panel_event(const PanelReport& report, const PanelAccount& account, const PanelCodes& codes, ArmState& armed) {
  const PanelCode* const code = codes.find(report);
  Event event;
  event.kind = "other";
  if (code != nullptr) event.kind = report.turn == Turn::ends && !code->ends.empty() ? code->ends : code->kind;
  common(account, event);
  const bool sia = report.format == PanelReport::Format::sia;
  event.add("panel.format", sia ? "sia" : "contact-id");
  put(event, "panel.code", report.code);
  event.add("panel.qualifier", report.turn == Turn::begins ? "new" : report.turn == Turn::ends ? "restored" : "still");
  const Place place = find_place(report, code == nullptr ? Of::nothing : code->of, account, event);
  put(event, "panel.peripheral", report.peripheral);
  put(event, "panel.date", report.date);
  put(event, "panel.time", report.time);
  put(event, "panel.text", report.text);
  put(event, "panel.note", report.note);
  put(event, "panel.unread", report.unread);
  if (code != nullptr) {
    put(event, "reason", code->reason);
    put(event, "mode", code->mode);
    keep_state(report, *code, event, armed);
  }
  const std::string_view partition = event.field("panel.partition");
  auto state = armed.find(partition);
  if (state == armed.end()) state = armed.find("");
  if (state != armed.end()) event.add("panel.state", state->second);
  event.add("message", words(report, code, event.kind, place));
  return event;
}

Event about_panel(const PanelAccount& account, std::string kind, std::string reason, std::string message) {
  Event event;
  event.kind = std::move(kind);
  common(account, event);
  put(event, "device.id", account.device);
  put(event, "reason", reason);
  event.add("message", account.name + ": " + message);
  return event;
}

void add_extended(const std::vector<std::string>& extended, Event& event) {
  for (const std::string& field : extended) {
    if (field.size() < 2) continue;
    const char letter = field.front();
    if (letter == 'K' || letter == 'A') continue;
    const auto known =
        std::find_if(kExtended.begin(), kExtended.end(), [&](const auto& entry) { return entry.first == letter; });
    const bool upper = letter >= 'A' && letter <= 'Z';
    std::string name = known != kExtended.end() ? known->second
                       : upper                  ? std::string("panel.extra_") + letter
                                                : std::string("panel.extra");
    event.add(std::move(name), one_line(std::string_view(field).substr(upper ? 1 : 0, kMostField)));
  }
}

}  // namespace wf::access
