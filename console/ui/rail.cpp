#include "console/ui/rail.hpp"

#include <string>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

struct Entry {
  Icon icon;
  Text name;
  int view;  ///< a View, or −1: it comes later
};
constexpr Entry kEntries[] = {{Icon::wall, "Wall"_tr, static_cast<int>(View::wall)},
                              {Icon::map, "Site map"_tr, static_cast<int>(View::map)},
                              {Icon::search, "Investigate"_tr, -1},
                              {Icon::layers, "Incidents"_tr, -1},
                              {Icon::pulse, "Agents"_tr, static_cast<int>(View::agents)},
                              {Icon::rules, "Rules"_tr, static_cast<int>(View::rules)},
                              {Icon::guard, "Guard's post"_tr, static_cast<int>(View::guard)},
                              {Icon::people, "People"_tr, -1},
                              {Icon::risk, "Risk"_tr, -1},
                              {Icon::globe, "Intelligence"_tr, -1},
                              {Icon::clipboard, "Compliance"_tr, -1},
                              {Icon::report, "Reports"_tr, -1}};
constexpr float kStep = 44;

}  // namespace

void draw_rail(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.bg2);
  p.upright(r.right() - 1, r.y, r.h, t.line);
  p.push_clip(r);
  float y = r.y + 8;
  const float foot = r.bottom() - 136;
  for (const Entry& e : kEntries) {
    if (y + kStep > foot) break;
    const bool exists = e.view >= 0;
    const bool on = exists && static_cast<int>(f.view) == e.view;
    const Hit hit = p.hits.add("rail/" + std::string(e.name.english()), {r.x, y, r.w, kStep}, exists);
    if (on) {
      p.fill({r.x + 4, y + 2, 40, 40}, t.bg4, unit::kRadius);
      p.fill({r.x, y + 2, 3, 40}, t.t1);
    } else if (exists && hit.hovered) {
      p.fill({r.x + 4, y + 2, 40, 40}, t.bg3, unit::kRadius);
    }
    icon(p, e.icon, r.x + 24, y + 22, 18, on || (exists && hit.hovered) ? t.t1 : exists ? t.t3 : t.dis, 1.5F);
    d.hint(hit, exists ? e.name.str() : text_of<"{} comes later">(e.name));
    if (hit.clicked) f.view = static_cast<View>(e.view);
    y += kStep;
  }
  const Rect set_at{r.x, r.bottom() - 134, r.w, kStep};
  const bool setting = f.view == View::settings;
  const Hit set = p.hits.add("rail/Settings", set_at);
  if (setting || set.hovered) p.fill({r.x + 4, set_at.y + 2, 40, 40}, setting ? t.bg4 : t.bg3, unit::kRadius);
  if (setting) p.fill({r.x, set_at.y + 2, 3, 40}, t.t1);
  icon(p, Icon::settings, r.x + 24, set_at.mid_y(), 18, setting || set.hovered ? t.t1 : t.t3, 1.5F);
  d.hint(set, "Settings"_tr);
  if (set.clicked) f.view = View::settings;
  const Hit look = p.hits.add("rail/theme", {r.x + 4, r.bottom() - 88, 40, 40});
  if (look.hovered) p.fill({r.x + 4, r.bottom() - 88, 40, 40}, t.bg3, unit::kRadius);
  icon(p, Icon::contrast, r.x + 24, r.bottom() - 68, 18, look.hovered ? t.t1 : t.t3, 1.5F);
  d.hint(look, t.dark ? "Light theme"_tr : "Dark theme"_tr);
  if (look.clicked) d.want_theme = true;
  const Rect help{r.x + 14, r.bottom() - 38, 20, 20};
  const Hit keys = p.hits.add("rail/keys", help);
  p.stroke(help, keys.hovered ? t.t3 : t.line2, 1, unit::kSmallRadius);
  p.text(help.mid_x(), help.mid_y(), "?", Face::mono_s, keys.hovered ? t.t1 : t.t2, Align::center);
  d.hint(keys, "The keys of this view"_tr);
  if (keys.clicked) d.want_keys = true;
  p.pop_clip();
}

}  // namespace wf::ui
