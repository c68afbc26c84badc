// Draws every view of the sample night off screen, so that a change of look can be judged without an engine:
//   wf-pictures OUT_DIR [WIDTHxHEIGHT…] [--only NAME] [--language CODE]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>
#include <stb_image_write.h>

#include "console/shell/gl.hpp"
#include "console/shell/language.hpp"
#include "console/shell/offscreen.hpp"
#include "console/shell/shell.hpp"
#include "console/shell/stage.hpp"
#include "console/site/base_map.hpp"
#include "console/ui/probe.hpp"
#include "tests/pictures/post.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace {

constexpr wf::ui::SoundState kSound = {true, false, false, 0};

struct Picture {
  const char* name;
  wf::ui::View view;
  std::shared_ptr<wf::Snapshot> (*snapshot)();
  std::uint64_t select;
  const char* keys;       ///< typed before the picture is taken
  const char* card = "";  ///< device whose card is open
  bool world = false;     ///< the map shows all sites
  wf::ui::SoundState sound = kSound;
  const char* click = "";                           ///< areas that are clicked after that, separated by ;
  const char* problem = "";                         ///< of the connection
  const char* last = "";                            ///< typed after the clicks; then two seconds pass
  wf::Trial::State trial = wf::Trial::State::none;  ///< of the rule that is tried
};

std::shared_ptr<wf::Snapshot> drill() {
  auto s = wf::sample::night();
  auto i = std::make_shared<wf::Incident>(*s->incidents[1]);
  i->drill = true;
  s->incidents[1] = i;
  s->demo = true;
  return s;
}

/// An incident of events that came hours late, one in the strip, and a late event within a live one.
std::shared_ptr<wf::Snapshot> late() {
  auto s = wf::sample::night();
  for (const std::size_t k : {0U, 1U, 3U}) {
    auto i = std::make_shared<wf::Incident>(*s->incidents[k]);
    i->late = k != 0;
    i->drill = k == 3;
    if (i->late) i->first = i->last = i->opened - 3 * wf::kHour;
    i->why.back().text += " (came 3 h late)";
    s->incidents[k] = i;
  }
  auto critical = std::make_shared<wf::Incident>(*s->incidents[0]);
  critical->id = 2999;
  critical->late = true;
  critical->first = critical->last = critical->opened - 26 * wf::kMinute;
  critical->title = "Hold-up button pressed at the reception of the visitor centre, two people";
  s->incidents.insert(s->incidents.begin(), critical);
  return s;
}

std::shared_ptr<wf::Snapshot> commanded() {
  auto s = wf::sample::night();
  wf::AgentState gate;
  gate.name = "gate-7";
  gate.kind = "access";
  gate.health = wf::AgentState::Health::live;
  gate.report.outputs = {{"D-231", {"unlock"}, 30}, {"C-27", {"sounder_on", "sounder_off"}, 0}};
  s->agents.push_back(gate);
  auto devices = std::make_shared<std::map<std::string, wf::DeviceState>>(*s->devices);
  const wf::UtcNs then = wf::sample::kNow - 4 * wf::kSecond;
  (*devices)["D-231"].order = {"c1",
                               "unlock",
                               "gate-7",
                               "M. Okafor",
                               5,
                               then,
                               then + 10 * wf::kSecond,
                               "confirmed",
                               {{then, "asked: by hand at the map"},
                                {then, "sent to gate-7"},
                                {then, "received by gate-7"},
                                {then + wf::kSecond, "executed by gate-7"},
                                {then + 2 * wf::kSecond, "confirmed by contact"}}};
  s->devices = devices;
  return s;
}

std::shared_ptr<wf::Snapshot> maintained() {
  auto s = commanded();
  auto row = std::make_shared<wf::Incident>(*s->incidents.back());
  row->id = 4001;
  row->rule_id = "works:maintenance";
  row->title = "Maintenance: D-231";
  row->suppressed = true;
  row->state = wf::IncidentState::shelved;
  row->owner = "M. Okafor";
  row->shelved_until = wf::sample::kNow + 30 * wf::kMinute;
  row->shelf_reason = "Work order 2026-118: closer and contact are exchanged";
  row->entities = {{wf::EntityKind::door, "D-231", "D-231"}};
  s->incidents.push_back(row);
  return s;
}

