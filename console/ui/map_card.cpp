// The cards at the map's right: the selected device or unit, and the selected incident step by step.
#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "console/ui/map_memory.hpp"
#include "console/ui/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kLine = 24;

std::string name_or_id(const std::string& name, const std::string& id) { return name.empty() ? id : name; }

const char* kind_text(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return "Door";
    case DeviceKind::reader:
      return "Reader";
    case DeviceKind::camera:
      return "Camera";
    case DeviceKind::host:
      return "Host";
    case DeviceKind::network:
      return "Network";
    case DeviceKind::controller:
      return "Controller";
    case DeviceKind::sensor:
      return "Sensor";
    case DeviceKind::guard_post:
      return "Guard post";
  }
  return "Device";
}

std::string state_text(DeviceKind kind, const DeviceState* s) {
  if (s == nullptr || s->state.empty()) return kind == DeviceKind::door ? "No contact heard yet" : "Nothing heard yet";
  if (s->state == "held") return "Held open";
  if (s->state == "offline" && kind == DeviceKind::camera) return "Offline, no picture";
  if (s->state == "covered") return "Covered, no picture";
  std::string out = s->state;
  out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

/// What can be commanded here, honestly.
const char* command_text(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return "No output is enabled for this door.";
    case DeviceKind::camera:
      return "No live picture is connected for this camera.";
    case DeviceKind::host:
      return "No isolation command is configured for this host.";
    default:
      return "Nothing can be commanded here.";
  }
}

Icon icon_for(const Device& d, const DeviceState* s) {
  if (d.kind != DeviceKind::door) return icon_of(d.kind);
  switch (leaf_of(s)) {
    case DoorLeaf::open:
      return Icon::door_open;
    case DoorLeaf::held:
      return Icon::door_held;
    case DoorLeaf::forced:
      return Icon::door_forced;
    default:
      return Icon::door;
  }
}

/// Lays lines of a card out from the top; a dry pass measures.
class Card {
 public:
  Card(Painter& p, const Rect& r, bool dry) : p_(p), r_(r), dry_(dry), y_(r.y) {}
  [[nodiscard]] float y() const { return y_; }
  [[nodiscard]] bool dry() const { return dry_; }
  void skip(float h) { y_ += h; }
  void rule() {
    y_ += 8;
    if (!dry_) p_.hairline(r_.x, y_, r_.w, p_.t.line);
    y_ += 6;
  }
  void pair(std::string_view label, std::string_view value, ImU32 color, Face face = Face::m,
            std::string_view right = {}) {
    if (value.empty()) return;
    if (!dry_) {
      const float mid = y_ + 12;
      p_.text(r_.x + 16, mid, label, Face::s, p_.t.t3);
      const float rw = right.empty() ? 0 : p_.width(right, Face::s) + 10;
      p_.text(r_.x + 104, mid, value, face, color, Align::left, r_.w - 120 - rw);
      p_.text(r_.right() - 16, mid, right, Face::s, p_.t.t2, Align::right);
    }
    y_ += kLine;
  }
  void head(std::string_view title, std::string_view right = {}) {
    if (!dry_) section_head(p_, r_.x + 16, y_ + 2, r_.w - 32, title, right);
    y_ += 28;
  }

 private:
  Painter& p_;
  Rect r_;
  bool dry_;
  float y_;
};

