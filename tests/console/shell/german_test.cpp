// The views in German: what a person needs is neither cut nor covered, although the words are longer.
#include <algorithm>
#include <string>
#include <vector>

#include "console/shell/language.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

class German {
 public:
  German() {
    std::vector<std::string> problems;
    Result<Language> german =
        shell::load_language(std::filesystem::path(WF_SOURCE_DIR) / "assets/languages/de.yaml", problems);
    REQUIRE(german);
    (void)speak(std::move(*german));
  }
  ~German() { (void)speak({}); }
  German(const German&) = delete;
  German& operator=(const German&) = delete;
};

struct Case {
  const char* name;
  std::shared_ptr<Snapshot> (*snapshot)();
  View view;
  std::uint64_t select;
};
constexpr Case kCases[] = {
    {"night", &sample::night, View::wall, 2417},     {"another", &sample::night, View::wall, 2412},
    {"shift", &sample::night, View::wall, 0},        {"quiet", &sample::quiet, View::wall, 0},
    {"plan", &sample::in_hand, View::wall, 2417},    {"flood", &sample::flood, View::wall, 2417},
    {"agents", &sample::night, View::agents, 0},     {"map", &sample::night, View::map, 2417},
    {"settings", &sample::night, View::settings, 0}, {"rules", &sample::night, View::rules, 0},
    {"post", &sample::post, View::guard, 0},         {"idle", &sample::idle_post, View::guard, 0},
    {"sent", &sample::post, View::wall, 2415}};

bool touch(const WrittenText& a, const WrittenText& b) {
  const float x = std::min(a.rect.right(), b.rect.right()) - std::max(a.rect.x, b.rect.x);
  const float y = std::min(a.rect.bottom(), b.rect.bottom()) - std::max(a.rect.y, b.rect.y);
  return x > 0.5F && y > 0.5F;
}

std::string overlaps(const std::vector<WrittenText>& texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t j = i + 1; j < texts.size(); ++j)
      if (touch(texts[i], texts[j])) out += "\"" + texts[i].text + "\" touches \"" + texts[j].text + "\"\n";
  return out;
}

std::string cuts(const std::vector<WrittenText>& texts) {
  std::string out;
  for (const WrittenText& t : texts)
    if (t.cut)
      out += "\"" + t.text + "\" is cut at " + std::to_string(t.rect.x) + ", " + std::to_string(t.rect.y) + "\n";
  return out;
}

bool have_fonts() { return !debian_fonts().inter_regular.empty() && !debian_fonts().mono_regular.empty(); }

}  // namespace

TEST_CASE("In German no text touches another in any view and size") {
  const German german;
  for (const Case& c : kCases)
    for (const auto& [w, h] : {std::pair{1920.0F, 1080.0F}, std::pair{1366.0F, 768.0F}, std::pair{2560.0F, 1440.0F}}) {
      DeskDriver desk(c.snapshot(), w, h);
      desk.answer_by(&sample::answer);
      desk.console().set_view(c.view);
      desk.console().select(c.select);
      desk.frames(30);
      INFO(c.name << " at " << w << "x" << h);
      CHECK(overlaps(desk.texts()) == "");
    }
}

TEST_CASE("In German nothing is cut on the sample night at 1920 by 1080") {
  if (!have_fonts()) {
    WARN("Inter and JetBrains Mono are not installed: widths were not checked");
    return;
  }
  const German german;
  for (const Case& c : kCases) {
    if (c.view == View::wall && c.select == 0) continue;  // "next" may shorten titles
    DeskDriver desk(c.snapshot());
    desk.answer_by(&sample::answer);
    desk.console().set_view(c.view);
    desk.console().select(c.select);
    desk.frames(30);
    INFO(c.name);
    CHECK(cuts(desk.texts()) == "");
  }
}

TEST_CASE("The wall reads in German as it should") {
  const German german;
  DeskDriver desk(sample::night());
  desk.console().select(2417);
  desk.frames(30);
  desk.input.now = sample::kNow;
  desk.frames(1, 0.001);
  std::vector<WrittenText> texts = desk.texts();
  const auto wall = [](const WrittenText& t) { return t.rect.x < 1008 && t.rect.y > 52 && t.rect.y < 330; };
  texts.erase(std::remove_if(texts.begin(), texts.end(), [&](const WrittenText& t) { return !wall(t); }), texts.end());
  std::stable_sort(texts.begin(), texts.end(), [](const WrittenText& a, const WrittenText& b) {
    const int ra = static_cast<int>((a.rect.y + 4) / 10);
    const int rb = static_cast<int>((b.rect.y + 4) / 10);
    return ra != rb ? ra < rb : a.rect.x < b.rect.x;
  });
  std::string golden;
  int row = -1;
  for (const WrittenText& t : texts) {
    const int at = static_cast<int>((t.rect.y + 4) / 10);
    golden += at == row ? " | " : row < 0 ? "" : "\n";
    row = at;
    golden += t.text;
  }
  CHECK(golden ==
        "Alarmwand | 16 offen, 16 gezeigt | Priorität, dann längste Wartezeit\n"
        "Alle offenen | 16 | Unquittiert | 9 | Meine | 3 | Standort | Gewerk | Priorität | Person\n"
        "Was und wo | Gewerke | Ereign. | 30 min | Zustand, wer | Letzte Änderung | Alter | Ziel\n"
        "Server room forced after 4 denied badges | Neu | Login on hv-07 | 0:38 | 0:22\n"
        "9\n"
        "HQ › Level 2 › Server room | kein Bearbeiter | vor 16 s | offen\n"
        "SSH logins from a new country, 2 accounts | Quittiert | Note added | 18:05 | 0:24\n"
        "14\n"
        "HQ › Network › VPN gateway | M. Okafor | vor 4 min | erreicht\n"
        "Lab B door held open, two people inside | Entsandt | Guard under way | 6:12 | 0:31\n"
        "5\n"
        "HQ › Level 2 › Lab B | G. Silva | vor 1 min | erreicht");
}

TEST_CASE("What is clicked keeps its name in every language") {
  const German german;
  DeskDriver desk(sample::night());
  desk.console().select(2417);
  desk.frames(30);
  CHECK(desk.wrote("Quittieren"));
  REQUIRE(desk.click("panel/Acknowledge"));
  const std::vector<Command> commands = desk.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].kind == CommandKind::acknowledge);
  CHECK(desk.wrote("Gesendet"));
  desk.type("z");
  desk.frames(4);
  CHECK(desk.wrote("Zurückstellen für"));
  CHECK(desk.has("form/choice/1 h"));
  desk.press(Key::escape);
  desk.type("r");
  desk.frames(4);
  CHECK(desk.wrote("Defekt"));
  CHECK(desk.has("form/choice/equipment fault"));
}
