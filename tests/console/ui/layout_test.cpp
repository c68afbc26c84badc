// Nothing that is written touches, covers or cuts anything else that is written.
#include <algorithm>
#include <string>
#include <tuple>

#include "console/ui/incident/target.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// What two texts share, in units; ≤ 0: nothing.
bool touch(const WrittenText& a, const WrittenText& b) {
  const float x = std::min(a.rect.right(), b.rect.right()) - std::max(a.rect.x, b.rect.x);
  const float y = std::min(a.rect.bottom(), b.rect.bottom()) - std::max(a.rect.y, b.rect.y);
  return x > 0.5F && y > 0.5F;
}

std::string overlaps(const std::vector<WrittenText>& texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t j = i + 1; j < texts.size(); ++j)
      if (touch(texts[i], texts[j]))
        out += "\"" + texts[i].text + "\" touches \"" + texts[j].text + "\" at " + std::to_string(texts[i].rect.x) +
               ", " + std::to_string(texts[i].rect.y) + "\n";
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
    {"rules", &sample::night, View::rules, 0},       {"gallery", &sample::night, View::gallery, 0},
    {"settings", &sample::night, View::settings, 0}, {"post", &sample::post, View::guard, 0},
    {"idle", &sample::idle_post, View::guard, 0},    {"sent", &sample::post, View::wall, 2415},
    {"unheard", &sample::post, View::wall, 2417}};

}  // namespace

TEST_CASE("No text touches another in any view, size or theme") {
  for (const Case& c : kCases)
    for (const auto theme : {Theme::dark, Theme::light})
      for (const auto& [w, h, scale] :
           {std::tuple{1920.0F, 1080.0F, 1.0F}, std::tuple{1366.0F, 768.0F, 1.0F}, std::tuple{2560.0F, 1440.0F, 1.0F},
            std::tuple{3840.0F, 2160.0F, 2.0F}, std::tuple{1000.0F, 900.0F, 1.0F}}) {
        DeskDriver desk(c.snapshot(), w, h, scale);
        desk.answer_by(&sample::answer);
        desk.console().set_theme(theme);
        desk.console().set_view(c.view);
        desk.console().select(c.select);
        desk.frames(30);
        INFO(c.name << " at " << w << "x" << h);
        CHECK(overlaps(desk.texts()) == "");
      }
}

TEST_CASE("Nothing is cut on the sample night at 1920 by 1080") {
  if (!have_fonts()) {
    WARN("Inter and JetBrains Mono are not installed: widths were not checked");
    return;
  }
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

TEST_CASE("Forms and overlays touch nothing of their own") {
  for (const char* key : {"d", "e", "z", "r", "m", "c", "j"}) {
    for (const float width : {1920.0F, 1366.0F}) {
      DeskDriver desk(sample::night(), width, width > 1500 ? 1080.0F : 768.0F);
      desk.console().select(2417);
      desk.frames(2);
      desk.type(key);
      desk.frames(4);
      INFO("form " << key << " at " << width);
      CHECK(overlaps(desk.texts()) == "");
    }
  }
}

TEST_CASE("The wall reads as it should") {
  DeskDriver desk(sample::night());
  desk.console().select(2417);
  desk.frames(30);
  desk.input.now = sample::kNow;
  desk.frames(1, 0.001);
  // Rows by their titles from top to bottom, with what stands beside them.
  std::vector<WrittenText> texts = desk.texts();
  const auto wall = [](const WrittenText& t) { return t.rect.x < 1008 && t.rect.y > 128 && t.rect.y < 916; };
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
  const std::string expected_start =
      "What and where | Domains | Events | 30 min | State, owner | Last change | Age | Target\n"
      "Server room forced after 4 denied badges | New | Login on hv-07 | 0:38 | 0:22\n"
      "9\n"
      "HQ › Level 2 › Server room | no owner | 16 s ago | to ack\n"
      "SSH logins from a new country, 2 accounts | Acknowledged | Note added | 18:05 | 0:24\n"
      "14\n"
      "HQ › Network › VPN gateway | M. Okafor | 4 min ago | met\n"
      "Lab B door held open, two people inside | Dispatched | Guard under way | 6:12 | 0:31\n"
      "5\n"
      "HQ › Level 2 › Lab B | G. Silva | 1 min ago | met\n"
      "One badge in HQ and Antwerp within 9 min | New | Badge granted | 3:04 | +1:04\n"
      "2\n"
      "Antwerp › Main entrance | no owner | 2 min ago | ack late\n";
  CHECK(golden.substr(0, expected_start.size()) == expected_start);
}

TEST_CASE("A quiet wall asks for a frame a minute, an open one for one a second or the blink of what is critical") {
  {
    DeskDriver desk(sample::quiet());
    desk.frames(1, 60);
    desk.frames(2, 0.5);
    CHECK(desk.last().redraw_in > 1);
    CHECK(desk.last().redraw_in <= 60.1);
  }
  DeskDriver desk(sample::night());
  desk.frames(1, 60);
  desk.frames(2, 0.3);
  CHECK(desk.last().redraw_in > 0);
  CHECK(desk.last().redraw_in <= 1.01);
}

TEST_CASE("Seconds leave the clock when nothing is open and nobody moves") {
  DeskDriver desk(sample::quiet());
  desk.frames(1, 20);
  desk.frames(1, 0.1);
  CHECK_FALSE(desk.wrote("04:10:57"));
  desk.move_to(300, 300);
  CHECK(desk.wrote("04:10:57"));
}