bool close_button(Painter& p, const char* name, const Rect& card) {
  const Rect r{card.right() - 36, card.y + 10, 28, 28};
  const Hit hit = p.hits.add(name, r);
  icon(p, Icon::cross, r.mid_x(), r.mid_y(), 14, hit.hovered ? p.t.t1 : p.t.t2);
  return hit.clicked;
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

/// Everything below the head of a device's card.
void device_lines(Frame& f, Card& card, const Rect& r, const LevelData& data, const Device& d, const DeviceState* state,
                  bool brief) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Site& site = *data.plan->site;
  const bool abnormal = state != nullptr && state->in_incident;
  card.pair("State", state_text(d.kind, state), abnormal ? t.of(state->worst).text : t.t1,
            abnormal ? Face::m_semibold : Face::m);
  if (state != nullptr && state->since != 0)
    card.pair("Since", f.time.clock(state->since), t.t1, Face::mono_m, ago(f.input.now - state->since));
  if (state != nullptr && state->last_event != 0) card.pair("Heard", ago(f.input.now - state->last_event), t.t1);
  if (d.kind == DeviceKind::door && !d.opening_id.empty()) {
    std::string readers;
    for (const Device& other : site.devices) {
      if (other.kind != DeviceKind::reader || other.opening_id != d.opening_id) continue;
      if (!readers.empty()) readers += ", ";
      readers += other.id;
    }
    card.pair("Reader", readers.empty() ? "none" : readers, t.t1, readers.empty() ? Face::m : Face::mono_m);
    if (d.egress) card.pair("Escape", "opens from inside, always", t.t1);
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
  const std::size_t most = brief ? 3 : 6;
  card.rule();
  if (state == nullptr || state->recent.empty()) {
    card.head("Last events", "none yet");
  } else {
    card.head("Last events");
    for (std::size_t i = 0; i < std::min(most, state->recent.size()); ++i) {
      if (!card.dry()) {
        p.text(r.x + 16, card.y() + 11, f.time.clock(state->recent[i].time), Face::mono_s, t.t2);
        p.text(r.x + 92, card.y() + 11, state->recent[i].text, Face::s, t.t1, Align::left, r.w - 108);
      }
      card.skip(22);
    }
  }
  if (!brief) open_incidents(f, card, r, data, {}, d.id);
  card.rule();
  card.head("Commands", "each is recorded");
  if (!card.dry()) p.text(r.x + 16, card.y() + 8, command_text(d.kind), Face::s, t.t2, Align::left, r.w - 32);
  card.skip(26);
}

void unit_lines(Frame& f, Card& card, const Rect& r, const LevelData& data, const Unit& u) {
  const Tokens& t = f.p.t;
  const Site& site = *data.plan->site;
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
  card.skip(8);
}

}  // namespace

float draw_thing_card(Frame& f, const Rect& r, SiteMapState& state, const LevelData& data, bool brief) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  MapMemory& m = *state.memory;
  const Site& site = *data.plan->site;
  const Device* d = f.selection.device.empty() ? nullptr : site.device(f.selection.device);
  const Unit* u = d == nullptr && m.unit >= 0 && static_cast<std::size_t>(m.unit) < site.units.size()
                      ? &site.units[static_cast<std::size_t>(m.unit)]
                      : nullptr;
  if (d == nullptr && u == nullptr) return 0;
  const DeviceState* live = nullptr;
  if (d != nullptr && f.snapshot.devices) {
    const auto it = f.snapshot.devices->find(d->id);
    if (it != f.snapshot.devices->end()) live = &it->second;
  }
  PlaceNews news;
  if (u != nullptr) news = m.news.of_unit(u->id);
  const auto lines = [&](Card& card) {
    card.skip(64);
    card.skip(8);
    if (d != nullptr)
      device_lines(f, card, r, data, *d, live, brief);
    else
      unit_lines(f, card, r, data, *u);
  };
  Card measured(p, r, true);
  lines(measured);
  const Rect box{r.x, r.y, r.w, std::min(r.h, measured.y() - r.y)};
  p.hits.add("map/card", box, false);
  p.hits.wheel("map/card/wheel", box);
  p.float_box(box, t.bg1, t.line2);
  const bool abnormal = (live != nullptr && live->in_incident) || news.any;
  const Priority worst = live != nullptr && live->in_incident ? live->worst : news.worst;
  if (abnormal) p.fill({box.x, box.y, box.w, 3}, t.of(worst).edge);
  icon(p, d != nullptr ? icon_for(*d, live) : Icon::map, box.x + 28, box.y + 34, 22, abnormal ? t.of(worst).text : t.t1,
       1.75F);
  std::string title;
  std::string second;
  if (d != nullptr) {
    const bool named = !d->name.empty() && d->name != d->id && d->name.find(d->id) == std::string::npos;
    title = std::string(kind_text(d->kind)) + " " + d->id;
    std::string where;
    if (const Opening* o = site.opening(d->opening_id); o != nullptr && d->kind == DeviceKind::door) {
      const Unit* a = site.unit(o->unit_a);
      const Unit* b = site.unit(o->unit_b);
      if (a != nullptr && b != nullptr && !is_open(floor_of(a->category)) && is_open(floor_of(b->category)))
        std::swap(a, b);
      where = (a != nullptr ? name_or_id(a->name, a->category) : "Outside") + std::string(" › ") +
              (b != nullptr ? name_or_id(b->name, b->category) : "Outside");
    } else if (const Unit* in = site.unit(d->unit_id)) {
      where = name_or_id(in->name, in->category);
    }
    second = named ? d->name + (where.empty() ? "" : ", " + where) : where;
    if (second.empty() && data.plan->level != nullptr) second = data.plan->level->name;
  } else {
    title = name_or_id(u->name, u->category);
    second = u->category + (data.plan->level != nullptr ? ", " + data.plan->level->name : "");
  }
  p.text(box.x + 50, box.y + 24, title, Face::l_semibold, t.t1, Align::left, box.w - 50 - 44);
  p.text(box.x + 50, box.y + 46, second, Face::s, t.t2, Align::left, box.w - 50 - 16);
  p.hairline(box.x, box.y + 64, box.w, t.line);
  p.push_clip(box);
  Card drawn(p, r, false);
  lines(drawn);
  p.pop_clip();
  if (close_button(p, "map/card/close", box)) {
    f.selection.device.clear();
    m.unit = -1;
  }
  return box.h;
}

