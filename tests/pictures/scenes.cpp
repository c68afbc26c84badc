#include "tests/pictures/scenes.hpp"

#include <iterator>

#include "console/model/call.hpp"
#include "tests/pictures/post.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace wf::pictures {
namespace {

/// So many open that marks of the line under the map have no room for each.
std::shared_ptr<Snapshot> crowd() {
  auto s = sample::crowd(2000);
  s->estate = sample::night()->estate;
  return s;
}

std::shared_ptr<Snapshot> drill() {
  auto s = sample::night();
  auto i = std::make_shared<Incident>(*s->incidents[1]);
  i->drill = true;
  s->incidents[1] = i;
  s->demo = true;
  return s;
}

/// An incident of events that came hours late, one in the strip, and a late event within a live one.
/// One did not answer, one was reached.
std::shared_ptr<Snapshot> called() {
  auto s = sample::in_hand();
  auto i = std::make_shared<Incident>(*s->incidents.front());
  i->log.push_back({sample::kNow - 3 * kMinute, "M. Okafor", words_of_call("Duty manager, +31 20 555 0110", false)});
  i->log.push_back({sample::kNow - 2 * kMinute, "M. Okafor", words_of_call("IT on call, +31 20 555 0142", true)});
  s->incidents.front() = i;
  return s;
}

std::shared_ptr<Snapshot> late() {
  auto s = sample::night();
  for (const std::size_t k : {0U, 1U, 3U}) {
    auto i = std::make_shared<Incident>(*s->incidents[k]);
    i->late = k != 0;
    i->drill = k == 3;
    if (i->late) i->first = i->last = i->opened - 3 * kHour;
    i->why.back().text += " (came 3 h late)";
    s->incidents[k] = i;
  }
  auto critical = std::make_shared<Incident>(*s->incidents[0]);
  critical->id = 2999;
  critical->late = true;
  critical->first = critical->last = critical->opened - 26 * kMinute;
  critical->title = "Hold-up button pressed at the reception of the visitor centre, two people";
  s->incidents.insert(s->incidents.begin(), critical);
  return s;
}

std::shared_ptr<Snapshot> commanded() {
  auto s = sample::night();
  AgentState gate;
  gate.name = "gate-7";
  gate.kind = "access";
  gate.health = AgentState::Health::live;
  gate.report.outputs = {{"D-231", {"unlock"}, 30}, {"C-27", {"sounder_on", "sounder_off"}, 0}};
  s->agents.push_back(gate);
  auto devices = std::make_shared<std::map<std::string, DeviceState>>(*s->devices);
  const UtcNs then = sample::kNow - 4 * kSecond;
  (*devices)["D-231"].order = {"c1",
                               "unlock",
                               "gate-7",
                               "M. Okafor",
                               5,
                               then,
                               then + 10 * kSecond,
                               "confirmed",
                               {{then, "asked: by hand at the map"},
                                {then, "sent to gate-7"},
                                {then, "received by gate-7"},
                                {then + kSecond, "executed by gate-7"},
                                {then + 2 * kSecond, "confirmed by contact"}}};
  s->devices = devices;
  return s;
}

std::shared_ptr<Snapshot> maintained() {
  auto s = commanded();
  auto row = std::make_shared<Incident>(*s->incidents.back());
  row->id = 4001;
  row->rule_id = "works:maintenance";
  row->title = "Maintenance: D-231";
  row->suppressed = true;
  row->state = IncidentState::shelved;
  row->owner = "M. Okafor";
  row->shelved_until = sample::kNow + 30 * kMinute;
  row->shelf_reason = "Work order 2026-118: closer and contact are exchanged";
  row->entities = {{EntityKind::door, "D-231", "D-231"}};
  s->incidents.push_back(row);
  return s;
}

constexpr Scene kScenes[] = {
    {"wall", ui::View::wall, &sample::night, 0, ""},
    {"quiet", ui::View::wall, &sample::quiet, 0, ""},
    {"flood", ui::View::wall, &sample::flood, 0, ""},
    {"crowd-map", ui::View::map, &crowd, 0, ""},
    {"drill", ui::View::wall, &drill, 2415, ""},
    {"late", ui::View::wall, &late, 0, ""},
    {"late-live", ui::View::wall, &late, 2417, ""},
    {"plan", ui::View::wall, &sample::in_hand, 2417, ""},
    {"calls", ui::View::wall, &called, 2417, "", "", false, kSound, "panel/calls"},
    {"skip", ui::View::wall, &sample::in_hand, 2417, "jShe stands beside me"},
    {"shift", ui::View::wall, &sample::night, 1, ""},
    {"map", ui::View::map, &sample::night, 0, ""},
    {"card", ui::View::map, &commanded, 0, "", "D-231"},
    {"ticket", ui::View::map, &sample::night, 0, "", "C-24"},
    {"upkeep", ui::View::map, &maintained, 0, "", "D-231"},
    {"upkeep-form", ui::View::map, &sample::night, 0, "", "C-27", false, kSound, "map/upkeep/test;map/upkeep/who"},
    {"world", ui::View::map, &sample::night, 0, "", "", true},
    {"agents", ui::View::agents, &sample::night, 0, ""},
    {"muted", ui::View::wall, &sample::night, 0, " ", "", false, {true, true, false, 581}},
    {"no-device", ui::View::wall, &sample::night, 0, " ", "", false, {false, true, false, 0}},
    {"settings", ui::View::settings, &sample::night, 0, " "},
    {"gallery", ui::View::gallery, &sample::night, 0, ""},
    {"post", ui::View::guard, &sample::post, 0, ""},
    {"post-new", ui::View::guard, &fresh, 0, ""},
    {"post-arrived", ui::View::guard, &arrived, 0, ""},
    {"post-note", ui::View::guard, &sample::post, 0, "n"},
    {"post-idle", ui::View::guard, &sample::idle_post, 0, ""},
    {"post-stale", ui::View::guard, &sample::post, 0, "", "", false, kSound, "", "Engine not reached for 9 s"},
    {"post-panic", ui::View::guard, &panicking, 0, ""},
    {"post-crowded", ui::View::guard, &crowded, 0, ""},
    {"sent", ui::View::wall, &sample::post, 2415, ""},
    {"unheard", ui::View::wall, &unheard, 2417, ""},
    {"dispatch", ui::View::wall, &with_posts, 0, "d"},
    {"shelve", ui::View::wall, &sample::night, 2414, "zreader is being swapped"},
    {"resolve", ui::View::wall, &sample::night, 2409, "r3"},
    {"call", ui::View::wall, &sample::quiet, 0, "c"},
    {"merge", ui::View::wall, &sample::night, 2414, "m"},
    {"still", ui::View::wall, &sample::night, 2417, "", "", false, kSound, "still/large"},
    {"filters", ui::View::wall, &sample::night, 0, "u", "", false, kSound, "chip/saved", "", "Nobody has it"},
    {"symptom-form", ui::View::map, &sample::night, 2417, "", "C-24", false, kSound, "map/upkeep/symptom"},
    {"palette", ui::View::wall, &sample::night, 0, "/server"},
    {"save", ui::View::wall, &sample::night, 0, "/save arrangement"},
    {"keys", ui::View::wall, &sample::night, 0, "?"},
    {"refused", ui::View::wall, &sample::night, 2416, "z x"}};

std::shared_ptr<Snapshot> supervised() {
  auto s = sample::night();
  s->role = "supervisor";
  return s;
}

/// Of the rules: name, keys, clicks, keys after them, what is tried.
struct RulesScene {
  const char *name, *keys, *click, *last = "";
  Trial::State trial = Trial::State::none;
};
constexpr RulesScene kRulesScenes[] = {
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
    {"rules-trying", "", "rule/door-held;rules/pane/Try on the past", "", Trial::State::running},
    {"rules-tried", "", "rule/door-held;rules/pane/Try on the past", "", Trial::State::done},
    {"rules-edit", "", "rule/door-held;rules/pane/Edit;rules/level/low", " "},
    {"rules-problem", "", "rule/door-held;rules/pane/Edit;rules/text", "urgent"},
    {"rules-put", "", "rule/door-held;rules/pane/Edit;rules/level/low;;;;;rules/edit/put;rules/reason",
     "nobody comes for it"}};
/// Somebody there who may not change them.
constexpr RulesScene kForbidden = {"rules-may-not", "", "rule/door-held"};

}  // namespace

std::vector<Scene> all_scenes() {
  std::vector<Scene> out(std::begin(kScenes), std::end(kScenes));
  const auto add = [&](const RulesScene& rules, std::shared_ptr<Snapshot> (*snapshot)()) {
    Scene scene{rules.name, ui::View::rules, snapshot, 0, rules.keys};
    scene.click = rules.click;
    scene.last = rules.last;
    scene.trial = rules.trial;
    out.push_back(scene);
  };
  for (const RulesScene& rules : kRulesScenes) add(rules, &supervised);
  add(kForbidden, &sample::night);
  return out;
}

}  // namespace wf::pictures
