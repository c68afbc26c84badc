#include "console/ui/wall/alert_wall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kFoldHead = 28;

/// "HQ › Level 2 › Server room" folds under "Level 2"; what has no second part under its first.
std::string zone_of(const Incident& i) {
  if (i.place.empty()) return "No place"_tr;
  return i.place.size() > 2 || (i.place.size() == 2 && i.place[0].size() <= 3) ? i.place[1] : i.place[0];
}

/// What a row had to cut is told whole while the pointer is on it.
void hint_row(Painter& p, Desk& d, const Rect& r, const WallColumns& c, const Incident& i) {
  const float x = p.hits.mouse().x - r.x;
  if (x < c.title_end && p.width(i.title, Face::m_semibold) > c.title_end - c.title) d.tip = i.title;
  if (c.change >= 0 && x > c.change && x < c.change_end && p.width(i.last_change, Face::s) > c.change_end - c.change)
    d.tip = i.last_change;
}

}  // namespace

void AlertWall::update(Frame& f, Desk& d, const Rect& area) {
  const ImVec2 delta = f.p.hits.mouse_delta();
  const ImVec2 mouse = f.p.hits.mouse();
  const bool moved =
      (delta.x != 0 || delta.y != 0 || ImGui::GetIO().MouseWheel != 0) && area.contains(mouse.x, mouse.y);
  if (moved || d.keys.any()) hold_.touch(f.input.seconds);

  bool force = takes_newcomers_;
  takes_newcomers_ = false;
  if (order_.waiting() > 0 && d.keys.take(Key::home)) force = true;
  // Where nothing stands nothing can jump away: an empty list takes its first rows at once.
  const bool hold = hold_.active(f.input.seconds) && !order_.rows().empty();
  order_.update(d.standing, d.filter, hold, force);
  if (hold && order_.differs()) f.wake(hold_.left(f.input.seconds) + 0.001);
  held_ = hold && !force;
  arrange(f, d);

  const bool compact = d.comfort.compact || f.snapshot.flood;
  const float row = compact ? unit::kCompactRow : unit::kRow;
  const int page = std::max(1, static_cast<int>(list_height_ / row) - 1);
  // Nothing chosen: the first key that would act chooses the first row, so that nobody acts on what they do not see.
  if (f.selection.incident == 0 && !visible_.empty() && !d.keys.typing() && d.keys.take(Key::space)) move(f, d, 1);
  if (d.keys.take(Key::down)) move(f, d, 1);
  if (d.keys.take(Key::up)) move(f, d, -1);
  if (d.keys.take(Key::page_down)) move(f, d, page);
  if (d.keys.take(Key::page_up)) move(f, d, -page);
  if (d.keys.take(Key::home)) move(f, d, -static_cast<int>(visible_.size()));
  if (d.keys.take(Key::end)) move(f, d, static_cast<int>(visible_.size()));
  if (f.snapshot.flood && d.keys.letter('g')) d.unfold = !d.unfold;
  if (d.keys.letter('y')) d.comfort.compact = !d.comfort.compact;
  if (d.keys.letter('a')) d.filter = Filter{};
  if (d.keys.letter('u'))
    d.filter.base = d.filter.base == Filter::Base::unacknowledged ? Filter::Base::all : Filter::Base::unacknowledged;
  if (d.keys.letter('i')) d.filter.base = d.filter.base == Filter::Base::mine ? Filter::Base::all : Filter::Base::mine;
  if (d.keys.take(Key::enter) && f.selection.incident != 0) f.selection.show_incident = true;
  if (menu_.which != Menu::Which::none && d.keys.take(Key::escape)) menu_.which = Menu::Which::none;

  if (d.reveal != 0) {
    for (std::size_t k = 0; k < visible_.size(); ++k)
      if (visible_[k]->id == d.reveal) {
        show_row(static_cast<int>(k), row);
        break;
      }
    d.reveal = 0;
  }
}

