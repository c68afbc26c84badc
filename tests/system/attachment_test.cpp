#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "console/seat/remote_seat.hpp"
#include "console/store/content_hash.hpp"
#include "console/store/store.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kMapping = R"(
v: 1
format: csv
time: {column: Time, format: rfc3339}
fields: {door.id: Door}
attach: {path: [Still, Clip]}
kinds: [{when: {Event: Denied}, kind: access.denied}]
)";

/// Bytes that do not repeat, behind the first bytes of a JPEG or an MP4.
std::string content(std::size_t bytes, std::uint64_t seed, bool clip = false) {
  std::string out = clip ? std::string(
                               "\0\0\0\x20"
                               "ftypisom",
                               12)
                         : std::string("\xff\xd8\xff\xe0");
  out.reserve(bytes + 8);
  for (std::uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1; out.size() < bytes;) {
    state ^= state << 13U, state ^= state >> 7U, state ^= state << 17U;
    out.append(reinterpret_cast<const char*>(&state), sizeof state);
  }
  out.resize(bytes);
  return out;
}

std::string name_of(const std::string& bytes) {
  wf::store::ContentHash hash;
  hash.add(bytes);
  return hash.hex();
}

/// An engine, and a door agent whose export names pictures; both can be killed and started again.
struct House {
  explicit House(int limit_mib = 256) {
    std::filesystem::create_directories(scratch.path() / "stills");
    write_text(scratch / "door.yaml", kMapping);
    write_text(scratch / "export.csv", "Time,Door,Event,Still,Clip\n");
    write_text(scratch / "agent.yaml", "v: 1\nname: door-1\nengines: ['ipc://" + (scratch / "engine.ipc") +
                                           "']\nstate: " + (scratch / "state") +
                                           "\nattachments: {limit_mib: " + std::to_string(limit_mib) +
                                           ", each_mib: " + std::to_string(std::min(limit_mib, 64)) +
                                           "}\nsources:\n"
                                           "  - {kind: mapped, address: " +
                                           (scratch / "export.csv") + ", options: {map: " + (scratch / "door.yaml") +
                                           ", attachments_from: " + (scratch / "stills") + "}}\n");
  }
  void start_engine() {
    engine = std::make_unique<Program>("watchfloor", std::vector<std::string>{"serve", "--data", data(), "--listen",
                                                                              "ipc://" + (scratch / "engine.ipc")});
  }
  void start_agent() {
    agent = std::make_unique<Program>("wf-agent-access", std::vector<std::string>{"--config", scratch / "agent.yaml"});
  }
  static void kill(Program& program) {
    program.signal(SIGKILL);
    CHECK(program.wait() == 128 + SIGKILL);
  }
  [[nodiscard]] std::string data() const { return scratch / "data"; }
  void save(const std::string& file, const std::string& bytes) { write_text(scratch.path() / "stills" / file, bytes); }
  void record(int number, const std::string& still, const std::string& clip = {}) {
    std::ofstream(scratch / "export.csv", std::ios::app)
        << "2026-03-12T22:31:" << 10 + number << "Z,D" << number << ",Denied," << still << "," << clip << "\n";
  }
  [[nodiscard]] std::vector<Json> listed() const {
    std::vector<Json> out;
    std::istringstream lines(run("watchfloor", {"attachment", "list", "--data", data(), "--json"}).out);
    for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
    return out;
  }
  /// Of each door's event the hashes that it names, and how often the event is stored.
  [[nodiscard]] std::map<std::string, std::pair<std::vector<std::string>, int>> events() const {
    std::map<std::string, std::pair<std::vector<std::string>, int>> out;
    const auto reader = wf::store::Reader::open(data());
    if (!reader) return out;
    (void)(*reader)->read_log(0, [&](wf::store::Record& record) {
      if (record.kind != wf::store::RecordKind::batch) return true;
      const auto events = wf::decode_batch(record.payload, record.origin);
      if (!events) return true;
      for (const wf::Event& event : *events) {
        if (event.kind != "access.denied") continue;
        auto& [hashes, times] = out[std::string(event.field("door.id"))];
        ++times;
        hashes.clear();
        for (const wf::Field& field : event.fields)
          if (field.name == "attachment") hashes.push_back(field.value);
      }
      return true;
    });
    return out;
  }
  [[nodiscard]] std::string said() const { return "engine: " + engine->err() + "agent: " + agent->err(); }

  Scratch scratch;
  std::unique_ptr<Program> engine, agent;
};

}  // namespace

