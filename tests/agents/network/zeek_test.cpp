#include "agents/network/zeek.hpp"

#include <filesystem>
#include <map>

#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::network {
namespace {

using namespace wf::test;

std::unique_ptr<kit::Source> source_of(const std::string& path) {
  kit::SourceMade made = make_zeek(*kit::parse_source_spec("zeek:" + path));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

std::string header(const std::string& path, const std::string& fields = "ts\tuid",
                   const std::string& types = "time\tstring") {
  return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" + path +
         "\n#open\t2026-03-12-22-31-05\n#fields\t" + fields + "\n#types\t" + types + "\n";
}

std::string record(int number) { return std::to_string(1773354665 + number) + ".5\tC" + std::to_string(number) + "\n"; }

/// Reads what there is and gives the uids, in order.
std::vector<std::string> read(kit::Source& source, std::int64_t mono = 0) {
  Collected sink;
  const kit::Moment moment{1, mono};
  while (source.step(sink, moment)) {
  }
  std::vector<std::string> out;
  for (const Event& e : sink.events)
    out.push_back(std::string(e.logsource.service) + ":" + std::string(e.field("uid")));
  return out;
}

using Uids = std::vector<std::string>;

TEST_CASE("all logs of a folder are read, in both formats, and nothing else in it") {
  const TemporaryFolder folder;
  folder.write("conn.log", header("conn") + record(1));
  folder.write("dns.log", R"({"ts":1773354665.5,"uid":"C2","query":"www.example.org"})"
                          "\n");
  folder.write("conn.2026-03-12-21-00-00.log", header("conn") + record(0));
  folder.write("stderr.log", "listening on eth0\n");
  folder.write("loaded_scripts.txt", "x\n");
  const ReadOnce once = read_once(*source_of(folder.path().string()));
  CHECK(once.events.size() == 3);
  CHECK(once.status.refused == 0);
  CHECK(once.status.state == "ended");
  CHECK(once.events[0].source == "zeek:" + folder.path().string());
  // A first start that stays does not tell yesterday's events as news.
  auto source = source_of(folder.path().string());
  REQUIRE(source->start("", false, {}));
  CHECK(read(*source) == Uids{"conn:C1", "dns:C2"});
}

TEST_CASE("a log that is rotated is read to its end, and the new header counts") {
  const TemporaryFolder folder;
  folder.write("conn.log", header("conn") + record(1));
  auto source = source_of(folder.path().string());
  REQUIRE(source->start("", false, {}));
  CHECK(read(*source) == Uids{"conn:C1"});
  folder.append("conn.log", record(2));
  folder.rename("conn.log", "conn.2026-03-12-23-00-00.log");
  folder.append("conn.2026-03-12-23-00-00.log", record(3) + "#close\t2026-03-12-23-00-00\n");
  folder.write("conn.log", header("conn", "ts\tvlan\tuid", "time\tcount\tstring") + "1773354700.5\t7\tC4\n");
  CHECK(read(*source) == Uids{"conn:C2", "conn:C3", "conn:C4"});
  CHECK(source->status().refused == 0);
  // Another log begins later.
  folder.write("weird.log", header("weird") + record(5));
  CHECK(read(*source) == Uids{"weird:C5"});
  // One that is not begun anew after its rotation is no trouble.
  folder.rename("weird.log", "weird.2026-03-12-23-00-00.log");
  CHECK(read(*source).empty());
  CHECK(source->status().state == "running");
  CHECK(source->status().problem.empty());
}

TEST_CASE("a restart at any record, rotations in between, doubles and loses nothing") {
  const TemporaryFolder folder;
  std::string position;
  Uids all, expected;
  int number = 0;
  for (int run = 0; run < 12; ++run) {
    if (run % 4 == 0) {
      if (run > 0) folder.rename("conn.log", "conn.2026-03-12-0" + std::to_string(run / 4) + "-00-00.log");
      // The columns change places: who begins in the middle has to know the header that counts.
      folder.append("conn.log", run % 8 == 0 ? header("conn") : header("conn", "uid\tts", "string\ttime"));
    }
    const bool swapped = run / 4 % 2 == 1;
    for (int i = 0; i < 3; ++i) {
      const std::string uid = "C" + std::to_string(++number);
      folder.append("conn.log", swapped ? uid + "\t1773354665.5\n" : "1773354665.5\t" + uid + "\n");
      expected.push_back("conn:" + uid);
    }
    auto source = source_of(folder.path().string());
    REQUIRE(source->start(position, false, {}));
    Collected sink;
    sink.room = run % 3 == 2 ? 2 : 100;  // some runs end before all is read
    source->step(sink, {});
    for (const Event& e : sink.events) all.push_back("conn:" + std::string(e.field("uid")));
    CHECK(source->status().refused == 0);
    position = source->position();
  }
  auto source = source_of(folder.path().string());
  REQUIRE(source->start(position, false, {}));
  for (std::string& uid : read(*source)) all.push_back(uid);
  CHECK(all == expected);
}

TEST_CASE("a header in the middle of a file is found again after a restart") {
  const TemporaryFolder folder;
  folder.write("conn.log", header("conn") + record(1) + "#close\t2026-03-12-23-00-00\n" +
                               header("conn", "uid\tts", "string\ttime") + "C2\t1773354665.5\n");
  std::string position;
  {
    auto source = source_of(folder.path().string());
    REQUIRE(source->start("", false, {}));
    CHECK(read(*source) == Uids{"conn:C1", "conn:C2"});
    position = source->position();
  }
  folder.append("conn.log", "C3\t1773354666.5\n");
  auto source = source_of(folder.path().string());
  REQUIRE(source->start(position, false, {}));
  CHECK(read(*source) == Uids{"conn:C3"});
  CHECK(source->status().refused == 0);
}

TEST_CASE("one log by its path is followed alike, also before it is there") {
  const TemporaryFolder folder;
  auto source = source_of(folder.file("conn.log"));
  REQUIRE(source->start("", false, {}));
  CHECK(read(*source).empty());
  CHECK(source->status().state == "waiting");
  folder.write("conn.log", header("conn") + record(1));
  CHECK(read(*source, 2 * kSecond) == Uids{"conn:C1"});
  CHECK(source->status().state == "running");
}

TEST_CASE("a folder that comes later is read then") {
  const TemporaryFolder folder;
  auto source = source_of(folder.file("current"));
  REQUIRE(source->start("", false, {}));
  CHECK(read(*source).empty());
  CHECK(source->status().state == "waiting");
  CHECK(source->status().problem.find("no such file or folder") != std::string::npos);
  std::filesystem::create_directory(folder.path() / "current");
  folder.write("current/conn.log", header("conn") + record(1));
  CHECK(read(*source, 2 * kSecond) == Uids{"conn:C1"});
}

TEST_CASE("lines that cannot be used are counted and named with their file") {
  const TemporaryFolder folder;
  folder.write("conn.log", header("conn") + record(1) + "17\n\n" + record(2) + "soon\tC9\n");
  const ReadOnce once = read_once(*source_of(folder.path().string()));
  CHECK(once.events.size() == 2);
  CHECK(once.status.read == 8 + 4);
  CHECK(once.status.refused == 2);
  CHECK(once.status.problem.find(folder.file("conn.log") + ":13: 'soon' is not a time") == 0);
}

TEST_CASE("what is wrong with a zeek source is said in one line") {
  CHECK(problems_of(make_zeek(*kit::parse_source_spec("zeek:"))).find("needs the path") != std::string::npos);
  CHECK(problems_of(make_zeek(*kit::parse_source_spec("zeek:/x,tz=UTC"))).find("no option 'tz'") != std::string::npos);
  const TemporaryFolder folder;
  CHECK(source_of(folder.path().string())->check().empty());
  CHECK(source_of(folder.path().string())->remarks().size() == 1);
  CHECK(source_of(folder.file("none"))->check().size() == 1);
  const ReadOnce none = read_once(*source_of(folder.path().string()));
  CHECK(none.status.state == "failed");
  CHECK(none.status.problem.find("holds no log") != std::string::npos);
}

TEST_CASE("real logs of Zeek are all read") {
  const std::filesystem::path samples = std::filesystem::path(WF_SHARED_DATA) / "field/zeek";
  if (!std::filesystem::exists(samples)) {
    WARN("the sample logs are absent: not compared");
    return;
  }
  struct Sample {
    std::string file;
    std::size_t events;
    std::map<std::string, std::size_t> kinds;
    std::uint64_t refused = 0;
  };
  const std::vector<Sample> expected{
      {"json/notice.json", 207, {{"network.notice", 207}}},
      {"json/ssh.json", 22, {{"network.ssh", 22}}},
      {"tsv/notice.log", 207, {{"network.notice", 207}}},
      {"tsv/ssh.log", 22, {{"network.ssh", 22}}},
      {"mixed/dns.log", 32, {{"network.dns", 32}}},
      {"mixed/http.log", 40, {{"network.http", 40}}},
      {"mixed/small_conn.log", 20, {{"network.flow", 20}}},
      {"mixed/zeek.json", 33, {}, 1},  // its last record has no time
  };
  std::map<std::string, std::vector<Event>> events;
  for (const Sample& sample : expected) {
    ReadOnce once = read_once(*source_of((samples / sample.file).string()));
    INFO(sample.file << ": " << once.status.problem);
    CHECK(once.events.size() == sample.events);
    CHECK(once.status.refused == sample.refused);
    std::map<std::string, std::size_t> kinds;
    for (const Event& e : once.events) {
      ++kinds[e.kind];
      CHECK(e.time > 0);
    }
    if (!sample.kinds.empty()) CHECK(kinds == sample.kinds);
    events[sample.file] = std::move(once.events);
  }
  // The two forms of one log say the same.
  for (const char* log : {"notice", "ssh"}) {
    const std::vector<Event>& json = events["json/" + std::string(log) + ".json"];
    const std::vector<Event>& tsv = events["tsv/" + std::string(log) + ".log"];
    REQUIRE(json.size() == tsv.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      INFO(log << " " << i);
      CHECK(json[i].time == tsv[i].time);
      CHECK(json[i].kind == tsv[i].kind);
      for (const char* name : {"uid", "id.orig_h", "note", "msg", "sub", "src", "client", "server", "host_key",
                               "auth_success", "alert.title", "message", "src.ip", "dst.port"})
        CHECK(json[i].field(name) == tsv[i].field(name));
    }
  }
}

}  // namespace
}  // namespace wf::network