void AlertWall::arrange(Frame& f, Desk& d) {
  const bool fold = f.snapshot.flood && !d.unfold && d.filter.base != Filter::Base::shelved;
  if (arranged_ == order_.version() && folded_ == fold) return;
  arranged_ = order_.version();
  folded_ = fold;
  visible_.clear();
  folds_.clear();
  folded_count_ = folded_unowned_ = 0;
  visible_.insert(visible_.end(), order_.strip().begin(), order_.strip().end());
  strip_size_ = visible_.size();
  if (!fold) {
    visible_.insert(visible_.end(), order_.rows().begin(), order_.rows().end());
    return;
  }
  for (const WallOrder::Row row : order_.rows()) {
    const Incident& i = *row;
    if (i.priority != Priority::low) {
      visible_.push_back(row);
      continue;
    }
    const std::string zone = zone_of(i);
    auto at = std::find_if(folds_.begin(), folds_.end(), [&](const Fold& x) { return x.zone == zone; });
    if (at == folds_.end()) {
      folds_.emplace_back();
      at = std::prev(folds_.end());
      at->zone = zone;
    }
    ++at->count;
    ++folded_count_;
    if (i.owner.empty()) {
      ++at->without_owner;
      ++folded_unowned_;
    }
    if (f.input.now - i.opened < kMinute) ++at->fresh;
    std::uint32_t v[16];
    spark_of(i, f.input.now, v);
    for (std::size_t k = 0; k < 16; ++k) at->spark[k] += v[k];
    for (std::size_t k = 0; k < 3; ++k) at->domains[k] += i.domains[k] ? 1U : 0U;
  }
  std::stable_sort(folds_.begin(), folds_.end(), [](const Fold& a, const Fold& b) { return a.count > b.count; });
}

void AlertWall::move(Frame& f, Desk& d, int by) {
  if (visible_.empty()) return;
  const int last = static_cast<int>(visible_.size()) - 1;
  int at = -1;
  for (std::size_t k = 0; k < visible_.size(); ++k)
    if (visible_[k]->id == f.selection.incident) at = static_cast<int>(k);
  // With nothing chosen the first step down is the first row, the first one up the last; Home and End are what they
  // say.
  const int to = std::clamp(at >= 0 ? at + by : by > 0 ? by - 1 : last + 1 + by, 0, last);
  f.selection.incident = visible_[static_cast<std::size_t>(to)]->id;
  show_row(to, d.comfort.compact || f.snapshot.flood ? unit::kCompactRow : unit::kRow);
}

void AlertWall::show_row(int index, float row) {
  const auto at = static_cast<std::size_t>(index);
  const bool in_strip = at < strip_size_;
  Scroll& s = in_strip ? strip_ : list_;
  const float view = in_strip ? strip_height_ : list_height_;
  const float y = static_cast<float>(in_strip ? at : at - strip_size_) * row;
  if (view <= 0) return;
  if (y < s.offset) s.offset = y;
  if (y + row > s.offset + view) s.offset = y + row - view;
}

void AlertWall::draw(Frame& f, Desk& d, const Rect& area) {
  Painter& p = f.p;
  p.fill(area, p.t.bg1);
  p.push_clip(area);
  float y = area.y;
  draw_head(f, d, {area.x, y, area.w, unit::kHeader});
  y += unit::kHeader;
  if (f.snapshot.flood) {
    draw_flood(f, d, {area.x, y, area.w, unit::kFlood});
    y += unit::kFlood;
  }
  draw_chips(f, d, {area.x, y, area.w, unit::kChips});
  y += unit::kChips;
  const Rect body{area.x, y, area.w, area.bottom() - unit::kFooter - y};
  if (visible_.empty() && folds_.empty())
    draw_nothing(f, d, body);
  else
    draw_list(f, d, body, d.comfort.compact || f.snapshot.flood);
  draw_footer(f, d, {area.x, area.bottom() - unit::kFooter, area.w, unit::kFooter});
  p.upright(area.right() - 1, area.y, area.h, p.t.line2);
  p.pop_clip();
  if (menu_.which != Menu::Which::none) draw_menu(f, d);
}

void AlertWall::row_input(Frame& f, Desk& d, const Hit& hit, const Incident& i) {
  if (hit.clicked || hit.right_clicked) {
    f.selection.incident = i.id;
    d.reveal = 0;
  }
  if (hit.double_clicked) f.selection.show_incident = true;
}

