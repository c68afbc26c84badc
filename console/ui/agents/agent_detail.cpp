// The selected agent: how it stands, what it may do, its ledger, what the engine said of it, its sources.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "console/ui/agents/agent_look.hpp"
#include "console/ui/agents/agents_view.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr float kLabel = 112;
constexpr std::size_t kMostRanges = 8, kMostLanes = 8, kMostOutputs = 6;
constexpr std::array<Text, 3> kLanes{"life safety"_tr, "normal"_tr, "bulk"_tr};

std::string join(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// Lays the panel out from the top.
struct Sheet {
  Frame& f;
  Painter& p;
  const Tokens& t;
  float x, w, y;

  void pair(std::string_view name, const std::string& value, bool bad = false, Face face = Face::s) {
    p.text(x, y + 12, name, Face::s, t.t3, Align::left, kLabel - 8);
    const int lines =
        p.paragraph(x + kLabel, y + 12, 17, w - kLabel, 3, value, face, bad ? t.of(Priority::medium).text : t.t1);
    y += 24 + 17 * static_cast<float>(std::max(0, lines - 1));
  }
  void section(std::string_view title, std::string_view right = {}) {
    y += 8;
    p.hairline(x, y, w, t.line);
    y += 4;
    section_head(p, x, y, w, title, right);
    y += 28;
  }
};

void standing(Sheet& s, const AgentState& a) {
  const UtcNs now = s.f.input.now;
  const bool recorded = s.f.snapshot.health.recorded;
  const bool quiet = a.health != AgentState::Health::live;
  const std::string kept_out = kept_out_in_words(a, s.f.time, now);
  s.pair("Kind"_tr, a.version.empty() ? a.kind : text_of<"{}, version {}">(a.kind, a.version));
  s.pair("Connection"_tr,
         recorded           ? "none: read from a recording"_tr.str()
         : kept_out.empty() ? connection_in_words(a)
                            : kept_out,
         (quiet || !kept_out.empty()) && !recorded);
  s.pair("Heard"_tr,
         a.last_heard > 0 ? s.f.time.clock(a.last_heard) + ", " + ago(now - a.last_heard) : "never"_tr.str(), quiet);
  const std::int64_t off = a.clock_skew < 0 ? -a.clock_skew : a.clock_skew;
  s.pair("Clock"_tr,
         recorded            ? "as recorded"_tr.str()
         : off < kSecond / 2 ? "agrees with the engine"_tr.str()
         : a.clock_skew < 0  ? text_of<"{} behind the engine">(lag(off))
                             : text_of<"{} ahead of the engine">(lag(off)),
         off >= kNotableSkew);
  if (a.clock_ahead > 0)
    s.pair("Events from"_tr, text_of<"{} in the future: a clock is wrong">(lag(a.clock_ahead)), true);
  s.pair("Spool"_tr, plural<"{} event", "{} events">(a.report.spooled) + ", " + bytes_text(a.report.spool_bytes));
  s.pair("Memory"_tr, a.report.resident_bytes > 0 ? bytes_text(a.report.resident_bytes) : "not reported"_tr.str());
}

/// What it was let in for, and by which key.
void trust(Sheet& s, const AgentState& a) {
  const UtcNs now = s.f.input.now;
  s.section("May##it may"_tr,
            a.enrolled > 0 ? text_of<"enrolled {}">(s.f.time.day(a.enrolled)) : "enrolment not known"_tr.str());
  s.pair("Speak for"_tr, a.devices.empty() ? "any device"_tr.str() : join(a.devices), false,
         a.devices.empty() ? Face::s : Face::mono_s);
  const auto& outputs = a.report.outputs;
  if (outputs.empty()) s.pair("Drive"_tr, "nothing"_tr);
  for (std::size_t k = 0; k < std::min(outputs.size(), kMostOutputs); ++k) {
    std::string what = outputs[k].device + ": " + join(outputs[k].actions);
    std::replace(what.begin(), what.end(), '_', ' ');
    if (outputs[k].max_seconds > 0) what += ", " + text_of<"{} s at most">(outputs[k].max_seconds);
    s.pair(k == 0 ? "Drive"_tr : Text(), what);
  }
  if (outputs.size() > kMostOutputs)
    s.pair("", plural<"{} more device", "{} more devices">(outputs.size() - kMostOutputs));
  s.pair("Key"_tr, key_in_words(a, s.f.time, now), a.key_due > 0 && a.key_due < now);
}

/// The ranges that are missing or were given up, one a line.
void ranges(Sheet& s, const AgentState& a) {
  const Tokens& t = s.t;
  for (std::size_t k = 0; k < std::min(a.numbers.size(), kMostRanges); ++k) {
    const AgentState::Numbers& n = a.numbers[k];
    const std::string range = n.first == n.last ? fmt::format("{}", n.first) : fmt::format("{}–{}", n.first, n.last);
    const float used = s.p.text(s.x, s.y + 10, range, Face::mono_s, n.given_up ? t.t1 : t.of(Priority::critical).text,
                                Align::left, s.w * 0.45F);
    const std::string what = fmt::format("{}, {}", kLanes[n.lane % kLanes.size()],
                                         n.given_up ? text_of<"given up: {}">(n.reason) : "missing"_tr.str());
    s.p.text(s.x + used + 12, s.y + 10, what, Face::s, t.t2, Align::left, s.w - used - 12);
    s.y += 20;
  }
  if (a.numbers.size() <= kMostRanges) return;
  s.p.text(s.x, s.y + 10, text_of<"and {} more; watchfloor verify lists them">(a.numbers.size() - kMostRanges), Face::s,
           t.t2, Align::left, s.w);
  s.y += 20;
}

void ledger(Sheet& s, const AgentState& a) {
  Painter& p = s.p;
  const Tokens& t = s.t;
  std::string right = a.gap_events > 0        ? text_of<"{} missing">(count_text(a.gap_events))
                      : a.given_up_events > 0 ? text_of<"{} given up, no other missing">(count_text(a.given_up_events))
                      : a.ledger.empty()      ? "nothing stored yet"_tr.str()
                                              : "no number is missing"_tr.str();
  if (s.f.snapshot.health.recorded) right = "none: nothing is stored here"_tr;
  s.section("Ledger"_tr, right);
  if (!a.ledger.empty()) {
    // Columns by their right edges; figures stand under their names.
    const float given = s.x + s.w, missing = given - 66, to = missing - 66, epoch = s.x + 84;
    for (const auto& [x, name, align] :
         {std::tuple{s.x, "Lane"_tr, Align::left}, std::tuple{epoch, "Epoch"_tr, Align::left},
          std::tuple{to, "Stored"_tr, Align::right}, std::tuple{missing, "Missing"_tr, Align::right},
          std::tuple{given, "Given up##column"_tr, Align::right}})
      p.text(x, s.y + 8, name, Face::s, t.t3, align);
    s.y += 20;
    for (std::size_t k = 0; k < std::min(a.ledger.size(), kMostLanes); ++k) {
      const AgentState::Lane& l = a.ledger[k];
      const float mid = s.y + 10;
      p.text(s.x, mid, kLanes[l.lane % kLanes.size()], Face::s, t.t1);
      p.text(epoch, mid, fmt::format("{:06x}", l.epoch & 0xFFFFFFU), Face::mono_s, t.t2);
      p.text(to, mid, text_of<"{} of {}">(count_text(l.stored), count_text(l.up_to)), Face::mono_s, t.t1, Align::right,
             to - epoch - 64);
      p.text(missing, mid, count_text(l.missing), Face::mono_s, l.missing > 0 ? t.of(Priority::critical).text : t.t3,
             Align::right);
      p.text(given, mid, count_text(l.given_up), Face::mono_s, l.given_up > 0 ? t.t1 : t.t3, Align::right);
      s.y += 20;
    }
    if (a.ledger.size() > kMostLanes) {
      p.text(s.x, s.y + 10, plural<"{} more lane", "{} more lanes">(a.ledger.size() - kMostLanes), Face::s, t.t3);
      s.y += 20;
    }
  }
  if (a.epochs > 1) s.pair("Numbering"_tr, plural<"begun anew {} time", "begun anew {} times">(a.epochs - 1));
  if (a.copies > 0)
    s.pair("Copies"_tr,
           plural<"noticed {} time, last at {}", "noticed {} times, last at {}">(a.copies, s.f.time.clock(a.last_copy)),
           true);
  ranges(s, a);
  s.pair("Late"_tr, lateness_in_words(a));
  if (a.refused_batches > 0)
    s.pair("Unreadable"_tr, plural<"{} batch, stored; {}", "{} batches, stored; {}">(a.refused_batches, a.problem),
           true);
}

void remarks(Sheet& s, const AgentState& a) {
  if (a.remarks.empty()) return;
  s.section("The engine said"_tr, "newest first"_tr);
  for (const AgentState::Remark& r : a.remarks) {
    const bool today = s.f.input.now - r.time < 20 * kHour;
    s.p.text(s.x, s.y + 10, today ? s.f.time.clock(r.time) : s.f.time.day(r.time), Face::mono_s, s.t.t2);
    const int lines =
        s.p.paragraph(s.x + 88, s.y + 10, 17, s.w - 88, 2, r.text.empty() ? r.kind : r.text, Face::s, s.t.t1);
    s.y += 4 + 17 * static_cast<float>(std::max(1, lines));
  }
}

void sources(Sheet& s, const AgentState& a) {
  Painter& p = s.p;
  const Tokens& t = s.t;
  s.section("Sources"_tr, plural<"{} source", "{} sources">(a.report.sources.size()));
  for (const SourceStatus& one : a.report.sources) {
    const bool bad = !one.problem.empty() || one.state == "failed";
    const ImU32 warn = t.of(Priority::medium).text;
    p.circle(s.x + 4, s.y + 10, 3.5F, bad ? t.of(Priority::medium).fill : one.state == "running" ? t.t1 : t.t3);
    const float state =
        p.text(s.x + s.w, s.y + 10, device_state_word(one.state), Face::s, bad ? warn : t.t2, Align::right);
    p.text(s.x + 16, s.y + 10, one.name, Face::mono_m, t.t1, Align::left, s.w - state - 32);
    s.y += 24;
    p.text(s.x + 16, s.y + 8,
           text_of<"{} read, {}, {} refused">(count_text(one.read), plural<"{} event", "{} events">(one.events),
                                              count_text(one.refused)),
           Face::s, one.refused > 0 ? t.t1 : t.t2, Align::left, s.w - 110);
    if (one.last_event > 0)
      p.text(s.x + s.w, s.y + 8, text_of<"{} ago">(lag(s.f.input.now - one.last_event)), Face::mono_s, t.t2,
             Align::right);
    s.y += 20;
    if (bad)
      s.y +=
          18 * static_cast<float>(p.paragraph(s.x + 16, s.y + 8, 18, s.w - 16, 3, one.problem, Face::s_medium, warn));
    s.y += 8;
    p.hairline(s.x, s.y, s.w, t.line);
    s.y += 8;
  }
  if (!a.report.sources.empty()) return;
  p.text(s.x, s.y + 8, "It has reported no source."_tr, Face::s, t.t2);
  s.y += 24;
}

}  // namespace

void AgentsView::draw_detail(Frame& f, Desk& d, const Rect& r, const AgentState& a) {
  Painter& p = f.p;
  const float y = begin_scroll(f, "agents/detail", r, detail_) + 8;
  Sheet s{f, p, p.t, r.x + unit::kPad, r.w - 2 * unit::kPad, y};
  p.text(s.x, y + 14, a.name, Face::l_semibold, p.t.t1, Align::left, s.w - 130);
  const bool kept_out = !kept_out_in_words(a, f.time, f.input.now).empty();
  const bool quiet = a.health != AgentState::Health::live || kept_out;
  const Text health = kept_out ? "kept out"_tr : name_of(a.health);
  badge(p, s.x + s.w - badge_width(p, health), y + 14, health, quiet ? BadgeKind::medium : BadgeKind::plain);
  s.y += 36;
  standing(s, a);
  if (!f.snapshot.health.recorded) trust(s, a);
  ledger(s, a);
  remarks(s, a);
  sources(s, a);
  end_scroll(f, "agents/detail", r, detail_, s.y);
  (void)d;
}

}  // namespace wf::ui
