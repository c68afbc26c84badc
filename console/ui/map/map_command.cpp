#include "console/ui/map/map_command.hpp"
#include "console/ui/draw/model_words.hpp"

#include <algorithm>
#include <array>

#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

constexpr double kConfirmWithin = 5;
constexpr float kGap = 8, kRow = 28 + 6;

struct ActionLook {
  std::string_view action;
  Text label;
  std::uint32_t seconds;  ///< asked for where its agent allows it; 0: it has no end of its own
};
constexpr std::array<ActionLook, 5> kActions{{{"unlock", "Unlock"_tr, 5},
                                              {"lock", "Lock"_tr, 0},
                                              {"release", "Release"_tr, 0},
                                              {"sounder_on", "Sounder"_tr, 30},
                                              {"sounder_off", "Sounder off"_tr, 0}}};

/// What can be commanded here, honestly.
Text nothing_text(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::door:
      return "No output is enabled for this door."_tr;
    case DeviceKind::camera:
      return "No live picture is connected for this camera."_tr;
    case DeviceKind::host:
      return "No isolation command is configured for this host."_tr;
    default:
      return "Nothing can be commanded here."_tr;
  }
}

std::string label_of(const Offer& offer) {
  std::string out;
  for (const ActionLook& one : kActions)
    if (one.action == offer.action) out = one.label;
  if (offer.seconds > 0) out = text_of<"{} {} s">(out, offer.seconds);
  return out;
}

/// Why it is never locked, on one line of the card, which names the door anyway; empty: it may be.
std::string never_in_short(const Site& site, const Device& d) {
  if (why_never_locked(site, d).empty()) return {};
  const Opening* const opening = site.opening(d.opening_id);
  return opening != nullptr && opening->category.starts_with("emergencyexit")
             ? "It is an emergency exit and is never locked"_tr
             : "It has no declared way out and is not locked"_tr;
}

Command command_of(const Frame& f, const Device& d, const Offer& offer) {
  Command c;
  c.kind = CommandKind::device;
  c.target = d.id;
  c.action = offer.action;
  c.seconds = offer.seconds;
  c.text = "by hand at the map";
  // For the incident that the person is looking at, if it is one of this door.
  if (const Incident* i = f.selected(); i != nullptr && i->open() && !i->drill)
    if (std::any_of(i->why.begin(), i->why.end(), [&](const Contribution& w) { return w.device_id == d.id; })) {
      c.incidents = {i->id};
      c.seen_revisions = {i->revision};
    }
  return c;
}

/// The second step: what exactly will happen. Gives the height.
float confirm(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const Device& d, const Offer& offer) {
  Painter& p = f.p;
  ButtonStyle style;
  style.kind = ButtonKind::far_reaching;
  const std::string label = text_of<"{} now">(order_words(offer.action, d.id, offer.seconds));
  const float room = r.w - 32;
  const float used = button_width(p, label, style);
  const bool beside = used + kGap + button_width(p, "Cancel"_tr, {}) <= room;
  if (dry) return beside ? kRow : 2 * kRow;
  f.wake(m.confirms_until - f.input.seconds);
  style.width = std::min(used, room);
  const std::string name = "map/card/" + offer.action;
  if (button(p, name + "/now", r.x + 16, y, label, style).clicked) {
    f.commands.push_back(command_of(f, d, offer));
    m.confirms.clear();
    f.wake(0);
  }
  if (button(p, name + "/cancel", beside ? r.x + 16 + used + kGap : r.x + 16, beside ? y : y + kRow, "Cancel"_tr, {})
          .clicked) {
    m.confirms.clear();
    f.wake(0);
  }
  return beside ? kRow : 2 * kRow;
}

/// A button for each offer, and by whom. Gives the height.
float buttons(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const Device& d,
              const std::vector<Offer>& offers, bool under_way) {
  Painter& p = f.p;
  const float top = y;
  float x = r.x + 16;
  for (const Offer& offer : offers) {
    ButtonStyle style;
    style.enabled = offer.there() && offer.never.empty() && !under_way;
    const std::string label = label_of(offer);
    const float w = button_width(p, label, style);
    if (x > r.x + 16 && x + w > r.right() - 16) {
      x = r.x + 16;
      y += kRow;
    }
    if (!dry && button(p, "map/card/" + offer.action, x, y, label, style).clicked) {
      m.confirms = d.id;
      m.confirms_action = offer.action;
      m.confirms_until = f.input.seconds + kConfirmWithin;
      f.wake(0);
    }
    x += w + kGap;
  }
  y += kRow;
  const Offer& first = offers.front();
  const std::string who = under_way        ? "under way"_tr.str()
                          : !first.there() ? text_of<"{} is not connected">(first.agent->name)
                                           : text_of<"by {}">(first.agent->name);
  if (!dry) p.text(r.x + 16, y + 8, who, Face::s, p.t.t2, Align::left, r.w - 32);
  y += 20;
  for (const Offer& offer : offers) {
    if (offer.never.empty()) continue;
    if (!dry) p.text(r.x + 16, y + 8, offer.never, Face::s, p.t.t2, Align::left, r.w - 32);
    y += 20;
  }
  return y - top;
}

