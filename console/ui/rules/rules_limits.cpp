// How alarms go as a whole: the worst ten with what would help, and the alarm numbers against their limits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "console/ui/rules/rules_view.hpp"

namespace wf::ui {
namespace {

using Week = AlarmFigures::Week;

std::string share(std::uint32_t some, std::uint32_t all) {
  return all == 0 ? "–" : decimal_text(100.0 * some / all, 1) + " %";
}

std::string span_or_none(std::int64_t ns, std::uint32_t of) {
  return of == 0 ? "–" : ns == 0 ? "> " + span(kDay) : span(ns);
}

/// One number of a week and whether its limit is kept.
struct Value {
  std::string text;
  bool over = false;
};

struct Line {
  Text name, limit;
  std::function<Value(const Week&)> of;
};

Value percent_at_least(std::uint32_t some, std::uint32_t all, double least) {
  return {share(some, all), all > 0 && 100.0 * some / all < least};
}

std::vector<Line> lines() {
  const auto priority = [](Priority which, double most) {
    return [which, most](const Week& w) {
      const std::uint32_t n = w.all.priorities[static_cast<std::size_t>(which)];
      return Value{share(n, w.all.calls), most > 0 && w.all.calls >= 20 && 100.0 * n / w.all.calls > most};
    };
  };
  return {
      {"Alarms in ten minutes at a desk, on average"_tr, "1, 2 at most"_tr,
       [](const Week& w) {
         return Value{w.counted == 0 ? "–" : decimal_text(w.rate(), 2), w.rate() > 2};
       }},
      {"Alarms in ten minutes, at the worst"_tr, "10 at a desk"_tr,
       [](const Week& w) {
         return Value{count_text(w.most), w.most > 10 * std::max(1U, w.desks_on_duty)};
       }},
      {"Time in flood"_tr, "under 1 %"_tr,
       [](const Week& w) {
         return Value{w.counted == 0 ? "–" : decimal_text(w.flood_percent(), 2) + " %", w.flood_percent() >= 1};
       }},
      {"Floods"_tr, Text(),
       [](const Week& w) {
         return Value{count_text(w.floods), false};
       }},
      {"Became chattering or fleeting"_tr, untranslated("0"),
       [](const Week& w) {
         return Value{count_text(w.all.chattering + w.all.fleeting), w.all.chattering + w.all.fleeting > 0};
       }},
      {"Became stale, over 24 h"_tr, "under 5"_tr,
       [](const Week& w) {
         return Value{count_text(w.all.stale), w.all.stale >= 5};
       }},
      {"Alarms of critical priority"_tr, "under 1 %"_tr, priority(Priority::critical, 1)},
      {"Alarms of high priority"_tr, "about 5 %"_tr, priority(Priority::high, 10)},
      {"Alarms of medium priority"_tr, "about 15 %"_tr, priority(Priority::medium, 30)},
      {"Alarms of low priority"_tr, "about 80 %"_tr, priority(Priority::low, 0)},
      {"High ones acknowledged within 30 s"_tr, untranslated("80 %"),
       [](const Week& w) {
         return percent_at_least(w.all.acknowledged_high.within(30 * kSecond), w.all.acknowledged_high.total(), 80);
       }},
      {"High ones acknowledged within 60 s"_tr, "98.5 %"_tr,
       [](const Week& w) {
         return percent_at_least(w.all.acknowledged_high.within(kMinute), w.all.acknowledged_high.total(), 98.5);
       }},
      {"Acknowledged within their target"_tr, Text(),
       [](const Week& w) {
         return Value{share(w.all.in_target, w.all.acknowledged.total()), false};
       }},
      {"Targets missed, steps of escalation"_tr, untranslated("0"),
       [](const Week& w) {
         return Value{fmt::format("{}, {}", count_text(w.all.missed), count_text(w.all.escalated)), w.all.missed > 0};
       }},
      {"True alarms of those that were judged"_tr, Text(),
       [](const Week& w) {
         return Value{
             w.all.precision() < 0 ? "–" : text_of<"{} % of {}">(w.all.precision(), count_text(w.all.judged())), false};
       }},
      {"Operators' minutes"_tr, Text(), [](const Week& w) {
         return Value{count_text(static_cast<std::uint64_t>(w.all.operator_time / kMinute)), false};
       }}};
}

std::string name_of_week(const Frame& f, UtcNs begins, std::size_t n) {
  return n == 0        ? "This week"_tr.str()
         : begins == 0 ? text_of<"{} weeks ago">(n)
                       : text_of<"{} on">(f.time.date(begins));
}

void column_head(Painter& p, const Rect& r) {
  p.fill(r, p.t.bg2);
  p.hairline(r.x, r.bottom() - 1, r.w, p.t.line);
}

}  // namespace

void RulesView::draw_worst(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  std::vector<std::string> names;
  for (std::size_t n = 0; n < list_->weeks.size(); ++n) names.push_back(name_of_week(f, list_->weeks[n].begins, n));
  worst_week_ = names.empty() ? 0 : std::min(worst_week_, names.size() - 1);
  if (names.size() > 1) {
    const int clicked =
        segments(p, "rules/week", r.x + unit::kPad, r.y + 8, std::vector<std::string_view>{names.begin(), names.end()},
                 static_cast<int>(worst_week_));
    if (clicked >= 0) worst_week_ = static_cast<std::size_t>(clicked);
  }
  const Rect body{r.x, r.y + unit::kChips, r.w, r.h - unit::kChips};
  p.hairline(body.x, body.y - 1, body.w, t.line);
  const std::vector<AlarmFigures::Worst> none;
  const auto& worst = names.empty() ? none : list_->weeks[worst_week_].worst;
  if (worst.empty()) {
    p.text(body.mid_x(), body.y + 90, "Nothing cost operators anything in that week"_tr, Face::l_semibold, t.t1,
           Align::center, body.w - 32);
    return;
  }
  float y = begin_scroll(f, "rules/worst", body, worst_) + 4;
  const float width = std::min(body.w - 2 * unit::kPad, 1100.0F), x = body.x + unit::kPad;
  p.paragraph(x, y + 14, 18, width, 2,
              "What cost most and found least: a minute a call and the work after it, less the share that was true."_tr,
              Face::s, t.t2);
  y += 36;
  int n = 0;
  for (const AlarmFigures::Worst& one : worst) {
    const float begin = y;
    const Rect at{x - 8, y, width + 16, 32};
    const Hit hit = p.hits.add("rules/worst/" + one.rule, at);
    if (hit.hovered) p.fill(at, t.bg2, unit::kRadius);
    p.text(x + 20, at.mid_y(), std::to_string(++n), Face::mono_m, t.t3, Align::right);
    const float cost = p.text(
        x + width, at.mid_y(),
        plural<"{} call, {} min", "{} calls, {} min">(one.calls, count_text(static_cast<std::uint64_t>(one.minutes))),
        Face::mono_s, t.t1, Align::right);
    p.text(x + 36, at.mid_y(), one.name, Face::m_semibold, t.t1, Align::left, width - 52 - cost);
    d.hint(hit, "Show this rule"_tr);
    y += 32;
    const int lines = p.paragraph(x + 36, y + 8, 18, width - 52, 4, one.fix, Face::s, t.t2);
    y += 18 * static_cast<float>(std::max(1, lines)) + 10;
    p.hairline(x, y, width, t.line);
    y += 6;
    if (hit.clicked) {
      tab_ = Tab::rules;
      filter_ = {};
      field_.text.clear();
      instead_ = Instead::none;
      sort();
      select(one.rule);
      reveal_ = true;
    }
    (void)begin;
  }
  end_scroll(f, "rules/worst", body, worst_, y);
}

void RulesView::draw_limits(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const AlarmFigures* const all = f.snapshot.figures.get();
  if (all == nullptr || all->weeks.empty()) {
    p.text(r.mid_x(), r.y + 120, "Nothing was counted yet"_tr, Face::l_semibold, t.t1, Align::center, r.w - 32);
    return;
  }
  float y = begin_scroll(f, "rules/limits", r, limits_);
  const float width = std::min(r.w, 1560.0F), x = r.x + unit::kPad;
  const float limit_at = width - 24;
  const auto columns = static_cast<float>(all->weeks.size());
  const float step = std::min(150.0F, (width - 380 - 130) / std::max(1.0F, columns));
  const auto edge = [&](std::size_t n) { return limit_at - 124 - step * (columns - 1 - static_cast<float>(n)); };
  const ImU32 warn = t.of(Priority::medium).text;

  p.text(x, y + 20,
         plural<"Now: {1} chattering or fleeting (limit 0), {2} stale (under 5). {0} desk on duty.",
                "Now: {1} chattering or fleeting (limit 0), {2} stale (under 5). {0} desks on duty.">(
             all->weeks.front().desks_on_duty, count_text(all->chattering_now + all->fleeting_now),
             count_text(all->stale_now)),
         Face::m, all->chattering_now + all->fleeting_now > 0 || all->stale_now >= 5 ? warn : t.t1, Align::left,
         r.w - 2 * unit::kPad);
  p.text(x, y + 44,
         "Limits of ISA-18.2 and EEMUA 191, which come from process plants; the response targets are ours."_tr, Face::s,
         t.t3, Align::left, r.w - 2 * unit::kPad);
  y += 60;
  column_head(p, {r.x, y, r.w, unit::kColumns});
  p.text(x, y + 14, "Of all desks"_tr, Face::s, t.t3);
  for (std::size_t n = 0; n < all->weeks.size(); ++n)
    p.text(r.x + edge(n), y + 14, name_of_week(f, all->weeks[n].begins, n), Face::s, n == 0 ? t.t1 : t.t3, Align::right,
           step - 8);
  p.text(r.x + limit_at, y + 14, "Limit"_tr, Face::s, t.t3, Align::right);
  y += unit::kColumns;
  static const std::vector<Line> kLines = lines();
  for (const Line& line : kLines) {
    const float mid = y + unit::kTableRow / 2;
    p.text(x, mid, line.name, Face::s, t.t1, Align::left, edge(0) - x + r.x - step);
    for (std::size_t n = 0; n < all->weeks.size(); ++n) {
      const Value value = line.of(all->weeks[n]);
      p.text(r.x + edge(n), mid, value.text, Face::mono_s,
             value.over ? warn
             : n == 0   ? t.t1
                        : t.t2,
             Align::right, step - 8);
    }
    p.text(r.x + limit_at, mid, line.limit, Face::s, t.t3, Align::right, 116);
    y += unit::kTableRow;
    p.hairline(r.x, y - 1, r.w, t.line);
  }

  y += 16;
  const std::vector<AlarmFigures::Part>& desks = all->weeks.front().desks;
  column_head(p, {r.x, y, r.w, unit::kColumns});
  struct Cell {
    Text name;
    std::function<std::string(const AlarmFigures::Part&)> of;
  };
  const std::vector<Cell> cells = {
      {"Acknowledged"_tr, [](const AlarmFigures::Part& part) { return count_text(part.acknowledged.total()); }},
      {"Half within"_tr,
       [](const AlarmFigures::Part& part) {
         return span_or_none(part.acknowledged.percentile(50), part.acknowledged.total());
       }},
      {"80 % within"_tr,
       [](const AlarmFigures::Part& part) {
         return span_or_none(part.acknowledged.percentile(80), part.acknowledged.total());
       }},
      {"High in 30 s"_tr,
       [](const AlarmFigures::Part& part) {
         return share(part.acknowledged_high.within(30 * kSecond), part.acknowledged_high.total());
       }},
      {"In time##column"_tr,
       [](const AlarmFigures::Part& part) { return share(part.in_target, part.acknowledged.total()); }},
      {"True##column"_tr,
       [](const AlarmFigures::Part& part) {
         return part.precision() < 0 ? std::string("–") : fmt::format("{} %", part.precision());
       }},
      {"Minutes"_tr, [](const AlarmFigures::Part& part) {
         return count_text(static_cast<std::uint64_t>(part.operator_time / kMinute));
       }}};
  const float cell_step = std::min(150.0F, (width - 220) / static_cast<float>(cells.size()));
  const auto cell_edge = [&](std::size_t n) {
    return r.x + limit_at - cell_step * static_cast<float>(cells.size() - 1 - n);
  };
  p.text(x, y + 14, "Each desk, this week"_tr, Face::s, t.t3, Align::left, cell_edge(0) - cell_step - x);
  for (std::size_t n = 0; n < cells.size(); ++n)
    p.text(cell_edge(n), y + 14, cells[n].name, Face::s, t.t3, Align::right, cell_step - 6);
  y += unit::kColumns;
  if (desks.empty()) p.text(x, y + 14, "No desk has acknowledged or resolved anything this week"_tr, Face::s, t.t3);
  if (desks.empty()) y += unit::kTableRow;
  for (const AlarmFigures::Part& desk : desks) {
    const float mid = y + unit::kTableRow / 2;
    p.text(x, mid, desk.name, Face::s, t.t1, Align::left, cell_edge(0) - cell_step - x);
    for (std::size_t n = 0; n < cells.size(); ++n)
      p.text(cell_edge(n), mid, cells[n].of(desk), Face::mono_s, t.t1, Align::right);
    y += unit::kTableRow;
    p.hairline(r.x, y - 1, r.w, t.line);
  }
  end_scroll(f, "rules/limits", r, limits_, y + 12);
  (void)d;
}

}  // namespace wf::ui
