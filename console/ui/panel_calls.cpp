// Call: whom the site wants told of this incident, who was reached, and who is next.
#include <imgui.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "console/model/call.hpp"
#include "console/ui/call_list.hpp"
#include "console/ui/icons.hpp"
#include "console/ui/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kContact = 42, kText = 26;

std::vector<Called> calls_of(const Frame& f, const Incident& i) {
  const Site* site = f.snapshot.estate ? f.snapshot.estate->site(i.site_id) : nullptr;
  // What touches no site is told to those of the site that this seat is at home on.
  if (site == nullptr) site = home_site(f.snapshot);
  return site == nullptr ? std::vector<Called>() : call_list(*site, i);
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
  const std::size_t next = next_call(all);
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
  const std::size_t next = next_call(all);
  std::size_t reached = 0;
  for (const Called& c : all) reached += c.reached ? 1 : 0;
  section_head(p, x, y, w, "Whom to call"_tr, text_of<"{0} of {1} reached">(reached, all.size()));
  y += 28;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Called& c = all[k];
    const bool now = k == next && i.open();
    const Rect at{x - 8, y, w + 16, kContact};
    if (now) p.fill(at, t.bg3);
    const float first = y + 12, second = y + 30;
    icon(p, c.reached ? Icon::check : Icon::phone, x + 8, first, 16, now ? t.acc : c.reached ? t.t3 : t.t2);
    std::string state;
    if (c.reached)
      state = text_of<"reached {}">(f.time.minutes(c.at));
    else if (c.tries == 1)
      state = text_of<"no answer {}">(f.time.minutes(c.at));
    else if (c.tries > 1)
      state = text_of<"no answer {0}, {1} times">(f.time.minutes(c.at), c.tries);
    const float told =
        state.empty() ? 0 : p.text(x + w, first, state, Face::s, c.reached ? t.t3 : t.t2, Align::right, w * 0.6F) + 8;
    p.text(x + kText, first, c.contact->who, now ? Face::s_semibold : Face::s_medium, c.reached ? t.t3 : t.t1,
           Align::left, w - kText - told);
    float end = x + w, used = 0;
    if (!c.reached && i.open()) {
      const std::string missed_name = fmt::format("call/{}/missed", k),
                        reached_name = fmt::format("call/{}/reached", k);
      if (word_button(p, missed_name, end, second, "No answer"_tr, now ? "0" : "", &used).clicked)
        tell(f, d, i, *c.contact, false);
      end -= used + 6;
      if (word_button(p, reached_name, end, second, "Reached"_tr, now ? "P" : "", &used).clicked)
        tell(f, d, i, *c.contact, true);
      end -= used + 6;
    } else if (!c.actor.empty()) {
      end -= p.text(end, second, text_of<"by {}">(c.actor), Face::s, t.t3, Align::right, w * 0.5F) + 8;
    }
    const float number = p.text(x + kText, second, c.contact->number, Face::mono_s, c.reached ? t.t3 : t.t1,
                                Align::left, end - x - kText);
    const Hit hit = p.hits.add(fmt::format("call/{}/number", k), {x + kText - 4, second - 10, number + 8, 20});
    d.hint(hit, text_of<"{}  (a click copies it)">(c.contact->number));
    if (hit.hovered) p.hairline(x + kText, second + 8, number, t.t2);
    if (hit.clicked) {
      ImGui::SetClipboardText(c.contact->number.c_str());
      d.toast(Toast::Kind::done, "Copied"_tr, c.contact->number, f.input.seconds);
    }
    y += kContact;
  }
  y += 8;
  p.hairline(x, y, w, t.line);
  return y + 4;
}

}  // namespace wf::ui
