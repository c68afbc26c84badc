#include "console/ui/rules/rules_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"

namespace wf::ui {
namespace {

constexpr double kAskEvery = 15;  // seconds while the view is shown
constexpr float kDetailWide = 1200;
constexpr float kTitle = 52;  // where titles begin

struct Column {
  RuleColumn which;
  Text name, hint;
  float width;
};
/// From right to left; the title takes what is left. What comes first here stays longest where there is little room.
constexpr Column kColumns[] = {
    {RuleColumn::minutes, "Minutes"_tr, "Operators' work from acknowledgement to resolution, four weeks"_tr, 68},
    {RuleColumn::acknowledged, "Ack##column"_tr, "Half of its calls were acknowledged within this, four weeks"_tr, 62},
    {RuleColumn::restless, "Restless"_tr, "How often something was chattering or fleeting, four weeks"_tr, 68},
    {RuleColumn::precision, "True##column"_tr,
     "True alarms of those that were resolved with a cause that says so, four weeks"_tr, 60},
    {RuleColumn::a_day, "A day##column"_tr, "Rows a day on average, four weeks"_tr, 60},
    {RuleColumn::month, "4 weeks"_tr, "Rows this week and in the three before"_tr, 68},
    {RuleColumn::week, "Week##column"_tr, "Rows since Monday"_tr, 56},
    {RuleColumn::last, "Last##column"_tr, "How long ago it matched last, whatever came of it"_tr, 66}};

std::string cell(const RuleRow& row, RuleColumn which, UtcNs now) {
  switch (which) {
    case RuleColumn::minutes:
      return minutes_text(row);
    case RuleColumn::acknowledged:
      return acknowledged_text(row);
    case RuleColumn::restless:
      return count_text(row.restless());
    case RuleColumn::precision:
      return precision_text(row);
    case RuleColumn::a_day:
      return a_day_text(row);
    case RuleColumn::month:
      return count_text(row.month.rows);
    case RuleColumn::week:
      return count_text(row.week.rows);
    case RuleColumn::last:
      return last_text(row, now);
    default:
      return {};
  }
}

/// Worth a second look: in the colour of what is medium.
bool bad(const RuleRow& row, RuleColumn which) {
  if (which == RuleColumn::restless) return row.restless() > 0;
  if (which == RuleColumn::precision) return row.month.judged() >= 5 && row.precision() < 50;
  return which == RuleColumn::a_day && row.a_day > 10;
}

/// The level of a rule is no alarm: its shape without its colour's weight.
void draw_level(Painter& p, Priority level, float x, float mid) {
  mark(p, level, x + 6, mid, 12, MarkState::none);
  p.text(x + 17, mid, letter_word(level), Face::s_medium, p.t.t2);
}

bool nothing(std::string_view text) { return text == "0" || text == "–" || text == "never"_tr.view(); }

}  // namespace

void RulesView::take_list(std::shared_ptr<const RuleList> list) {
  if (list->same && list_) {
    auto whole = std::make_shared<RuleList>(*list);
    whole->rules = list_->rules;
    whole->problems = list_->problems;
    list = std::move(whole);
  }
  const bool others = !list_ || list_->version != list->version;
  list_ = std::move(list);
  rows_ = rows_of(*list_);
  if (others) detail_at_ = -1e9;
  counts_ = {};
  for (const RuleRow& row : rows_) {
    counts_.never += passes({RuleFilter::Base::never, -1, {}}, row) ? 1 : 0;
    counts_.noisy += row.noisy ? 1 : 0;
    counts_.matched += row.rule != nullptr && row.times > 0 ? 1 : 0;
    if (row.rule != nullptr && !row.rule->informational) ++counts_.levels[static_cast<std::size_t>(row.rule->level)];
  }
  sort();
}

void RulesView::sort() { order_ = ordered(rows_, filter_, by_, descending_); }

void RulesView::select(std::string id) {
  if (id == selected_) return;
  selected_ = std::move(id);
  detail_.reset();
  detail_problem_.clear();
  detail_at_ = -1e9;
  form_ = {};
  refused_.clear();
  about_.offset = 0;
}

const RuleChange* RulesView::change_of(std::string_view id) const {
  if (!list_) return nullptr;
  const auto at = std::find_if(list_->changes.begin(), list_->changes.end(),
                               [&](const RuleChange& one) { return one.rule == id && one.ended.empty(); });
  return at == list_->changes.end() ? nullptr : &*at;
}

const RuleRow* RulesView::selected() const {
  const auto at = std::find_if(rows_.begin(), rows_.end(), [&](const RuleRow& row) { return row.id == selected_; });
  return at == rows_.end() ? nullptr : &*at;
}

std::string RulesView::fix_of(std::string_view id) const {
  if (!list_) return {};
  for (const RuleList::Week& week : list_->weeks)
    for (const AlarmFigures::Worst& worst : week.worst)
      if (worst.rule == id) return worst.fix;
  return {};
}

void RulesView::refresh(Frame& f, Desk& d) {
  if (const std::shared_ptr<const QueryPage> page = d.answer(asked_)) {
    asked_ = 0;
    problem_ = page->error;
    if (page->rules) take_list(page->rules);
  }
  if (const std::shared_ptr<const QueryPage> page = d.answer(detail_asked_)) {
    detail_asked_ = 0;
    detail_problem_ = page->error;
    if (page->rule && page->rule->id == selected_) detail_ = page->rule;
  }
  follow_draft(f, d);
  follow_command(f);
  if (!f.input.can_ask) return;
  const double now = f.input.seconds;
  if (asked_ == 0 && now - asked_at_ >= kAskEvery) {
    Query query;
    query.what = Query::What::rules;
    query.known = list_ ? list_->version : 0;
    asked_ = d.ask(std::move(query));
    asked_at_ = now;
  }
  if (detail_asked_ == 0 && !selected_.empty() && now - detail_at_ >= kAskEvery) {
    Query query;
    query.what = Query::What::rule;
    query.where = selected_;
    detail_asked_ = d.ask(std::move(query));
    detail_at_ = now;
  }
  f.wake(std::max(0.05, kAskEvery - (now - asked_at_)));
}

void RulesView::update(Frame& f, Desk& d) {
  if (d.keys.typing() || tab_ != Tab::rules) return;
  if (d.keys.letter('f')) focus_field_ = true;
  if (instead_ != Instead::none) return;
  const auto by = static_cast<int>(by_);
  int next = by;
  if (d.keys.take(Key::left)) next = (by + kRuleColumns - 1) % kRuleColumns;
  if (d.keys.take(Key::right)) next = (by + 1) % kRuleColumns;
  bool sorted = next == by;
  if (!sorted) {
    by_ = static_cast<RuleColumn>(next);
    descending_ = begins_descending(by_);
  }
  if (d.keys.letter('o')) {
    descending_ = !descending_;
    sorted = false;
  }
  if (!sorted) sort();
  if (order_.empty()) return;
  const auto at = std::find_if(order_.begin(), order_.end(), [&](std::uint32_t i) { return rows_[i].id == selected_; });
  std::ptrdiff_t index = at == order_.end() ? -1 : at - order_.begin();
  const std::ptrdiff_t before = index, last = static_cast<std::ptrdiff_t>(order_.size()) - 1;
  if (d.keys.take(Key::down)) index = std::min(last, index + 1);
  if (d.keys.take(Key::up)) index = std::max<std::ptrdiff_t>(0, index - 1);
  if (d.keys.take(Key::page_down)) index = std::min(last, index + 20);
  if (d.keys.take(Key::page_up)) index = std::max<std::ptrdiff_t>(0, index - 20);
  if (d.keys.take(Key::home)) index = 0;
  if (d.keys.take(Key::end)) index = last;
  if (index < 0 && selected() == nullptr) index = 0;
  if (index != before && index >= 0) {
    select(rows_[order_[static_cast<std::size_t>(index)]].id);
    reveal_ = true;
  }
  (void)f;
}

void RulesView::draw(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  refresh(f, d);
  p.push_clip(r);
  p.fill(r, p.t.bg1);
  draw_head(f, d, {r.x, r.y, r.w, unit::kHeader});
  Rect body{r.x, r.y + unit::kHeader, r.w, r.h - unit::kHeader};
  if (tab_ == Tab::limits) {
    draw_limits(f, d, body);  // from the snapshot
  } else if (!list_) {
    icon(p, Icon::rules, body.mid_x(), body.y + 90, 40, p.t.t2, 1.75F);
    p.text(body.mid_x(), body.y + 140,
           !f.input.can_ask   ? "The list of rules comes from a running engine"_tr
           : problem_.empty() ? "Asking the engine for its rules"_tr
                              : "The engine tells nothing of its rules"_tr,
           Face::l_semibold, p.t.t1, Align::center, body.w - 32);
    p.text(body.mid_x(), body.y + 168, problem_, Face::m, p.t.t2, Align::center, body.w - 32);
  } else if (tab_ == Tab::worst) {
    draw_worst(f, d, body);
  } else {
    const float y = draw_chips(f, d, body);
    body.h = body.bottom() - y;
    body.y = y;
    const RuleRow* const row = instead_ != Instead::none ? nullptr : selected();
    Rect table = body, detail{};
    const bool work = pane_ != Pane::about;
    if (row != nullptr && body.w >= kDetailWide) {
      // Who tries or edits needs the room; names and a figure or two stay of the table.
      detail.w = std::round(work ? body.w - std::clamp(body.w * 0.34F, 440.0F, 640.0F)
                                 : std::clamp(body.w * 0.35F, 440.0F, 760.0F));
      table.w -= detail.w;
      detail = {table.right() + 1, body.y, detail.w - 1, body.h};
      p.upright(table.right(), body.y, body.h, p.t.line2);
    } else if (row != nullptr) {
      detail.h = std::round(body.h * (work ? 0.7F : 0.5F));
      table.h -= detail.h;
      detail = {body.x, table.bottom() + 1, body.w, detail.h - 1};
      p.hairline(body.x, table.bottom(), body.w, p.t.line2);
    }
    if (instead_ == Instead::problems)
      draw_problems(f, table);
    else if (instead_ == Instead::changes)
      draw_changes(f, d, table);
    else
      draw_table(f, d, table);
    if (row != nullptr) draw_detail(f, d, detail, *row);
  }
  p.pop_clip();
}

void RulesView::draw_head(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  std::string sub;
  if (list_) {
    sub = plural<"{} rule", "{} rules">(list_->rules.size());
    sub += ", ";
    sub += list_->since == 0 ? "nothing is stored yet"_tr.str()
                             : text_of<"{} matched since {}">(count_text(static_cast<std::uint64_t>(counts_.matched)),
                                                              f.time.day(list_->since));
    if (!list_->problems.empty()) sub += ", " + text_of<"{} cannot be used">(list_->problems.size());
    if (!problem_.empty()) sub = text_of<"as it was: {}">(problem_);
  }
  static constexpr std::initializer_list<Text> tabs = {"Rules"_tr, "Worst ten"_tr, "Limits"_tr};
  float used = 0;
  for (const Text& tab : tabs) used += std::round(p.width(tab, Face::s_medium) + 16);
  pane_head(p, {r.x, r.y, r.w - used - unit::kPad, r.h}, "Rules"_tr, sub);
  p.fill({r.right() - used - unit::kPad, r.y, used + unit::kPad, r.h}, p.t.bg2);
  p.hairline(r.right() - used - unit::kPad, r.bottom() - 1, used + unit::kPad, p.t.line);
  const int clicked = segments(p, "rules/tab", r.right() - used - unit::kPad, r.mid_y() - unit::kChip / 2, tabs,
                               static_cast<int>(tab_));
  if (clicked >= 0) tab_ = static_cast<Tab>(clicked);
  (void)d;
}

float RulesView::draw_chips(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const RuleFilter before = filter_;
  const float search = std::min(260.0F, r.w * 0.3F);
  float x = r.x + unit::kPad, y = r.y + 8;
  const auto place = [&](std::string_view name, std::string_view label, ChipStyle style) {
    const float w = chip_width(p, label, style);
    const float end = y < r.y + unit::kChips ? r.right() - search - 2 * unit::kPad : r.right() - unit::kPad;
    if (x + w > end) {
      x = r.x + unit::kPad;
      y += 32;
    }
    const Hit hit = chip(p, name, x, y, label, style);
    x += w + 6;
    return hit;
  };
  using Base = RuleFilter::Base;
  const auto base = [&](std::string_view name, std::string_view label, Base which, long long count,
                        std::string_view hint) {
    ChipStyle style;
    style.on = instead_ == Instead::none && filter_.base == which;
    style.count = count;
    const Hit hit = place(name, label, style);
    d.hint(hit, hint);
    if (!hit.clicked) return;
    filter_.base = which;
    instead_ = Instead::none;
  };
  base("rules/all", "All"_tr, Base::all, static_cast<long long>(rows_.size()),
       "Every loaded rule, and rules of before that have figures"_tr);
  base("rules/never", "Never matched"_tr, Base::never, counts_.never, "No event of the stored log matched it"_tr);
  base("rules/noisy", "Noisy"_tr, Base::noisy, counts_.noisy, kNoisyWords);
  if (!list_->problems.empty()) {
    ChipStyle style;
    style.on = instead_ == Instead::problems;
    style.count = static_cast<long long>(list_->problems.size());
    const Hit hit = place("rules/problems", "Cannot be used"_tr, style);
    d.hint(hit, "Rules that were read and left out, and why"_tr);
    if (hit.clicked) instead_ = Instead::problems;
  }
  if (!list_->changes.empty()) {
    ChipStyle style;
    style.on = instead_ == Instead::changes;
    style.count = static_cast<long long>(list_->changes.size());
    const Hit hit = place("rules/changes", "Changed here"_tr, style);
    d.hint(hit, "What people switched off and edited from a console, and what became of it"_tr);
    if (hit.clicked) instead_ = Instead::changes;
  }
  x += 10;
  for (const Priority level : {Priority::critical, Priority::high, Priority::medium, Priority::low}) {
    const int n = static_cast<int>(level);
    ChipStyle style;
    style.on = filter_.level == n;
    style.count = counts_.levels[static_cast<std::size_t>(n)];
    style.priority = &level;
    const Hit hit = place("rules/level/" + std::string(1, letter_of(level)), letter_word(level), style);
    d.hint(hit, text_of<"Only rules of level {}">(word_of(level)));
    if (hit.clicked) filter_.level = style.on ? -1 : n;
  }
  (void)text_field(p, "rules/search", {r.right() - unit::kPad - search, r.y + 6, search, 28}, field_,
                   "Title, tag, id, file"_tr, std::exchange(focus_field_, false), "F");
  filter_.text = field_.text;
  if (!(filter_ == before)) {
    sort();
    table_.offset = 0;
  }
  const float bottom = y + 32;
  p.hairline(r.x, bottom - 1, r.w, p.t.line);
  return bottom;
}

void RulesView::draw_table(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const UtcNs now = f.input.now;
  // Columns by their right edges.
  std::vector<std::pair<const Column*, float>> columns;
  float edge = r.right() - 20;
  for (const Column& column : kColumns) {
    if (edge - column.width < r.x + kTitle + 180) break;
    columns.emplace_back(&column, edge);
    edge -= column.width;
  }
  const Rect head{r.x, r.y, r.w, unit::kColumns};
  p.fill(head, t.bg2);
  p.hairline(head.x, head.bottom() - 1, head.w, t.line);
  const auto title = [&](RuleColumn which, Text name, Text hint, const Rect& at, Align align) {
    const Hit hit = p.hits.add("rules/by/" + std::string(name.english()), at);
    const bool on = by_ == which;
    const ImU32 ink = on || hit.hovered ? t.t1 : t.t3;
    const float x = align == Align::right ? at.right() : at.x;
    const float w = p.text(x, at.mid_y(), name, on ? Face::s_semibold : Face::s, ink, align);
    if (on)
      icon(p, descending_ ? Icon::down : Icon::up, align == Align::right ? x - w - 8 : x + w + 9, at.mid_y(), 9, ink,
           1.25F);
    if (!hint.empty()) d.hint(hit, hint);
    if (!hit.clicked) return;
    descending_ = on ? !descending_ : begins_descending(which);
    by_ = which;
    sort();
  };
  title(RuleColumn::level, "Lvl"_tr, "The rule's own level"_tr, {r.x + 12, head.y, 36, head.h}, Align::left);
  title(RuleColumn::title, "Rule"_tr, Text(), {r.x + kTitle, head.y, edge - r.x - kTitle - 8, head.h}, Align::left);
  for (const auto& [column, x] : columns)
    title(column->which, column->name, column->hint, {x - column->width + 8, head.y, column->width - 8, head.h},
          Align::right);

  const Rect view{r.x, head.bottom(), r.w, r.bottom() - head.bottom()};
  if (std::exchange(reveal_, false)) {
    const auto at =
        std::find_if(order_.begin(), order_.end(), [&](std::uint32_t i) { return rows_[i].id == selected_; });
    const float top = static_cast<float>(at - order_.begin()) * unit::kTableRow;
    table_.content = static_cast<float>(order_.size()) * unit::kTableRow;
    table_.offset = std::clamp(table_.offset, top + unit::kTableRow - view.h, top);
  }
  const float top = begin_scroll(f, "rules/table", view, table_);
  const auto count = static_cast<std::ptrdiff_t>(order_.size());
  const std::ptrdiff_t first =
      std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>((view.y - top) / unit::kTableRow));
  for (std::ptrdiff_t n = first; n < count; ++n) {
    const Rect at{r.x, top + static_cast<float>(n) * unit::kTableRow, r.w, unit::kTableRow};
    if (at.y > view.bottom()) break;
    const RuleRow& row = rows_[order_[static_cast<std::size_t>(n)]];
    const Hit hit = p.hits.add("rule/" + row.id, at);
    const bool on = row.id == selected_;
    if (on || hit.hovered) p.fill(at, on ? t.bg4 : t.bg2);
    p.hairline(at.x, at.bottom() - 1, at.w, t.line);
    if (on) p.stroke({at.x, at.y, at.w, at.h - 1}, t.acc, 2);
    if (hit.clicked) select(row.id);
    const float mid = at.mid_y();
    const bool quiet = row.rule == nullptr || row.rule->hidden || row.rule->informational || row.rule->off;
    if (row.rule == nullptr)
      p.text(r.x + 14, mid, "–", Face::s, t.t3);
    else if (row.rule->informational)
      p.text(r.x + 14, mid, "info##level"_tr, Face::s, t.t3);
    else
      draw_level(p, row.rule->level, r.x + 14, mid);
    const Text what = row.rule == nullptr ? "not loaded"_tr
                      : row.rule->off     ? "off##a rule"_tr
                      : row.rule->changed ? "changed here"_tr
                      : row.rule->hidden  ? "base rule"_tr
                                          : Text();
    float room = edge - r.x - kTitle - 8;
    if (!what.empty()) room -= p.text(edge - 8, mid, what, Face::s, t.t3, Align::right) + 12;
    p.text(r.x + kTitle, mid, row.title, Face::s, quiet ? t.t2 : t.t1, Align::left, room);
    if (hit.hovered && p.width(row.title, Face::s) > room) d.hint(hit, row.title);
    for (const auto& [column, x] : columns) {
      const std::string text = cell(row, column->which, now);
      p.text(x, mid, text, Face::mono_s,
             bad(row, column->which) ? t.of(Priority::medium).text
             : nothing(text)         ? t.t3
                                     : t.t1,
             Align::right);
    }
  }
  end_scroll(f, "rules/table", view, table_, top + static_cast<float>(count) * unit::kTableRow);
  if (count == 0)
    p.text(view.mid_x(), view.y + 60, rows_.empty() ? "No rule is loaded"_tr : "No rule is like that"_tr, Face::m, t.t2,
           Align::center, view.w - 32);
}

void RulesView::draw_problems(Frame& f, const Rect& r) {
  Painter& p = f.p;
  float y = begin_scroll(f, "rules/refused", r, problems_) + 12;
  for (const std::string& problem : list_->problems) {
    const int lines = p.paragraph(r.x + unit::kPad, y + 10, 18, r.w - 3 * unit::kPad, 4, problem, Face::s, p.t.t1);
    y += 18 * static_cast<float>(std::max(1, lines)) + 8;
    p.hairline(r.x + unit::kPad, y - 4, r.w - 2 * unit::kPad, p.t.line);
  }
  end_scroll(f, "rules/refused", r, problems_, y);
}

}  // namespace wf::ui
