// What stands on the card of a device or a room.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "console/ui/draw/model_words.hpp"
#include "console/ui/map/map_card.hpp"
#include "console/ui/map/map_command.hpp"
#include "console/ui/map/map_upkeep.hpp"

namespace wf::ui {
namespace {

std::string name_or_id(const std::string& name, const std::string& id) { return name.empty() ? id : name; }

std::string state_text(DeviceKind kind, const DeviceState* s) {
  if (s == nullptr || s->state.empty())
    return kind == DeviceKind::door ? "No contact heard yet"_tr : "Nothing heard yet"_tr;
  if (s->state == "held") return "Held open"_tr;
  if (s->state == "offline" && kind == DeviceKind::camera) return "Offline, no picture"_tr;
  if (s->state == "covered") return "Covered, no picture"_tr;
  std::string out = device_state_word(s->state);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

void open_incidents(Frame& f, Card& card, const Rect& r, const LevelData& data, const std::string& unit_id,
                    const std::string& device_id) {
  Painter& p = f.p;
  int shown = 0;
  for (const Standing::Row& row : f.standing.rows()) {
    if (row.shelved || row.place.site != data.plan->site) continue;
    const Incident* const i = row.incident;
    const bool here = !unit_id.empty() ? i->unit_id == unit_id
                                       : std::any_of(i->why.begin(), i->why.end(),
                                                     [&](const Contribution& c) { return c.device_id == device_id; });
    if (!here || ++shown > 3) continue;
    if (shown == 1) {
      card.rule();
      card.head("Open here"_tr);
    }
    if (!card.dry()) {
      const Rect line{r.x + 8, card.y(), r.w - 16, 26};
      const Hit hit = p.hits.add("map/card/incident/" + std::to_string(i->id), line);
      if (hit.hovered) p.fill(line, p.t.bg3, 3);
      mark(p, i->priority, r.x + 24, line.mid_y(), 18, i->needs_acknowledgement() ? MarkState::open : MarkState::held);
      p.text(r.x + 42, line.mid_y(), i->title, Face::s_medium, p.t.t1, Align::left, r.w - 58);
      if (hit.clicked) f.selection.incident = i->id;
    }
    card.skip(26);
  }
}

/// What is known of it beside its state.
void device_facts(Frame& f, Card& card, const Site& site, const Device& d, const DeviceState* state) {
  const Tokens& t = f.p.t;
  if (state != nullptr && state->last_event != 0) card.pair("Heard"_tr, ago(f.input.now - state->last_event), t.t1);
  if (d.kind == DeviceKind::door && !d.opening_id.empty()) {
    std::string readers;
    for (const Device& other : site.devices) {
      if (other.kind != DeviceKind::reader || other.opening_id != d.opening_id) continue;
      if (!readers.empty()) readers += ", ";
      readers += other.id;
    }
    card.pair("Reader"_tr, readers.empty() ? "none##readers"_tr.str() : readers, t.t1,
              readers.empty() ? Face::m : Face::mono_m);
    std::string beyond;
    if (const Opening* o = site.opening(d.opening_id))
      for (const std::string* id : {&o->unit_b, &o->unit_a}) {
        const Unit* u = site.unit(*id);
        if (u == nullptr || is_open(floor_of(u->category)) || !f.snapshot.zone_people) continue;
        const auto it = f.snapshot.zone_people->find(u->id);
        if (it == f.snapshot.zone_people->end()) continue;
        beyond = plural<"{} person", "{} people">(it->second);
        break;
      }
    card.pair("Beyond it"_tr, beyond, t.t1);
  }
  if (d.kind == DeviceKind::camera) {
    std::string covers;
    for (const std::string& id : d.covers) {
      const Unit* u = site.unit(id);
      const Device* other = u == nullptr ? site.device(id) : nullptr;
      if (!covers.empty()) covers += ", ";
      covers += u != nullptr ? name_or_id(u->name, u->category) : other != nullptr ? other->id : id;
    }
    card.pair("Covers"_tr, covers, t.t1);
    if (d.range > 0)
      card.pair("View"_tr,
                std::to_string(static_cast<int>(std::lround(d.field_of_view))) + "°, " +
                    std::to_string(static_cast<int>(std::lround(d.range))) + " m",
                t.t1);
  }
  card.pair("Address"_tr, d.address, t.t1, Face::mono_m);
  if (!d.owner.empty()) {
    const Person* person = f.snapshot.estate ? f.snapshot.estate->person(d.owner) : nullptr;
    card.pair("Owner"_tr, person != nullptr ? person->name : d.owner, t.t1);
  }
}

/// Nobody forgets that its alarms call nobody, however little room there is.
void kept_back(const Frame& f, Card& card, const std::string& id) {
  if (const Incident* const works = works_at(f.standing, id); works != nullptr)
    card.pair(works->in_test ? "Test"_tr : "Maintained"_tr,
              text_of<"until {}, {}">(f.time.minutes(works->shelved_until), works->owner), f.p.t.t1, Face::m_semibold);
  if (const Incident* const cause = cause_of(f.standing, id); cause != nullptr)
    card.pair("Symptom of"_tr, incident_name(cause->id), f.p.t.t1, Face::m_semibold);
}

/// Its form stands first while somebody fills it in, everything else of it last.
void upkeep(Frame& f, Card& card, const Rect& r, MapMemory& m, const std::string& id, bool device, const CardRoom& room,
            bool first) {
  const bool asked = m.upkeep.form != Upkeep::Form::none && m.upkeep.of == id;
  if (first != asked || (!asked && !room.upkeep)) return;
  card.rule();
  card.head("Upkeep"_tr, "each is recorded"_tr);
  card.skip(draw_upkeep(f, r, card.y(), card.dry(), m, id, device));
  if (first) card.rule();
}

}  // namespace

void device_lines(Frame& f, Card& card, const Rect& r, MapMemory& m, const LevelData& data, const Device& d,
                  const DeviceState* state, const CardRoom& room) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Site& site = *data.plan->site;
  const bool abnormal = state != nullptr && state->in_incident;
  card.pair("State"_tr, state_text(d.kind, state), abnormal ? t.of(state->worst).text : t.t1,
            abnormal ? Face::m_semibold : Face::m,
            !room.facts && state != nullptr && state->since != 0 ? ago(f.input.now - state->since) : std::string());
  kept_back(f, card, d.id);
  upkeep(f, card, r, m, d.id, true, room, true);
  if (room.facts && state != nullptr && state->since != 0)
    card.pair("Since"_tr, f.time.clock(state->since), t.t1, Face::mono_m, ago(f.input.now - state->since));
  // Nobody forgets that, however little room there is.
  if (d.kind == DeviceKind::door && d.egress) card.pair("Escape"_tr, "opens from inside, always"_tr, t.t1);
  // Nor that it does not work and who sees to it.
  if (const Ticket* const ticket = open_ticket(f.snapshot, d.id); ticket != nullptr)
    card.pair("Ticket"_tr, ticket_name(ticket->id) + ", " + ticket->owner,
              ticket->overdue ? t.of(Priority::medium).text : t.t1, Face::m,
              ticket->overdue ? "overdue"_tr.str()
                              : text_of<"in {}">(duration(std::max<std::int64_t>(0, ticket->target - f.input.now))));
  if (room.facts) device_facts(f, card, site, d, state);
  const auto commands = [&] {
    card.rule();
    card.head("Commands"_tr, "each is recorded"_tr);
    card.skip(draw_device_commands(f, r, card.y(), card.dry(), m, site, d, state, room.order_lines));
  };
  const bool first = has_commands(f.snapshot, site, d, state);
  if (first) commands();
  card.rule();
  if (state == nullptr || state->recent.empty()) {
    card.head("Last events"_tr, "none yet"_tr);
  } else {
    card.head("Last events"_tr);
    for (std::size_t i = 0; i < std::min(room.events, state->recent.size()); ++i) {
      if (!card.dry()) {
        p.text(r.x + 16, card.y() + 11, f.time.clock(state->recent[i].time), Face::mono_s, t.t2);
        p.text(r.x + 92, card.y() + 11, state->recent[i].text, Face::s, t.t1, Align::left, r.w - 108);
      }
      card.skip(22);
    }
  }
  if (room.incidents) open_incidents(f, card, r, data, {}, d.id);
  if (!first) commands();
  upkeep(f, card, r, m, d.id, true, room, false);
}

void unit_lines(Frame& f, Card& card, const Rect& r, MapMemory& m, const LevelData& data, const Unit& u,
                const CardRoom& room) {
  const Tokens& t = f.p.t;
  const Site& site = *data.plan->site;
  kept_back(f, card, u.id);
  upkeep(f, card, r, m, u.id, false, room, true);
  const auto* people = f.snapshot.zone_people.get();
  const auto it = people != nullptr ? people->find(u.id) : std::map<std::string, std::uint32_t>::const_iterator{};
  card.pair("People"_tr, people != nullptr && it != people->end() ? count_text(it->second) : "not known"_tr.str(), t.t1,
            people != nullptr && it != people->end() ? Face::mono_m : Face::m);
  static constexpr Text kCritical[] = {"normal##criticality"_tr, "raised##criticality"_tr, "high##criticality"_tr,
                                       "vital##criticality"_tr};
  card.pair("Criticality"_tr, kCritical[std::clamp<int>(u.criticality, 1, 4) - 1], t.t1);
  double area = 0;
  for (const Polygon& q : u.polygons) {
    if (!sound(q)) continue;
    area += static_cast<double>(area_of(q.outer));
    for (const Ring& hole : q.holes) area -= static_cast<double>(area_of(hole));
  }
  if (area >= 1) card.pair("Area"_tr, count_text(static_cast<std::uint64_t>(std::lround(area))) + " m²", t.t1);
  std::string devices;
  for (const DeviceKind kind : {DeviceKind::door, DeviceKind::camera, DeviceKind::host}) {
    std::uint64_t n = 0;
    for (const Device& d : site.devices) {
      if (d.kind != kind) continue;
      bool here = d.unit_id == u.id;
      if (kind == DeviceKind::door)
        if (const Opening* o = site.opening(d.opening_id)) here = o->unit_a == u.id || o->unit_b == u.id;
      if (kind == DeviceKind::camera && std::find(d.covers.begin(), d.covers.end(), u.id) != d.covers.end())
        here = true;
      n += here ? 1 : 0;
    }
    if (n == 0) continue;
    if (!devices.empty()) devices += ", ";
    devices += kind == DeviceKind::door     ? plural<"{} door", "{} doors">(n)
               : kind == DeviceKind::camera ? plural<"{} camera", "{} cameras">(n)
                                            : plural<"{} host", "{} hosts">(n);
  }
  card.pair("Has"_tr, devices, t.t1);
  open_incidents(f, card, r, data, u.id, {});
  upkeep(f, card, r, m, u.id, false, room, false);
  card.skip(8);
}

}  // namespace wf::ui