constexpr Picture kPictures[] = {
    {"wall", wf::ui::View::wall, &wf::sample::night, 0, ""},
    {"quiet", wf::ui::View::wall, &wf::sample::quiet, 0, ""},
    {"flood", wf::ui::View::wall, &wf::sample::flood, 0, ""},
    {"drill", wf::ui::View::wall, &drill, 2415, ""},
    {"late", wf::ui::View::wall, &late, 0, ""},
    {"late-live", wf::ui::View::wall, &late, 2417, ""},
    {"plan", wf::ui::View::wall, &wf::sample::in_hand, 2417, ""},
    {"skip", wf::ui::View::wall, &wf::sample::in_hand, 2417, "jShe stands beside me"},
    {"shift", wf::ui::View::wall, &wf::sample::night, 1, ""},
    {"map", wf::ui::View::map, &wf::sample::night, 0, ""},
    {"card", wf::ui::View::map, &commanded, 0, "", "D-231"},
    {"ticket", wf::ui::View::map, &wf::sample::night, 0, "", "C-24"},
    {"upkeep", wf::ui::View::map, &maintained, 0, "", "D-231"},
    {"upkeep-form", wf::ui::View::map, &wf::sample::night, 0, "", "C-27", false, kSound,
     "map/upkeep/test;map/upkeep/who"},
    {"world", wf::ui::View::map, &wf::sample::night, 0, "", "", true},
    {"agents", wf::ui::View::agents, &wf::sample::night, 0, ""},
    {"muted", wf::ui::View::wall, &wf::sample::night, 0, " ", "", false, {true, true, false, 581}},
    {"no-device", wf::ui::View::wall, &wf::sample::night, 0, " ", "", false, {false, true, false, 0}},
    {"settings", wf::ui::View::settings, &wf::sample::night, 0, " "},
    {"gallery", wf::ui::View::gallery, &wf::sample::night, 0, ""},
    {"post", wf::ui::View::guard, &wf::sample::post, 0, ""},
    {"post-new", wf::ui::View::guard, &wf::pictures::fresh, 0, ""},
    {"post-arrived", wf::ui::View::guard, &wf::pictures::arrived, 0, ""},
    {"post-note", wf::ui::View::guard, &wf::sample::post, 0, "n"},
    {"post-idle", wf::ui::View::guard, &wf::sample::idle_post, 0, ""},
    {"post-stale", wf::ui::View::guard, &wf::sample::post, 0, "", "", false, kSound, "", "Engine not reached for 9 s"},
    {"post-panic", wf::ui::View::guard, &wf::pictures::panicking, 0, ""},
    {"post-crowded", wf::ui::View::guard, &wf::pictures::crowded, 0, ""},
    {"sent", wf::ui::View::wall, &wf::sample::post, 2415, ""},
    {"unheard", wf::ui::View::wall, &wf::pictures::unheard, 2417, ""},
    {"dispatch", wf::ui::View::wall, &wf::pictures::with_posts, 0, "d"},
    {"shelve", wf::ui::View::wall, &wf::sample::night, 2414, "zreader is being swapped"},
    {"resolve", wf::ui::View::wall, &wf::sample::night, 2409, "r3"},
    {"call", wf::ui::View::wall, &wf::sample::quiet, 0, "c"},
    {"merge", wf::ui::View::wall, &wf::sample::night, 2414, "m"},
    {"palette", wf::ui::View::wall, &wf::sample::night, 0, "/server"},
    {"save", wf::ui::View::wall, &wf::sample::night, 0, "/save arrangement"},
    {"keys", wf::ui::View::wall, &wf::sample::night, 0, "?"},
    {"refused", wf::ui::View::wall, &wf::sample::night, 2416, "z x"}};

std::shared_ptr<wf::Snapshot> supervised() {
  auto s = wf::sample::night();
  s->role = "supervisor";
  return s;
}