TEST_CASE("pictures that an export names arrive whole though agent and engine are killed while they travel") {
  constexpr int kRecords = 12;
  House house;
  house.start_engine();
  house.start_agent();
  std::map<std::string, std::string> sent;
  std::map<std::string, std::vector<std::string>> expected;
  const auto partial = [&] {
    std::error_code failed;
    std::filesystem::recursive_directory_iterator all(house.data() + "/attachments/partial", failed);
    return !failed && std::any_of(begin(all), end(all), [](const auto& e) { return e.is_regular_file(); });
  };
  for (int i = 0; i < kRecords; ++i) {
    const bool with_clip = i % 4 == 2;
    const std::string still = content(300'000 + static_cast<std::size_t>(i), static_cast<std::uint64_t>(i));
    const std::string clip = content(24U << 20U, 1000 + static_cast<std::uint64_t>(i), true);
    const std::string door = "D" + std::to_string(i), number = std::to_string(i);
    house.save(number + ".jpg", still);
    sent[name_of(still)] = still;
    expected[door].push_back(name_of(still));
    if (with_clip) {
      house.save(number + ".mp4", clip);
      sent[name_of(clip)] = clip;
      expected[door].push_back(name_of(clip));
    }
    house.record(i, number + ".jpg", with_clip ? number + ".mp4" : "");
    if (!with_clip) continue;
    // In the middle of the clip, or as near to it as a fast machine lets us.
    if (!eventually([&] { return partial() || house.listed().size() == sent.size(); })) FAIL(house.said());
    if (i != 6) House::kill(*house.agent);
    if (i != 2) House::kill(*house.engine);
    if (i != 2) house.start_engine();
    if (i != 6) house.start_agent();
  }
  const auto all_there = [&] {
    return house.listed().size() >= sent.size() && house.events().size() == expected.size();
  };
  if (!eventually(all_there, std::chrono::seconds(90))) FAIL(house.said());
  const std::vector<Json> listed = house.listed();
  CHECK(listed.size() == sent.size());
  for (const Json& one : listed) {
    CHECK(one["agent"] == "door-1");
    const Outcome got = run("watchfloor", {"attachment", "get", one["hash"], "--data", house.data()});
    CHECK(got.status == 0);
    REQUIRE(sent.contains(one["hash"]));
    CHECK((got.out == sent[one["hash"]]));
  }
  // A seat looks at the stills; a clip it is not given.
  auto made = wf::seat::make_remote_seat({{"ipc://" + house.data() + "/seat.ipc", {}, {}, {}}, "test", "Seat"});
  REQUIRE(made.ok());
  const std::unique_ptr<wf::seat::Seat> seat = std::move(*made);
  REQUIRE(eventually([&] { return seat->snapshot()->version != 0; }));
  for (const auto& [hash, bytes] : sent) {
    std::mutex mutex;
    std::shared_ptr<const wf::QueryPage> page;  // guarded by mutex
    const auto answered = [&] {
      const std::lock_guard hold(mutex);
      return page;
    };
    wf::Query query;
    query.what = wf::Query::What::attachment;
    query.where = hash;
    seat->ask(std::move(query), [&](std::shared_ptr<const wf::QueryPage> answer) {
      const std::lock_guard hold(mutex);
      page = std::move(answer);
    });
    REQUIRE(eventually([&] { return answered() != nullptr; }));
    if (bytes.starts_with("\xff\xd8")) {
      REQUIRE(answered()->attachment);
      CHECK((answered()->attachment->bytes == bytes));
    } else {
      CHECK(answered()->error.find("it is video/mp4, and no still") != std::string::npos);
    }
  }
  for (const auto& [door, names] : house.events()) {
    CAPTURE(door);
    CHECK(names.first == expected[door]);
    CHECK(names.second == 1);
  }
  // Nothing is left at the agent.
  CHECK(eventually([&] { return std::filesystem::is_empty(house.scratch / "state/attachments"); }));
  const Outcome verified = run("watchfloor", {"verify", "--data", house.data()});
  INFO(verified.out << verified.err);
  CHECK(verified.status == 0);
  CHECK(verified.out.find(std::to_string(sent.size()) + " attachments") != std::string::npos);
}

TEST_CASE("pictures that the agent had to give up are named by it, shown as given up, and listed as absent") {
  House house(1);
  house.start_agent();
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const std::string still = content(600'000, 77 + static_cast<std::uint64_t>(i));
    names.push_back(name_of(still));
    house.save(std::to_string(i) + ".jpg", still);
    house.record(i, std::to_string(i) + ".jpg");
    if (!eventually([&] {
          return std::filesystem::exists(house.scratch / "state/attachments") &&
                 std::any_of(std::filesystem::directory_iterator(house.scratch / "state/attachments"),
                             std::filesystem::directory_iterator(), [&](const auto& entry) {
                               return entry.path().filename().string().ends_with(names.back());
                             });
        }))
      FAIL(house.agent->err());
  }
  house.start_engine();
  const auto words = [&] {
    return run("watchfloor", {"query", "events", "--data", house.data(), "--json", "--where", "kind=agent.problem"})
        .out;
  };
  // One is told at once, the other with the next minute's word.
  if (!eventually([&] { return words().find(names[0]) != std::string::npos; })) FAIL(house.said());
  CHECK(words().find("attachment.given_up") != std::string::npos);
  CHECK(words().find(names[2]) == std::string::npos);
  if (!eventually([&] { return house.listed().size() == 1; })) FAIL(house.said());
  CHECK(house.listed()[0]["hash"] == names[2]);
  const Outcome verified = run("watchfloor", {"verify", "--data", house.data()});
  CHECK(verified.status == 0);
  const Outcome made = run("watchfloor", {"support", "--data", house.data(), "--out", house.scratch / "bundle.tar"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  const std::string bundle = read_text(house.scratch / "bundle.tar");
  CHECK(bundle.find("absent 2, removed to make room 0") != std::string::npos);
  for (const int i : {0, 1}) {
    const std::string line = "absent: attachment " + names[static_cast<std::size_t>(i)] + ", named by door-1 at ";
    CHECK(verified.out.find(line) != std::string::npos);
    CHECK(bundle.find(line) != std::string::npos);
  }
}