float draw_steps_card(Frame& f, const Rect& r, SiteMapState& state, const LevelData* data) {
  const Incident* i = f.snapshot.incident(f.selection.incident);
  if (i == nullptr) return 0;
  Painter& p = f.p;
  const Tokens& t = p.t;
  MapMemory& m = *state.memory;
  const IncidentPath* path = data != nullptr && data->path_of == i->id ? &data->path : nullptr;
  const float row = 32;
  const bool unseen = i->needs_acknowledgement();
  const float foot = 28 + 44;
  const float fixed = 64 + foot;
  if (r.h < fixed + 2 * row) return 0;
  // The newest lines matter; the first one says where it began.
  const std::size_t room = static_cast<std::size_t>((r.h - fixed - 16) / row);
  const std::size_t shown = std::min({i->why.size(), room, static_cast<std::size_t>(8)});
  const std::size_t skipped = i->why.size() - shown;
  const Rect box{r.x, r.y, r.w, fixed + 16 + row * static_cast<float>(std::max<std::size_t>(shown, 1))};
  p.hits.add("map/steps", box, false);
  p.hits.wheel("map/steps/wheel", box);
  p.float_box(box, t.bg1, t.line2);
  mark(p, i->priority, box.x + 28, box.y + 28, 24, unseen ? MarkState::open : MarkState::held);
  float side = 0;
  if (unseen && i->respond_by != 0) {
    const std::int64_t left = i->respond_by - f.input.now;
    const std::string time = (left < 0 ? "+" : "") + duration(std::abs(left));
    const ImU32 color = left < 0 || i->priority == Priority::critical ? t.of(Priority::critical).text : t.t1;
    p.text(box.right() - 16, box.y + 20, time, Face::mono_m_medium, color, Align::right);
    p.text(box.right() - 16, box.y + 38, left < 0 ? "ack late" : "to ack", Face::s, t.t2, Align::right);
    side = std::max(p.width(time, Face::mono_m_medium), 52.0F) + 12;
    f.wake(1.0);
  } else if (!unseen) {
    const std::string_view name = name_of(i->state);
    p.text(box.right() - 16, box.y + 20, name, Face::s_semibold, t.t2, Align::right, 110);
    p.text(box.right() - 16, box.y + 38, i->owner.empty() ? std::string_view("no owner") : std::string_view(i->owner),
           Face::s, t.t2, Align::right, 110);
    side = std::min(110.0F, std::max(p.width(name, Face::s_semibold),
                                     p.width(i->owner.empty() ? "no owner" : i->owner, Face::s))) +
           12;
  }
  p.paragraph(box.x + 50, box.y + 20, 18, box.w - 66 - side, 2, i->title, Face::m_semibold, t.t1);
  p.hairline(box.x, box.y + 56, box.w, t.line);
  float y = box.y + 56 + 8;
  for (std::size_t k = 0; k < shown; ++k) {
    const std::size_t n = k == 0 ? 0 : k + skipped;  // the first always, then the newest
    const Contribution& c = i->why[n];
    const float mid = y + row / 2;
    const Rect line{box.x + 4, y, box.w - 8, row};
    const Hit hit = p.hits.add("map/step/" + std::to_string(n), line);
    if (hit.hovered) p.fill(line, t.bg2, 3);
    if (k + 1 < shown) {
      if (k == 0 && skipped > 0)
        p.dashed_line(box.x + 28, mid + 11, box.x + 28, mid + 21, t.t3, 1, 2, 2);
      else
        p.fill({box.x + 27.5F, mid + 11, 1, row - 22}, t.line2);
    }
    const bool here = path != nullptr && std::any_of(path->stops.begin(), path->stops.end(), [&](const PathStop& s) {
                        return static_cast<int>(n) + 1 >= s.first && static_cast<int>(n) + 1 <= s.last;
                      });
    if (here) {
      number_disc(p, box.x + 28, mid, 9, static_cast<int>(n) + 1);
    } else {  // not on this level: the number without its disc
      p.circle_line(box.x + 28, mid, 8.5F, t.t3, 1);
      p.text(box.x + 28, mid, std::to_string(n + 1), Face::tiny, t.t2, Align::center);
    }
    p.text(box.x + 48, mid, f.time.clock(c.time).substr(3), Face::mono_s, t.t2);
    // "06:12" is 38 wide; the place stands at the end when both fit.
    std::string text = c.text;
    if (c.repeats > 1 && text.find(" times") == std::string::npos) text += " ×" + std::to_string(c.repeats);
    const float text_room = box.w - 96 - 16;
    const Unit* u = data != nullptr ? data->plan->site->unit(c.unit_id) : nullptr;
    const std::string place = !c.device_id.empty() && text.find(c.device_id) == std::string::npos ? c.device_id
                              : u != nullptr && text.find(u->name) == std::string::npos           ? u->name
                                                                                                  : std::string();
    const Face face = p.width(text, Face::m) > text_room ? Face::s : Face::m;
    const float tw = p.width(text, face);
    const float pw = place.empty() ? 0 : p.width(place, Face::s);
    const bool both = pw > 0 && tw + pw + 12 <= text_room;
    p.text(box.x + 96, mid, text, face, t.t1, Align::left, both ? text_room - pw - 8 : text_room);
    if (both) p.text(box.right() - 16, mid, place, Face::s, t.t2, Align::right);
    if (hit.clicked && m.estate) {
      const Site* s = m.estate->site(c.site_id.empty() ? i->site_id : c.site_id);
      const Unit* cu = s != nullptr ? s->unit(c.unit_id) : nullptr;
      const Level* l = s != nullptr ? s->level(cu != nullptr ? cu->level_id : c.level_id) : nullptr;
      if (s != nullptr && l != nullptr) m.enter(static_cast<std::size_t>(s - m.estate->sites.data()), l);
      if (s != nullptr && s->device(c.device_id) != nullptr) f.selection.device = c.device_id;
    }
    y += row;
  }
  y += 8;
  p.hairline(box.x, y, box.w, t.line);
  std::string sum;
  if (path != nullptr && path->stops.size() > 1 && path->metres >= 1)
    sum = std::to_string(std::lround(path->metres)) + " m in " + span(std::max<std::int64_t>(path->to - path->from, 0));
  if (skipped > 0) sum += (sum.empty() ? "" : ", ") + std::to_string(skipped) + " more steps";
  if (path != nullptr && path->elsewhere > 0)
    sum += (sum.empty() ? "" : ", ") + plural(static_cast<std::uint64_t>(path->elsewhere), "step", "steps") +
           " not on this level";
  if (sum.empty()) sum = data == nullptr ? "A site's map shows the way" : "No place of this incident is on the map";
  p.text(box.x + 16, y + 16, sum, Face::s, t.t2, Align::left, box.w - 32);
  float bx = box.x + 16;
  float used = 0;
  if (unseen) {
    ButtonStyle style;
    style.kind = ButtonKind::primary;
    style.key = "Space";
    if (button(p, "map/acknowledge", bx, y + 30, "Acknowledge", style, &used).clicked) {
      Command c;
      c.kind = CommandKind::acknowledge;
      c.incidents = {i->id};
      c.seen_revisions = {i->revision};
      f.commands.push_back(std::move(c));
    }
    bx += used + 12;
  }
  if (button(p, "map/open-wall", bx, y + 30, "Open wall", {}, &used).clicked) f.view = View::wall;
  return box.h;
}

}  // namespace wf::ui
