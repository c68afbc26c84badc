#include "console/fusion/digest.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "console/fusion/conditions.hpp"
#include "console/fusion/sigma/rule_set.hpp"
#include "console/fusion/words.hpp"
#include "console/model/incident.hpp"
#include "proto/attachment.hpp"

namespace wf::fusion {
namespace {

constexpr std::size_t kLongestKey = 96;  ///< bytes of a foreign identifier that count

void link(Digest& d, Tie tie, std::string_view family, std::string_view id, bool thoroughfare = false) {
  if (id.empty()) return;
  Link l{tie, thoroughfare, std::string(family) + ' ' + std::string(id.substr(0, kLongestKey))};
  if (std::find(d.links.begin(), d.links.end(), l) == d.links.end()) d.links.push_back(std::move(l));
}

void entity(Digest& d, EntityKind kind, std::string_view id, std::string_view name) {
  if (id.empty()) return;
  EntityRef e{kind, one_line(id, kLongestKey), one_line(name.empty() ? id : name, kLongestKey)};
  if (std::find(d.entities.begin(), d.entities.end(), e) == d.entities.end()) d.entities.push_back(std::move(e));
}

/// Accounts that exist everywhere say nothing of who used them.
bool everywhere(std::string_view account) {
  static constexpr std::array<std::string_view, 9> kNames{"root",   "admin",   "administrator", "system", "guest",
                                                          "nobody", "service", "(unknown)",     "invalid"};
  std::string low(account);
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kNames.begin(), kNames.end(), low) != kNames.end() || low.ends_with("$");
}

std::string_view name_or_id(const Device& d) { return d.name.empty() ? d.id : d.name; }

void door_side(const Event& e, const Facts& f, Digest& d) {
  const bool own = f.camera == nullptr || f.door != nullptr;
  if (f.door != nullptr) {
    link(d, Tie::door, "door", f.door->id);
    entity(d, EntityKind::door, f.door->id, name_or_id(*f.door));
  } else if (const std::string_view id = e.field("door.id"); !id.empty()) {
    link(d, Tie::door, "door", id);
    entity(d, EntityKind::door, id, id);
  } else if (const std::string_view reader =
                 f.reader != nullptr ? std::string_view(f.reader->id) : e.field("reader.id");
             !reader.empty()) {
    link(d, Tie::door, "reader", reader);
    entity(d, EntityKind::reader, reader, reader);
  }
  if (f.camera != nullptr) {
    link(d, Tie::camera, "camera", f.camera->id);
    entity(d, EntityKind::camera, f.camera->id, name_or_id(*f.camera));
  } else if (const std::string_view id = e.field("camera.id"); !id.empty()) {
    link(d, Tie::camera, "camera", id);
    entity(d, EntityKind::camera, id, id);
  }
  if (!own) {
    for (const Device* door : f.doors) link(d, Tie::door_watched, "door", door->id);
    for (const Unit* unit : f.zones) link(d, Tie::zone_watched, "zone", unit->id, thoroughfare(*unit));
  }
}

void host_side(const Event& e, const Facts& f, Digest& d) {
  const std::string_view name = e.field("host.name");
  if (f.host != nullptr) {
    link(d, Tie::host, "host", f.host->id);
    entity(d, EntityKind::host, f.host->id, name_or_id(*f.host));
    link(d, Tie::owner, "person", f.host->owner);
    link(d, Tie::zone_of_host, "zone", f.host->unit_id, f.unit != nullptr && thoroughfare(*f.unit));
  } else if (!name.empty()) {
    link(d, Tie::host, "host", name);
    entity(d, EntityKind::host, name, name);
  }
  if (f.dst_host != nullptr && f.dst_host != f.host) link(d, Tie::host, "host", f.dst_host->id);
  std::string_view source = e.field("src.ip");
  if (source.empty() && e.kind.starts_with("host.")) source = e.field("rhost");
  if (!source.empty()) {
    link(d, Tie::source, "address", source);
    entity(d, EntityKind::address, source, f.src_host != nullptr ? f.src_host->id : source);
  }
  if (const std::string_view target = e.field("dst.ip"); !target.empty()) {
    link(d, Tie::target, "address", target);
    if (f.dst_host == nullptr) entity(d, EntityKind::address, target, target);
  }
}

/// What the engine says of its link is about an agent.
void agent_side(const Event& e, Digest& d) {
  if (!e.kind.starts_with("link.")) return;
  const std::string_view name = e.field("agent.name");
  link(d, Tie::agent, "agent", name);
  entity(d, EntityKind::agent, name, name);
}

/// A point of a panel or a process that says itself when it is in alarm, and what panels tell of their parts.
void point_side(const Event& e, Digest& d) {
  if (!(e.kind.starts_with("device.") || e.kind == "fire.fault") || e.kind == "device.command") return;
  link(d, Tie::point, "point", e.field("alarm.point"));
  link(d, Tie::point, "device", e.field("device.id"));
  // The channels of one instrument, the loops of one panel: one fault of it is one cause.
  link(d, Tie::point, "unit", e.field("alarm.unit"));
}

void people_side(const Event& e, const Facts& f, Digest& d) {
  if (const std::string_view id = e.field("credential.id"); !id.empty()) {
    link(d, Tie::credential, "credential", id);
    entity(d, EntityKind::credential, id, id);
  }
  // The name that a failed login tried says nothing of whose name it is.
  const bool tried_only = e.kind == "host.login_failed";
  if (f.person != nullptr && !tried_only) {
    link(d, Tie::person, "person", f.person->id);
    entity(d, EntityKind::person, f.person->id, f.person->name);
  }
  if (const std::string_view user = e.field("user.name"); !user.empty()) {
    if (!everywhere(user) && !tried_only) link(d, Tie::account, "account", user);
    entity(d, EntityKind::account, user, user);
  }
}

std::string_view signature(const Event& e) {
  return e.field(e.field("alert.title").empty() ? "alert.signature" : "alert.title").substr(0, kLongestKey);
}

/// What presence found, for people.
std::string violation_in_words(std::string_view violation) {
  struct Row {
    std::string_view violation, words;
  };
  static constexpr std::array<Row, 10> kRows{{{"exit_without_entry", "out, but never in"},
                                              {"entry_without_exit", "in again, but never out"},
                                              {"inner_without_outer", "past the zone around it"},
                                              {"exit_skipped", "out, but never out of the inner zone"},
                                              {"impossible_time", "sooner than anybody gets there"},
                                              {"replaced_credential", "a replaced badge"},
                                              {"revoked_credential", "a revoked badge"},
                                              {"occupancy", "more than the zone may hold"},
                                              {"last_left_armed", "the last one left an armed zone"},
                                              {"armed_with_people", "while somebody is in"}}};
  for (const Row& row : kRows)
    if (row.violation == violation) return std::string(row.words);
  return one_line(violation, 40);
}

/// Like events: the same kind at the same thing by the same somebody. Life safety is never folded.
std::string fold_of(const Event& e, const Digest& d) {
  if (d.life_safety) return {};
  // Its words count how often it happened, so they differ.
  if (e.kind.starts_with("link."))
    return e.kind + '|' + std::string(e.field("agent.name").substr(0, kLongestKey)) + '|' +
           std::string(e.field("src.ip").substr(0, kLongestKey));
  std::string fold = e.kind + '|' + d.device_id + '|' + (d.device_id.empty() ? d.once : std::string());
  for (const std::string_view field : {std::string_view("credential.id"), std::string_view("user.name"),
                                       std::string_view("src.ip"), std::string_view("reason")}) {
    if (e.kind == "host.login_failed" && (field == "user.name" || field == "reason")) continue;
    fold += '|';
    fold += e.field(field).substr(0, kLongestKey);
  }
  if (e.kind.starts_with("device.")) {
    fold += '|';
    fold += e.field("alarm.point").substr(0, kLongestKey);
  }
  if (e.kind.starts_with("network.")) {
    fold += '|';
    fold += signature(e);
  }
  return fold;
}

}  // namespace

