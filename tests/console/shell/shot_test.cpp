#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "console/shell/shell.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using wf::shell::Feed;
using wf::shell::ShotOptions;

/// A folder of its own, removed at the end.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "wf-shot-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

Feed quiet_feed() {
  auto snapshot = std::make_shared<wf::Snapshot>();
  snapshot->estate = std::make_shared<wf::Estate>();
  snapshot->devices = std::make_shared<std::map<std::string, wf::DeviceState>>();
  snapshot->zone_people = std::make_shared<std::map<std::string, std::uint32_t>>();
  snapshot->now = 1'773'351'000 * wf::kSecond;
  Feed feed;
  feed.snapshot = [snapshot] { return snapshot; };
  feed.now = [snapshot] { return snapshot->now; };
  return feed;
}

std::string start_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(24, '\0');
  in.read(bytes.data(), 24);
  return bytes;
}

unsigned big_endian(const std::string& bytes, std::size_t at) {
  unsigned out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8U | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

}  // namespace

TEST_CASE("a picture of every view is drawn without a display, even of an empty engine") {
  const Folder folder;
  for (const auto view : {wf::ui::View::wall, wf::ui::View::map, wf::ui::View::agents, wf::ui::View::gallery}) {
    ShotOptions options;
    options.view = view;
    options.width = 1366;
    options.height = 768;
    options.out = (folder.path / ("view" + std::to_string(static_cast<int>(view)) + ".png")).string();
    const wf::Result<void> shot = wf::shell::shoot(options, quiet_feed());
    INFO((shot ? std::string() : shot.error().text()));
    REQUIRE(shot.ok());
    const std::string bytes = start_of(options.out);
    CHECK(bytes.substr(1, 3) == "PNG");
    CHECK(big_endian(bytes, 16) == 1366U);
    CHECK(big_endian(bytes, 20) == 768U);
    CHECK(fs::file_size(options.out) > 5000);  // more than one colour
  }
}

TEST_CASE("a picture that cannot be saved is one clear line, and leaves nothing behind") {
  ShotOptions options;
  options.width = 640;
  options.height = 400;
  options.out = "/nowhere/at/all.png";
  const wf::Result<void> shot = wf::shell::shoot(options, quiet_feed());
  REQUIRE(!shot.ok());
  CHECK(shot.error().where == "/nowhere/at/all.png");
  CHECK(!shot.error().to_do.empty());
}

TEST_CASE("a picture of a size that nobody can draw is refused") {
  ShotOptions options;
  options.width = 100'000;
  options.out = "unused.png";
  const wf::Result<void> shot = wf::shell::shoot(options, quiet_feed());
  REQUIRE(!shot.ok());
  CHECK(shot.error().text().find("100000×1080") != std::string::npos);
}

TEST_CASE("fonts that are named in the environment are found before the distribution's") {
  const Folder folder;
  std::ofstream(folder.path / "Inter-Regular.otf") << "x";
  ::setenv("WATCHFLOOR_FONTS", folder.path.c_str(), 1);
  std::string missing;
  const wf::ui::FontFiles files = wf::shell::find_fonts(missing);
  ::unsetenv("WATCHFLOOR_FONTS");
  CHECK(files.inter_regular == (folder.path / "Inter-Regular.otf").string());
}
