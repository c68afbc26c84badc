#include "console/ui/person_doors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "proto/event_json.hpp"

namespace wf::ui {
namespace {

constexpr std::size_t kMostEvents = 2000;  // of one name of a person in a day
constexpr double kNoAnswer = 5;
constexpr float kRow = 36, kHead = 108;

bool passes(std::string_view kind) { return kind == "access.granted" || kind == "access.entered"; }
bool refuses(std::string_view kind) { return kind == "access.denied" || kind == "access.not_taken"; }

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& s : parts) out += (out.empty() ? "" : " › ") + s;
  return out;
}

}  // namespace

std::vector<std::string> terms_of(const Person& person) {
  std::vector<std::string> out{"person.id=" + person.id};
  // A term ends at " and ": a name with that in it cannot be asked for, its badges can.
  const auto add = [&](const char* field, const std::string& value) {
    if (!value.empty() && value.find(" and ") == std::string::npos) out.push_back(field + value);
  };
  add("person.name=", person.name);
  for (const std::string& alias : person.aliases) add("person.name=", alias);
  for (const std::string& credential : person.credentials) add("credential.id=", credential);
  return out;
}

UtcNs midnight(const SiteTime& time, UtcNs now) {
  const auto begin = [&](std::int64_t offset) {
    const std::int64_t local = now + offset;
    return local - (local % kDay + kDay) % kDay - offset;
  };
  // On the day on which the clocks change midnight has another offset than now.
  return begin(time.offset(begin(time.offset(now))));
}

std::vector<DoorUse> doors_of(const std::vector<std::string>& lines, const Estate& estate) {
  std::vector<DoorUse> out;
  std::set<std::string> seen;
  for (const std::string& line : lines) {
    const Result<Event> event = parse_json_line(line);
    if (!event || (!passes(event->kind) && !refuses(event->kind))) continue;
    if (!event->id.empty() && !seen.insert(event->id).second) continue;
    std::string_view named = event->field("door.id");
    if (named.empty()) named = event->field("reader.id");
    if (named.empty()) continue;
    DoorUse use;
    const DevicePlace at = estate.find_device(named);
    if (at.device != nullptr) {
      use.device = at.device->id;
      use.site = at.site->id;
      use.level = at.device->level_id;
      use.name = at.device->name;
      use.place = joined(estate.place_path(*at.site, at.device->level_id, at.device->unit_id));
    } else {
      use.name = named;
    }
    auto found = std::find_if(out.begin(), out.end(),
                              [&](const DoorUse& x) { return x.device == use.device && x.name == use.name; });
    if (found == out.end()) {
      use.first = use.last = event->time;
      out.push_back(std::move(use));
      found = std::prev(out.end());
    }
    found->first = std::min(found->first, event->time);
    found->last = std::max(found->last, event->time);
    ++(passes(event->kind) ? found->passed : found->refused);
  }
  std::stable_sort(out.begin(), out.end(), [](const DoorUse& a, const DoorUse& b) { return a.last > b.last; });
  return out;
}

void PersonDoors::open(std::string person) {
  close();
  person_ = std::move(person);
  focus_ = true;
}

void PersonDoors::close() { *this = PersonDoors{}; }

std::string PersonDoors::missing(const Frame& f, const Desk& d) const {
  if (!f.input.can_ask) return "The past comes from a running engine"_tr;
  if (d.selected == nullptr) return "Select the incident that this is about, then ask again"_tr;
  if (reason_.text.find_first_not_of(' ') == std::string::npos) return "A reason is needed"_tr;
  return {};
}

void PersonDoors::send(Frame& f, Desk& d, const Person& person) {
  Command c = command_about(CommandKind::look_up, *d.selected);
  c.target = person.id;
  c.text = reason_.text;
  if (!d.send(f, *d.selected, std::move(c))) return;
  incident_ = d.selected->id;
  sent_ = f.snapshot.now;
  asked_at_ = f.input.seconds;
  refused_.clear();
  step_ = Step::recording;
}

void PersonDoors::look(Frame& f, Desk& d, const Person& person) {
  Query query;
  query.what = Query::What::events;
  query.since = midnight(f.time, f.input.now);
  query.limit = kMostEvents;
  for (std::string& term : terms_of(person)) {
    query.where = std::move(term);
    asked_.insert(d.ask(query));
  }
  step_ = Step::looking;
}

void PersonDoors::follow(Frame& f, Desk& d, const Person& person) {
  if (step_ == Step::recording) {
    const Incident* about = f.snapshot.incident(incident_);
    const std::string words = look_up_words(person);
    const bool recorded = about != nullptr && std::any_of(about->log.begin(), about->log.end(), [&](const LogLine& l) {
                            return l.time >= sent_ && l.text.starts_with(words);
                          });
    for (const CommandReply& r : f.input.replies)
      if (!r.accepted) refused_ = r.message;
    if (recorded)
      look(f, d, person);
    else if (about == nullptr || f.input.seconds - asked_at_ > kNoAnswer)
      refused_ = about == nullptr ? "The incident is no longer open"_tr : "The engine has not answered"_tr;
    if (step_ == Step::recording && !refused_.empty()) step_ = Step::reason;
  }
  if (step_ != Step::looking) return;
  for (auto token = asked_.begin(); token != asked_.end();) {
    const auto page = d.answer(*token);
    if (page == nullptr) {
      ++token;
      continue;
    }
    if (!page->error.empty()) refused_ = page->error;
    more_ = more_ || page->more;
    lines_.insert(lines_.end(), page->lines.begin(), page->lines.end());
    token = asked_.erase(token);
  }
  if (!asked_.empty()) return;
  doors_ = f.snapshot.estate ? doors_of(std::exchange(lines_, {}), *f.snapshot.estate) : std::vector<DoorUse>{};
  step_ = Step::shown;
}

