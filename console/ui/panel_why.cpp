// Why, see and where: the evidence of the selected incident.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "console/ui/icons.hpp"
#include "console/ui/incident_panel.hpp"

namespace wf::ui {
namespace {

constexpr float kLine = 34;

Icon evidence_icon(Evidence::Role role) {
  switch (role) {
    case Evidence::Role::would_confirm:
      return Icon::check;
    case Evidence::Role::would_refute:
      return Icon::cross;
    default:
      return Icon::notice;
  }
}

std::string_view evidence_name(Evidence::Role role) {
  switch (role) {
    case Evidence::Role::would_confirm:
      return "Would confirm";
    case Evidence::Role::would_refute:
      return "Would refute";
    default:
      return "Missing";
  }
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
  section_head(p, x, y, w, "Why",
               i.rule_id.empty() ? std::string() : "rule " + i.rule_id.substr(0, i.rule_id.size() > 16 ? 8 : 16));
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
      // What happened has the first line for itself; why it belongs and what it did stand under it.
      p.text(x + 90, mid, c.text, Face::s, t.t1, Align::left, end - x - 90);
      std::string_view effect = c.effect;
      if (c.changed_priority) effect = c.effect == "opens" ? "opens as" : "raises to";
      float under = end - p.text(end, mid + 15, effect, Face::s, c.changed_priority ? t.t2 : t.t3, Align::right) - 8;
      if (c.repeats > 1 && c.text.find(" times") == std::string::npos)
        under -=
            p.text(under, mid + 15, fmt::format("×{}", count_text(c.repeats)), Face::mono_s, t.t2, Align::right) + 8;
      p.text(x + 90, mid + 15, c.joined_by.empty() ? std::string_view("began it") : std::string_view(c.joined_by),
             Face::s, t.t3, Align::left, under - x - 90);
      if (hit.hovered)
        d.tip = f.time.day(c.time) + " " + f.time.clock(c.time) + "  " + c.text +
                (c.joined_by.empty() ? std::string() : "  (" + c.joined_by + ")");
      if (hit.clicked && !c.device_id.empty()) f.selection.device = c.device_id;
      if (hit.clicked) f.selection.show_incident = true;
    }
    y += kLine;
  }
  if (i.why.empty()) {
    p.text(x, y + 12, "No contributing event was kept", Face::s, t.t3);
    y += 27;
  }
  if (!i.evidence.empty()) {
    y += 6;
    p.hairline(x, y, w, t.line);
    y += 3;
    for (const Evidence& e : i.evidence) {
      const float mid = y + 12;
      icon(p, evidence_icon(e.role), x + 8, mid, 12, t.t2, 1.5F);
      p.text(x + 26, mid, evidence_name(e.role), Face::s_semibold, t.t1);
      const int lines = p.paragraph(x + 126, mid, 16, w - 126, 2, e.text, Face::s, t.t2);
      y += 22 + 16 * static_cast<float>(std::max(0, lines - 1));
    }
  }
  return y;
}

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
  section_head(p, x, y, w, "See", cameras.empty() ? "no camera here" : plural(cameras.size(), "camera", "cameras"));
  y += 28;
  const Rect box{x, y, w, 92};
  p.fill(box, t.bg2);
  p.hatch(box.inset(1), t.line, 9);
  p.stroke(box, t.line);
  const std::string_view head = cameras.empty() ? "No camera watches this place" : "No still received";
  const std::string_view why =
      cameras.empty() ? "Coverage comes from the site's plan" : "No agent here sends pictures yet";
  const float inner = std::min(box.w - 16, std::max(p.width(head, Face::m_semibold), p.width(why, Face::s)) + 24);
  p.fill({box.mid_x() - inner / 2, box.y + 10, inner, box.h - 20}, t.bg2);
  icon(p, Icon::camera, box.mid_x(), box.y + 25, 22, t.t2, 1.5F);
  p.text(box.mid_x(), box.y + 52, head, Face::m_semibold, t.t1, Align::center, inner);
  p.text(box.mid_x(), box.y + 72, why, Face::s, t.t2, Align::center, inner);
  y += box.h + 8;
  for (const Watcher& c : cameras) {
    const Rect at{x - 4, y, w + 8, 24};
    const Hit hit = p.hits.add("see/" + c.device->id, at);
    if (hit.hovered) p.fill(at, t.bg2, 3);
    icon(p, Icon::camera, x + 7, at.mid_y(), 14, t.t1);
    const bool known = c.state != nullptr && !c.state->state.empty();
    const bool dark = known && (c.state->state == "offline" || c.state->state == "covered");
    std::string state = known ? c.state->state : std::string("not heard");
    if (known && c.state->last_event > 0) state += ", " + ago(f.input.now - c.state->last_event);
    const float right = p.width(state, Face::s);
    p.text(x + 22, at.mid_y(), c.device->name, Face::mono_s, t.t1, Align::left, w - 34 - right);
    p.text(x + w, at.mid_y(), state, dark ? Face::s_semibold : Face::s, dark ? t.of(Priority::medium).text : t.t2,
           Align::right, w - 80);
    d.hint(hit, "Show this camera on the map");
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
  section_head(p, x, y, w, "Where",
               steps > 0 ? plural(steps, "step on the map", "steps on the map") : "not on the plan");
  const Rect head{x - 4, y, w + 8, 24};
  const Hit hit = p.hits.add("panel/where", head, steps > 0);
  if (steps > 0) d.hint(hit, "Turn the map to it (Enter)");
  if (hit.clicked) f.selection.show_incident = true;
  y += 30;
  std::string path;
  for (const std::string& part : i.place) path += (path.empty() ? "" : " › ") + part;
  if (path.empty()) path = "Place unknown";
  y += 18 * static_cast<float>(p.paragraph(x, y, 18, w, 2, path, Face::s, t.t2));
  if (!i.unit_id.empty()) {
    std::string people = "People inside: not counted here";
    if (f.snapshot.zone_people) {
      const auto found = f.snapshot.zone_people->find(i.unit_id);
      if (found != f.snapshot.zone_people->end())
        people = "Inside by badge: " + plural(found->second, "person", "people");
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
    things += (things.empty() ? "Touches " : ", ") + name;
  }
  if (!things.empty()) y += 18 * static_cast<float>(p.paragraph(x, y, 18, w, 3, things, Face::s, t.t2));
  return y + 4;
}

}  // namespace wf::ui
