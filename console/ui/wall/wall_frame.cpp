// What stands around the wall's rows: header, flood bar, filters, footer.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/wall/alert_wall.hpp"

namespace wf::ui {
namespace {

constexpr float kCrowded = 700;  ///< a wall less wide sets its filters closer together

std::string short_site(const Snapshot& s, const std::string& id) {
  const Site* site = s.estate ? s.estate->site(id) : nullptr;
  if (site == nullptr) return id;
  return site->short_name.empty() ? site->name : site->short_name;
}

}  // namespace

void AlertWall::draw_head(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  std::string sub = "nothing open"_tr;
  if (d.counts.open > 0) {
    const auto shown = static_cast<std::uint64_t>(visible_.size());
    sub = folded_count_ > 0 ? text_of<"{} open, {} shown, {} folded">(count_text(d.counts.open), count_text(shown),
                                                                      count_text(folded_count_))
                            : text_of<"{} open, {} shown">(count_text(d.counts.open), count_text(shown));
  }
  float x = r.right() - 12 - 56;
  pane_head(p, {r.x, r.y, x - 12 - r.x, r.h}, "Alert wall"_tr, sub);
  p.fill({x - 12, r.y, r.right() - x + 12, r.h}, p.t.bg2);
  p.hairline(x - 12, r.bottom() - 1, r.right() - x + 12, p.t.line);
  const bool compact = d.comfort.compact || f.snapshot.flood;
  const Hit roomy = icon_button(p, "wall/roomy", x, r.y + 6, Icon::roomy, !compact);
  const Hit dense = icon_button(p, "wall/dense", x + 28, r.y + 6, Icon::dense, compact);
  d.hint(roomy, f.snapshot.flood ? "One line a row while the flood lasts"_tr : "Two lines a row"_tr);
  d.hint(dense, "One line a row"_tr);
  if (roomy.clicked) d.comfort.compact = false;
  if (dense.clicked) d.comfort.compact = true;
  const Text order = "Priority, then longest waiting"_tr;
  const float used = p.width("Alert wall"_tr, Face::m_semibold) + p.width(sub, Face::s) + 60;
  if (x - 24 - p.width(order, Face::s) > r.x + used) p.text(x - 12, r.mid_y(), order, Face::s, p.t.t3, Align::right);
}

void AlertWall::draw_flood(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.mode);
  const Rect sign{r.x, r.y, 40, r.h};
  p.push_clip(sign);
  for (float i = -r.h; i < 48; i += 12)
    p.polygon({{r.x + i, r.bottom()}, {r.x + i + 6, r.bottom()}, {r.x + i + 6 + r.h, r.y}, {r.x + i + r.h, r.y}},
              t.mode_stripe);
  p.pop_clip();
  p.circle(r.x + 20, r.mid_y(), 13, t.mode);
  icon(p, Icon::warning, r.x + 20, r.mid_y() - 1, 15, t.mode_ink, 1.6F);
  const Text label = d.unfold ? "Fold again"_tr : "Show the folded"_tr;
  const float kw = key_width(p, "G");
  const float bw = 24 + p.width(label, Face::m_medium) + 14 + kw;
  const float room = r.w - 52 - bw - 32;
  p.text(r.x + 52, r.y + 19,
         text_of<"Flood: {} alarms in 10 min, limit {}">(f.snapshot.alarms_10min, f.snapshot.alarm_limit),
         Face::m_semibold, t.mode_ink, Align::left, room);
  const std::string folded = d.unfold ? "Nothing is folded. Ends by itself below 5."_tr.str()
                                      : text_of<
                                            "{} low ones fold into one line a zone. Nothing leaves the record. "
                                            "Ends by itself below 5.">(count_text(folded_count_));
  p.text(r.x + 52, r.y + 39, folded, Face::s, rgb(0xDDE3EA), Align::left, room);
  const Rect b{r.right() - 16 - bw, r.y + 14, bw, 28};
  const Hit hit = p.hits.add("wall/unfold", b);
  if (hit.hovered) p.fill(b, t.mode_stripe, unit::kRadius);
  p.stroke(b, rgb(0x98A2AE), 1, unit::kRadius);
  p.text(b.x + 12, b.mid_y(), label, Face::m_medium, t.mode_ink);
  key_cap(p, b.right() - 6 - kw, b.mid_y(), "G", t.mode_ink, rgb(0x98A2AE));
  if (hit.clicked) d.unfold = !d.unfold;
}

