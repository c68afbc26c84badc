#include "agents/host/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "agents/host/file_baseline.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

// sha256sum of "one\n" and "two\n"
constexpr const char* kOne = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
constexpr const char* kTwo = "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a";

std::unique_ptr<kit::Source> files(const std::string& spec) {
  kit::SourceMade made = make_files(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

/// A source that runs over a made-up clock and real inotify.
struct Running {
  explicit Running(const std::string& spec, const std::string& position = {}) : source(files(spec)) {
    REQUIRE(source->start(position, false, moment));
    quiet();
  }
  void quiet() {
    while (source->step(sink, moment)) {
    }
  }
  /// What was done is told once it is settled; steps the clock by the source's own wish.
  std::vector<Event> told() {
    std::vector<pollfd> fds;
    source->add_fds(fds);
    REQUIRE(fds.size() == 1);
    REQUIRE(::poll(fds.data(), 1, 10'000) == 1);
    sink.events.clear();
    quiet();
    moment.mono += 2 * kSecond;
    moment.now += 2 * kSecond;
    quiet();
    return std::exchange(sink.events, {});
  }
  kit::Moment moment{UtcNs{4'000'000'000} * kSecond, kSecond};
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

std::map<std::string, std::string> actions(const std::vector<Event>& events, const fs::path& below) {
  std::map<std::string, std::string> out;
  for (const Event& e : events)
    out[fs::path(std::string(e.field("file.path"))).lexically_relative(below).string()] = e.field("file.action");
  return out;
}

TEST_CASE("the first start takes what there is for good, and then each change is told with both hashes") {
  const TemporaryFolder folder;
  folder.write("a", "one\n");
  Running run("files:" + folder.path().string());
  REQUIRE(run.sink.events.size() == 1);
  CHECK(run.sink.events[0].field("file.action") == "baseline");
  CHECK(run.sink.events[0].field("file.count") == "2");

  folder.write("a", "two\n");
  std::vector<Event> events = run.told();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == "host.file");
  CHECK(events[0].logsource == Logsource{"linux", "", "file_event"});
  CHECK(events[0].field("file.action") == "changed");
  CHECK(events[0].field("file.hash.sha256") == kTwo);
  CHECK(events[0].field("file.hash.sha256.before") == kOne);

  ::chmod(folder.file("a").c_str(), 04755);
  events = run.told();
  REQUIRE(events.size() == 1);
  CHECK(events[0].field("file.action") == "attributes");
  CHECK(events[0].field("file.mode") == "4755");
  CHECK(events[0].severity == 3);

  fs::create_directories(folder.path() / "deep/er");
  folder.write("deep/er/b", "one\n");
  CHECK(actions(run.told(), folder.path()) ==
        std::map<std::string, std::string>{{"deep", "created"}, {"deep/er", "created"}, {"deep/er/b", "created"}});
  folder.append("deep/er/b", "more");
  CHECK(actions(run.told(), folder.path()) == std::map<std::string, std::string>{{"deep/er/b", "changed"}});

  fs::create_symlink("/etc/passwd", folder.path() / "link");
  CHECK(actions(run.told(), folder.path()) == std::map<std::string, std::string>{{"link", "created"}});

  fs::remove_all(folder.path() / "deep");
  events = run.told();
  CHECK(actions(events, folder.path()) ==
        std::map<std::string, std::string>{{"deep", "deleted"}, {"deep/er", "deleted"}, {"deep/er/b", "deleted"}});
}

TEST_CASE("what changed while nobody looked is told at the next start, once, and what was only touched is not") {
  const TemporaryFolder folder;
  folder.write("gone", "x");
  folder.write("same", "one\n");
  folder.write("touched", "one\n");
  folder.write("other", "one\n");
  std::string position;
  {
    Running run("files:" + folder.path().string());
    position = run.source->position();
  }
  fs::remove(folder.path() / "gone");
  folder.write("touched", "one\n");
  folder.write("other", "two\n");
  folder.write("new", "one\n");
  const std::map<std::string, std::string> wanted{{"gone", "deleted"}, {"other", "changed"}, {"new", "created"}};
  {
    Running run("files:" + folder.path().string(), position);
    CHECK(actions(run.sink.events, folder.path()) == wanted);
    CHECK(run.sink.events.size() == 3);
    position = run.source->position();
  }
  Running again("files:" + folder.path().string(), position);
  CHECK(again.sink.events.empty());
}

TEST_CASE("a start that is cut short anywhere tells each change once all the same") {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) folder.write("f" + std::to_string(i), "one\n");
  std::string position;
  {
    Running run("files:" + folder.path().string());
    position = run.source->position();
  }
  for (int i = 0; i < 20; i += 2) folder.write("f" + std::to_string(i), "two\n");
  std::map<std::string, int> times;
  for (int start = 0; start < 40 && times.size() < 10; ++start) {
    auto source = files("files:" + folder.path().string());
    REQUIRE(source->start(position, false, {1, 1}));
    Collected sink;
    sink.room = 3;
    for (int i = 0; i < 50 && sink.events.size() < 3; ++i) source->step(sink, {1, 1});
    for (const Event& e : sink.events) ++times[std::string(e.field("file.path"))];
    position = source->position();
  }
  CHECK(times.size() == 10);
  for (const auto& [path, n] : times) CHECK(n == 1);
}

TEST_CASE("one file is watched by its folder, also when it is put in the place of another") {
  const TemporaryFolder folder;
  folder.write("hosts", "one\n");
  folder.write("beside", "x");
  Running run("files:" + folder.file("hosts"));
  CHECK(run.sink.events[0].field("file.count") == "1");
  folder.write("hosts.new", "two\n");
  folder.rename("hosts.new", "hosts");
  const std::vector<Event> events = run.told();
  REQUIRE(events.size() == 1);
  CHECK(events[0].field("file.hash.sha256") == kTwo);
}

TEST_CASE("a large file is hashed in slices, and other sources have their turn between") {
  const TemporaryFolder folder;
  folder.write("large", std::string(5U << 20U, 'a'));
  auto source = files("files:" + folder.path().string());
  REQUIRE(source->start("", true, {1, 1}));
  Collected sink;
  int turns = 1;
  while (source->step(sink, {1, 1})) ++turns;
  CHECK(turns >= 5);
  CHECK(source->status().state == "ended");
  FileBaseline baseline;
  REQUIRE(read_baseline_text(source->position(), baseline));
  // head -c 5242880 /dev/zero | tr '\0' a | sha256sum
  CHECK(hex(baseline.at(folder.file("large")).hash) ==
        "a29968fad2e782aa9f2040a35f05adb97ed8979eb1f572c8c8ea78637e275f3c");
}

TEST_CASE("no more files than allowed are watched, nor deeper, and that is said") {
  const TemporaryFolder folder;
  for (int i = 0; i < 10; ++i) folder.write("f" + std::to_string(i), "x");
  fs::create_directories(folder.path() / "a/b/c");
  folder.write("a/b/c/deep", "x");
  const std::string spec = "files:" + folder.path().string();
  Running few(spec + ",most=5");
  CHECK(few.sink.events[0].field("file.count") == "5");
  CHECK(few.source->status().problem.find("raise most=") != std::string::npos);
  CHECK(files(spec + ",most=5")->remarks().size() == 1);
  Running flat(spec + ",depth=1");
  FileBaseline baseline;
  REQUIRE(read_baseline_text(flat.source->position(), baseline));
  CHECK(baseline.count(folder.file("a/b")) == 1);
  CHECK(baseline.count(folder.file("a/b/c")) == 0);
}

TEST_CASE("what may not be read is said with the capability that it would need") {
  if (::geteuid() == 0) {
    WARN("runs as root, who may read everything: not tried");
    return;
  }
  const TemporaryFolder folder;
  folder.write("secret", "x");
  ::chmod(folder.file("secret").c_str(), 0);
  Running run("files:" + folder.path().string());
  CHECK(run.source->status().problem.find("CAP_DAC_READ_SEARCH") != std::string::npos);
  CHECK(files("files:" + folder.path().string())->remarks().at(0).find("CAP_DAC_READ_SEARCH") != std::string::npos);
}

TEST_CASE("a baseline is the same when it is read again, whatever names its files have, and damage is noticed") {
  FileBaseline baseline;
  for (const std::string& path :
       {std::string("/a"), std::string("/a b"), std::string("/a\nb 1 2"), std::string("/a\xff\x01")}) {
    FileState f;
    f.mode = 0100644;
    f.uid = 4'000'000'000;
    f.size = 77;
    f.inode = 1;
    f.changed = -5;
    f.hashed = path.size() % 2 == 0;
    if (f.hashed) f.hash.fill(static_cast<std::uint8_t>(path.size()));
    baseline[path] = f;
  }
  const std::string text = baseline_text(baseline);
  FileBaseline read;
  REQUIRE(read_baseline_text(text, read));
  CHECK(baseline_text(read) == text);
  CHECK(read.size() == 4);
  for (std::size_t i = 0; i < text.size(); ++i)
    (void)read_baseline_text(text.substr(0, i) + "\n" + text.substr(i + 1), read);
  for (std::size_t i = 3; i + 1 < text.size(); ++i)
    if (text[i] != '\n') CHECK_FALSE((read_baseline_text(text.substr(0, i), read) && read.size() == 4));
}

TEST_CASE("what is wrong with a files source is said") {
  const auto problems = [](const char* spec) { return problems_of(make_files(*kit::parse_source_spec(spec))); };
  CHECK(problems("files:").find("needs paths") != std::string::npos);
  CHECK(problems("files:etc").find("no absolute path") != std::string::npos);
  CHECK(problems("files:/etc,most=100000").find("from 1 to 5000") != std::string::npos);
  CHECK(files("files:/etc:/does/not/exist")->check().size() == 1);
}

}  // namespace
}  // namespace wf::host
