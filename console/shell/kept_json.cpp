#include "console/shell/kept_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

namespace wf::shell {
namespace {

using nlohmann::json;
using ui::Comfort;
using ui::Draft;
using ui::Filter;
using ui::FormDraft;
using ui::MapStand;
using ui::WindowMemory;

constexpr std::size_t kMostWindows = 16, kMostArrangements = 64, kMostText = 64 * 1024;

// --- reading: nothing that stands in the file is trusted

const json& at(const json& j, const char* key) {
  static const json kNothing;
  if (!j.is_object()) return kNothing;
  const auto found = j.find(key);
  return found == j.end() ? kNothing : *found;
}

std::string text(const json& j, const char* key) {
  const json& v = at(j, key);
  if (!v.is_string()) return {};
  const auto& s = v.get_ref<const std::string&>();
  return s.size() > kMostText ? std::string() : s;
}

bool flag(const json& j, const char* key, bool usual = false) {
  const json& v = at(j, key);
  return v.is_boolean() ? v.get<bool>() : usual;
}

template <class T>
T whole(const json& j, const char* key, T least, T most, T usual) {
  const json& v = at(j, key);
  if (!v.is_number_integer()) return usual;
  if (v.is_number_unsigned()) {
    const auto n = v.get<std::uint64_t>();
    return std::cmp_less(n, least) || std::cmp_greater(n, most) ? usual : static_cast<T>(n);
  }
  const auto n = v.get<std::int64_t>();
  return std::cmp_less(n, least) || std::cmp_greater(n, most) ? usual : static_cast<T>(n);
}

float real(const json& j, const char* key, float least, float most, float usual) {
  const json& v = at(j, key);
  if (!v.is_number()) return usual;
  const double n = v.get<double>();
  return std::isfinite(n) && n >= least && n <= most ? static_cast<float>(n) : usual;
}

constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

constexpr std::pair<Filter::Base, std::string_view> kBases[] = {{Filter::Base::all, "all"},
                                                                {Filter::Base::unacknowledged, "unacknowledged"},
                                                                {Filter::Base::mine, "mine"},
                                                                {Filter::Base::shelved, "shelved"}};

Filter filter_of(const json& j) {
  Filter out;
  for (const auto& [base, name] : kBases)
    if (text(j, "base") == name) out.base = base;
  out.site = text(j, "site");
  out.domain = whole(j, "domain", -1, 2, -1);
  out.priority = whole(j, "priority", -1, 3, -1);
  out.person = text(j, "person");
  return out;
}

Comfort comfort_of(const json& j) {
  Comfort out;
  out.theme = text(j, "theme") == "light" ? ui::Theme::light : ui::Theme::dark;
  out.zoom = real(j, "zoom", Comfort::kLeastZoom, Comfort::kMostZoom, out.zoom);
  out.compact = text(j, "density") == "compact";
  out.reduce_motion = text(j, "motion") == "reduced";
  out.volume = real(j, "volume", Comfort::kLeastVolume, 1, out.volume);
  out.language = text(j, "language");
  if (const json& filters = at(j, "filters"); filters.is_array())
    for (const json& f : filters)
      if (std::string name = text(f, "name"); !name.empty())
        (void)ui::save_filter(out.filters, {std::move(name), filter_of(f), text(f, "person_name")});
  return out;
}

MapStand stand_of(const json& j) {
  MapStand out;
  out.world = flag(j, "world");
  out.chosen = flag(j, "chosen");
  out.fitted = flag(j, "fitted", true);
  out.x = real(j, "x", -1e7F, 1e7F, 0);
  out.y = real(j, "y", -1e7F, 1e7F, 0);
  out.scale = real(j, "scale", 1e-6F, 1e6F, 0);
  if (!(out.scale > 0)) {
    out.fitted = true;
    out.scale = MapStand{}.scale;
  }
  out.overlays.people = flag(j, "people", out.overlays.people);
  out.overlays.heat = flag(j, "heat", out.overlays.heat);
  out.overlays.cover = flag(j, "cover", out.overlays.cover);
  out.overlays.blind = flag(j, "blind", out.overlays.blind);
  return out;
}

WindowKept window_of(const json& j) {
  WindowKept out;
  WindowMemory& m = out.memory;
  m.view = ui::view_named(text(j, "view")).value_or(ui::View::wall);
  m.incident = whole<std::uint64_t>(j, "incident", 0, kLargest, 0);
  m.opened = whole<UtcNs>(j, "opened", 0, kLatest, 0);
  m.site = text(j, "site");
  m.level = text(j, "level");
  m.pane = stand_of(at(j, "pane"));
  m.full = stand_of(at(j, "map"));
  m.filter = filter_of(at(j, "filter"));
  m.filter_person_name = text(at(j, "filter"), "person_name");
  const json& drafts = at(j, "drafts");
  if (drafts.is_array())
    for (const json& d : drafts) {
      if (m.drafts.size() >= WindowMemory::kMostDrafts) break;
      Draft draft{whole<std::uint64_t>(d, "incident", 0, kLargest, 0), whole<UtcNs>(d, "opened", 0, kLatest, 0),
                  text(d, "note")};
      if (draft.incident != 0 && !draft.note.empty()) m.drafts.push_back(std::move(draft));
    }
  const json& form = at(j, "form");
  m.form = {text(form, "action"),
            whole<std::uint64_t>(form, "incident", 0, kLargest, 0),
            whole<UtcNs>(form, "opened", 0, kLatest, 0),
            text(form, "who"),
            text(form, "place"),
            text(form, "text")};
  const json& place = at(j, "place");
  out.place.monitor = text(place, "monitor");
  constexpr int kFar = 1 << 20;
  out.place.monitor_x = whole(place, "monitor_x", -kFar, kFar, 0);
  out.place.monitor_y = whole(place, "monitor_y", -kFar, kFar, 0);
  out.place.x = whole(place, "x", -kFar, kFar, 0);
  out.place.y = whole(place, "y", -kFar, kFar, 0);
  out.place.width = whole(place, "width", 0, kFar, 0);
  out.place.height = whole(place, "height", 0, kFar, 0);
  out.place.fullscreen = flag(place, "fullscreen");
  return out;
}

std::vector<WindowKept> windows_of(const json& j) {
  std::vector<WindowKept> out;
  if (j.is_array())
    for (const json& w : j)
      if (out.size() < kMostWindows && w.is_object()) out.push_back(window_of(w));
  return out;
}

// --- writing

/// 1.1, not 1.10000002384.
double tidy(float x) { return std::round(static_cast<double>(x) * 1000) / 1000; }

json json_of(const MapStand& s) {
  json out{
      {"world", s.world},        {"chosen", s.chosen},        {"fitted", s.fitted},       {"people", s.overlays.people},
      {"heat", s.overlays.heat}, {"cover", s.overlays.cover}, {"blind", s.overlays.blind}};
  if (!s.fitted) {
    out["x"] = s.x;
    out["y"] = s.y;
    out["scale"] = s.scale;
  }
  return out;
}

json json_of(const Filter& f, const std::string& person_name) {
  const auto* const base =
      std::find_if(std::begin(kBases), std::end(kBases), [&](const auto& b) { return b.first == f.base; });
  return {{"base", base->second},   {"site", f.site},     {"domain", f.domain},
          {"priority", f.priority}, {"person", f.person}, {"person_name", person_name}};
}

json json_of(const WindowKept& w) {
  const WindowMemory& m = w.memory;
  json drafts = json::array();
  for (const Draft& d : m.drafts) drafts.push_back({{"incident", d.incident}, {"opened", d.opened}, {"note", d.note}});
  json out{{"view", ui::name_of(m.view)},
           {"incident", m.incident},
           {"opened", m.opened},
           {"site", m.site},
           {"level", m.level},
           {"pane", json_of(m.pane)},
           {"map", json_of(m.full)},
           {"filter", json_of(m.filter, m.filter_person_name)},
           {"drafts", std::move(drafts)}};
  if (!m.form.action.empty())
    out["form"] = {{"action", m.form.action}, {"incident", m.form.incident}, {"opened", m.form.opened},
                   {"who", m.form.who},       {"place", m.form.place},       {"text", m.form.text}};
  if (w.place.known())
    out["place"] = {{"monitor", w.place.monitor},
                    {"monitor_x", w.place.monitor_x},
                    {"monitor_y", w.place.monitor_y},
                    {"x", w.place.x},
                    {"y", w.place.y},
                    {"width", w.place.width},
                    {"height", w.place.height},
                    {"fullscreen", w.place.fullscreen}};
  return out;
}

json json_of(const std::vector<WindowKept>& windows) {
  json out = json::array();
  for (const WindowKept& w : windows) out.push_back(json_of(w));
  return out;
}

}  // namespace

Kept kept_of(const json& file, const std::string& seat) {
  Kept out;
  out.comfort = comfort_of(at(file, "comfort"));
  const json& arrangements = at(file, "arrangements");
  if (arrangements.is_object())
    for (const auto& [name, windows] : arrangements.items())
      if (std::vector<WindowKept> read = windows_of(windows);
          !read.empty() && out.arrangements.size() < kMostArrangements)
        out.arrangements.emplace(name, std::move(read));
  const json& own = at(at(file, "seats"), seat.c_str());
  out.muted_until = whole<UtcNs>(own, "muted_until", 0, kLatest, 0);
  out.windows = windows_of(at(own, "windows"));
  return out;
}

json json_of(const Kept& kept, const std::string& seat, UtcNs now) {
  const Comfort& c = kept.comfort;
  json arrangements = json::object();
  for (const auto& [name, windows] : kept.arrangements) arrangements[name] = json_of(windows);
  json comfort = {{"theme", c.theme == ui::Theme::light ? "light" : "dark"},
                  {"zoom", tidy(c.zoom)},
                  {"density", c.compact ? "compact" : "roomy"},
                  {"motion", c.reduce_motion ? "reduced" : "usual"},
                  {"volume", tidy(c.volume)}};
  if (!c.language.empty()) comfort["language"] = c.language;
  comfort["filters"] = json::array();
  for (const ui::SavedFilter& saved : c.filters) {
    json filter = json_of(saved.filter, saved.person_name);
    filter["name"] = saved.name;
    comfort["filters"].push_back(std::move(filter));
  }
  return {{"v", kKeptVersion},
          {"comfort", std::move(comfort)},
          {"arrangements", std::move(arrangements)},
          {"seats", {{seat, {{"used", now}, {"muted_until", kept.muted_until}, {"windows", json_of(kept.windows)}}}}}};
}

json changes(const json& before, const json& after) {
  json out = json::object();
  for (const auto& [key, value] : after.items()) {
    const auto was = before.find(key);
    if (was == before.end())
      out[key] = value;
    else if (was->is_object() && value.is_object()) {
      if (json inner = changes(*was, value); !inner.empty()) out[key] = std::move(inner);
    } else if (*was != value)
      out[key] = value;
  }
  for (const auto& [key, value] : before.items())
    if (!after.contains(key)) out[key] = nullptr;
  return out;
}

void forget_old_seats(json& file) {
  const auto seats = file.find("seats");
  if (seats == file.end() || !seats->is_object()) return;
  while (seats->size() > kMostSeats) {
    auto oldest = seats->begin();
    for (auto s = seats->begin(); s != seats->end(); ++s)
      if (whole<UtcNs>(*s, "used", 0, kLatest, 0) < whole<UtcNs>(*oldest, "used", 0, kLatest, 0)) oldest = s;
    seats->erase(oldest);
  }
}

}  // namespace wf::shell