void AlertWall::draw_chips(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  p.fill(r, p.t.bg1);
  p.hairline(r.x, r.bottom() - 1, r.w, p.t.line);
  const float y = r.y + 8;
  float x = r.x + 12;
  const Counts& n = d.counts;
  Filter& filter = d.filter;
  const float gap = r.w < kCrowded ? unit::kGap / 2 : unit::kGap;
  // A chip that would not fit whole is not drawn; its filter stays reachable through the palette.
  const auto fits = [&](std::string_view label, const ChipStyle& style) {
    return x + chip_width(p, label, style) <= r.right() - 12;
  };
  const auto place = [&](std::string_view name, std::string_view label, const ChipStyle& style) {
    if (!fits(label, style)) return Hit{};
    const Hit hit = chip(p, name, x, y, label, style);
    x += chip_width(p, label, style) + gap;
    return hit;
  };
  const auto base = [&](std::string_view name, std::string_view label, Filter::Base which, std::uint32_t count) {
    ChipStyle style;
    style.on = filter.base == which;
    style.count = count;
    if (place(name, label, style).clicked) filter.base = style.on ? Filter::Base::all : which;
  };
  const auto menu = [&](std::string_view name, std::string_view label, Menu::Which which, bool set,
                        std::string_view value, long long count) {
    ChipStyle style;
    style.on = set;
    style.closes = set;
    style.drops = !set;
    if (set) style.count = count;
    std::string text = set ? fmt::format("{}: {}", label, value) : std::string(label);
    // Where its word has no room, what was saved is opened by its sign.
    static constexpr Icon kSaved = Icon::filter;
    const bool sign = which == Menu::Which::saved && !fits(text, style);
    if (sign) {
      text.clear();
      style.icon = &kSaved;
      style.count = -1;
      style.closes = style.drops = false;
    }
    const float w = chip_width(p, text, style);
    const float at = x;
    const Hit hit = place(name, text, style);
    if (sign) d.hint(hit, label);
    if (!hit.clicked) return false;
    if (set && !sign && p.hits.mouse().x > at + w - 24) return true;
    menu_ = {which, {at, y, w, unit::kChip}, r.right()};
    saved_name_ = {};
    focus_name_ = which == Menu::Which::saved;
    return false;
  };

  base("chip/all", "All open"_tr, Filter::Base::all, n.open);
  base("chip/unacknowledged", "Unacknowledged"_tr, Filter::Base::unacknowledged, n.unacknowledged);
  base("chip/mine", "Mine"_tr, Filter::Base::mine, n.mine);
  std::uint32_t at_site = 0;
  for (const auto& [id, count] : n.by_site)
    if (id == filter.site) at_site = count;
  if (menu("chip/site", "Site"_tr, Menu::Which::site, !filter.site.empty(),
           filter.site.empty() ? std::string() : short_site(f.snapshot, filter.site), at_site))
    filter.site.clear();
  if (menu("chip/domain", "Domain"_tr, Menu::Which::domain, filter.domain >= 0,
           filter.domain < 0 ? std::string_view() : word_of(static_cast<Domain>(filter.domain % 3)).view(),
           filter.domain < 0 ? 0 : n.by_domain[filter.domain % 3]))
    filter.domain = -1;
  if (menu("chip/priority", "Priority"_tr, Menu::Which::priority, filter.priority >= 0,
           filter.priority < 0 ? std::string_view() : word_of(static_cast<Priority>(filter.priority)).view(),
           filter.priority < 0 ? 0 : n.by_priority[filter.priority & 3]))
    filter.priority = -1;
  ChipStyle person;
  person.on = person.closes = !filter.person.empty();
  person.drops = filter.person.empty();
  const Hit who =
      place("chip/person", person.on ? text_of<"Person: {}">(d.filter_person_name) : "Person"_tr.str(), person);
  if (who.clicked && person.on)
    filter.person.clear();
  else if (who.clicked)
    d.want_palette = true;
  const SavedFilter* const saved = saved_as(d);
  if (saved == nullptr && d.comfort.filters.empty() && filter == Filter{}) return;  // nothing to open, nothing to save
  if (menu("chip/saved", "Saved"_tr, Menu::Which::saved, saved != nullptr, saved == nullptr ? "" : saved->name,
           static_cast<long long>(visible_.size())))
    filter = Filter{};
}

float AlertWall::menu_left(float width) const { return std::min(menu_.anchor.x, menu_.right - 8 - width); }

