// Stills in the incident panel: asked for once, drawn as they come, and what cannot be drawn says so.
#include <imgui.h>

#include <map>
#include <string>

#include "console/ui/draw/pictures.hpp"
#include "console/ui/incident/still_caption.hpp"
#include "tests/console/ui/desk_driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_snapshot.hpp"

using namespace wf;
using namespace wf::ui;

namespace {

constexpr std::uint64_t kForced = 2417;  // three stills, a clip on its way, one given up

/// Draws nothing, and decodes what says "good".
class FakePictures final : public Pictures {
 public:
  PictureLook look(const std::string& name, const std::shared_ptr<const AttachmentContent>& content) override {
    ++looked[name];
    PictureLook out;
    if (wait) return out;
    if (content->bytes != "good" && !content->bytes.starts_with("\xff\xd8")) {
      out.state = PictureLook::State::broken;
      out.why = "no JPEG: " + content->bytes;
      return out;
    }
    out.state = PictureLook::State::there;
    out.width = 640;
    out.height = 360;
    return out;
  }
  std::map<std::string, int> looked;
  bool wait = false;
};

QueryPage content(const std::string& bytes) {
  QueryPage page;
  page.attachment = std::make_shared<const AttachmentContent>(AttachmentContent{bytes, "image/jpeg"});
  return page;
}

struct Bench {
  Bench() : d(sample::night()) {
    d.input.pictures = &pictures;
    d.answer_by([this](const Query& q) {
      if (q.what != Query::What::attachment) return QueryPage{};
      ++asked[q.where];
      return answer;
    });
    d.console().select(kForced);
  }
  FakePictures pictures;
  DeskDriver d;
  std::map<std::string, int> asked;
  QueryPage answer = content("good");
};

}  // namespace

TEST_CASE("The stills of an incident are asked for once each and drawn, the newest large") {
  Bench b;
  b.d.frames(30);
  CHECK(b.asked.size() == 3);
  for (const auto& [hash, times] : b.asked) CHECK(times == 1);
  CHECK(b.pictures.looked.size() == 3);
  CHECK(b.d.has("still/large"));
  CHECK(b.d.wrote("hv-07, JPEG, 388.8 KiB"));
  CHECK(b.d.wrote("arriving, 61 %"));  // what cannot be drawn is told as before
  CHECK_FALSE(b.d.wrote("Fetching"));
  REQUIRE(b.d.click("still/3f9c2a77e01b"));
  b.d.frames(2);
  CHECK(b.d.wrote("C-27, JPEG, 411.9 KiB"));
}

TEST_CASE("A still that says when it was taken, and whether that was before its event, is shown with it") {
  const std::string said = "watchfloor still 1\ntime 2026-03-12T21:05:06.123Z\ncamera C-27\nwhich before\n";
  Bench b;
  b.answer = content(std::string("\xff\xd8\xff\xfe\x00", 5) + static_cast<char>(said.size() + 2) + said + "\xff\xda");
  b.d.frames(30);
  CHECK(b.d.wrote("C-27, before the event"));
  REQUIRE(b.d.click("still/large"));
  b.d.frames(2);
  CHECK(b.d.wrote("C-27, before the event, JPEG, 388.8 KiB"));
}

TEST_CASE("A caption is read from a JPEG's comment, and from nothing else") {
  const auto comment = [](const std::string& text) {
    return std::string("\xff\xfe") + static_cast<char>((text.size() + 2) >> 8U) +
           static_cast<char>((text.size() + 2) & 0xffU) + text;
  };
  const std::string good = "watchfloor still 1\ntime 2026-03-12T21:05:06.123Z\ncamera gate\x1b[2J\nwhich after\n";
  const std::string start = "\xff\xd8", app("\xff\xe0\x00\x04"
                                            "ab",
                                            6);
  const auto read = read_still_caption(start + app + comment("other") + comment(good) + "\xff\xda");
  REQUIRE(read);
  CHECK(read->which == StillCaption::Which::after);
  CHECK(format_rfc3339(read->time) == "2026-03-12T21:05:06.123Z");
  CHECK(read->camera.find('\x1b') == std::string::npos);
  const std::string whole = start + comment(good);
  CHECK(read_still_caption(whole));
  for (std::size_t cut = 0; cut < whole.size(); ++cut) CHECK_FALSE(read_still_caption(whole.substr(0, cut)));
  for (const std::string& bad :
       {std::string(), std::string("\x89PNG"), start + "\xff\xda" + comment(good), start + comment(good.substr(1)),
        start + comment("watchfloor still 1\ntime yesterday\nwhich at\n"),
        start + comment("watchfloor still 1\ntime 2026-03-12T21:05:06Z\nwhich soon\n"),
        start + std::string("\xff\xe0\x00\x00", 4) + comment(good)})
    CHECK_FALSE(read_still_caption(bad));
}

TEST_CASE("A still is shown large over everything, with its neighbours by arrow, and Escape takes it away alone") {
  Bench b;
  b.d.frames(10);
  REQUIRE(b.d.click("still/large"));
  b.d.frames(2);
  REQUIRE(b.d.has("still/box"));
  CHECK(b.d.wrote("3 of 3"));
  b.d.press(Key::left);
  b.d.frames(2);
  CHECK(b.d.wrote("2 of 3"));
  b.d.press(Key::left);
  b.d.press(Key::left);  // the first has none before it
  b.d.frames(2);
  CHECK(b.d.wrote("1 of 3"));
  CHECK(b.d.wrote("watchfloor attachment get 91c3e07a5b2d"));
  b.d.type("w");  // a view's key does nothing below it
  CHECK(b.d.has("still/box"));
  b.d.press(Key::escape);
  b.d.frames(2);
  CHECK_FALSE(b.d.has("still/box"));
  CHECK(b.d.look().selection.incident == kForced);
  CHECK(b.d.commands().empty());
}

TEST_CASE("What cannot be drawn says why, and a click asks once more") {
  Bench b;
  SECTION("the engine has it no more") {
    b.answer = {};
    b.answer.error = "attachments: it was removed";
    b.d.frames(10);
    CHECK(b.d.wrote("It cannot be drawn"));
    CHECK(b.d.wrote("it was removed"));
    b.answer = content("good");
    REQUIRE(b.d.click("still/large"));
    b.d.frames(10);
    CHECK_FALSE(b.d.wrote("It cannot be drawn"));
    CHECK_FALSE(b.d.has("still/box"));
  }
  SECTION("it is no picture") {
    b.answer = content("rubbish");
    b.d.frames(10);
    CHECK(b.d.wrote("no JPEG: rubbish"));
  }
  SECTION("nobody answers") {
    b.d.answer_by({});
    b.d.frames(10);
    CHECK(b.d.wrote("Fetching"));
    b.d.frames(2, 11);
    CHECK(b.d.wrote("The engine has not answered"));
  }
  SECTION("it is still being decoded") {
    b.pictures.wait = true;
    b.d.frames(10);
    CHECK(b.d.wrote("Fetching"));
    b.pictures.wait = false;
    b.d.frames(2);
    CHECK_FALSE(b.d.wrote("Fetching"));
  }
}
