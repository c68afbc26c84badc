// What stands on the card of a device or a room.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "console/ui/map_card.hpp"
#include "console/ui/map_command.hpp"
#include "console/ui/map_upkeep.hpp"

namespace wf::ui {
namespace {

std::string name_or_id(const std::string& name, const std::string& id) { return name.empty() ? id : name; }

std::string state_text(DeviceKind kind, const DeviceState* s) {
  if (s == nullptr || s->state.empty()) return kind == DeviceKind::door ? "No contact heard yet" : "Nothing heard yet";
  if (s->state == "held") return "Held open";
  if (s->state == "offline" && kind == DeviceKind::camera) return "Offline, no picture";
  if (s->state == "covered") return "Covered, no picture";
  std::string out = s->state;
  out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

void open_incidents(Frame& f, Card& card, const Rect& r, const LevelData& data, const std::string& unit_id,
                    const std::string& device_id) {
  Painter& p = f.p;
  int shown = 0;
  for (const auto& i : f.snapshot.incidents) {
    if (!i || i->state == IncidentState::shelved || i->site_id != data.plan->site->id) continue;
    const bool here = !unit_id.empty() ? i->unit_id == unit_id
                                       : std::any_of(i->why.begin(), i->why.end(),
                                                     [&](const Contribution& c) { return c.device_id == device_id; });
    if (!here || ++shown > 3) continue;
    if (shown == 1) {
      card.rule();
      card.head("Open here");
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
  if (state != nullptr && state->last_event != 0) card.pair("Heard", ago(f.input.now - state->last_event), t.t1);
  if (d.kind == DeviceKind::door && !d.opening_id.empty()) {
    std::string readers;
    for (const Device& other : site.devices) {
      if (other.kind != DeviceKind::reader || other.opening_id != d.opening_id) continue;
      if (!readers.empty()) readers += ", ";
      readers += other.id;
    }
    card.pair("Reader", readers.empty() ? "none" : readers, t.t1, readers.empty() ? Face::m : Face::mono_m);
    std::string beyond;
    if (const Opening* o = site.opening(d.opening_id))
      for (const std::string* id : {&o->unit_b, &o->unit_a}) {
        const Unit* u = site.unit(*id);
        if (u == nullptr || is_open(floor_of(u->category)) || !f.snapshot.zone_people) continue;
        const auto it = f.snapshot.zone_people->find(u->id);
        if (it == f.snapshot.zone_people->end()) continue;
        beyond = it->second == 1 ? "1 person" : std::to_string(it->second) + " people";
        break;
      }
    card.pair("Beyond it", beyond, t.t1);
  }
  if (d.kind == DeviceKind::camera) {
    std::string covers;
    for (const std::string& id : d.covers) {
      const Unit* u = site.unit(id);
      const Device* other = u == nullptr ? site.device(id) : nullptr;
      if (!covers.empty()) covers += ", ";
      covers += u != nullptr ? name_or_id(u->name, u->category) : other != nullptr ? other->id : id;
    }
    card.pair("Covers", covers, t.t1);
    if (d.range > 0)
      card.pair("View",
                std::to_string(static_cast<int>(std::lround(d.field_of_view))) + "°, " +
                    std::to_string(static_cast<int>(std::lround(d.range))) + " m",
                t.t1);
  }
  card.pair("Address", d.address, t.t1, Face::mono_m);
  if (!d.owner.empty()) {
    const Person* person = f.snapshot.estate ? f.snapshot.estate->person(d.owner) : nullptr;
    card.pair("Owner", person != nullptr ? person->name : d.owner, t.t1);
  }
}

/// Nobody forgets that its alarms call nobody, however little room there is.
void kept_back(const Frame& f, Card& card, const std::string& id) {
  if (const Incident* const works = works_at(f.snapshot, id); works != nullptr)
    card.pair(works->in_test ? "Test" : "Maintained",
              "until " + f.time.minutes(works->shelved_until) + ", " + works->owner, f.p.t.t1, Face::m_semibold);
}

/// Its form stands first while somebody fills it in, everything else of it last.
void upkeep(Frame& f, Card& card, const Rect& r, MapMemory& m, const std::string& id, bool device, const CardRoom& room,
            bool first) {
  const bool asked = m.upkeep.form != Upkeep::Form::none && m.upkeep.of == id;
  if (first != asked || (!asked && !room.upkeep)) return;
  card.rule();
  card.head("Upkeep", "each is recorded");
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
  card.pair("State", state_text(d.kind, state), abnormal ? t.of(state->worst).text : t.t1,
            abnormal ? Face::m_semibold : Face::m,
            !room.facts && state != nullptr && state->since != 0 ? ago(f.input.now - state->since) : std::string());
  kept_back(f, card, d.id);
  upkeep(f, card, r, m, d.id, true, room, true);
  if (room.facts && state != nullptr && state->since != 0)
    card.pair("Since", f.time.clock(state->since), t.t1, Face::mono_m, ago(f.input.now - state->since));
  // Nobody forgets that, however little room there is.
  if (d.kind == DeviceKind::door && d.egress) card.pair("Escape", "opens from inside, always", t.t1);
  // Nor that it does not work and who sees to it.
  if (const Ticket* const ticket = open_ticket(f.snapshot, d.id); ticket != nullptr)
    card.pair("Ticket", ticket_name(ticket->id) + ", " + ticket->owner,
              ticket->overdue ? t.of(Priority::medium).text : t.t1, Face::m,
              ticket->overdue ? "overdue" : "in " + duration(std::max<std::int64_t>(0, ticket->target - f.input.now)));
  if (room.facts) device_facts(f, card, site, d, state);
  const auto commands = [&] {
    card.rule();
    card.head("Commands", "each is recorded");
    card.skip(draw_device_commands(f, r, card.y(), card.dry(), m, site, d, state, room.order_lines));
  };
  const bool first = has_commands(f.snapshot, site, d, state);
  if (first) commands();
  card.rule();
  if (state == nullptr || state->recent.empty()) {
    card.head("Last events", "none yet");
  } else {
    card.head("Last events");
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
  card.pair("People", people != nullptr && it != people->end() ? std::to_string(it->second) : "not known", t.t1,
            people != nullptr && it != people->end() ? Face::mono_m : Face::m);
  static constexpr const char* kCritical[] = {"normal", "raised", "high", "vital"};
  card.pair("Criticality", kCritical[std::clamp<int>(u.criticality, 1, 4) - 1], t.t1);
  double area = 0;
  for (const Polygon& q : u.polygons) {
    if (!sound(q)) continue;
    area += static_cast<double>(area_of(q.outer));
    for (const Ring& hole : q.holes) area -= static_cast<double>(area_of(hole));
  }
  if (area >= 1) card.pair("Area", std::to_string(std::lround(area)) + " m²", t.t1);
  std::string devices;
  for (const auto& [kind, one, many] :
       {std::tuple{DeviceKind::door, "door", "doors"}, std::tuple{DeviceKind::camera, "camera", "cameras"},
        std::tuple{DeviceKind::host, "host", "hosts"}}) {
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
    devices += plural(n, one, many);
  }
  card.pair("Has", devices, t.t1);
  open_incidents(f, card, r, data, u.id, {});
  upkeep(f, card, r, m, u.id, false, room, false);
  card.skip(8);
}

}  // namespace wf::ui
