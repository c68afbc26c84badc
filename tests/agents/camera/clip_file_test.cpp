// The source on files of clips: presence with a clip's own times, stills and masks.
#include <turbojpeg.h>

#include <fstream>
#include <map>

#include "agents/camera/rtsp.hpp"
#include "agents/camera/stills.hpp"
#include "agents/kit/spool/attachments.hpp"
#include "tests/agents/camera/clips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::camera {
namespace {

using namespace wf::test;

/// Keeps what is attached.
class Kept final : public kit::AttachmentSink {
 public:
  [[nodiscard]] std::uint64_t most_bytes() const override { return 16U << 20U; }
  [[nodiscard]] Result<std::string> add(std::string_view content) override {
    kit::AttachmentHash hash;
    hash.add(content);
    std::string name = hash.hex();
    contents[name] = content;
    return name;
  }
  [[nodiscard]] Result<std::string> add_file(int) override { return Error{"no files here", "", ""}; }
  std::map<std::string, std::string> contents;
};

struct Grey {
  int width = 0, height = 0;
  std::vector<std::uint8_t> points;
  [[nodiscard]] int at(double x, double y) const {
    return points[static_cast<std::size_t>(static_cast<int>(y * height) * width + static_cast<int>(x * width))];
  }
};

Grey decoded(const std::string& jpeg) {
  Grey out;
  tjhandle const handle = tjInitDecompress();
  const auto* const bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  int chroma = 0, space = 0;
  REQUIRE(tjDecompressHeader3(handle, bytes, jpeg.size(), &out.width, &out.height, &chroma, &space) == 0);
  out.points.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
  REQUIRE(tjDecompress2(handle, bytes, jpeg.size(), out.points.data(), out.width, 0, out.height, TJPF_GRAY, 0) == 0);
  tjDestroy(handle);
  return out;
}

ReadOnce watch(const std::string& spec, kit::AttachmentSink* sink = nullptr) {
  kit::SourceMade made = make_rtsp(*kit::parse_source_spec("rtsp:" + spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  made.source->set_attachments(sink);
  return read_once(*made.source);
}

Clip clip_of(const std::string& name) {
  for (Clip& clip : clips())
    if (clip.name == name) return clip;
  FAIL("there is no clip " << name);
  return {};
}

TEST_CASE("a file of a clip is watched to its end, and events have the clip's times") {
  TemporaryFolder folder;
  const std::string file = folder.file("walks.y4m");
  write_clip(clip_of("walks"), file);
  const ReadOnce read = watch(file + ",device=yard,begin=2026-03-12T22:00:00Z");
  INFO(read.status.problem);
  CHECK(read.status.state == "ended");
  CHECK(read.status.read == 160);
  REQUIRE(read.events.size() == 2);
  const Event &began = read.events[0], &ended = read.events[1];
  CHECK(began.kind == "camera.motion");
  CHECK(began.field("camera.id") == "yard");
  CHECK(std::stod(std::string(began.field("clip.seconds"))) == Approx(12.5).margin(1));
  CHECK(format_rfc3339(began.time / kSecond * kSecond) == "2026-03-12T22:00:12Z");
  CHECK(std::stod(std::string(began.field("confidence"))) > 0.5);
  CHECK(ended.kind == "camera.motion_end");
  CHECK(std::stod(std::string(ended.field("clip.seconds"))) == Approx(21.75).margin(1));
  CHECK(std::stod(std::string(ended.field("presence.seconds"))) == Approx(9.25).margin(1.5));
}

TEST_CASE("zones are watched each by itself, what is masked is not, and who stays is told once more") {
  TemporaryFolder folder;
  const std::string file = folder.file("stands.y4m");
  write_clip(clip_of("comes-back"), file);
  // Somebody stands at the middle, then at 0.3 of the width, with the feet at 0.85 of the height.
  const std::string view = folder.write("view.yaml", R"(
v: 1
zones:
  - {name: Middle, outline: [[0.4, 0], [0.6, 0], [0.6, 1], [0.4, 1]], place: U-7, loiter: 8s}
  - {name: Third, outline: [[0.22, 0], [0.38, 0], [0.38, 1], [0.22, 1]]}
  - {name: Sky, outline: [[0, 0], [1, 0], [1, 0.2], [0, 0.2]]}
  - {name: Masked, outline: [[0.9, 0], [1, 0], [1, 1], [0.9, 1]]}
masks: [[[0.8, 0], [1, 0], [1, 1], [0.8, 1]]]
)");
  std::map<std::string, std::string, std::less<>> told;
  for (const Event& event : watch(file + ",view=" + view).events) {
    told[std::string(event.field("zone"))] += event.kind.substr(7) + " ";
    if (event.field("zone") == "Middle") CHECK(event.field("zone.id") == "U-7");
  }
  // Both times somebody goes through the third and the middle.
  CHECK(told["Middle"].starts_with("motion loitering motion_end "));
  CHECK(told["Third"].find("motion motion_end ") != std::string::npos);
  CHECK_FALSE(told.contains("Sky"));
  CHECK_FALSE(told.contains("Masked"));
}

TEST_CASE("stills of before, at and after come with the event, small, captioned, with what is masked painted over") {
  TemporaryFolder folder;
  const std::string file = folder.file("walks.y4m");
  write_clip(clip_of("walks"), file);
  const std::string view = folder.write("view.yaml", R"(
v: 1
zones: [{name: Yard}]
masks: [[[0.8, 0], [1, 0], [1, 0.3], [0.8, 0.3]]]
stills: {before: 2s, after: 2s, width: 200, kib: 16}
)");
  Kept kept;
  const ReadOnce read = watch(file + ",device=yard,view=" + view + ",begin=2026-03-12T22:00:00Z", &kept);
  // The event is told with what there is, and the last still follows.
  REQUIRE(read.events.size() == 3);
  const Event& later = read.events[1];
  CHECK(later.kind == "camera.still");
  CHECK(later.field("still.of") == "camera.motion");
  CHECK(later.field("camera.id") == "yard");
  CHECK(later.time == read.events[0].time);
  std::vector<std::string> whiches;
  std::vector<Grey> pictures;
  std::vector<Field> fields = read.events[0].fields;
  CHECK(std::count_if(fields.begin(), fields.end(), [](const Field& f) { return f.name == "attachment"; }) == 2);
  fields.insert(fields.end(), later.fields.begin(), later.fields.end());
  for (const Field& field : fields) {
    if (field.name != "attachment") continue;
    REQUIRE(kept.contents.contains(field.value));
    const std::string& jpeg = kept.contents[field.value];
    CHECK(jpeg.size() <= 16U << 10U);
    pictures.push_back(decoded(jpeg));
    const std::size_t which = jpeg.find("\nwhich ");
    REQUIRE(which != std::string::npos);
    whiches.push_back(jpeg.substr(which + 7, jpeg.find('\n', which + 1) - which - 7));
    CHECK(jpeg.find("camera yard\n") != std::string::npos);
    CHECK(jpeg.find("time 2026-03-12T22:00:1") != std::string::npos);
  }
  CHECK(whiches == std::vector<std::string>{"before", "at", "after"});
  CHECK(read.events[2].field("attachment").empty());
  REQUIRE(pictures.size() == 3);
  for (const Grey& one : pictures) {
    CHECK(one.width == 160);
    CHECK(one.height == 90);
    // The flag is behind the mask, the wall beside it is not.
    for (const double x : {0.82, 0.86, 0.9, 0.98}) CHECK(std::abs(one.at(x, 0.15) - 96) < 6);
    CHECK(std::abs(one.at(0.5, 0.1) - 96) > 40);
  }
  // After two seconds somebody is well in the picture, where nobody was before.
  int changed = 0;
  for (std::size_t i = 0; i < pictures[0].points.size(); ++i)
    changed += std::abs(pictures[0].points[i] - pictures[2].points[i]) > 40 ? 1 : 0;
  CHECK(changed > 100);
}

TEST_CASE("other sources' events about a camera get its stills, within the rate, and what is too old none") {
  View::Stills wanted;
  wanted.wanted = true;
  wanted.per_minute = 3;
  Kept kept;
  Event event;
  event.kind = "camera.object";
  event.add("camera.id", "yard");
  event.time = 100 * kSecond;
  attach_stills(event, event.time, &kept);
  CHECK(event.field("attachment").empty());
  Stills stills("yard", wanted);
  for (int i = 80; i <= 101; ++i) stills.add(i * kSecond, std::string("\xff\xd8") + std::to_string(i) + "\xff\xd9");
  CHECK(stills.size() == 11);  // two seconds before and after, and six in which an event may come late
  const auto names = [](const Event& of) {
    return std::count_if(of.fields.begin(), of.fields.end(), [](const Field& f) { return f.name == "attachment"; });
  };
  Event old = event, over = event, second = event;
  attach_stills(event, 101 * kSecond, &kept);
  CHECK(names(event) == 3);
  CHECK(event.field("attachment.problem").empty());
  attach_stills(second, 102 * kSecond, &kept);
  CHECK(names(second) == 0);
  CHECK(second.field("attachment.problem") == "more than 3 stills a minute");
  attach_stills(over, 162 * kSecond, &kept);
  CHECK(names(over) == 3);
  old.time = 50 * kSecond;
  attach_stills(old, 300 * kSecond, &kept);
  CHECK(names(old) == 0);
  CHECK(old.field("attachment.problem").empty());
}

TEST_CASE("stills are bounded in memory, and a clock that was set back hides none") {
  View::Stills wanted;
  Stills stills("x", wanted);
  for (int i = 0; i < 10; ++i) stills.add(i * kSecond, std::string(1U << 20U, 'x'));
  CHECK(stills.size() == Stills::kMostBytes >> 20U);
  CHECK(stills.newest() == 9 * kSecond);
  stills.add(3 * kSecond, "y");
  CHECK(stills.newest() == 3 * kSecond);
}

TEST_CASE("pictures of red, green and blue are watched like those of brightness, and small ones too") {
  TemporaryFolder folder;
  Clip clip = clip_of("walks");
  // Pictures one after the other, 25 a second; somebody comes in after 12 s of the clip.
  const auto film = [&](const std::string& name, int by) {
    std::ofstream out(folder.file(name), std::ios::binary);
    for (int i = 0; i < 8 * 25; ++i) {
      const std::vector<std::uint8_t> grey = draw(clip, 8 + i / 25.0);
      out << "P6\n" << kClipWidth / by << " " << kClipHeight / by << "\n255\n";
      for (int y = 0; y < kClipHeight; y += by)
        for (int x = 0; x < kClipWidth; x += by)
          for (int part = 0; part < 3; ++part)
            out.put(static_cast<char>(grey[static_cast<std::size_t>(y * kClipWidth + x)]));
    }
    return folder.file(name);
  };
  for (const int by : {1, 4}) {
    const ReadOnce read = watch(film("film", by) + ",device=yard");
    INFO(by << " " << read.status.problem);
    CHECK(read.status.state == "ended");
    CHECK(read.status.read >= 35);
    REQUIRE_FALSE(read.events.empty());
    CHECK(read.events[0].kind == "camera.motion");
    CHECK(std::stod(std::string(read.events[0].field("clip.seconds"))) == Approx(4.5).margin(1));
  }
}

TEST_CASE("a file that is none, or has no video, is said to be so") {
  TemporaryFolder folder;
  const std::string text = folder.write("text.mp4", "this is no film");
  for (const std::string& file : {text, folder.file("absent.mp4")}) {
    const ReadOnce read = watch(file);
    CHECK(read.status.state == "failed");
    INFO(read.status.problem);
    CHECK(read.status.problem.find(file) != std::string::npos);
    CHECK(read.events.empty());
  }
  CHECK(problems_of(make_rtsp(*kit::parse_source_spec("rtsp:a.mp4,begin=yesterday"))).find("is no time") !=
        std::string::npos);
  CHECK(problems_of(make_rtsp(*kit::parse_source_spec("rtsp:a.mp4,view=/absent.yaml"))).find("/absent.yaml") !=
        std::string::npos);
}

}  // namespace
}  // namespace wf::camera
