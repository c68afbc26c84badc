// Filters that are saved by a name: the wall's menu of them, and what it does.
#include <algorithm>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/time_text.hpp"
#include "console/ui/wall/alert_wall.hpp"

namespace wf::ui {

const SavedFilter* saved_as(const Desk& d) {
  const auto& all = d.comfort.filters;
  const auto found = std::find_if(all.begin(), all.end(), [&](const SavedFilter& s) { return s.filter == d.filter; });
  return found == all.end() ? nullptr : &*found;
}

void show_saved(Desk& d, const SavedFilter& saved) {
  d.filter = saved.filter;
  d.filter_person_name = saved.person_name;
}

void save_filter(Frame& f, Desk& d, const std::string& name) {
  if (save_filter(d.comfort.filters, {name, d.filter, d.filter_person_name}))
    d.toast(Toast::Kind::done, text_of<"Filter saved as “{}”">(name), "", f.input.seconds);
  else
    d.toast(Toast::Kind::notice, "The filter was not saved"_tr,
            text_of<"There are {} already; forget one first">(kMostSavedFilters), f.input.seconds);
}

void AlertWall::draw_saved_menu(Frame& f, Desk& d) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  std::vector<SavedFilter>& all = d.comfort.filters;
  // What is shown now can be saved, unless it is everything, or has a name.
  const bool can_save = !(d.filter == Filter{}) && saved_as(d) == nullptr;
  const float field = can_save ? 44 : 0;
  constexpr float kWidth = 272, kLine = 28;
  const Hit shade = p.hits.add("menu/shade", {0, 0, 1e5F, 1e5F});
  const Rect box{menu_left(kWidth), menu_.anchor.bottom() + 4, kWidth,
                 8 + kLine * static_cast<float>(all.size()) + field};
  p.float_box(box, t.bg1, t.line2);
  (void)p.hits.add("menu/box", box);
  bool done = shade.pressed;
  std::size_t forget = all.size();
  for (std::size_t k = 0; k < all.size(); ++k) {
    const SavedFilter& saved = all[k];
    const Rect at{box.x + 4, box.y + 4 + kLine * static_cast<float>(k), box.w - 8, kLine};
    const Hit hit = p.hits.add("menu/saved/" + saved.name, at);
    const Rect cross{at.right() - kLine, at.y, kLine, kLine};
    const Hit gone = p.hits.add("menu/forget/" + saved.name, cross);
    const bool on = saved.filter == d.filter;
    if (hit.hovered || gone.hovered || on) p.fill(at, hit.hovered || gone.hovered ? t.bg4 : t.bg3, 3);
    if (on) icon(p, Icon::check, at.x + 12, at.mid_y(), 11, t.t1);
    icon(p, Icon::cross, cross.mid_x(), cross.mid_y(), 11, gone.hovered ? t.t1 : t.t3, 1.25F);
    d.hint(gone, text_of<"Forget “{}”">(saved.name));
    const auto count = static_cast<std::uint64_t>(
        std::count_if(f.standing.rows().begin(), f.standing.rows().end(),
                      [&](const Standing::Row& row) { return row.open && passes(saved.filter, row); }));
    const float number = p.text(cross.x - 6, at.mid_y(), count_text(count), Face::mono_s, t.t3, Align::right);
    p.text(at.x + 26, at.mid_y(), saved.name, Face::m, t.t1, Align::left, cross.x - 18 - number - at.x - 26);
    if (gone.clicked) {
      forget = k;
    } else if (hit.clicked) {
      show_saved(d, saved);
      done = true;
    }
  }
  if (forget < all.size()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(forget));
  if (can_save) {
    const Rect at{box.x + 8, box.bottom() - field + 4, box.w - 16, 32};
    const bool enter = text_field(p, "menu/saved/name", at, saved_name_, "Save what is shown as"_tr,
                                  std::exchange(focus_name_, false), "Enter"_tr);
    if (const std::string name = arrangement_name(saved_name_.text); enter && !name.empty()) {
      save_filter(f, d, name);
      done = true;
    }
  }
  if (all.empty() && !can_save) done = true;
  if (done) menu_.which = Menu::Which::none;
}

}  // namespace wf::ui
