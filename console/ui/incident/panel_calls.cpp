// Call: whom the site wants told of this incident, who was reached, and who is next.
#include <imgui.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "console/model/call.hpp"
#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/call_list.hpp"
#include "console/ui/incident/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kContact = 42, kWords = 20, kText = 26;

std::vector<Called> calls_of(const Frame& f, const Incident& i) {
  const Site* site = f.snapshot.estate ? f.snapshot.estate->site(i.site_id) : nullptr;
  // What touches no site is told to those of the site that this seat is at home on.
  if (site == nullptr) site = home_site(f.snapshot);
  return site == nullptr ? std::vector<Called>() : call_list(*site, i);
}

/// The contact that keys and words speak of: the one that somebody chose, else who is next.
std::size_t at_hand(const std::vector<Called>& all, const std::string& chosen) {
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!all[k].reached && !chosen.empty() && contact_name(*all[k].contact) == chosen) return k;
  return next_call(all);
}

void tell(Frame& f, Desk& d, const Incident& i, const Contact& contact, bool reached) {
  Command c = command_about(CommandKind::call, i);
  c.target = contact_name(contact);
  c.action = reached ? kCallReached : kCallMissed;
  d.send(f, i, std::move(c));
}

}  // namespace

void IncidentPanel::call_keys(Frame& f, Desk& d, const Incident& i) {
  const bool reached = d.keys.letter('p');
  const bool missed = d.keys.letter('0');
  if (!reached && !missed) return;
  const std::vector<Called> all = calls_of(f, i);
  const std::size_t next = at_hand(all, chosen_call_);
  chosen_call_.clear();
  if (next == all.size())
    d.toast(Toast::Kind::notice, "Nobody to call"_tr,
            all.empty() ? "The site names nobody for it"_tr : "Everybody was reached"_tr, f.input.seconds);
  else
    tell(f, d, i, *all[next].contact, reached);
}

float IncidentPanel::draw_calls_button(Frame& f, Desk& d, const Rect& foot, const Incident& i) {
  const std::vector<Called> all = calls_of(f, i);
  if (all.empty()) return 0;
  const auto reached = std::count_if(all.begin(), all.end(), [](const Called& c) { return c.reached; });
  const std::string label = fmt::format("{}/{}", reached, all.size());
  static constexpr Icon kPhone = Icon::phone;
  ButtonStyle style;
  style.icon = &kPhone;
  const float w = button_width(f.p, label, style);
  const Hit hit = button(f.p, "panel/calls", foot.right() - w, foot.y, label, style);
  const std::size_t next = next_call(all);
  d.hint(hit, next == all.size() ? "Everybody was reached"_tr.str()
                                 : text_of<"Whom to call: {} is next">(all[next].contact->who));
  show_calls_ = show_calls_ || hit.clicked;
  return w;
}

float IncidentPanel::draw_calls(Frame& f, Desk& d, float x, float y, float w, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const std::vector<Called> all = calls_of(f, i);
  if (all.empty()) return y;  // the site has no list: nothing to say, and no room to say it in
  calls_at_ = y;
  const std::size_t next = at_hand(all, chosen_call_);
  std::size_t reached = 0;
  for (const Called& c : all) reached += c.reached ? 1 : 0;
  section_head(p, x, y, w, "Whom to call"_tr, text_of<"{0} of {1} reached">(reached, all.size()));
  y += 28;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Called& c = all[k];
    const bool now = k == next && i.open();
    const Rect at{x - 8, y, w + 16, kContact + (now ? kWords : 0)};
    const Hit row = p.hits.add(fmt::format("call/{}", k), at, !c.reached && !now);
    if (now || row.hovered) p.fill(at, now ? t.bg3 : t.bg2);
    if (row.clicked) chosen_call_ = contact_name(*c.contact);
    const float first = y + 12, second = y + 30;
    icon(p, c.reached ? Icon::check : Icon::phone, x + 8, first, 16, now ? t.acc : c.reached ? t.t3 : t.t2);
    std::string state;
    if (c.reached)
      state = text_of<"reached {}">(f.time.minutes(c.at));
    else if (c.tries == 1)
      state = text_of<"no answer {}">(f.time.minutes(c.at));
    else if (c.tries > 1)
      state = text_of<"no answer {0}, {1} times">(f.time.minutes(c.at), c.tries);
    float told = p.text(x + w, first, state, Face::s, c.reached ? t.t3 : t.t2, Align::right, w * 0.6F);
    p.text(x + kText, first, c.contact->who, now ? Face::s_semibold : Face::s_medium, c.reached ? t.t3 : t.t1,
           Align::left, w - kText - told - 8);
    told =
        c.actor.empty() ? 0 : p.text(x + w, second, text_of<"by {}">(c.actor), Face::s, t.t3, Align::right, w * 0.4F);
    // The number is what this is about: it is never cut for anything else.
    const float number = p.text(x + kText, second, c.contact->number, Face::mono_s, c.reached ? t.t3 : t.t1,
                                Align::left, w - kText - told);
    const Hit hit = p.hits.add(fmt::format("call/{}/number", k), {x + kText - 4, second - 9, number + 8, 18});
    d.hint(hit, text_of<"{}  (a click copies it)">(c.contact->number));
    if (hit.hovered) p.hairline(x + kText, second + 8, number, t.t2);
    if (hit.clicked) {
      ImGui::SetClipboardText(c.contact->number.c_str());
      d.toast(Toast::Kind::done, "Copied"_tr, c.contact->number, f.input.seconds);
    }
    if (now) {
      float end = x + w, used = 0;
      const Hit missed = word_button(p, fmt::format("call/{}/missed", k), end, y + 50, "No answer"_tr, "0", &used);
      end -= used + 8;
      const Hit answered = word_button(p, fmt::format("call/{}/reached", k), end, y + 50, "Reached"_tr, "P", &used);
      if (missed.clicked || answered.clicked) {
        chosen_call_.clear();
        tell(f, d, i, *c.contact, answered.clicked);
      }
    }
    y += at.h;
  }
  y += 8;
  p.hairline(x, y, w, t.line);
  return y + 4;
}

}  // namespace wf::ui