/// The last command: who gave it, how far it came, and its words. Gives the height.
float order_lines(Frame& f, const Rect& r, float y, bool dry, const Device& d, const DeviceOrder& order,
                  std::size_t most_lines) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const float top = y;
  if (!dry)
    p.text(r.x + 16, y + 11, order_words(order.action, d.id, order.seconds) + ", " + order.actor, Face::s_semibold,
           t.t1, Align::left, r.w - 32);
  y += 22;
  if (!dry) {
    float x = r.x + 16;
    for (const OrderStep& step : steps_of(order)) {
      if (x > r.x + 16) x += p.text(x, y + 11, "›", Face::s, t.t3) + 6;
      const bool strong = step.look == OrderStep::Look::last || step.look == OrderStep::Look::bad;
      const ImU32 ink = step.look == OrderStep::Look::bad    ? t.of(Priority::medium).text
                        : step.look == OrderStep::Look::open ? t.t3
                        : step.look == OrderStep::Look::last ? t.t1
                                                             : t.t2;
      x += p.text(x, y + 11, step.text, strong ? Face::s_semibold : Face::s, ink, Align::left, r.right() - 16 - x) + 6;
    }
  }
  y += 24;
  // Why it did not come to pass is never left out.
  const bool bad = !steps_of(order).empty() && steps_of(order).back().look == OrderStep::Look::bad;
  if (bad) most_lines = std::max<std::size_t>(most_lines, 1);
  const std::size_t first = order.lines.size() - std::min(order.lines.size(), most_lines);
  for (std::size_t i = first; i < order.lines.size(); ++i) {
    if (!dry) {
      const bool last = i + 1 == order.lines.size();
      p.text(r.x + 16, y + 11, f.time.clock(order.lines[i].first), Face::mono_s, t.t2);
      p.text(r.x + 92, y + 11, order.lines[i].second, Face::s, last ? t.t1 : t.t2, Align::left, r.w - 108);
    }
    y += 22;
  }
  return y + 6 - top;
}

}  // namespace

std::vector<Offer> offers_of(const Snapshot& s, const Site& site, const Device& d) {
  std::vector<Offer> out;
  for (const ActionLook& one : kActions) {
    Offer best;
    for (const AgentState& agent : s.agents) {
      if (agent.health == AgentState::Health::revoked) continue;
      for (const OfferedOutput& o : agent.report.outputs) {
        if (o.device != d.id || std::find(o.actions.begin(), o.actions.end(), one.action) == o.actions.end()) continue;
        Offer offer{std::string(one.action), &agent, one.seconds, {}};
        // An agent that limits a lock takes none without an end.
        const bool may_end = one.seconds > 0 || one.action == "lock";
        if (may_end && o.max_seconds > 0)
          offer.seconds = one.seconds == 0 ? o.max_seconds : std::min(one.seconds, o.max_seconds);
        if (best.agent == nullptr || (offer.there() && !best.there())) best = std::move(offer);
      }
    }
    if (best.agent == nullptr) continue;
    if (best.action == "lock") best.never = never_in_short(site, d);
    out.push_back(std::move(best));
  }
  return out;
}

std::vector<OrderStep> steps_of(const DeviceOrder& order) {
  using Look = OrderStep::Look;
  // What confirms is the device's own contact; not every output has one, and its silence is said in the lines.
  static constexpr std::array<std::string_view, 4> kSteps{"sent", "received", "executed", "confirmed"};
  const auto said = [&](std::string_view word) {
    return order.state == word || std::any_of(order.lines.begin(), order.lines.end(),
                                              [&](const auto& line) { return line.second.starts_with(word); });
  };
  std::size_t reached = 0;
  for (std::size_t k = 0; k < kSteps.size(); ++k)
    if (said(kSteps[k])) reached = k + 1;
  static constexpr std::array<std::string_view, 6> kBad{"refused",   "expired",       "failed",
                                                        "no_answer", "not_confirmed", "not_ended"};
  const bool bad = std::find(kBad.begin(), kBad.end(), order.state) != kBad.end();
  std::vector<OrderStep> out;
  for (std::size_t k = 0; k < (bad ? reached : kSteps.size()); ++k)
    out.push_back({order_state_word(kSteps[k]), k >= reached                                         ? Look::open
                                                : k + 1 == reached && !bad && order.state != "ended" ? Look::last
                                                                                                     : Look::done});
  if (!bad && order.state != "ended") return out;
  std::string word = order_state_word(order.state);
  if (bad) {
    out.push_back({std::move(word), Look::bad});
  } else {
    out.resize(reached);
    out.push_back({std::move(word), Look::last});
  }
  return out;
}

bool has_commands(const Snapshot& s, const Site& site, const Device& d, const DeviceState* state) {
  return (state != nullptr && !state->order.id.empty()) || !offers_of(s, site, d).empty();
}

float draw_device_commands(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const Site& site, const Device& d,
                           const DeviceState* state, std::size_t most_lines) {
  Painter& p = f.p;
  const float top = y;
  const DeviceOrder* const order = state != nullptr && !state->order.id.empty() ? &state->order : nullptr;
  const std::vector<Offer> offers = offers_of(f.snapshot, site, d);
  const bool asked = m.confirms == d.id && f.input.seconds < m.confirms_until;
  const auto chosen = std::find_if(offers.begin(), offers.end(),
                                   [&](const Offer& o) { return asked && o.action == m.confirms_action; });
  if (offers.empty()) {
    if (!dry) p.text(r.x + 16, y + 8, nothing_text(d.kind), Face::s, p.t.t2, Align::left, r.w - 32);
    y += 26;
  } else if (chosen != offers.end()) {
    y += confirm(f, r, y, dry, m, d, *chosen) + 4;
  } else {
    y += buttons(f, r, y, dry, m, d, offers, order != nullptr && under_way(*order)) + 4;
  }
  if (order != nullptr) y += order_lines(f, r, y, dry, d, *order, most_lines);
  return y - top;
}

}  // namespace wf::ui
