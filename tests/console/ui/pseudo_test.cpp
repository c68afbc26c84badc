// Every view in a language in which no letter is an English one: what is still English was forgotten.
#include <array>
#include <set>
#include <string>

#include "tests/console/ui/desk_driver.hpp"
#include "tests/console/ui/spoken.hpp"
#include "tests/console/ui/words_of_data.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_rules.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

/// "Acknowledge" becomes "Àçķñöŵļéďğé~~~~": other letters of the same shape, and 40 % longer.
std::string foreign(std::string_view english) {
  static constexpr std::string_view kFrom = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static const std::array<std::string, 52> kTo{"à", "ƀ", "ç", "ď", "é", "ƒ", "ğ", "ĥ", "í", "ĵ", "ķ", "ļ", "ɱ",
                                               "ñ", "ö", "þ", "ǫ", "ŕ", "š", "ţ", "ü", "ṽ", "ŵ", "ẋ", "ý", "ž",
                                               "À", "Ɓ", "Ç", "Ď", "É", "Ƒ", "Ğ", "Ĥ", "Í", "Ĵ", "Ķ", "Ļ", "Ḿ",
                                               "Ñ", "Ö", "Þ", "Ǫ", "Ŕ", "Š", "Ţ", "Ü", "Ṽ", "Ŵ", "Ẋ", "Ý", "Ž"};
  std::string out;
  for (const char c : english) {
    const std::size_t at = kFrom.find(c);
    out += at == std::string_view::npos ? std::string(1, c) : kTo[at];
  }
  out.append(english.size() * 2 / 5, '~');
  return out;
}

void check(const DeskDriver& desk, const WordsOfData& data, const std::string& what) {
  std::set<std::string> english;
  for (const WrittenText& t : desk.texts())
    each_word(t.text, [&](const std::string& word, bool cut) {
      if (!data.has(word) && !(cut && data.begins(word))) english.insert(word + " of \"" + t.text + "\"");
    });
  std::string told;
  for (const std::string& one : english) told += one + "\n";
  INFO(what);
  CHECK(told == "");
}

std::shared_ptr<Snapshot> nobody() {
  auto s = std::make_shared<Snapshot>();
  s->now = sample::kNow;
  return s;
}

struct Case {
  const char* name;
  std::shared_ptr<Snapshot> (*snapshot)();
  View view;
  std::uint64_t select;
};
constexpr Case kCases[] = {{"night", &sample::night, View::wall, 2417},
                           {"another", &sample::night, View::wall, 2412},
                           {"shift", &sample::night, View::wall, 0},
                           {"quiet", &sample::quiet, View::wall, 0},
                           {"plan", &sample::in_hand, View::wall, 2417},
                           {"flood", &sample::flood, View::wall, 2417},
                           {"agents", &sample::night, View::agents, 0},
                           {"map", &sample::night, View::map, 2417},
                           {"post", &sample::post, View::guard, 0},
                           {"idle", &sample::idle_post, View::guard, 0},
                           {"sent", &sample::post, View::wall, 2415},
                           {"nobody", &nobody, View::wall, 0},
                           {"no map", &nobody, View::map, 0},
                           {"no agents", &nobody, View::agents, 0}};

}  // namespace

TEST_CASE("No view shows a text that no catalogue can translate") {
  const Spoken pseudo(changed(&foreign));
  CHECK(pseudo.faults.empty());
  for (const Case& c : kCases)
    for (const auto& [w, h] : {std::pair{1920.0F, 1080.0F}, std::pair{1366.0F, 768.0F}, std::pair{2560.0F, 1440.0F}}) {
      const auto snapshot = c.snapshot();
      const WordsOfData data(*snapshot);
      DeskDriver desk(snapshot, w, h);
      desk.answer_by(&sample::answer);
      desk.console().set_view(c.view);
      desk.console().select(c.select);
      desk.frames(30);
      check(desk, data, c.name);
    }
}

TEST_CASE("No form, card or hint shows a text that no catalogue can translate") {
  const Spoken pseudo(changed(&foreign));
  const auto snapshot = sample::night();
  WordsOfData data(*snapshot);
  for (const char* const key :
       {"d", "e", "z", "r", "m", "x", "c", "j", "n", "q", "y", "a", "u", "i", "?", "/", "/server"}) {
    DeskDriver desk(snapshot);
    desk.console().select(2417);
    desk.frames(2);
    desk.type(key);
    desk.frames(4);
    check(desk, data, std::string("key ") + key);
  }
  for (const char* const device : {"D-231", "C-27", "C-24"}) {
    DeskDriver desk(snapshot);
    desk.console().set_view(View::map);
    desk.console().open_card(device);
    desk.frames(30);
    check(desk, data, std::string("card of ") + device);
  }
  for (const char* const area : {"top/site", "top/alarms", "top/agents", "top/rate", "top/sound", "top/open/critical",
                                 "wall/roomy", "wall/shelved", "strip/histogram", "panel/where", "panel/Shelve",
                                 "rail/Wall", "rail/Risk", "rail/theme", "rail/keys"}) {
    DeskDriver desk(snapshot);
    desk.console().select(2417);
    desk.frames(2);
    INFO(area);
    if (!desk.hover(area) && desk.hover("kept/0")) {  // it lies lower in the panel
      for (int k = 0; k < 6; ++k) desk.wheel(-1);
      desk.frames(30);
    }
    CHECK(desk.hover(area));
    desk.frames(60);
    check(desk, data, std::string("hint of ") + area);
  }
}
