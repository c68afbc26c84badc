#include "agents/host/auditd.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

const fs::path kSamples = fs::path(WF_SHARED_DATA) / "field/auditd";

bool absent(const fs::path& path) {
  if (fs::exists(path)) return false;
  WARN(path.filename().string() << " is absent: not compared");
  return true;
}

std::unique_ptr<kit::Source> auditd(const std::string& spec) {
  kit::SourceMade made = make_auditd(*kit::parse_source_spec(spec));
  if (!made.problems.empty()) FAIL(problems_of(made));
  return std::move(made.source);
}

std::string execution(int serial) {
  const std::string id = " msg=audit(1773350921.407:" + std::to_string(serial) + "): ";
  return "type=SYSCALL" + id + "arch=c000003e syscall=59 pid=4 comm=\"id\"\ntype=EXECVE" + id + "argc=1 a0=\"id\"\n" +
         "type=PROCTITLE" + id + "proctitle=\"id\"\n";
}

TEST_CASE("a folder with an audit.log is followed across rotation; an event that lies in both files is one") {
  const TemporaryFolder folder;
  const std::string two = execution(2);
  const std::size_t half = two.find('\n') + 1;
  folder.write("audit.log", execution(1) + two.substr(0, half));
  const std::string spec = "auditd:" + folder.path().string() + ",host=vault-1";
  auto first = auditd(spec);
  REQUIRE(first->start("", false, {}));
  Collected sink;
  while (first->step(sink, {})) {
  }
  CHECK(sink.events.size() == 1);
  CHECK(sink.events[0].field("host.name") == "vault-1");
  const std::string position = first->position();
  first.reset();

  folder.rename("audit.log", "audit.log.1");
  folder.write("audit.log", two.substr(half) + execution(3));
  auto second = auditd(spec);
  REQUIRE(second->start(position, true, {}));
  Collected rest;
  while (!second->over()) second->step(rest, {});
  INFO(second->status().problem);
  CHECK(second->status().state == "ended");
  REQUIRE(rest.events.size() == 2);
  CHECK(rest.events[0].field("serial") == "2");
  CHECK(rest.events[0].field("a0") == "id");
  CHECK(rest.events[1].field("serial") == "3");
}

TEST_CASE("what does not end is handed over two seconds after its last record") {
  const TemporaryFolder folder;
  folder.write("audit.log", execution(1).substr(0, execution(1).rfind("type=PROCTITLE")));
  auto source = auditd("auditd:" + folder.file("audit.log"));
  REQUIRE(source->start("", false, {}));
  Collected sink;
  source->step(sink, {0, kSecond});
  CHECK(sink.events.empty());
  CHECK(source->next_wake() <= 3 * kSecond);
  source->step(sink, {0, 3 * kSecond});
  CHECK(sink.events.size() == 1);
}

TEST_CASE("what is no record is refused with file and line, and an audit log that is not there is waited for") {
  const TemporaryFolder folder;
  folder.write("audit.log", "nonsense\n" + execution(1) + "\n");
  const ReadOnce read = read_once(*auditd("auditd:" + folder.file("audit.log")));
  CHECK(read.events.size() == 1);
  CHECK(read.status.refused == 1);
  CHECK(read.status.read == 4);
  CHECK(read.status.problem.find("audit.log:1: no record") != std::string::npos);
  folder.write("marked.log", "\xef\xbb\xbf" + execution(1) + "\r\n");
  CHECK(read_once(*auditd("auditd:" + folder.file("marked.log"))).status.refused == 0);
  CHECK(auditd("auditd:" + folder.file("none"))->check().size() == 1);
  CHECK(problems_of(make_auditd(*kit::parse_source_spec("auditd:/x,logins=perhaps"))).find("logins=no") !=
        std::string::npos);
}

// The golden files are go-libaudit's (elastic/go-libaudit, testdata). It has words of its own for some values.
std::string in_their_words(const std::string& name, const std::string& value) {
  if ((name == "auid" || name == "ses" || name == "old-auid") && value == "4294967295") return "unset";
  return value;
}