void AlertWall::draw_list(Frame& f, Desk& d, const Rect& r, bool compact) {
  Painter& p = f.p;
  const WallColumns columns = wall_columns(r.w, compact);
  const float row = compact ? unit::kCompactRow : unit::kRow;
  // Newcomers wait where the columns' names stand, so that their bar moves no row.
  const Rect heads{r.x, r.y, r.w, unit::kColumns};
  const float room = r.h - unit::kColumns;
  const float wanted = static_cast<float>(strip_size_) * row;
  const bool rest = visible_.size() > strip_size_ || !folds_.empty();
  const float strip = std::min(wanted, rest ? std::max(row, std::floor(room * 0.5F / row) * row) : room);
  const int unseen = life_safety_out_of_view(row, strip);
  if (unseen >= 0)
    draw_unseen(f, heads, unseen, row);
  else if (order_.waiting() > 0)
    draw_newcomers(f, heads);
  else
    draw_wall_heads(f, heads, columns, compact);

  const float gap = strip > 0 && rest ? 3 : 0;
  strip_height_ = strip;
  // While the wall is held, what the strip takes is not given to the rows as a move.
  if (!held_ || strip_seen_ < 0) {
    strip_seen_ = strip + gap;
    shift_ = 0;
  } else {
    shift_ = strip + gap - strip_seen_;
  }

  char name[32];
  const auto draw_rows = [&](std::size_t from, std::size_t to, float top, const Rect& view) {
    const float above = view.y - top;
    std::size_t k = from + static_cast<std::size_t>(std::max(0.0F, std::floor(above / row)));
    for (; k < to; ++k) {
      const float y = top + static_cast<float>(k - from) * row;
      if (y >= view.bottom()) break;
      const Incident& i = *visible_[k];
      const auto end = fmt::format_to_n(name, sizeof name, "row/{}", i.id);
      const Rect at{r.x, y, r.w - 1, row};
      const Hit hit = p.hits.add({name, std::min<std::size_t>(end.size, sizeof name)}, at);
      row_input(f, d, hit, i);
      bool hovered = hit.hovered;
      if (i.needs_acknowledgement() && i.state != IncidentState::shelved) {
        // One click sees and acknowledges; the button shows once the pointer is on the row.
        const auto size = fmt::format_to_n(name, sizeof name, "acknowledge/{}", i.id).size;
        const Hit button = p.hits.add({name, std::min<std::size_t>(size, sizeof name)}, acknowledge_place(at, columns));
        hovered = hovered || button.hovered;
        if (button.clicked) {
          f.selection.incident = i.id;
          d.send(f, i, command_about(CommandKind::acknowledge, i));
        }
      }
      if (hit.hovered) hint_row(p, d, at, columns, i);
      draw_wall_row(f, d, at, columns, i, compact, f.selection.incident == i.id, hovered);
    }
  };

  float y = r.y + unit::kColumns;
  if (strip > 0) {
    const Rect view{r.x, y, r.w, strip};
    const float top = begin_scroll(f, "wall/strip", view, strip_);
    draw_rows(0, strip_size_, top, view);
    end_scroll(f, "wall/strip", view, strip_, top + wanted);
    y += strip;
    if (gap > 0) p.fill({r.x, y, r.w, gap}, p.t.line2);
    y += gap;
  }
  const Rect view{r.x, y, r.w, r.bottom() - y};
  list_height_ = view.h;
  const float rows_height = static_cast<float>(visible_.size() - strip_size_) * row;
  const float content =
      rows_height + (folds_.empty() ? 0 : kFoldHead + static_cast<float>(folds_.size()) * unit::kFoldedRow);
  list_.content = std::max(content, view.h) + std::max(0.0F, shift_);
  float top = begin_scroll(f, "wall/list", view, list_) - shift_;
  draw_rows(strip_size_, visible_.size(), top, view);
  if (!folds_.empty()) draw_folds(f, d, view, columns, top + rows_height);
  end_scroll(f, "wall/list", view, list_, top + shift_ + content);
}

int AlertWall::life_safety_out_of_view(float row, float strip) const {
  for (std::size_t k = 0; k < strip_size_; ++k) {
    const Incident& i = *visible_[k];
    if (!i.life_safety || !i.needs_acknowledgement()) continue;
    const float y = static_cast<float>(k) * row - strip_.offset;
    if (y < 0 || y + row > strip + 0.5F) return static_cast<int>(k);
  }
  return -1;
}

void AlertWall::draw_unseen(Frame& f, const Rect& r, int index, float row) {
  Painter& p = f.p;
  const PriorityColors& c = p.t.of(Priority::critical);
  const Incident& i = *visible_[static_cast<std::size_t>(index)];
  const Hit hit = p.hits.add("wall/unseen", r);
  p.fill(r, c.fill);
  mark(p, i.priority, r.x + 24, r.mid_y(), 18);
  const float show = p.text(r.right() - 12, r.mid_y(), "Show it"_tr, Face::m_medium, c.ink, Align::right);
  p.text(r.x + 48, r.mid_y(), i.title, Face::m_semibold, c.ink, Align::left, r.w - 72 - show);
  if (!hit.clicked) return;
  f.selection.incident = i.id;
  show_row(index, row);
  f.wake(0);
}

