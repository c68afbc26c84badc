// The real program, killed at any time while what it reads is written, rotated and truncated: what its spool holds in
// the end is each event once.
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <map>
#include <random>

#include "agents/kit/spool/spool.hpp"
#include "proto/event_codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/system/program.hpp"

namespace {

using namespace wf;
using namespace wf::test;
namespace fs = std::filesystem;

/// An agent with a state of its own and no engine.
class Agent {
 public:
  explicit Agent(std::string source) : source_(std::move(source)) {}
  void run_and_kill(std::mt19937& random) {
    const std::uintmax_t had = spooled();
    Program program = start();
    // At once, or after it has spooled something of what is new: at a time that nobody chose.
    if (random() % 4 != 0)
      (void)eventually([&] { return spooled() != had || !program.running(); }, std::chrono::seconds(1));
    program.signal(SIGKILL);
    CHECK(program.wait() == 128 + SIGKILL);
  }
  using Key = std::function<std::string(const Event&)>;
  /// Lets it run until there are so many different events, and ends it in order.
  void run_until(std::size_t events, const Key& key) {
    Program program = start();
    // The spool of an agent that runs is its own: what is looked at is a copy, whose end may be torn.
    const bool there = eventually([&] {
      const TemporaryFolder copy;
      std::error_code code;
      fs::copy(state_.path() / "spool", copy.path() / "spool", fs::copy_options::recursive, code);
      // It says that there is no engine once it runs; before that SIGTERM would end it like SIGKILL.
      return !code && !program.err().empty() && read(copy.path() / "spool", key).size() >= events;
    });
    program.signal(SIGTERM);
    CHECK(program.wait() == 0);
    INFO(program.err());
    CHECK(there);
  }
  /// How often each event is there, by what `key` makes of it; those without are left out.
  [[nodiscard]] std::map<std::string, int> events(const Key& key) const { return read(state_.path() / "spool", key); }

