#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "console/ui/draw/icons.hpp"
#include "console/ui/incident/incident_panel.hpp"
#include "console/ui/overlays.hpp"

namespace wf::ui {
namespace {

constexpr std::size_t kShown = 10;

std::string lowered(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Splits a query into words once, then scores names against them: every word must be found.
class Matcher {
 public:
  explicit Matcher(std::string_view query) {
    const std::string low = lowered(query);
    std::size_t i = 0;
    while (i < low.size()) {
      const std::size_t end = std::min(low.find(' ', i), low.size());
      if (end > i) words_.push_back(low.substr(i, end - i));
      i = end + 1;
    }
  }
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// −1: no match; else higher is better.
  [[nodiscard]] int score(std::string_view a, std::string_view b = {}) {
    buffer_ = lowered(a);
    const std::size_t first = buffer_.size();
    if (!b.empty()) buffer_ += " " + lowered(b);
    int sum = 0;
    for (const std::string& w : words_) {
      const std::size_t at = buffer_.find(w);
      if (at == std::string::npos) return -1;
      if (at == 0)
        sum += 60 + (w.size() == first ? 40 : 0);
      else if (std::isalnum(static_cast<unsigned char>(buffer_[at - 1])) == 0)
        sum += at < first ? 40 : 15;
      else
        sum += at < first ? 20 : 5;
    }
    return sum - static_cast<int>(std::min<std::size_t>(first, 40)) / 8;
  }

 private:
  std::vector<std::string> words_;
  std::string buffer_;
};

using Entry = Palette::Entry;

/// Takes a word off the front of a query.
bool drop(std::string_view& query, std::string_view word) {
  while (!query.empty() && query.front() == ' ') query.remove_prefix(1);
  if (query.size() <= word.size() || lowered(query.substr(0, word.size())) != word || query[word.size()] != ' ')
    return false;
  query.remove_prefix(word.size() + 1);
  return true;
}

/// What follows "save filter", with or without "as"; empty: nothing does.
std::string filter_named(std::string_view query) {
  if (!drop(query, "save") || !drop(query, "filter")) return {};
  (void)drop(query, "as");
  return arrangement_name(query);
}

/// What follows "save", with or without "arrangement" and "as"; empty: nothing does.
std::string arrangement_named(std::string_view query) {
  if (!drop(query, "save") || std::string_view("filter").starts_with(lowered(query.substr(0, query.find(' ')))))
    return {};
  (void)drop(query, "arrangement");
  (void)drop(query, "as");
  // Somebody who is still writing the word names nothing yet.
  const std::string name = arrangement_name(query);
  return std::string_view("arrangement").starts_with(lowered(name)) ? std::string() : name;
}

struct Fixed {
  Entry::Kind kind;
  Icon icon;
  Text title, key;
  int value;
};
constexpr Fixed kFixed[] = {
    {Entry::Kind::action, Icon::check, "Acknowledge"_tr, "Space"_tr, static_cast<int>(Action::acknowledge)},
    {Entry::Kind::action, Icon::guard, "Dispatch"_tr, untranslated("D"), static_cast<int>(Action::dispatch)},
    {Entry::Kind::action, Icon::forward, "Guard received it, is on the way"_tr, untranslated("K"),
     static_cast<int>(Action::progress)},
    {Entry::Kind::action, Icon::pin, "On scene"_tr, untranslated("O"), static_cast<int>(Action::on_scene)},
    {Entry::Kind::action, Icon::note, "Note"_tr, untranslated("N"), static_cast<int>(Action::note)},
    {Entry::Kind::action, Icon::up, "Escalate"_tr, untranslated("E"), static_cast<int>(Action::escalate)},
    {Entry::Kind::action, Icon::clock, "Shelve"_tr, untranslated("Z"), static_cast<int>(Action::shelve)},
    {Entry::Kind::action, Icon::check, "Resolve"_tr, untranslated("R"), static_cast<int>(Action::resolve)},
    {Entry::Kind::action, Icon::phone, "Call or observation"_tr, untranslated("C"), static_cast<int>(Action::call)},
    {Entry::Kind::action, Icon::link, "Merge"_tr, untranslated("M"), static_cast<int>(Action::merge)},
    {Entry::Kind::action, Icon::rules, "Split"_tr, untranslated("X"), static_cast<int>(Action::split)},
    {Entry::Kind::view, Icon::wall, "Alert wall"_tr, untranslated("W"), static_cast<int>(View::wall)},
    {Entry::Kind::view, Icon::map, "Site map"_tr, untranslated("S"), static_cast<int>(View::map)},
    {Entry::Kind::view, Icon::pulse, "Agents"_tr, untranslated("H"), static_cast<int>(View::agents)},
    {Entry::Kind::view, Icon::rules, "Rules"_tr, untranslated("T"), static_cast<int>(View::rules)},
    {Entry::Kind::view, Icon::guard, "Guard's post"_tr, Text(), static_cast<int>(View::guard)},
    {Entry::Kind::view, Icon::settings, "Settings"_tr, untranslated(","), static_cast<int>(View::settings)},
    {Entry::Kind::view, Icon::layers, "Widget gallery"_tr, Text(), static_cast<int>(View::gallery)},
    {Entry::Kind::window, Icon::wall, "Open a window: alert wall"_tr, Text(), static_cast<int>(View::wall)},
    {Entry::Kind::window, Icon::map, "Open a window: site map"_tr, Text(), static_cast<int>(View::map)},
    {Entry::Kind::window, Icon::pulse, "Open a window: agents"_tr, Text(), static_cast<int>(View::agents)},
    {Entry::Kind::window, Icon::rules, "Open a window: rules"_tr, Text(), static_cast<int>(View::rules)},
    {Entry::Kind::filter, Icon::filter, "Show all open"_tr, untranslated("A"), 0},
    {Entry::Kind::filter, Icon::filter, "Show unacknowledged"_tr, untranslated("U"), 1},
    {Entry::Kind::filter, Icon::filter, "Show mine"_tr, untranslated("I"), 2},
    {Entry::Kind::filter, Icon::clock, "Show shelved"_tr, Text(), 3},
    {Entry::Kind::filter, Icon::door, "Show door incidents"_tr, Text(), 10},
    {Entry::Kind::filter, Icon::camera, "Show camera incidents"_tr, Text(), 11},
    {Entry::Kind::filter, Icon::network, "Show network incidents"_tr, Text(), 12},
    {Entry::Kind::look, Icon::contrast, "Switch light and dark"_tr, untranslated("L"), 0},
    {Entry::Kind::look, Icon::dense, "Switch density of the wall"_tr, untranslated("Y"), 1},
    {Entry::Kind::look, Icon::notice, "Keys"_tr, untranslated("?"), 2},
    {Entry::Kind::look, Icon::mute, "Mute for 10 minutes, or sound again"_tr, untranslated("Q"), 3}};

/// "Save arrangement", and what follows a "save" is its name; those that are saved, to be opened.
void find_arrangements(Matcher& match, std::string_view query, const DesktopState& desktop, std::vector<Entry>& out) {
  std::string name = arrangement_named(query);
  const int score = !name.empty()   ? 200
                    : match.empty() ? -1
                                    : std::max(match.score("Save arrangement"_tr), match.score("Save arrangement"));
  if (score >= 0) {
    Entry e;
    e.kind = Entry::Kind::save;
    e.icon = static_cast<int>(Icon::layers);
    e.id = !name.empty() ? std::move(name) : desktop.arrangement.empty() ? "usual"_tr.str() : desktop.arrangement;
    e.title = text_of<"Save arrangement of windows as “{}”">(e.id);
    e.detail = arrangement_named(query).empty() ? "or: save NAME"_tr.str()
                                                : plural<"{} window", "{} windows">(desktop.windows);
    e.score = score + 6;
    out.push_back(std::move(e));
  }
  for (const std::string& known : desktop.arrangements) {
    const int found = match.empty() ? -1 : match.score(known, "arrangement of windows"_tr);
    if (found < 0) continue;
    Entry e;
    e.kind = Entry::Kind::arrange;
    e.icon = static_cast<int>(Icon::layers);
    e.title = known;
    e.detail = "arrangement of windows"_tr;
    e.id = known;
    e.score = found + 4;
    out.push_back(std::move(e));
  }
}

/// What follows "save filter" is its name; those that are saved, to be shown.
void find_filters(Matcher& match, std::string_view query, const std::vector<SavedFilter>& filters,
                  std::vector<Entry>& out) {
  std::string name = filter_named(query);
  const int score = !name.empty()   ? 200
                    : match.empty() ? -1
                                    : std::max(match.score("Save filter"_tr), match.score("Save filter"));
  if (score >= 0) {
    Entry e;
    e.kind = Entry::Kind::save_filter;
    e.icon = static_cast<int>(Icon::filter);
    e.detail = name.empty() ? "or: save filter NAME"_tr.str() : "filter"_tr.str();
    e.id = !name.empty() ? std::move(name) : "usual"_tr.str();
    e.title = text_of<"Save filter as “{}”">(e.id);
    e.score = score + 6;
    out.push_back(std::move(e));
  }
  for (const SavedFilter& saved : filters) {
    const int found = match.empty() ? -1 : match.score(saved.name, "saved filter"_tr);
    if (found < 0) continue;
    Entry e;
    e.kind = Entry::Kind::saved;
    e.icon = static_cast<int>(Icon::filter);
    e.title = e.id = saved.name;
    e.detail = "saved filter"_tr;
    e.score = found + 4;
    out.push_back(std::move(e));
  }
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& s : parts) out += (out.empty() ? "" : " › ") + s;
  return out;
}

}  // namespace

std::vector<Entry> Palette::find(const Snapshot& s, const Selection& selection, std::string_view query,
                                 std::size_t most, const DesktopState& desktop,
                                 const std::vector<SavedFilter>& filters) {
  Matcher match(query);
  std::vector<Entry> out;
  find_arrangements(match, query, desktop, out);
  find_filters(match, query, filters, out);
  for (const Fixed& x : kFixed) {
    if (x.kind == Entry::Kind::action && selection.incident == 0 && x.value != static_cast<int>(Action::call)) continue;
    const int score = match.empty() ? 0 : std::max(match.score(x.title), match.score(x.title.english()));
    if (score < 0) continue;
    Entry e;
    e.kind = x.kind;
    e.icon = static_cast<int>(x.icon);
    e.title = x.title;
    e.detail = x.kind == Entry::Kind::window ? "beside this one"_tr.str()
               : x.kind == Entry::Kind::action
                   ? (selection.incident == 0 ? "new incident"_tr.str() : incident_name(selection.incident))
               : x.kind == Entry::Kind::view ? "view"_tr.str()
               : x.kind == Entry::Kind::look ? "look"_tr.str()
                                             : "filter"_tr.str();
    e.key = x.key;
    e.value = x.value;
    e.score = score + 6;
    out.push_back(std::move(e));
  }
  if (!match.empty()) {
    for (const auto& i : s.incidents) {
      const int score = match.score(i->title, incident_name(i->id));
      if (score < 0) continue;
      Entry e;
      e.kind = Entry::Kind::incident;
      e.title = i->title;
      e.detail = incident_name(i->id);
      e.incident = i->id;
      e.value = static_cast<int>(i->priority) * 2 + (i->needs_acknowledgement() ? 1 : 0);
      e.score = score + 8 + static_cast<int>(i->priority);
      out.push_back(std::move(e));
    }
    if (s.estate) {
      for (const Site& site : s.estate->sites) {
        for (const Device& x : site.devices) {
          int score = match.score(x.name, x.id);
          for (const std::string& alias : x.aliases) score = std::max(score, match.score(alias));
          if (score < 0) continue;
          Entry e;
          e.kind = Entry::Kind::device;
          e.icon = static_cast<int>(icon_of(x.kind));
          e.title = x.name;
          e.detail = joined(s.estate->place_path(site, x.level_id, x.unit_id));
          e.id = x.id;
          e.site = site.id;
          e.level = x.level_id;
          e.score = score + 3;
          out.push_back(std::move(e));
        }
        for (const Unit& u : site.units) {
          const int score = u.name.empty() ? -1 : match.score(u.name);
          if (score < 0) continue;
          Entry e;
          e.kind = Entry::Kind::zone;
          e.icon = static_cast<int>(Icon::map);
          e.title = u.name;
          e.detail = joined(s.estate->place_path(site, u.level_id, {}));
          e.id = u.id;
          e.site = site.id;
          e.level = u.level_id;
          e.score = score;
          out.push_back(std::move(e));
        }
      }
      for (const Person& x : s.estate->people) {
        const int score = match.score(x.name, x.role);
        if (score < 0) continue;
        Entry e;
        e.kind = Entry::Kind::person;
        e.icon = static_cast<int>(Icon::person);
        e.title = x.name;
        e.detail = x.role + (x.department.empty() ? "" : ", " + x.department);
        e.id = x.id;
        e.score = score;
        out.push_back(std::move(e));
      }
      for (const Person& x : s.estate->people) {
        std::string title = text_of<"Doors that {} used today">(x.name);
        const int score = match.score(title);
        if (score < 0) continue;
        Entry e;
        e.kind = Entry::Kind::doors;
        e.icon = static_cast<int>(Icon::door);
        e.title = std::move(title);
        e.detail = selection.incident == 0 ? "select an incident first"_tr.str() : incident_name(selection.incident);
        e.id = x.id;
        e.score = score;
        out.push_back(std::move(e));
      }
    }
  }
  const auto better = [](const Entry& a, const Entry& b) { return a.score > b.score; };
  std::stable_sort(out.begin(), out.end(), better);
  if (out.size() > most) out.resize(most);
  return out;
}

void Palette::open() {
  open_ = focus_ = fresh_ = true;
  field_ = FieldState{};
  at_ = 0;
}

void Palette::choose(Frame& f, Desk& d, const Entry& e) {
  switch (e.kind) {
    case Entry::Kind::view:
      f.view = static_cast<View>(e.value);
      break;
    case Entry::Kind::action:
      d.wanted = static_cast<Action>(e.value);
      break;
    case Entry::Kind::filter:
      if (e.value < 10) {
        d.filter = Filter{};
        d.filter.base = static_cast<Filter::Base>(e.value);
      } else {
        d.filter.domain = e.value - 10;
      }
      f.view = View::wall;
      break;
    case Entry::Kind::look:
      if (e.value == 0) d.want_theme = true;
      if (e.value == 1) d.comfort.compact = !d.comfort.compact;
      if (e.value == 2) d.want_keys = true;
      if (e.value == 3) d.want_mute = true;
      break;
    case Entry::Kind::window:
      d.desktop.open_window = static_cast<View>(e.value);
      break;
    case Entry::Kind::save:
      save_arrangement(f, d, e.id);
      break;
    case Entry::Kind::arrange:
      d.desktop.open = e.id;
      break;
    case Entry::Kind::save_filter:
      save_filter(f, d, e.id);
      break;
    case Entry::Kind::saved:
      for (const SavedFilter& saved : d.comfort.filters)
        if (saved.name == e.id) show_saved(d, saved);
      f.view = View::wall;
      break;
    case Entry::Kind::incident:
      f.selection.incident = e.incident;
      f.selection.show_incident = true;
      d.reveal = e.incident;
      break;
    case Entry::Kind::device:
      f.selection.device = e.id;
      f.selection.site = e.site;
      f.selection.level = e.level;
      f.view = View::map;
      break;
    case Entry::Kind::zone:
      f.selection.site = e.site;
      f.selection.level = e.level;
      f.view = View::map;
      break;
    case Entry::Kind::person:
      // The wall's incidents that speak of the person; where they were needs a case and a reason (doors).
      d.filter.person = e.id;
      d.filter_person_name = e.title;
      f.view = View::wall;
      break;
    case Entry::Kind::doors:
      d.want_doors = e.id;
      f.wake(0);
      break;
  }
  close();
}

void Palette::draw(Frame& f, Desk& d, const Rect& window) {
  Painter& p = f.p;
  const Tokens& t = p.t;
  if (fresh_ || searched_ != field_.text || version_ != f.snapshot.version) {
    if (searched_ != field_.text) at_ = 0;
    fresh_ = false;
    searched_ = field_.text;
    version_ = f.snapshot.version;
    found_ = find(f.snapshot, f.selection, field_.text, kShown, f.input.desktop, d.comfort.filters);
  }
  const int count = static_cast<int>(found_.size());
  if (d.keys.take(Key::escape)) {
    close();
    return;
  }
  if (d.keys.take(Key::down)) at_ = count > 0 ? (at_ + 1) % count : 0;
  if (d.keys.take(Key::up)) at_ = count > 0 ? (at_ + count - 1) % count : 0;
  at_ = std::clamp(at_, 0, std::max(0, count - 1));
  bool enter = d.keys.take(Key::enter);

  (void)p.hits.add("palette/shade", {0, 0, 1e5F, 1e5F});
  p.fill(window, faded(t.bg0, 0.5F));
  const float w = std::min(640.0F, window.w - 32);
  const float h = 64 + 36 * static_cast<float>(std::max(1, count)) + 8;
  const Rect box{std::round(window.mid_x() - w / 2), std::round(window.y + std::min(140.0F, window.h * 0.12F)), w, h};
  p.float_box(box, t.bg1, t.line2);
  (void)p.hits.add("palette/box", box);
  icon(p, Icon::search, box.x + 28, box.y + 32, 16, t.t2);
  enter |= text_field(p, "palette/field", {box.x + 48, box.y + 16, box.w - 64, 32}, field_,
                      "Incident, door, camera, host, person, command"_tr, std::exchange(focus_, false));
  if (enter && searched_ != field_.text) {
    // Who types fast, or before a slow frame, means what is written and not what was found before.
    searched_ = field_.text;
    found_ = find(f.snapshot, f.selection, field_.text, kShown, f.input.desktop, d.comfort.filters);
    at_ = 0;
    if (!found_.empty()) choose(f, d, Entry(found_.front()));
    return;
  }
  float y = box.y + 64;
  int chosen = -1;
  for (int k = 0; k < count; ++k) {
    const Entry& e = found_[static_cast<std::size_t>(k)];
    const Rect at{box.x + 8, y, box.w - 16, 36};
    const Hit hit = p.hits.add(fmt::format("palette/{}", k), at);
    const ImVec2 moved = p.hits.mouse_delta();
    if (hit.hovered && (moved.x != 0 || moved.y != 0)) at_ = k;
    if (k == at_) p.fill(at, t.bg4, unit::kRadius);
    if (e.kind == Entry::Kind::incident)
      mark(p, static_cast<Priority>(e.value / 2), at.x + 20, at.mid_y(), 18,
           (e.value & 1) != 0 ? MarkState::open : MarkState::held);
    else
      icon(p, static_cast<Icon>(e.icon), at.x + 20, at.mid_y(), 15, k == at_ ? t.t1 : t.t2);
    float end = at.right() - 12;
    if (!e.key.empty()) {
      const float kw = key_width(p, e.key);
      key_cap(p, end - kw, at.mid_y(), e.key);
      end -= kw + 10;
    }
    const float detail = p.text(end, at.mid_y(), e.detail, Face::s, t.t3, Align::right, at.w * 0.45F);
    p.text(at.x + 42, at.mid_y(), e.title, k == at_ ? Face::m_medium : Face::m, t.t1, Align::left,
           end - detail - 12 - at.x - 42);
    if (hit.clicked) chosen = k;
    y += 36;
  }
  if (count == 0) p.text(box.x + 28, y + 16, "Nothing is called that"_tr, Face::m, t.t2);
  if (enter && count > 0) chosen = at_;
  if (chosen >= 0) choose(f, d, Entry(found_[static_cast<std::size_t>(chosen)]));
  const ImVec2 m = p.hits.mouse();
  if (ImGui::IsMouseClicked(0) && !box.contains(m.x, m.y)) close();
}

}  // namespace wf::ui