bool life_safety_kind(std::string_view kind) {
  return kind == "access.duress" || kind == "intrusion.holdup" || kind == "intrusion.medical" || kind == "fire.alarm" ||
         kind == "fire.gas";
}

bool notable_kind(std::string_view kind) { return sigma::remembered_kind(kind); }

Digest digest_of(const Event& e, const Facts& f) {
  Digest d;
  d.time = e.time;
  d.event_id = e.id;
  d.kind = e.kind;
  d.domain = domain_of_kind(e.kind);
  d.drill = e.drill;
  d.life_safety = life_safety_kind(e.kind);
  Words words = describe(e, f);
  d.once = std::move(words.once);
  for (const Field& field : e.fields)
    if (field.name == "presence.violation") d.once += ", " + violation_in_words(field.value);
  d.many = std::move(words.many);
  d.brief = brief(e, f);
  d.criticality = f.criticality;
  if (f.site != nullptr) d.site_id = f.site->id;
  if (f.level != nullptr) d.level_id = f.level->id;
  if (f.unit != nullptr) d.unit_id = f.unit->id;
  for (const Device* device : {f.door, f.camera, f.host, f.reader})
    if (device != nullptr && d.device_id.empty()) d.device_id = device->id;
  door_side(e, f, d);
  host_side(e, f, d);
  people_side(e, f, d);
  agent_side(e, d);
  point_side(e, d);
  const bool in_zone = f.door != nullptr || (f.camera == nullptr && f.host == nullptr);
  if (f.unit != nullptr) {
    if (in_zone) link(d, Tie::zone, "zone", f.unit->id, thoroughfare(*f.unit));
    entity(d, EntityKind::zone, f.unit->id, f.unit->name.empty() ? f.unit->category : f.unit->name);
  } else if (const std::string_view id = e.field("zone.id"); !id.empty()) {
    link(d, Tie::zone, "zone", id);
    entity(d, EntityKind::zone, id, e.field("zone.name"));
  }
  if (f.door != nullptr && f.outer != nullptr) link(d, Tie::zone_beside, "zone", f.outer->id, thoroughfare(*f.outer));
  for (const Field& field : e.fields)
    if (field.name == "attachment" && valid_attachment_hash(field.value) &&
        d.attachments.size() < Contribution::kMostAttachments)
      d.attachments.emplace_back(field.value);
  d.not_kept = one_line(e.field("attachment.problem"), 160);
  d.condition = condition_of(e, f);
  d.fold = fold_of(e, d);
  if (const std::string_view source = e.field("src.ip");
      d.domain == Domain::network && !signature(e).empty() && !source.empty()) {
    d.wide_fold = e.kind + '|' + std::string(source.substr(0, kLongestKey)) + '|' + std::string(signature(e));
    d.wide_many = one_line(signature(e), 80) + ", {n} times, from " +
                  (f.src_host != nullptr ? f.src_host->id : one_line(source, 40));
  }
  return d;
}

}  // namespace wf::fusion
