// See and where: the pictures that came with the selected incident's events, the cameras that watch, and the place.
#include <imgui.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console/ui/draw/icons.hpp"
#include "console/ui/draw/model_words.hpp"
#include "console/ui/incident/attachment_look.hpp"
#include "console/ui/incident/incident_panel.hpp"
#include "console/ui/incident/still_draw.hpp"

namespace wf::ui {
namespace {

constexpr float kKept = 38;
constexpr std::size_t kMostKept = 6;

float no_picture(Painter& p, float x, float y, float w, bool no_camera) {
  const Tokens& t = p.t;
  const Rect box{x, y, w, 92};
  p.fill(box, t.bg2);
  p.hatch(box.inset(1), t.line, 9);
  p.stroke(box, t.line);
  const Text head = no_camera ? "No camera watches this place"_tr : "No picture came with it"_tr;
  const Text why = no_camera ? "Coverage comes from the site's plan"_tr : "None of its events names one"_tr;
  const float inner = std::min(box.w - 16, std::max(p.width(head, Face::m_semibold), p.width(why, Face::s)) + 24);
  p.fill({box.mid_x() - inner / 2, box.y + 10, inner, box.h - 20}, t.bg2);
  icon(p, Icon::camera, box.mid_x(), box.y + 25, 22, t.t2, 1.5F);
  p.text(box.mid_x(), box.y + 52, head, Face::m_semibold, t.t1, Align::center, inner);
  p.text(box.mid_x(), box.y + 72, why, Face::s, t.t2, Align::center, inner);
  return y + box.h + 8;
}

std::string line_of(const AttachmentLook& a) {
  const std::string& whose = a.line->device_id.empty() ? a.line->text : a.line->device_id;
  return whose + (a.detail.empty() ? "" : ", " + a.detail);
}

/// What came with the events, one a row. A click copies the command that gives it.
float draw_kept(Frame& f, Desk& d, float x, float y, float w, const std::vector<AttachmentLook>& all) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  const std::size_t shown = std::min(all.size(), kMostKept);
  for (std::size_t k = all.size() - shown; k < all.size(); ++k) {
    const AttachmentLook& a = all[k];
    const float room = w - 32 - p.width("00:00:00", Face::mono_s);
    const float h = kKept + (a.bad && p.width(line_of(a), Face::s) > room ? 16.0F : 0.0F);
    const Rect at{x - 4, y, w + 8, h};
    const Hit hit = p.hits.add("kept/" + std::to_string(k), at, !a.hash.empty());
    if (hit.hovered && !a.hash.empty()) p.fill(at, t.bg2, 3);
    const float first = y + 11, second = y + 26;
    icon(p, Icon::still, x + 7, first, 14, a.bad ? t.t3 : t.t1, 1.5F);
    const float state = p.text(x + w, first, a.state, a.bad ? Face::s_semibold : Face::s,
                               a.bad ? t.of(Priority::medium).text : t.t2, Align::right, w * 0.5F);
    p.text(x + 22, first, a.name, Face::mono_s, a.hash.empty() ? t.t3 : t.t1, Align::left, w - 34 - state);
    const float when = p.text(x + 22, second, f.time.clock(a.line->time), Face::mono_s, t.t3) + 32;
    // Why one is not here is worth a second line.
    p.paragraph(x + when, second, 16, w - when, a.bad ? 2 : 1, line_of(a), Face::s, t.t2);
    if (hit.hovered)
      d.tip = a.hash.empty() ? text_of<"{}: its agent gave the picture up: {}">(a.line->text, a.detail)
                             : text_of<"{}  (a click copies it)">(command_for(a.hash));
    if (hit.clicked && !a.hash.empty()) {
      ImGui::SetClipboardText(command_for(a.hash).c_str());
      d.toast(Toast::Kind::done, "Copied"_tr, text_of<"{}, for the engine's machine">(command_for(a.hash)),
              f.input.seconds);
    }
    y += h;
  }
  if (all.size() > shown) {
    p.text(x + 22, y + 9, plural<"and {} earlier one", "and {} earlier ones">(all.size() - shown), Face::s, t.t3);
    y += 20;
  }
  // Where a person looks for what is not drawn.
  y += 16 * static_cast<float>(p.paragraph(
                x, y + 9, 16, w, 2, text_of<"Not drawn here: {}">("watchfloor attachment get NAME"), Face::s, t.t3));
  return y + 8;
}

}  // namespace