/// Of the rules: name, keys, clicks, keys after them, what is tried.
struct RulesPicture {
  const char *name, *keys, *click, *last = "";
  wf::Trial::State trial = wf::Trial::State::none;
};
constexpr RulesPicture kRulesPictures[] = {
    {"rules", "", "rule/door-held"},
    {"rules-text", "", "rule/duress"},
    {"rules-search", "ft1110", ""},
    {"rules-never", "", "rules/never"},
    {"rules-refused", "", "rules/problems"},
    {"rules-worst", "", "rules/tab/Worst ten"},
    {"rules-limits", "", "rules/tab/Limits"},
    {"rules-off", "", "rule/after-hours"},
    {"rules-switch", "", "rule/door-held;rules/off;rules/until/A week;rules/reason", "the closer is mended on Friday"},
    {"rules-changed", "", "rule/usb-vital"},
    {"rules-changes", "", "rules/changes"},
    {"rules-try", "", "rule/door-held;rules/pane/Try on the past;rules/try/Switched off"},
    {"rules-trying", "", "rule/door-held;rules/pane/Try on the past", "", wf::Trial::State::running},
    {"rules-tried", "", "rule/door-held;rules/pane/Try on the past", "", wf::Trial::State::done},
    {"rules-edit", "", "rule/door-held;rules/pane/Edit;rules/level/low", " "},
    {"rules-problem", "", "rule/door-held;rules/pane/Edit;rules/text", "urgent"},
    {"rules-put", "", "rule/door-held;rules/pane/Edit;rules/level/low;;;;;rules/edit/put;rules/reason",
     "nobody comes for it"}};
/// Somebody there who may not change them.
constexpr RulesPicture kForbidden = {"rules-may-not", "", "rule/door-held"};

void point_at(float x, float y) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMousePosEvent(x, y);
#else
  ImGui::GetIO().MousePos = {x, y};
#endif
}

void press(bool down) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseButtonEvent(0, down);
#else
  ImGui::GetIO().MouseDown[0] = down;
#endif
}