 private:
  [[nodiscard]] Program start() const {
    return {"wf-agent-host",
            {"--source", source_, "--engine", "ipc://" + state_.file("no-engine"), "--state", state_.path().string()}};
  }
  static std::map<std::string, int> read(const fs::path& directory, const Key& key) {
    kit::SpoolOptions options;
    options.directory = directory;
    const std::string id = read_text("/etc/machine-id");
    options.machine = id.substr(0, id.find('\n'));
    std::map<std::string, int> out;
    Result<kit::Spool> spool = kit::Spool::open(options);
    if (!spool) return out;
    kit::StoredBatch batch;
    for (std::uint8_t lane = 0; lane < kit::kLanes; ++lane)
      while (spool->read(lane, batch)) {
        const Result<std::vector<Event>> events = decode_batch(batch.bytes, {"a", 1, lane, batch.first_sequence});
        if (!events) FAIL(events.error().text());
        for (const Event& e : *events)
          if (const std::string k = e.kind.starts_with("agent.") ? "" : key(e); !k.empty()) ++out[k];
      }
    return out;
  }
  [[nodiscard]] std::uintmax_t spooled() const {
    std::uintmax_t bytes = 0;
    std::error_code code;
    for (fs::directory_iterator it(state_.path() / "spool", code), end; !code && it != end; it.increment(code))
      if (it->path().extension() == ".seg") bytes += it->file_size(code);
    return bytes;
  }
  TemporaryFolder state_;
  std::string source_;
};

/// Records of `events` audit events, several of them open at a time.
std::vector<std::string> audit_lines(std::size_t events, std::mt19937& random) {
  std::vector<std::string> out;
  std::vector<std::vector<std::string>> open;
  std::size_t made = 0;
  while (made < events || !open.empty()) {
    if (made < events && open.size() < 4 && random() % 2 == 0) {
      const std::size_t serial = ++made;
      const std::string id =
          " msg=audit(17733509" + std::to_string(21 + serial / 200) + ".407:" + std::to_string(serial) + "): ";
      open.push_back({"type=PROCTITLE" + id + "proctitle=\"x\"", "type=EXECVE" + id + "argc=1 a0=\"x\"",
                      "type=SYSCALL" + id + "arch=c000003e syscall=59 pid=4"});
    } else if (!open.empty()) {
      std::vector<std::string>& one = open[random() % open.size()];
      out.push_back(one.back() + "\n");
      one.pop_back();
      std::erase_if(open, [](const auto& o) { return o.empty(); });
    }
  }
  return out;
}

TEST_CASE(
    "an agent that is killed again and again while the audit log is rotated loses no event and tells none twice") {
  std::mt19937 random(3);
  constexpr std::size_t kEvents = 1200;
  const std::vector<std::string> lines = audit_lines(kEvents, random);
  const TemporaryFolder folder;
  Agent agent("auditd:" + folder.path().string());
  const auto rotate = [&] {
    for (int n = 6; n > 0; --n)
      if (fs::exists(folder.path() / ("audit.log." + std::to_string(n))))
        folder.rename("audit.log." + std::to_string(n), "audit.log." + std::to_string(n + 1));
    folder.rename("audit.log", "audit.log.1");
  };
  const Agent::Key key = [](const Event& e) {
    return std::string(e.field("serial")) + " " + std::string(e.field("a0"));
  };
  // What was rotated before it came for the first time is nobody's.
  std::size_t at = 0;
  while (at < 10) folder.append("audit.log", lines[at++]);
  agent.run_until(1, key);
  for (int turn = 0; at < lines.size(); ++turn) {
    if (turn % 4 == 3) rotate();
    std::string more;
    for (std::size_t n = random() % 400; n > 0 && at < lines.size(); --n) more += lines[at++];
    // A record may be half written.
    const std::size_t cut = more.empty() ? 0 : random() % more.size();
    folder.append("audit.log", std::string_view(more).substr(0, cut));
    agent.run_and_kill(random);
    folder.append("audit.log", std::string_view(more).substr(cut));
  }
  agent.run_until(kEvents, key);
  const std::map<std::string, int> told = agent.events(key);
  CHECK(told.size() == kEvents);
  for (const auto& [serial, times] : told) {
    INFO(serial);
    CHECK(times == 1);
    CHECK(serial.ends_with(" x"));
  }
}

TEST_CASE("an agent that is killed while a system log is copied and truncated loses no line and tells none twice") {
  std::mt19937 random(5);
  const TemporaryFolder folder;
  Agent agent("authlog:" + folder.file("auth.log") + ",tz=UTC");
  std::size_t made = 1;
  folder.write("auth.log", "2026-03-12T22:31:05+01:00 vault-1 sshd[77]: line number 1\n");
  const Agent::Key key = [](const Event& e) { return std::string(e.field("message")); };
  agent.run_until(1, key);
  for (int turn = 0; turn < 14; ++turn) {
    if (turn % 4 == 3) {
      fs::remove(folder.path() / "auth.log.1");
      fs::copy_file(folder.path() / "auth.log", folder.path() / "auth.log.1");
      fs::resize_file(folder.path() / "auth.log", 0);
    }
    std::string more;
    for (std::size_t n = 20 + random() % 300; n > 0; --n)
      more += "2026-03-12T22:31:05+01:00 vault-1 sshd[77]: line number " + std::to_string(++made) + "\n";
    folder.append("auth.log", more);
    agent.run_and_kill(random);
  }
  agent.run_until(made, key);
  const std::map<std::string, int> told = agent.events(key);
  CHECK(told.size() == made);
  for (const auto& [message, times] : told) {
    INFO(message);
    CHECK(times == 1);
  }
}

TEST_CASE("an agent that is killed while files change tells each change once") {
  std::mt19937 random(9);
  const TemporaryFolder folder;
  for (int i = 0; i < 60; ++i) folder.write("f" + std::to_string(i), "before");
  Agent agent("files:" + folder.path().string());
  const Agent::Key actions = [](const Event& e) { return std::string(e.field("file.action")); };
  agent.run_until(1, actions);
  for (int i = 0; i < 60; ++i) {
    folder.write("f" + std::to_string(i), "after");
    if (i % 10 == 9) agent.run_and_kill(random);
  }
  const Agent::Key changed = [](const Event& e) {
    return e.field("file.action") == "changed" ? std::string(e.field("file.path")) : std::string();
  };
  agent.run_until(60, changed);
  CHECK(agent.events(actions)["baseline"] == 1);
  const std::map<std::string, int> told = agent.events(changed);
  CHECK(told.size() == 60);
  for (const auto& [path, times] : told) {
    INFO(path);
    CHECK(times == 1);
  }
}

TEST_CASE("an agent that is killed while systemd writes and rotates a journal loses no entry and tells none twice") {
  const std::string writer = "/lib/systemd/systemd-journal-remote";
  if (!fs::exists(writer)) {
    WARN("systemd-journal-remote is absent: not tried");
    return;
  }
  std::mt19937 random(13);
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "journal");
  std::size_t made = 0;
  int file = 0;
  // Entries in the export format; a file that is full is left for another one.
  const auto write = [&](std::size_t entries) {
    std::string text;
    for (; entries > 0; --entries) {
      const std::string n = std::to_string(++made);
      text += "__REALTIME_TIMESTAMP=" + std::to_string(1'773'350'921'000'000 + made) + "\n__MONOTONIC_TIMESTAMP=" + n +
              "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=vault-1\nSYSLOG_IDENTIFIER=test\nMESSAGE=entry " +
              n + "\n\n";
    }
    const Outcome written = run(writer, {"-o", folder.file("journal/remote-" + std::to_string(file) + ".journal"),
                                         folder.write("entries", text)});
    INFO(written.err);
    REQUIRE(written.status == 0);
  };
  Agent agent("journal:" + folder.file("journal"));
  const Agent::Key key = [](const Event& e) { return std::string(e.field("message")); };
  write(5);
  agent.run_until(1, key);
  for (int turn = 0; turn < 10; ++turn) {
    if (turn % 3 == 2) ++file;
    write(20 + random() % 300);
    agent.run_and_kill(random);
  }
  agent.run_until(made, key);
  const std::map<std::string, int> told = agent.events(key);
  CHECK(told.size() == made);
  for (const auto& [message, times] : told) {
    INFO(message);
    CHECK(times == 1);
  }
}

}  // namespace
