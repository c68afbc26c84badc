#include "console/ui/incident/still_draw.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

/// The largest rectangle of these proportions in the middle of the box.
Rect fitted(const Rect& box, int width, int height) {
  const float k = std::min(box.w / static_cast<float>(width), box.h / static_cast<float>(height));
  const float w = std::max(1.0F, std::floor(static_cast<float>(width) * k));
  const float h = std::max(1.0F, std::floor(static_cast<float>(height) * k));
  return {std::round(box.mid_x() - w / 2), std::round(box.mid_y() - h / 2), w, h};
}

}  // namespace

std::vector<AttachmentLook> stills_of(std::vector<AttachmentLook> all) {
  std::erase_if(all, [](const AttachmentLook& a) { return !a.still; });
  return all;
}

StillWords words_of(const Desk& d, const AttachmentLook& a) {
  StillWords out{a.line->time, a.line->device_id.empty() ? a.line->text : a.line->device_id, {}};
  const StillCaption* const caption = d.stills.caption(a.hash);
  if (caption == nullptr) {
    out.text += ", " + a.detail;
    out.whole = out.text;
    return out;
  }
  using Which = StillCaption::Which;
  out.time = caption->time;
  if (!caption->camera.empty()) out.text = caption->camera;
  out.text += ", " + (caption->which == Which::before  ? "before the event"_tr.str()
                      : caption->which == Which::after ? "after the event"_tr.str()
                                                       : "at the event"_tr.str());
  out.whole = out.text + ", " + a.detail;
  return out;
}

bool draw_still(Frame& f, Desk& d, const Rect& box, const std::string& hash, bool small) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  p.fill(box, t.bg0);
  const PictureLook look = d.stills.look(f, d, hash);
  const bool there = look.state == PictureLook::State::there && look.width > 0 && look.height > 0;
  if (there) {
    p.image(fitted(box, look.width, look.height), look.texture);
    if (look.why.empty()) return true;
    // A damaged picture is shown as far as it goes, and never passes for a whole one.
    const Rect strip{box.x, box.bottom() - 20, box.w, 20};
    p.fill(strip, faded(t.bg0, 0.8F));
    if (small)
      icon(p, Icon::warning, strip.mid_x(), strip.mid_y(), 12, t.of(Priority::medium).text, 1.5F);
    else
      p.text(strip.x + 8, strip.mid_y(), text_of<"Damaged: {}">(look.why), Face::s, t.of(Priority::medium).text,
             Align::left, strip.w - 16);
    return true;
  }
  p.stroke(box, t.line);
  if (look.state == PictureLook::State::coming) {
    if (small)
      icon(p, Icon::still, box.mid_x(), box.mid_y(), 14, t.t3, 1.5F);
    else
      p.text(box.mid_x(), box.mid_y(), "Fetching it…"_tr, Face::s, t.t2, Align::center, box.w - 16);
    return false;
  }
  if (small) {
    icon(p, Icon::warning, box.mid_x(), box.mid_y(), 14, t.of(Priority::medium).text, 1.5F);
    return false;
  }
  const std::string& why = look.why;
  const float y = box.mid_y() - 8;
  p.text(box.mid_x(), y - 14, "It cannot be drawn"_tr, Face::s_semibold, t.of(Priority::medium).text, Align::center,
         box.w - 16);
  p.paragraph(box.x + 12, y + 6, 16, box.w - 24, 3, why, Face::s, t.t2);
  return false;
}

void StillView::draw(Frame& f, Desk& d, const Rect& window) {
  const std::vector<AttachmentLook> all =
      d.selected == nullptr ? std::vector<AttachmentLook>{} : stills_of(attachments_of(f.snapshot, *d.selected));
  const auto found = std::find_if(all.begin(), all.end(), [&](const AttachmentLook& a) { return a.hash == hash_; });
  if (found == all.end() || d.keys.take(Key::escape)) {
    close();
    return;
  }
  auto at = static_cast<std::size_t>(found - all.begin());
  Painter& p = f.p;
  const Tokens& t = p.t;
  (void)p.hits.add("still/shade", {0, 0, 1e5F, 1e5F});
  p.fill(window, faded(t.bg0, 0.72F));
  const Rect box{window.x + 32, window.y + 32, window.w - 64, window.h - 64};
  p.float_box(box, t.bg1, t.line2);
  (void)p.hits.add("still/box", box);
  const AttachmentLook& a = all[at];
  const float head = box.y + 24;
  icon(p, Icon::still, box.x + 26, head, 16, t.t2, 1.5F);
  const float key = key_width(p, "Esc"_tr);
  key_cap(p, box.right() - 20 - key, head, "Esc"_tr);
  float x = box.x + 48;
  const StillWords words = words_of(d, a);
  x += p.text(x, head, f.time.day(words.time) + " " + f.time.clock(words.time), Face::mono_s, t.t1) + 16;
  const std::string of = all.size() < 2 ? std::string() : text_of<"{} of {}">(at + 1, all.size());
  const float right = box.right() - 32 - key - (of.empty() ? 0 : p.width(of, Face::s) + 16);
  p.text(x, head, words.whole, Face::m_semibold, t.t1, Align::left, right - x);
  if (!of.empty()) p.text(right + 8, head, of, Face::s, t.t2);
  const Rect picture{box.x + 1, box.y + 48, box.w - 2, box.h - 48 - 36};
  if (!draw_still(f, d, picture, a.hash, false) && p.hits.add("still/again", picture).clicked) d.stills.again(a.hash);
  p.text(box.x + 20, box.bottom() - 18, text_of<"On the engine's machine: {}">(command_for(a.hash)), Face::mono_s, t.t3,
         Align::left, box.w - 40);
  const auto go = [&](std::string_view name, Icon which, float where, bool can, int by) {
    const Rect r{where, picture.mid_y() - 24, 40, 48};
    if (!can) return false;
    const Hit hit = p.hits.add(name, r);
    p.fill(r, faded(hit.hovered ? t.bg3 : t.bg1, 0.85F), 4);
    icon(p, which, r.mid_x(), r.mid_y(), 18, t.t1, 1.8F);
    return hit.clicked || d.keys.take(by < 0 ? Key::left : Key::right);
  };
  if (go("still/before", Icon::left, box.x + 12, at > 0, -1))
    --at;
  else if (go("still/after", Icon::right, box.right() - 52, at + 1 < all.size(), 1))
    ++at;
  if (all[at].hash != hash_) {
    hash_ = all[at].hash;
    f.wake(0);
  }
  const ImVec2 m = p.hits.mouse();
  if (ImGui::IsMouseClicked(0) && !box.contains(m.x, m.y)) close();
}

}  // namespace wf::ui