void PersonDoors::draw(Frame& f, Desk& d, const Rect& window) {
  const Person* person = f.snapshot.estate ? f.snapshot.estate->person(person_) : nullptr;
  if (person == nullptr || d.keys.take(Key::escape)) {
    close();
    return;
  }
  follow(f, d, *person);
  Painter& p = f.p;
  const Tokens& t = p.t;
  const std::size_t rows = step_ == Step::shown ? std::max<std::size_t>(1, doors_.size()) : 1;
  const float w = std::min(640.0F, window.w - 32);
  const float h = std::min(kHead + kRow * static_cast<float>(rows) + 12, window.h - 96);
  const Rect box{std::round(window.mid_x() - w / 2), std::round(window.y + std::min(140.0F, window.h * 0.12F)), w, h};
  (void)p.hits.add("doors/shade", {0, 0, 1e5F, 1e5F});
  p.fill(window, faded(t.bg0, 0.5F));
  p.float_box(box, t.bg1, t.line2);
  (void)p.hits.add("doors/box", box);
  const float left = box.x + 20, right = box.right() - 20;
  icon(p, Icon::door, left + 8, box.y + 28, 16, t.t2);
  const float key = key_width(p, "Esc"_tr);
  key_cap(p, right - key, box.y + 28, "Esc"_tr);
  p.text(left + 28, box.y + 28, text_of<"Doors that {} used today">(person->name), Face::m_semibold, t.t1, Align::left,
         right - key - left - 40);

  const std::string no = step_ == Step::reason ? missing(f, d) : std::string();
  std::string says;
  if (step_ == Step::reason) {
    const bool enter = text_field(p, "doors/reason", {left, box.y + 48, right - left, 32}, reason_,
                                  "Why, for the record"_tr, std::exchange(focus_, false), "Enter"_tr);
    if ((enter || d.keys.take(Key::enter)) && no.empty()) send(f, d, *person);
    says = !refused_.empty() ? refused_
           : !no.empty()     ? no + "."
           : d.selected != nullptr
               ? text_of<"{} is the case; its log will say who looked, and why.">(incident_name(d.selected->id))
               : std::string();
  } else {
    const std::string about = incident_name(incident_) + ", " + reason_.text;
    p.text(left + 28, box.y + 56, about, Face::s, t.t2, Align::left, right - left - 28);
    if (step_ == Step::recording)
      says = "It is being written down…"_tr;
    else if (step_ == Step::looking)
      says = "Looking…"_tr;
    else if (!refused_.empty())
      says = refused_;
    else if (more_)
      says = text_of<"Of more than {} events, the newest.">(kMostEvents);
    else
      says =
          doors_.empty()
              ? "No door since midnight."_tr.str()
              : plural<"{} door since midnight, the last one first.", "{} doors since midnight, the last one first.">(
                    doors_.size());
  }
  p.text(left + 28, box.y + (step_ == Step::reason ? 98 : 84), says, Face::s, refused_.empty() ? t.t2 : t.t1,
         Align::left, right - left - 28);
  if (step_ == Step::shown) draw_doors(f, d, {box.x + 8, box.y + kHead, box.w - 16, box.bottom() - 12 - box.y - kHead});
  const ImVec2 m = p.hits.mouse();
  if (is_open() && ImGui::IsMouseClicked(0) && !box.contains(m.x, m.y)) close();
}

void PersonDoors::draw_doors(Frame& f, Desk& d, const Rect& r) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  float y = begin_scroll(f, "doors/list", r, scroll_);
  const DoorUse* chosen = nullptr;
  for (std::size_t k = 0; k < doors_.size(); ++k) {
    const DoorUse& door = doors_[k];
    const Rect at{r.x, y, r.w, kRow};
    y += kRow;
    if (at.bottom() < r.y || at.y > r.bottom()) continue;
    const Hit hit = p.hits.add("doors/" + (door.device.empty() ? door.name : door.device), at, !door.device.empty());
    if (hit.hovered && !door.device.empty()) p.fill(at, t.bg4, unit::kRadius);
    d.hint(hit, door.device.empty() ? "The site does not know this door"_tr : "Show it on the map"_tr);
    icon(p, Icon::door, at.x + 20, at.mid_y(), 15, t.t2);
    const std::string when = door.first == door.last ? f.time.minutes(door.last)
                                                     : f.time.minutes(door.first) + " – " + f.time.minutes(door.last);
    std::string times = door.passed > 0 ? count_text(door.passed) + "×" : std::string();
    if (door.refused > 0) times += (times.empty() ? "" : ", ") + text_of<"{}× refused">(count_text(door.refused));
    const float end = at.right() - 12;
    const float ww = p.text(end, at.mid_y(), when, Face::mono_s, t.t1, Align::right);
    const float tw = p.text(std::min(end - ww - 14, at.right() - 130), at.mid_y(), times, Face::s, t.t2, Align::right);
    const float room = at.right() - 130 - tw - at.x - 56;
    const float used = p.text(at.x + 42, at.mid_y(), door.name, Face::m_medium, t.t1, Align::left, room);
    if (room - used > 60)
      p.text(at.x + 52 + used, at.mid_y(), door.place, Face::s, t.t3, Align::left, room - used - 10);
    if (hit.clicked) chosen = &door;
  }
  end_scroll(f, "doors/list", r, scroll_, y);
  if (chosen == nullptr) return;
  f.selection.device = chosen->device;
  f.selection.site = chosen->site;
  f.selection.level = chosen->level;
  f.view = View::map;
  close();
}

}  // namespace wf::ui
