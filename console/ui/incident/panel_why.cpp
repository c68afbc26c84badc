// Why: the events of the selected incident in their order, and what evidence would settle it.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kLine = 34;

Icon evidence_icon(const Evidence& e) {
  if (e.role == Evidence::Role::missing || e.state == Evidence::State::absent || e.state == Evidence::State::unknown)
    return Icon::notice;
  return e.role == Evidence::Role::would_confirm ? Icon::check : Icon::cross;
}

Text evidence_name(const Evidence& e) {
  const bool confirms = e.role == Evidence::Role::would_confirm;
  if (e.role == Evidence::Role::missing) return "Missing"_tr;
  switch (e.state) {
    case Evidence::State::came:
      return confirms ? "Confirmed"_tr : "Refuted"_tr;
    case Evidence::State::absent:
      return confirms ? "Not confirmed"_tr : "Not refuted"_tr;
    case Evidence::State::unknown:
      return "Not known"_tr;
    default:
      return confirms ? "Would confirm"_tr : "Would refute"_tr;
  }
}

/// "camera at that door: D-231, weight 85; 90 with 1 further tie and 2 min between them".
std::string link_in_words(const Contribution& c) {
  const JoinLink& l = c.link;
  std::string out = c.joined_by;
  if (!l.entity.name.empty()) out += ": " + l.entity.name;
  if (l.weight != 0) out += ", " + text_of<"weight {}">(l.weight);
  if (l.weight != 0 && l.score != l.weight)
    out += "; " + plural<"{1} with {0} further tie and {2} between", "{1} with {0} further ties and {2} between">(
                      l.further, l.score, duration(l.apart));
  if (!l.actor.empty()) out += ", " + text_of<"by {}">(l.actor);
  return out;
}

/// "Door D-231 forced (came 3 h late)" as fusion says it: what happened, and "came 3 h late"; empty: in time.
std::pair<std::string_view, std::string_view> apart_from_late(std::string_view text) {
  constexpr std::string_view kBegin = " (came ", kEnd = " late)";
  const std::size_t at = text.ends_with(kEnd) ? text.rfind(kBegin) : std::string_view::npos;
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 2, text.size() - at - 3)};
}

/// Minutes and seconds of the last hour, hours and minutes before it.
std::string short_time(const SiteTime& time, UtcNs t, UtcNs now) {
  return now - t < kHour ? time.clock(t).substr(3) : time.minutes(t);
}

}  // namespace

