// The card of the selected incident at the map's right: its way, step by step.
#include <algorithm>
#include <cmath>
#include <string>

#include "console/ui/draw/model_words.hpp"
#include "console/ui/draw/widgets.hpp"
#include "console/ui/map/map_memory.hpp"

namespace wf::ui {

float draw_steps_card(Frame& f, const Rect& r, SiteMapState& state, const LevelData* data) {
  const Incident* i = f.selected();
  if (i == nullptr) return 0;
  Painter& p = f.p;
  const Tokens& t = p.t;
  MapMemory& m = *state.memory;
  const IncidentPath* path = data != nullptr && data->path_of == i->id ? &data->path : nullptr;
  const float row = 32;
  const bool unseen = i->needs_acknowledgement();
  const float foot = 28 + 44;
  const float fixed = 64 + foot;
  if (r.h < fixed + 2 * row) return 0;
  // The newest lines matter; the first one says where it began.
  const std::size_t room = static_cast<std::size_t>((r.h - fixed - 16) / row);
  const std::size_t shown = std::min({i->why.size(), room, static_cast<std::size_t>(8)});
  const std::size_t skipped = i->why.size() - shown;
  const Rect box{r.x, r.y, r.w, fixed + 16 + row * static_cast<float>(std::max<std::size_t>(shown, 1))};
  p.hits.add("map/steps", box, false);
  p.hits.wheel("map/steps/wheel", box);
  p.float_box(box, t.bg1, t.line2);
  mark(p, i->priority, box.x + 28, box.y + 28, 24, unseen ? MarkState::open : MarkState::held);
  float side = 0;
  if (unseen && i->respond_by != 0) {
    const std::int64_t left = i->respond_by - f.input.now;
    const std::string time = (left < 0 ? "+" : "") + duration(std::abs(left));
    const ImU32 color = left < 0 || i->priority == Priority::critical ? t.of(Priority::critical).text : t.t1;
    p.text(box.right() - 16, box.y + 20, time, Face::mono_m_medium, color, Align::right);
    p.text(box.right() - 16, box.y + 38, left < 0 ? "ack late"_tr : "to ack"_tr, Face::s, t.t2, Align::right);
    side = std::max(p.width(time, Face::mono_m_medium), 52.0F) + 12;
    f.wake(1.0);
  } else if (!unseen) {
    const std::string_view name = word_of(i->state);
    p.text(box.right() - 16, box.y + 20, name, Face::s_semibold, t.t2, Align::right, 110);
    const std::string_view owner = i->owner.empty() ? "no owner"_tr.view() : std::string_view(i->owner);
    p.text(box.right() - 16, box.y + 38, owner, Face::s, t.t2, Align::right, 110);
    side = std::min(110.0F, std::max(p.width(name, Face::s_semibold), p.width(owner, Face::s))) + 12;
  }
  p.paragraph(box.x + 50, box.y + 20, 18, box.w - 66 - side, 2, i->title, Face::m_semibold, t.t1);
  p.hairline(box.x, box.y + 56, box.w, t.line);
  float y = box.y + 56 + 8;
  for (std::size_t k = 0; k < shown; ++k) {
    const std::size_t n = k == 0 ? 0 : k + skipped;  // the first always, then the newest
    const Contribution& c = i->why[n];
    const float mid = y + row / 2;
    const Rect line{box.x + 4, y, box.w - 8, row};
    const Hit hit = p.hits.add("map/step/" + std::to_string(n), line);
    if (hit.hovered) p.fill(line, t.bg2, 3);
    if (k + 1 < shown) {
      if (k == 0 && skipped > 0)
        p.dashed_line(box.x + 28, mid + 11, box.x + 28, mid + 21, t.t3, 1, 2, 2);
      else
        p.fill({box.x + 27.5F, mid + 11, 1, row - 22}, t.line2);
    }
    const bool here = path != nullptr && std::any_of(path->stops.begin(), path->stops.end(), [&](const PathStop& s) {
                        return static_cast<int>(n) + 1 >= s.first && static_cast<int>(n) + 1 <= s.last;
                      });
    if (here) {
      number_disc(p, box.x + 28, mid, 9, static_cast<int>(n) + 1);
    } else {  // not on this level: the number without its disc
      p.circle_line(box.x + 28, mid, 8.5F, t.t3, 1);
      p.text(box.x + 28, mid, std::to_string(n + 1), Face::tiny, t.t2, Align::center);
    }
    p.text(box.x + 48, mid, f.time.clock(c.time).substr(3), Face::mono_s, t.t2);
    // "06:12" is 38 wide; the place stands at the end when both fit.
    std::string text = c.text;
    if (c.repeats > 1 && text.find(" times") == std::string::npos) text += " ×" + std::to_string(c.repeats);
    const float text_room = box.w - 96 - 16;
    const Unit* u = data != nullptr ? data->plan->site->unit(c.unit_id) : nullptr;
    const std::string place = !c.device_id.empty() && text.find(c.device_id) == std::string::npos ? c.device_id
                              : u != nullptr && text.find(u->name) == std::string::npos           ? u->name
                                                                                                  : std::string();
    const Face face = p.width(text, Face::m) > text_room ? Face::s : Face::m;
    const float tw = p.width(text, face);
    const float pw = place.empty() ? 0 : p.width(place, Face::s);
    const bool both = pw > 0 && tw + pw + 12 <= text_room;
    p.text(box.x + 96, mid, text, face, t.t1, Align::left, both ? text_room - pw - 8 : text_room);
    if (both) p.text(box.right() - 16, mid, place, Face::s, t.t2, Align::right);
    if (hit.clicked && m.estate) {
      const Site* s = m.estate->site(c.site_id.empty() ? i->site_id : c.site_id);
      const Unit* cu = s != nullptr ? s->unit(c.unit_id) : nullptr;
      const Level* l = s != nullptr ? s->level(cu != nullptr ? cu->level_id : c.level_id) : nullptr;
      if (s != nullptr && l != nullptr) m.enter(static_cast<std::size_t>(s - m.estate->sites.data()), l);
      if (s != nullptr && s->device(c.device_id) != nullptr) f.selection.device = c.device_id;
    }
    y += row;
  }
  y += 8;
  p.hairline(box.x, y, box.w, t.line);
  std::string sum;
  if (path != nullptr && path->stops.size() > 1 && path->metres >= 1)
    sum = text_of<"{} m in {}">(std::lround(path->metres), span(std::max<std::int64_t>(path->to - path->from, 0)));
  if (skipped > 0) sum += (sum.empty() ? "" : ", ") + plural<"{} more step", "{} more steps">(skipped);
  if (path != nullptr && path->elsewhere > 0)
    sum += (sum.empty() ? "" : ", ") + plural<"{} step not on this level", "{} steps not on this level">(
                                           static_cast<std::uint64_t>(path->elsewhere));
  if (sum.empty())
    sum = data == nullptr ? "A site's map shows the way"_tr : "No place of this incident is on the map"_tr;
  p.text(box.x + 16, y + 16, sum, Face::s, t.t2, Align::left, box.w - 32);
  float bx = box.x + 16;
  float used = 0;
  if (unseen) {
    ButtonStyle style;
    style.kind = ButtonKind::primary;
    style.key = "Space"_tr;
    if (button(p, "map/acknowledge", bx, y + 30, "Acknowledge"_tr, style, &used).clicked) {
      Command c;
      c.kind = CommandKind::acknowledge;
      c.incidents = {i->id};
      c.seen_revisions = {i->revision};
      f.commands.push_back(std::move(c));
    }
    bx += used + 12;
  }
  if (button(p, "map/open-wall", bx, y + 30, "Open wall"_tr, {}, &used).clicked) f.view = View::wall;
  return box.h;
}

}  // namespace wf::ui