void compare_with_golden(const std::string& sample, std::size_t lines, std::size_t events, std::size_t refused,
                         std::size_t values) {
  const fs::path log = kSamples / sample;
  if (absent(log)) return;
  const ReadOnce read = read_once(*auditd("auditd:" + log.string() + ",host=h"));
  CHECK(read.status.read == lines);
  CHECK(read.status.refused == refused);
  CHECK(read.events.size() == events);
  std::map<std::pair<std::string, std::string>, const Event*> by_record;
  for (const Event& e : read.events)
    for (const Field& f : e.fields) {
      std::string type = f.value;
      std::transform(type.begin(), type.end(), type.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
      if (f.name == "type") by_record[{std::string(e.field("serial")), type}] = &e;
    }
  std::ifstream in(log.string() + ".golden");
  std::size_t compared = 0;
  for (const nlohmann::json& golden : nlohmann::json::parse(in)) {
    if (golden.is_null()) continue;
    const auto it = by_record.find({std::to_string(golden["sequence"].get<std::uint64_t>()), golden["record_type"]});
    INFO(golden.dump());
    REQUIRE(it != by_record.end());
    const Event& e = *it->second;
    if (!golden.contains("data") || golden["data"].is_null()) continue;
    for (const auto& [name, value] : golden["data"].items()) {
      // Parts of labels, and interpretations, which stand under other names here or are left to the reader.
      if (name.starts_with("subj_") || name.starts_with("obj_") || name == "arch" || name == "exit" || name == "family")
        continue;
      std::string ours(e.field(name));
      std::string theirs = value.get<std::string>();
      if (name == "result") {
        ours = e.field("res").empty() ? e.field("success") : e.field("res");
        theirs = ours == "success" || ours == "yes" || ours == "1" ? (theirs == "success" ? ours : "") : theirs;
        if (theirs == "fail") theirs = ours == "failed" || ours == "no" || ours == "0" ? ours : "";
      } else if (name == "syscall") {
        ours = e.field("SYSCALL");
      } else if (golden["record_type"] == "sockaddr") {
        ours = name == "addr" ? e.field("dst.ip") : name == "port" ? e.field("dst.port") : e.field(name);
      }
      INFO(name);
      CHECK(in_their_words(name, ours) == theirs);
      ++compared;
    }
  }
  CHECK(compared == values);
}

TEST_CASE("records of RHEL 7 and Ubuntu 16.04 have the values that another reader found in them") {
  // One line is "type=UNKNOWN[1329] msg=?"; two lines are of one event.
  compare_with_golden("golibaudit_audit-rhel7.log", 50, 48, 1, 389);
  compare_with_golden("golibaudit_audit-ubuntu16.log", 3, 3, 0, 29);
}

TEST_CASE("records of events of RHEL 7 and Ubuntu 16.04 become the events that another reader made of them") {
  for (const auto& [sample, events] : std::map<std::string, std::size_t>{{"golibaudit_rhel-7-linux-3.10.0", 10},
                                                                         {"golibaudit_ubuntu-16.04-linux-4.13.0", 2}}) {
    if (absent(kSamples / (sample + ".yaml"))) return;
    std::ifstream in(kSamples / (sample + ".yaml"));
    const TemporaryFolder folder;
    std::string log;
    for (std::string line; std::getline(in, line);)
      if (const std::size_t at = line.find("type="); at != std::string::npos) log += line.substr(at) + "\n";
    folder.write("audit.log", log);
    const ReadOnce read = read_once(*auditd("auditd:" + folder.file("audit.log")));
    CHECK(read.status.refused == 0);
    std::ifstream golden(kSamples / (sample + ".json.golden"));
    std::set<std::string> ours, theirs;
    for (const Event& e : read.events) ours.emplace(e.field("serial"));
    for (const nlohmann::json& g : nlohmann::json::parse(golden))
      theirs.insert(std::to_string(g["event"]["sequence"].get<std::uint64_t>()));
    CHECK(read.events.size() == events);
    CHECK(ours == theirs);
  }
}

}  // namespace
}  // namespace wf::host