float IncidentPanel::draw_why(Frame& f, Desk& d, float x, float y, float w, const Incident& i, const Rect& view) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  // A long id says no more than its first part; the rule's name stands in the hint.
  section_head(
      p, x, y, w, "Why"_tr,
      i.rule_id.empty() ? std::string() : text_of<"rule {}">(i.rule_id.substr(0, i.rule_id.size() > 16 ? 8 : 16)));
  d.hint(p.hits.add("panel/rule", {x, y, w, 24}), i.rule_title.empty() ? i.rule_id : i.rule_title);
  y += 26;
  const std::string& words = i.rule_description.empty() ? i.rule_title : i.rule_description;
  if (!words.empty()) {
    const int lines = p.paragraph(x, y + 8, 16, w, 3, words, Face::s, t.t2);
    y += 16 * static_cast<float>(lines) + 8;
  }
  int number = 0;
  for (std::size_t k = 0; k < i.why.size(); ++k) {
    const Contribution& c = i.why[k];
    const bool placed = !c.device_id.empty() || !c.unit_id.empty();
    if (placed) ++number;
    const float mid = y + 11;
    if (y + kLine >= view.y && y <= view.bottom()) {
      const Rect at{x - 4, y - 1, w + 8, kLine};
      const Hit hit = p.hits.add(fmt::format("why/{}", k), at);
      if (hit.hovered) p.fill(at, t.bg2, 3);
      if (k + 1 < i.why.size()) p.upright(x + 8, mid + 9, kLine - 18, t.line2);
      if (placed)
        number_disc(p, x + 8.5F, mid, 8, number);
      else
        p.circle_line(x + 8.5F, mid, 3, t.t3, 1.5F);
      p.text(x + 26, mid, short_time(f.time, c.time, f.input.now), Face::mono_s, t.t2);
      icon(p, icon_of_event(c.kind), x + 76, mid, 14, t.t1);
      float end = x + w;
      if (c.changed_priority) {
        mark(p, c.priority, end - 9, y + 18, 18);
        end -= 26;
      }
      float over = end;
      if (!c.attachments.empty() || !c.not_kept.empty()) {
        icon(p, Icon::still, end - 7, mid, 14, c.attachments.empty() ? t.t3 : t.t1, 1.25F);
        over = end - 20;
      }
      // What happened has the first line for itself; why it belongs and what it did stand under it.
      const auto [happened, late] = apart_from_late(c.text);
      p.text(x + 90, mid, happened, Face::s, t.t1, Align::left, over - x - 90);
      std::string effect = effect_word(c.effect);
      if (c.changed_priority) effect = c.effect == "opens" ? "opens as"_tr : "raises to"_tr;
      float under = end - p.text(end, mid + 15, effect, Face::s, c.changed_priority ? t.t2 : t.t3, Align::right) - 8;
      if (c.repeats > 1 && c.text.find(" times") == std::string::npos)
        under -=
            p.text(under, mid + 15, fmt::format("×{}", count_text(c.repeats)), Face::mono_s, t.t2, Align::right) + 8;
      float begin = x + 90;
      if (!late.empty()) {
        icon(p, Icon::clock, begin + 5, mid + 15, 11, t.of(Priority::medium).text, 1.25F);
        begin += 15;
        begin +=
            p.text(begin, mid + 15, late, Face::s_semibold, t.of(Priority::medium).text, Align::left, under - begin) +
            8;
      }
      // What it weighs stands behind the words of the link, as far as there is room.
      if (c.link.weight != 0) {
        const std::string weight = std::to_string(c.link.weight);
        const float words = p.width(c.joined_by, Face::s), own = p.width(weight, Face::mono_s);
        if (begin + words + 8 + own <= under)
          p.text(begin + words + 8, mid + 15, weight, Face::mono_s, t.t3, Align::left, own + 1);
      }
      p.text(begin, mid + 15, c.joined_by.empty() ? "began it"_tr.view() : std::string_view(c.joined_by), Face::s, t.t3,
             Align::left, under - begin);
      if (hit.hovered)
        d.tip = f.time.day(c.time) + " " + f.time.clock(c.time) + "  " + c.text +
                (c.joined_by.empty() ? std::string() : "  (" + link_in_words(c) + ")");
      if (hit.clicked && !c.device_id.empty()) f.selection.device = c.device_id;
      if (hit.clicked) f.selection.show_incident = true;
    }
    y += kLine;
  }
  if (i.why.empty()) {
    p.text(x, y + 12, "No contributing event was kept"_tr, Face::s, t.t3);
    y += 27;
  }
  if (!i.evidence.empty()) {
    y += 6;
    p.hairline(x, y, w, t.line);
    y += 3;
    for (const Evidence& e : i.evidence) {
      const float mid = y + 12;
      // What is settled stands out; what is only hoped for does not.
      const bool settled = e.state == Evidence::State::came || e.state == Evidence::State::absent;
      icon(p, evidence_icon(e), x + 8, mid, 12, settled ? t.t1 : t.t2, 1.5F);
      p.text(x + 26, mid, evidence_name(e), Face::s_semibold, t.t1);
      std::string words = e.text;
      if (e.state == Evidence::State::awaited)
        words = text_of<"{}, until {}">(words, f.time.clock(e.until));
      else if (!e.finding.empty())
        words += ": " + e.finding;
      const int lines = p.paragraph(x + 126, mid, 16, w - 126, 2, words, Face::s, settled ? t.t1 : t.t2);
      y += 22 + 16 * static_cast<float>(std::max(0, lines - 1));
    }
  }
  return y;
}

}  // namespace wf::ui
