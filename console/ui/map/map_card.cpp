// The card of the selected device or room at the map's right.
#include "console/ui/map/map_card.hpp"
#include "console/ui/draw/model_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wf::ui {
namespace {

constexpr float kHead = 64;

std::string name_or_id(const std::string& name, const std::string& id) { return name.empty() ? id : name; }

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

bool close_button(Painter& p, const char* name, const Rect& card) {
  const Rect r{card.right() - 36, card.y + 10, 28, 28};
  const Hit hit = p.hits.add(name, r);
  icon(p, Icon::cross, r.mid_x(), r.mid_y(), 14, hit.hovered ? p.t.t1 : p.t.t2);
  return hit.clicked;
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
  if (u != nullptr) news = m.news.of_unit(*u);
  // What happened last is never cut: where there is little room, there is less of everything, and then it scrolls.
  static constexpr CardRoom kRooms[] = {{6, 4, true, true, false},   {4, 4, true, true, false},
                                        {3, 2, true, true, false},   {3, 2, false, true, false},
                                        {3, 0, false, false, false}, {2, 0, false, false, false}};
  CardRoom room;
  const auto lines = [&](Card& card) {
    card.skip(kHead + 8);
    if (d != nullptr)
      device_lines(f, card, r, m, data, *d, live, room);
    else
      unit_lines(f, card, r, m, data, *u, room);
    card.skip(8);
  };
  const auto height = [&] {
    Card measured(p, r, true);
    lines(measured);
    return measured.y() - r.y;
  };
  for (const CardRoom& one : kRooms) {
    room = one;
    if (brief) room.events = std::min<std::size_t>(room.events, 3);
    if (brief) room.incidents = false;
    if (height() <= r.h) break;
  }
  // Upkeep takes nothing of that room: where there is none left, it is scrolled to.
  room.upkeep = !brief;
  const float whole = height();
  const Rect box{r.x, r.y, r.w, std::min(r.h, whole)};
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
    title = fmt::format("{} {}", word_of(d->kind), d->id);
    std::string where;
    if (const Opening* o = site.opening(d->opening_id); o != nullptr && d->kind == DeviceKind::door) {
      const Unit* a = site.unit(o->unit_a);
      const Unit* b = site.unit(o->unit_b);
      if (a != nullptr && b != nullptr && !is_open(floor_of(a->category)) && is_open(floor_of(b->category)))
        std::swap(a, b);
      where = (a != nullptr ? name_or_id(a->name, a->category) : "Outside"_tr.str()) + " › " +
              (b != nullptr ? name_or_id(b->name, b->category) : "Outside"_tr.str());
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
  p.hairline(box.x, box.y + kHead, box.w, t.line);
  const Rect view{box.x, box.y + kHead + 1, box.w, box.h - kHead - 1};
  const std::string shown = d != nullptr ? d->id : u->id;
  if (std::exchange(m.card_of, shown) != shown) m.card.offset = 0;
  const float shift = begin_scroll(f, "map/card/lines", view, m.card) - view.y;
  Card drawn(p, {r.x, r.y + shift, r.w, r.h}, false);
  lines(drawn);
  end_scroll(f, "map/card/lines", view, m.card, drawn.y());
  if (close_button(p, "map/card/close", box)) {
    f.selection.device.clear();
    m.unit = -1;
  }
  return box.h;
}

}  // namespace wf::ui
