// What outlives a console: the file that keeps it, whatever happened to it.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "console/shell/kept_file.hpp"
#include "console/shell/kept_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;
using shell::Kept;
using shell::KeptFile;

namespace {

namespace fs = std::filesystem;
constexpr const char* kSeat = "/var/lib/watchfloor";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A file in a folder of its own, and what was said about it.
struct Place {
  Place() : file(folder.path() / "state" / "watchfloor" / "console.json") {}
  [[nodiscard]] std::unique_ptr<KeptFile> open(const std::string& seat = kSeat) {
    return std::make_unique<KeptFile>(file, seat, [this](const std::string& line) {
      const std::lock_guard hold(mutex);
      said.push_back(line);
    });
  }
  void put(const std::string& text) const {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void write(const Kept& kept, const std::string& seat = kSeat) {
    const auto f = open(seat);
    f->keep(kept);
  }
  [[nodiscard]] Kept read(const std::string& seat = kSeat) { return Kept(open(seat)->start()); }

  test::TemporaryFolder folder;
  fs::path file;
  std::mutex mutex;
  std::vector<std::string> said;
};

Kept some() {
  Kept k;
  k.comfort = {ui::Theme::light, 1.25F, true, true, 0.4F};
  k.comfort.filters = {{"Gates at night", {ui::Filter::Base::unacknowledged, "hq", 0, 2, "P-7"}, "A. Smit"},
                       {"Shelf", {ui::Filter::Base::shelved, "", -1, -1, ""}, ""}};
  shell::WindowKept w;
  w.memory.view = ui::View::map;
  w.memory.incident = 42;
  w.memory.opened = 1764043000000000000;
  w.memory.site = "hq";
  w.memory.level = "hq-2";
  w.memory.pane = {false, true, false, 12.5F, -3.25F, 14, {true, true, false, true}};
  w.memory.full = {true, true, true, 0, 0, 1, {false, false, true, false}};
  w.memory.filter = {ui::Filter::Base::mine, "hq", 1, 3, "P-7"};
  w.memory.filter_person_name = "A. Smit";
  w.memory.drafts = {{42, 1764043000000000000, "Guard says “the door” was wedged"}};
  w.memory.form = {"call", 0, 0, "Reception", "Lobby", "A man asks"};
  w.place = {"HDMI-1", 0, 0, 40, 60, 1366, 768, false};
  k.windows = {w};
  k.muted_until = 1764043500000000000;
  shell::WindowKept wall, map;
  wall.place = {"HDMI-1", 0, 0, 10, 20, 1200, 800, false};
  map.memory.view = ui::View::map;
  map.place = {"DP-2", 1920, 0, 0, 0, 1920, 1080, true};
  k.arrangements["night"] = {wall, map};
  return k;
}

}  // namespace

TEST_CASE("What is kept is read as it was written") {
  Place p;
  p.write(some());
  CHECK(p.read() == some());
  CHECK(p.said.empty());
  Kept german = some();
  german.comfort.language = "de";
  p.write(german);
  CHECK(p.read() == german);
}

TEST_CASE("A file of the first release is read in full") {
  Place p;
  p.put(text_of(WF_SOURCE_DIR "/tests/golden/console-v1.json"));
  Kept then = some();
  then.comfort.filters.clear();  // they came later
  CHECK(p.read() == then);
  CHECK(p.said.empty());
}

TEST_CASE("Only its owner may read what is kept, and no half of it is ever there under its name") {
  Place p;
  p.write(some());
  struct stat s {};
  REQUIRE(::stat(p.file.c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0600);
  REQUIRE(::stat(p.file.parent_path().c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0700);
  CHECK_FALSE(fs::exists(p.file.string() + ".new"));
}

TEST_CASE("A file that is missing is a console that was never used, and nothing to say") {
  Place p;
  CHECK(p.read() == Kept{});
  CHECK(p.said.empty());
}

TEST_CASE("A damaged file is one line, kept aside, and the usual") {
  const std::string bytes("\x00\xff\xfe", 3);
  for (const std::string& text : std::vector<std::string>{"{", "[]", "null", "{}", "{\"v\": \"one\"}", "{\"v\": 0}",
                                                          bytes, "{\"v\": 1} and more"}) {
    Place p;
    p.put(text);
    INFO(text);
    CHECK(p.read() == Kept{});
    REQUIRE(p.said.size() == 1);
    CHECK(p.said[0].find('\n') == std::string::npos);
    CHECK(p.said[0].find("is damaged") != std::string::npos);
    CHECK(text_of(p.file.string() + ".damaged") == text);
    p.write(some());
    CHECK(p.read() == some());
  }
}

TEST_CASE("A file of a newer release is one line, the usual, and stays as it is") {
  Place p;
  const std::string newer = R"({"v": 2, "comfort": {"theme": "sepia"}})";
  p.put(newer);
  {
    const auto f = p.open();
    CHECK(f->start() == Kept{});
    CHECK_FALSE(f->problem().empty());
    f->keep(some());
    f->flush();
  }
  CHECK(p.said.size() == 1);
  CHECK(text_of(p.file) == newer);
}

TEST_CASE("Fields of the wrong type, out of bounds or unknown spoil nothing else") {
  Place p;
  p.put(
      R"({"v": 1, "comfort": {"theme": 7, "zoom": 99, "density": [], "volume": -1, "motion": "reduced", "smell": "roses"},
    "arrangements": {"a": 3, "b": [], "c": [{"view": "no such view", "place": {"x": 1e30, "width": 100, "height": "much"}}]},
    "seats": {"/var/lib/watchfloor": {"muted_until": "soon", "windows": [7, {"view": "agents", "incident": -3,
      "filter": {"domain": 9, "priority": "high"}, "pane": {"fitted": false, "scale": 0}, "drafts": {"a": 1}}]}}})");
  const Kept k = p.read();
  CHECK(p.said.empty());
  CHECK(k.comfort.theme == ui::Theme::dark);
  CHECK(k.comfort.zoom == 1.0F);
  CHECK(k.comfort.reduce_motion);
  CHECK(k.comfort.volume == ui::Comfort{}.volume);
  CHECK(k.arrangements.size() == 1);
  CHECK(k.arrangements.at("c")[0].memory.view == ui::View::wall);
  CHECK_FALSE(k.arrangements.at("c")[0].place.known());
  REQUIRE(k.windows.size() == 1);
  CHECK(k.windows[0].memory.view == ui::View::agents);
  CHECK(k.windows[0].memory.incident == 0);
  CHECK(k.windows[0].memory.filter == ui::Filter{});
  CHECK(k.windows[0].memory.pane.fitted);
  // What nobody knows is left alone.
  Kept next = k;
  next.comfort.compact = true;
  p.write(next);
  CHECK(text_of(p.file).find("roses") != std::string::npos);
}

TEST_CASE("No bytes make the reader fail") {
  const std::string good = text_of(WF_SOURCE_DIR "/tests/golden/console-v1.json");
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 dice(seed);
    std::string bad = good;
    for (unsigned n = dice() % 8; n <= 8; ++n) bad[dice() % bad.size()] = static_cast<char>(dice());
    if (seed % 3 == 0) bad.resize(dice() % bad.size());
    const nlohmann::json read = nlohmann::json::parse(bad, nullptr, false);
    if (!read.is_discarded()) (void)shell::kept_of(read, kSeat);
  }
  SUCCEED();
}

TEST_CASE("A place that cannot be written is one line, told in the settings, and tried again") {
  Place p;
  std::ofstream(p.folder.path() / "state") << "not a folder";
  const auto f = p.open();
  for (int i = 0; i < 3; ++i) {
    f->keep(some());
    f->flush();
  }
  CHECK(p.said.size() == 1);
  CHECK(p.said[0].find("cannot be written") != std::string::npos);
  CHECK(f->problem() == p.said[0]);
  fs::remove(p.folder.path() / "state");
  f->keep(some());
  f->flush();
  CHECK(f->problem().empty());
  CHECK(p.read() == some());
}

TEST_CASE("Two consoles that share the file keep what the other one changed") {
  Place p;
  p.write(some());
  const auto a = p.open("ipc:///a"), b = p.open("ipc:///b");
  Kept of_a = a->start(), of_b = b->start();
  of_a.comfort.zoom = 2;
  of_a.windows.emplace_back();
  of_a.windows.back().memory.drafts = {{7, 1, "of a"}};
  a->keep(of_a);
  a->flush();
  of_b.comfort.theme = ui::Theme::dark;
  of_b.arrangements["day"] = of_b.arrangements["night"];
  of_b.arrangements.erase("night");
  of_b.windows.emplace_back();
  of_b.windows.back().memory.drafts = {{7, 1, "of b"}};
  b->keep(of_b);
  b->flush();
  const Kept now = p.read("ipc:///c");
  CHECK(now.comfort.zoom == 2.0F);
  CHECK(now.comfort.theme == ui::Theme::dark);
  CHECK(now.arrangements.size() == 1);
  CHECK(now.arrangements.count("day") == 1);
  const nlohmann::json file = nlohmann::json::parse(text_of(p.file));
  CHECK(shell::kept_of(file, "ipc:///a").windows == of_a.windows);
  CHECK(shell::kept_of(file, "ipc:///b").windows == of_b.windows);
  CHECK(shell::kept_of(file, kSeat).windows == some().windows);
}

TEST_CASE("Two consoles at one seat at the same time do not overwrite each other's notes") {
  Place p;
  {
    const auto a = p.open(), b = p.open();
    for (auto* f : {a.get(), b.get()}) {
      Kept k = f->start();
      k.windows.resize(1);
      k.windows[0].memory.drafts = {{7, 1, f == a.get() ? "of the first" : "of the second"}};
      f->keep(k);
      f->flush();
    }
  }
  const auto a = p.open(), b = p.open();
  REQUIRE(a->start().windows.size() == 1);
  CHECK(a->start().windows[0].memory.drafts[0].note == "of the first");
  REQUIRE(b->start().windows.size() == 1);
  CHECK(b->start().windows[0].memory.drafts[0].note == "of the second");
}

TEST_CASE("A file that vanished or was damaged while the console ran is written whole again") {
  for (const bool damaged : {false, true}) {
    Place p;
    const auto f = p.open();
    f->keep(some());
    f->flush();
    damaged ? p.put("{\"v\": 1, ") : static_cast<void>(fs::remove(p.file));
    Kept next = some();
    next.comfort.zoom = 2;
    f->keep(next);
    f->flush();
    CHECK(p.read("another").comfort.zoom == 2.0F);
    CHECK(shell::kept_of(nlohmann::json::parse(text_of(p.file)), kSeat) == next);
  }
}

TEST_CASE("Of many seats those that were used last are kept") {
  nlohmann::json file{{"v", 1}, {"seats", nlohmann::json::object()}};
  for (int i = 0; i < 40; ++i) file["seats"]["seat " + std::to_string(i)] = {{"used", 1000 + (i * 7) % 40}};
  shell::forget_old_seats(file);
  CHECK(file["seats"].size() == shell::kMostSeats);
  for (const auto& [name, seat] : file["seats"].items()) CHECK(seat["used"].get<int>() >= 1000 + 40 - 16);
}

TEST_CASE("Without a file nothing is kept and nothing is said") {
  int said = 0;
  KeptFile f({}, kSeat, [&](const std::string&) { ++said; });
  f.keep(some());
  f.flush();
  CHECK(f.start() == Kept{});
  CHECK(said == 0);
}

TEST_CASE("The file lies where the XDG specification puts it, or nowhere") {
  const auto with = [](const char* state, const char* home) {
    state == nullptr ? ::unsetenv("XDG_STATE_HOME") : ::setenv("XDG_STATE_HOME", state, 1);
    home == nullptr ? ::unsetenv("HOME") : ::setenv("HOME", home, 1);
    return shell::usual_kept_file().string();
  };
  const std::string home = ::getenv("HOME") == nullptr ? "" : ::getenv("HOME");
  CHECK(with("/state", "/home/guard") == "/state/watchfloor/console.json");
  CHECK(with("state", "/home/guard") == "/home/guard/.local/state/watchfloor/console.json");
  CHECK(with(nullptr, "/home/guard") == "/home/guard/.local/state/watchfloor/console.json");
  CHECK(with(nullptr, nullptr).empty());
  if (!home.empty()) ::setenv("HOME", home.c_str(), 1);
}