float IncidentPanel::draw_see(Frame& f, Desk& d, float x, float y, float w, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  struct Watcher {
    const Device* device;
    const DeviceState* state;
  };
  std::vector<Watcher> cameras;
  const Site* site = f.snapshot.estate ? f.snapshot.estate->site(i.site_id) : nullptr;
  if (site != nullptr)
    for (const Device& c : site->devices) {
      if (c.kind != DeviceKind::camera || cameras.size() >= 3) continue;
      const auto sees = [&](const std::string& id) {
        return !id.empty() && std::find(c.covers.begin(), c.covers.end(), id) != c.covers.end();
      };
      bool yes = sees(i.unit_id);
      for (const Contribution& line : i.why) yes = yes || line.device_id == c.id || sees(line.device_id);
      if (!yes) continue;
      const DeviceState* state = nullptr;
      if (f.snapshot.devices) {
        const auto found = f.snapshot.devices->find(c.id);
        if (found != f.snapshot.devices->end()) state = &found->second;
      }
      cameras.push_back({&c, state});
    }
  const std::vector<AttachmentLook> kept = attachments_of(f.snapshot, i);
  const std::string watching =
      cameras.empty() ? "no camera here"_tr.str() : plural<"{} camera", "{} cameras">(cameras.size());
  section_head(p, x, y, w, "See"_tr, kept.empty() ? watching : sum_of(kept));
  y += 28;
  if (kept.empty()) {
    y = no_picture(p, x, y, w, cameras.empty());
  } else if (const std::vector<AttachmentLook> stills = stills_of(kept); !stills.empty() && Stills::can_look(f)) {
    y = draw_stills(f, d, x, y, w, stills);
    std::vector<AttachmentLook> others = kept;
    std::erase_if(others, [](const AttachmentLook& a) { return a.still; });
    if (!others.empty()) y = draw_kept(f, d, x, y, w, others);
  } else {
    y = draw_kept(f, d, x, y, w, kept);
  }
  for (const Watcher& c : cameras) {
    const Rect at{x - 4, y, w + 8, 24};
    const Hit hit = p.hits.add("see/" + c.device->id, at);
    if (hit.hovered) p.fill(at, t.bg2, 3);
    icon(p, Icon::camera, x + 7, at.mid_y(), 14, t.t1);
    const bool known = c.state != nullptr && !c.state->state.empty();
    const bool dark = known && (c.state->state == "offline" || c.state->state == "covered");
    std::string state = known ? device_state_word(c.state->state) : "not heard"_tr.str();
    if (known && c.state->last_event > 0) state += ", " + ago(f.input.now - c.state->last_event);
    const float right = p.width(state, Face::s);
    p.text(x + 22, at.mid_y(), c.device->name, Face::mono_s, t.t1, Align::left, w - 34 - right);
    p.text(x + w, at.mid_y(), state, dark ? Face::s_semibold : Face::s, dark ? t.of(Priority::medium).text : t.t2,
           Align::right, w - 80);
    d.hint(hit, "Show this camera on the map"_tr);
    if (hit.clicked) f.selection.device = c.device->id;
    y += 24;
  }
  return y + 6;
}

float IncidentPanel::draw_where(Frame& f, Desk& d, float x, float y, float w, const Incident& i) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  std::size_t steps = 0;
  for (const Contribution& c : i.why)
    if (!c.device_id.empty() || !c.unit_id.empty()) ++steps;
  section_head(p, x, y, w, "Where"_tr,
               steps > 0 ? plural<"{} step on the map", "{} steps on the map">(steps) : "not on the plan"_tr.str());
  const Rect head{x - 4, y, w + 8, 24};
  const Hit hit = p.hits.add("panel/where", head, steps > 0);
  if (steps > 0) d.hint(hit, "Turn the map to it (Enter)"_tr);
  if (hit.clicked) f.selection.show_incident = true;
  y += 30;
  std::string path;
  for (const std::string& part : i.place) path += (path.empty() ? "" : " › ") + part;
  if (path.empty()) path = "Place unknown"_tr;
  y += 18 * static_cast<float>(p.paragraph(x, y, 18, w, 2, path, Face::s, t.t2));
  if (!i.unit_id.empty()) {
    std::string people = "People inside: not counted here"_tr;
    if (f.snapshot.zone_people) {
      const auto found = f.snapshot.zone_people->find(i.unit_id);
      if (found != f.snapshot.zone_people->end())
        people = plural<"Inside by badge: {} person", "Inside by badge: {} people">(found->second);
    }
    p.text(x, y, people, Face::s, t.t2, Align::left, w);
    y += 18;
  }
  std::string things;
  std::vector<std::string_view> named;
  for (const EntityRef& e : i.entities) {
    if (e.kind != EntityKind::door && e.kind != EntityKind::camera && e.kind != EntityKind::host &&
        e.kind != EntityKind::reader && e.kind != EntityKind::address)
      continue;
    const std::string& name = e.name.empty() ? e.id : e.name;
    // An address and its host may have one name.
    if (std::find(named.begin(), named.end(), name) != named.end()) continue;
    named.push_back(name);
    things += (things.empty() ? "" : ", ") + name;
  }
  if (!things.empty())
    y += 18 * static_cast<float>(p.paragraph(x, y, 18, w, 3, text_of<"Touches {}">(things), Face::s, t.t2));
  return y + 4;
}

}  // namespace wf::ui