/// As shell's shoot(), with keys typed; for pictures of what only input opens.
wf::Result<void> shoot_typed(const wf::shell::ShotOptions& o, const Picture& picture,
                             const std::shared_ptr<wf::Snapshot>& snapshot) {
  auto target = wf::shell::Offscreen::make(o.width, o.height);
  if (!target) return target.error();
  const float scale = o.scale > 0 ? o.scale : static_cast<float>(std::min(o.width, o.height)) / 1080.0F;
  auto stage = wf::shell::Stage::make(o.theme, o.view, scale);
  if (!stage) return stage.error();
  std::uint64_t select = o.select;
  if (select == 0 && !snapshot->incidents.empty()) select = snapshot->incidents.front()->id;
  if (select != 0) (*stage)->console().select(select);
  (*stage)->console().set_post(o.post);
  if (*picture.card != 0) (*stage)->console().open_card(picture.card);
  (*stage)->console().set_base_map(o.base_map);
  if (picture.world) (*stage)->console().show_world();
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(o.width), static_cast<float>(o.height)};
  io.DisplayFramebufferScale = {1, 1};
  io.DeltaTime = 1.0F / 30;
  wf::ui::FrameInput input;
  input.now = wf::sample::kNow;
  input.width = io.DisplaySize.x;
  input.height = io.DisplaySize.y;
  input.connection_problem = picture.problem;
  input.sound = picture.sound;
  input.kept_in = "/home/okafor/.local/state/watchfloor/console.json";
  input.desktop = {{"drill", "night"}, "night", 2};
  const char* key = picture.keys;
  std::string_view clicks = picture.click;
  const std::string_view last = picture.last;
  const int clicked = 41 + 6 * static_cast<int>(std::count(clicks.begin(), clicks.end(), ';') + 2);
  const int frames =
      clicks.empty() ? 70 : std::max(100, clicked + (last.empty() ? 0 : 2 * static_cast<int>(last.size()) + 60));
  for (int frame = 0; frame < frames; ++frame) {
    input.seconds = frame / 30.0;
    if (frame > 2 && frame % 2 == 0 && *key != 0) io.AddInputCharacter(static_cast<unsigned char>(*key++));
    if (frame > 40 && frame % 6 == 0 && !clicks.empty()) {
      const std::string name(clicks.substr(0, clicks.find(';')));
      clicks.remove_prefix(std::min(clicks.size(), name.size() + 1));
      if (name.empty())
        point_at(-1, -1);  // time passes
      else if (const wf::ui::Hits::Area* area = wf::ui::probe((*stage)->console()).hits.find(name))
        point_at(area->rect.mid_x() * scale, area->rect.mid_y() * scale);
      else
        std::fprintf(stderr, "%s: nothing is called %s\n", picture.name, name.c_str());
    }
    if (frame == clicked - 5 && !last.empty()) point_at(-1, -1);  // what is typed is not clicked at
    if (frame > 40 && (frame % 6 == 2 || frame % 6 == 4)) press(frame % 6 == 2 && io.MousePos.x >= 0);
    if (const int n = frame - clicked; n >= 0 && n % 2 == 0 && static_cast<std::size_t>(n / 2) < last.size())
      io.AddInputCharacter(static_cast<unsigned char>(last[static_cast<std::size_t>(n / 2)]));
    const wf::ui::FrameOutput output = (*stage)->build(snapshot, input);
    input.answers.clear();
    for (const wf::ui::Question& q : output.questions) {
      wf::QueryPage page = wf::sample::answer(q.query);
      if (page.trial && picture.trial != wf::Trial::State::none) page.trial = wf::sample::trial(picture.trial);
      input.answers.push_back({q.token, std::make_shared<const wf::QueryPage>(std::move(page))});
    }
    if (*picture.click != 0 && frame == frames - 4) point_at(-1, -1);
  }
  (*stage)->draw(o.width, o.height);
  wf::shell::gl().finish();
  const auto pixels = (*target)->pixels();
  if (stbi_write_png(o.out.c_str(), o.width, o.height, 3, pixels.data(), o.width * 3) == 0)
    return wf::Error{"cannot be written", o.out, ""};
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  std::string out = "pictures";
  std::string only, language;
  std::vector<std::pair<int, int>> sizes;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    int w = 0;
    int h = 0;
    if (a == "--only" && i + 1 < argc)
      only = argv[++i];
    else if (a == "--language" && i + 1 < argc)
      language = argv[++i];
    else if (std::sscanf(a.c_str(), "%dx%d", &w, &h) == 2)
      sizes.emplace_back(w, h);
    else if (!a.empty() && a[0] == '-') {
      std::fprintf(stderr, "usage: wf-pictures OUT_DIR [WIDTHxHEIGHT…] [--only NAME] [--language CODE]\n");
      return 2;
    } else {
      out = a;
    }
  }
  if (sizes.empty()) sizes = {{1920, 1080}};
  std::vector<std::string> problems;
  const auto spoken =
      wf::shell::speak_language(WF_SOURCE_DIR "/assets/languages", language.empty() ? "en" : language, "", problems);
  if (!spoken) {
    std::fprintf(stderr, "%s\n", spoken.error().text().c_str());
    return 2;
  }
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  const auto base_map =
      std::make_shared<const wf::BaseMap>(wf::site::load_base_map(wf::site::installed_base_map(), problems));
  if (base_map->empty()) std::fprintf(stderr, "no coastlines: package python-cartopy-data is not installed\n");
  std::filesystem::create_directories(out);
  std::vector<Picture> pictures(std::begin(kPictures), std::end(kPictures));
  const auto add = [&](const RulesPicture& rules, std::shared_ptr<wf::Snapshot> (*snapshot)()) {
    Picture p{rules.name, wf::ui::View::rules, snapshot, 0, rules.keys};
    p.click = rules.click;
    p.last = rules.last;
    p.trial = rules.trial;
    pictures.push_back(p);
  };
  for (const RulesPicture& rules : kRulesPictures) add(rules, &supervised);
  add(kForbidden, &wf::sample::night);
  for (const Picture& p : pictures) {
    if (!only.empty() && only != p.name) continue;
    const std::shared_ptr<wf::Snapshot> snapshot = p.snapshot();
    wf::shell::Feed feed;
    feed.snapshot = [&] { return snapshot; };
    feed.now = [] { return wf::sample::kNow; };
    feed.connection_problem = [&] { return std::string(p.problem); };
    for (const auto theme : {wf::ui::Theme::dark, wf::ui::Theme::light})
      for (const auto& [w, h] : sizes) {
        wf::shell::ShotOptions o;
        o.view = p.view;
        o.theme = theme;
        o.width = w;
        o.height = h;
        o.scale = h >= 1080 ? 0 : 1;
        if (p.view == wf::ui::View::guard) o.post = "Gate 3";
        o.select = p.select;
        o.base_map = base_map;
        o.out = out + "/" + p.name + (theme == wf::ui::Theme::dark ? "-dark-" : "-light-") + std::to_string(w) + "x" +
                std::to_string(h) + ".png";
        const bool bare = *p.keys == 0 && *p.card == 0 && *p.click == 0 && !p.world;
        if (const auto done = bare ? wf::shell::shoot(o, feed) : shoot_typed(o, p, snapshot); !done) {
          std::fprintf(stderr, "%s\n", done.error().text().c_str());
          return 1;
        }
        std::printf("%s\n", o.out.c_str());
      }
  }
  return 0;
}