void AlertWall::draw_newcomers(Frame& f, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Hit hit = p.hits.add("wall/newcomers", r);
  p.fill(r, hit.hovered ? t.bg4 : t.bg3);
  p.hairline(r.x, r.bottom() - 1, r.w, t.line2);
  icon(p, Icon::up, r.x + 24, r.mid_y(), 14, t.t1);
  float x = r.x + 48;
  x += p.text(x, r.mid_y(), text_of<"{} new">(count_text(order_.waiting())), Face::m_semibold, t.t1) + 10;
  x += p.text(x, r.mid_y(), "highest"_tr, Face::s, t.t2) + 8;
  mark(p, order_.highest_waiting(), x + 9, r.mid_y(), 18);
  x += 24;
  x += p.text(x, r.mid_y(), word_of(order_.highest_waiting()), Face::s_semibold, t.of(order_.highest_waiting()).text);
  const float kw = key_width(p, "Home"_tr);
  key_cap(p, r.right() - 12 - kw, r.mid_y(), "Home"_tr);
  const float show = p.width("Show now"_tr, Face::m_medium);
  p.text(r.right() - 20 - kw, r.mid_y(), "Show now"_tr, Face::m_medium, t.t1, Align::right);
  const Text why = "Held while you move or type"_tr;
  const float free = r.right() - 36 - kw - show - x;
  if (free > p.width(why, Face::s) + 16)
    p.text(r.right() - 36 - kw - show, r.mid_y(), why, Face::s, t.t2, Align::right);
  if (hit.clicked) {
    takes_newcomers_ = true;
    f.wake(0);
  }
}

void AlertWall::draw_folds(Frame& f, Desk& d, const Rect& r, const WallColumns& c, float y) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const Rect head{r.x, y, r.w - 1, kFoldHead};
  const Hit hit = p.hits.add("wall/folded", head);
  p.fill(head, hit.hovered ? t.bg4 : t.bg3);
  p.hairline(head.x, head.bottom() - 1, head.w, t.line2);
  icon(p, Icon::down, r.x + 23, head.mid_y(), 12, t.t1);
  const float used = p.text(r.x + c.title, head.mid_y(), "Folded, low only"_tr, Face::s_semibold, t.t1);
  const float figures = c.domains;  // three counts, pitch 44
  p.text(r.x + c.title + used + 14, head.mid_y(),
         text_of<"{} in {}, {} without owner">(plural<"{} incident", "{} incidents">(folded_count_),
                                               plural<"{} zone", "{} zones">(folds_.size()), folded_unowned_),
         Face::s, t.t2, Align::left, figures - c.title - used - 24);
  for (std::size_t k = 0; k < 3; ++k)
    icon(p, icon_of(static_cast<Domain>(k)), r.x + figures + 14 + static_cast<float>(k) * 44, head.mid_y(), 13, t.t2);
  if (hit.clicked) d.unfold = true;
  y += kFoldHead;
  for (const Fold& x : folds_) {
    const Rect at{r.x, y, r.w - 1, unit::kFoldedRow};
    y += unit::kFoldedRow;
    if (at.bottom() < r.y || at.y > r.bottom()) continue;
    const Hit over = p.hits.add("fold/" + x.zone, at);
    if (over.hovered) p.fill(at, t.bg2);
    p.hairline(at.x, at.bottom() - 1, at.w, t.line);
    icon(p, Icon::right, r.x + 23, at.mid_y(), 11, t.t3);
    const float low = c.place >= 0 ? c.place : c.domains - 120;
    p.text(r.x + c.title, at.mid_y(), x.zone, Face::m_medium, t.t1, Align::left, low - c.title - 12);
    mark(p, Priority::low, r.x + low + 8, at.mid_y(), 14, MarkState::held);
    p.text(r.x + low + 22, at.mid_y(), letter_word(Priority::low), Face::s_semibold, t.of(Priority::low).text);
    p.text(r.x + low + 62, at.mid_y(), count_text(x.count), Face::mono_m, t.t1, Align::right);
    p.text(r.x + low + 70, at.mid_y(), "folded"_tr, Face::s, t.t3);
    for (std::size_t k = 0; k < 3; ++k)
      p.text(r.x + figures + 20 + static_cast<float>(k) * 44, at.mid_y(), count_text(x.domains[k]), Face::mono_s,
             x.domains[k] > 0 ? t.t1 : t.t3, Align::right);
    const float spark = figures + 144;
    if (r.w > spark + 240) sparkline(p, {r.x + spark, at.mid_y() - 8, 64, 16}, x.spark, 16);
    p.text(at.right() - 15, at.mid_y(), x.fresh > 0 ? text_of<"{} new in 1 min">(x.fresh) : "quiet"_tr.str(), Face::s,
           t.t2, Align::right);
    if (over.clicked) d.unfold = true;
  }
}

}  // namespace wf::ui
