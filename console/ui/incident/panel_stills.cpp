// See, as far as there are pictures: the newest still large, or the one that was chosen, and the others small below it.
#include <algorithm>
#include <cmath>
#include <string>

#include "console/ui/incident/incident_panel.hpp"
#include "console/ui/incident/still_draw.hpp"

namespace wf::ui {
namespace {

constexpr float kGap = 4;
constexpr std::size_t kSmall = 4;  ///< in a row
constexpr std::size_t kRows = 2;

}  // namespace

float IncidentPanel::draw_stills(Frame& f, Desk& d, float x, float y, float w,
                                 const std::vector<AttachmentLook>& stills) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  auto chosen = std::find_if(stills.begin(), stills.end(), [&](const AttachmentLook& a) { return a.hash == still_; });
  if (chosen == stills.end()) chosen = std::prev(stills.end());
  const Rect large{x, y, w, std::round(w * 9 / 16)};
  const bool there = draw_still(f, d, large, chosen->hash, false);
  const Hit hit = p.hits.add("still/large", large);
  if (there) {
    if (hit.hovered) p.stroke(large, t.acc);
    d.hint(hit, "Show it large"_tr);
    if (hit.clicked) d.want_still = chosen->hash;
  } else {
    d.hint(hit, "Ask for it once more"_tr);
    if (hit.clicked) d.stills.again(chosen->hash);
  }
  y += large.h + 12;
  const StillWords words = words_of(d, *chosen);
  const float when = p.text(x, y, f.time.clock(words.time), Face::mono_s, t.t1) + 10;
  p.text(x + when, y, words.text, Face::s, t.t2, Align::left, w - when);
  y += 14;
  if (stills.size() < 2) return y + 6;
  // The newest of the others, in time order; what finds no room is reached through the large view.
  const std::size_t shown = std::min(stills.size(), kSmall * kRows);
  const float each = std::floor((w - kGap * (kSmall - 1)) / kSmall);
  for (std::size_t k = 0; k < shown; ++k) {
    const AttachmentLook& a = stills[stills.size() - shown + k];
    const Rect r{x + static_cast<float>(k % kSmall) * (each + kGap),
                 y + static_cast<float>(k / kSmall) * (std::round(each * 9 / 16) + kGap), each,
                 std::round(each * 9 / 16)};
    (void)draw_still(f, d, r, a.hash, true);
    const Hit small = p.hits.add("still/" + a.name, r);
    if (&a == &*chosen)
      p.stroke(r, t.acc, 2);
    else if (small.hovered)
      p.stroke(r, t.t2);
    const StillWords of = words_of(d, a);
    d.hint(small, f.time.clock(of.time) + "  " + of.whole);
    if (small.clicked) still_ = a.hash;
    if (small.double_clicked) d.want_still = a.hash;
  }
  y += std::ceil(static_cast<float>(shown) / kSmall) * (std::round(each * 9 / 16) + kGap);
  return y + 6;
}

}  // namespace wf::ui