void AlertWall::draw_menu(Frame& f, Desk& d) {
  if (menu_.which == Menu::Which::saved) return draw_saved_menu(f, d);
  Painter& p = f.p;
  const Tokens& t = p.t;
  struct Line {
    std::string name;  ///< of its area
    std::string label;
    long long count;
    bool on;
    int value;
  };
  std::vector<Line> lines;
  if (menu_.which == Menu::Which::site) {
    lines.push_back({"Every site", "Every site"_tr, d.counts.open, d.filter.site.empty(), -1});
    int k = 0;
    for (const auto& [id, n] : d.counts.by_site)
      lines.push_back({short_site(f.snapshot, id), short_site(f.snapshot, id), n, d.filter.site == id, k++});
  } else if (menu_.which == Menu::Which::domain) {
    lines.push_back({"Every domain", "Every domain"_tr, d.counts.open, d.filter.domain < 0, -1});
    for (int k = 0; k < 3; ++k)
      lines.push_back({std::string(word_of(static_cast<Domain>(k)).english()), word_of(static_cast<Domain>(k)),
                       d.counts.by_domain[k], d.filter.domain == k, k});
  } else {
    lines.push_back({"Every priority", "Every priority"_tr, d.counts.open, d.filter.priority < 0, -1});
    for (int k = 3; k >= 0; --k)
      lines.push_back({std::string(priority_title(static_cast<Priority>(k)).english()),
                       priority_title(static_cast<Priority>(k)), d.counts.by_priority[k], d.filter.priority == k, k});
  }
  const Hit shade = p.hits.add("menu/shade", {0, 0, 1e5F, 1e5F});
  const Rect box{menu_left(208), menu_.anchor.bottom() + 4, 208, 8 + 28 * static_cast<float>(lines.size())};
  p.float_box(box, t.bg1, t.line2);
  (void)p.hits.add("menu/box", box);
  bool done = shade.pressed;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const Line& line = lines[k];
    const Rect at{box.x + 4, box.y + 4 + 28 * static_cast<float>(k), box.w - 8, 28};
    const Hit hit = p.hits.add("menu/" + line.name, at);
    if (hit.hovered || line.on) p.fill(at, hit.hovered ? t.bg4 : t.bg3, 3);
    if (line.on) icon(p, Icon::check, at.x + 12, at.mid_y(), 11, t.t1);
    p.text(at.x + 26, at.mid_y(), line.label, Face::m, t.t1, Align::left, at.w - 80);
    p.text(at.right() - 10, at.mid_y(), count_text(static_cast<std::uint64_t>(line.count)), Face::mono_s, t.t3,
           Align::right);
    if (!hit.clicked) continue;
    done = true;
    if (menu_.which == Menu::Which::site)
      d.filter.site = line.value < 0 ? std::string() : d.counts.by_site[static_cast<std::size_t>(line.value)].first;
    else if (menu_.which == Menu::Which::domain)
      d.filter.domain = line.value;
    else
      d.filter.priority = line.value;
  }
  if (done) menu_.which = Menu::Which::none;
}

void AlertWall::draw_footer(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(r, t.bg2);
  p.hairline(r.x, r.y, r.w, t.line);
  float x = r.x + 16;
  const auto item = [&](std::string_view name, Icon which, std::string_view strong, std::string_view rest, bool on) {
    const float w = 20 + p.width(strong, Face::s_semibold) + 6 + p.width(rest, Face::s);
    if (x + w > r.right() - 12) return Hit{};
    const Rect at{x - 8, r.y + 4, w + 16, r.h - 8};
    const Hit hit = name.empty() ? Hit{} : p.hits.add(name, at);
    if (on || hit.hovered) p.fill(at, on ? t.acc_bg : t.bg3, unit::kRadius);
    icon(p, which, x + 6, r.mid_y(), 13, t.t2);
    const float a = p.text(x + 20, r.mid_y(), strong, Face::s_semibold, t.t1);
    p.text(x + 26 + a, r.mid_y(), rest, Face::s, t.t2);
    x += w + 28;
    return hit;
  };
  const bool shelf = d.filter.base == Filter::Base::shelved;
  std::string rest = "nothing is hidden"_tr;
  if (d.counts.shelved > 0)
    rest = d.counts.next_return > 0 ? text_of<"next returns at {}">(f.time.minutes(d.counts.next_return))
                                    : "until they clear"_tr.str();
  const Hit hit = item("wall/shelved", Icon::clock, text_of<"{} shelved">(count_text(d.counts.shelved)), rest, shelf);
  d.hint(hit, shelf ? "Back to what is open"_tr : "Show what is shelved, by whom and until when"_tr);
  if (hit.clicked) d.filter.base = shelf ? Filter::Base::all : Filter::Base::shelved;
  item("", Icon::check, text_of<"{} resolved">(count_text(f.snapshot.resolved_today)), "today"_tr, false);
  if (d.counts.without_owner > 0)
    item("", Icon::person, text_of<"{} open">(count_text(d.counts.without_owner)), "without owner"_tr, false);
}

void AlertWall::draw_nothing(Frame& f, Desk& d, const Rect& r) {
  if (d.counts.open == 0 && d.filter.base != Filter::Base::shelved) {
    draw_quiet(f, d, r);
    return;
  }
  Painter& p = f.p;
  const Tokens& t = p.t;
  const float cx = r.mid_x();
  const float cy = r.y + r.h * 0.38F;
  icon(p, Icon::filter, cx, cy - 48, 36, t.t2, 1.75F);
  const bool shelf = d.filter.base == Filter::Base::shelved;
  p.text(cx, cy, shelf ? "Nothing is shelved"_tr : "Nothing matches this filter"_tr, Face::l_semibold, t.t1,
         Align::center);
  p.text(cx, cy + 28,
         d.counts.open > 0 ? plural<"{} incident is open behind it.", "{} incidents are open behind it.">(d.counts.open)
                           : "Nothing is open either."_tr.str(),
         Face::m, t.t2, Align::center);
  ButtonStyle style;
  style.key = "A";
  const float w = button_width(p, "Show all open"_tr, style);
  if (button(p, "wall/show_all", cx - w / 2, cy + 52, "Show all open"_tr, style).clicked) d.filter = Filter{};
}

}  // namespace wf::ui
