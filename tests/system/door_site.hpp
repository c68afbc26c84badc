#pragma once
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/agents/access/osdp_hex.hpp"
#include "tests/agents/access/osdp_terminal.hpp"
#include "tests/agents/access/panel_sender.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

namespace wf::test {

inline constexpr const char* kReadersKey = "5a01c37711ee94020b38d6f0a2647c19";

/// The line's readers, by their place on it. Whose output 0 comes on opens its door, as somebody who waits there does.
enum : std::size_t { kEntrance, kStair, kExit, kUnlisted };

inline void install_readers(Terminal& line) {
  for (std::uint8_t address = 0; address < 4; ++address) {
    SimulatedReader& reader = line.add(address, array_from_hex<16>(kReadersKey));
    reader.demands_security = true;
    reader.on_taken = [&reader](const SimulatedReader::Said& said) {
      if (said.code != wf::access::osdp::command::kOut) return;
      reader.inputs[0] = reader.outs[0];
      reader.queue(wf::access::osdp::reply::kIstatr, reader.inputs);
    };
  }
}

/// An engine with the sample site, an access agent with a bus of four readers and a fire panel, and the doors that an
/// installer enabled at it. Real programs; the reader's end of the line and the panel are the test's own.
class DoorSite {
 public:
  DoorSite() : bus_(install_readers), panel_port_(free_port()) {
    write_text(scratch_ / "r.key", kReadersKey);
    REQUIRE(::chmod((scratch_ / "r.key").c_str(), 0600) == 0);
    std::string line = "v: 1\ndevice: " + bus_.name() + "\nbaud: 115200\nreaders:\n";
    const char* const doors[] = {"001", "015", "005", "014"};
    for (int i = 0; i < 4; ++i)
      line += "  - {address: " + std::to_string(i) + ", reader: R-" + doors[i] + ", door: D-" + doors[i] +
              ", key_file: r.key, locks: [0], inputs: [{input: 0, is: contact}]}\n";
    write_text(scratch_ / "line.yaml", line);
    write_text(scratch_ / "panel.yaml", "v: 1\nlisten: {tcp: 127.0.0.1:" + std::to_string(panel_port_) +
                                            "}\naccounts:\n  - {account: \"1234\", device: fire-1, encrypted: false, "
                                            "check_time: false}\n");
    engine_ =
        std::make_unique<Program>("watchfloor", std::vector<std::string>{"serve", "--data", data(), "--site",
                                                                         std::string(WF_SOURCE_DIR) + "/assets/site",
                                                                         "--listen", "tcp://127.0.0.1:0"});
    REQUIRE(eventually([&] { return engine_->err().find("seats connect at") != std::string::npos; }));
    const std::string log = engine_->err();
    const std::size_t at = log.find("tcp://");
    const std::string address = log.substr(at, log.find(',', at) - at);
    REQUIRE(run("watchfloor", {"agent", "invite", "--data", data(), "--engine", address, "--name", "gate-7", "--kinds",
                               "access", "--out", scratch_ / "token"})
                .status == 0);
    write_text(scratch_ / "agent.yaml", "v: 1\nname: gate-7\nengines: [" + address +
                                            "]\ninvite: " + (scratch_ / "token") + "\nstate: " + (scratch_ / "state") +
                                            "\nsources:\n"
                                            "  - {kind: osdp, address: " +
                                            (scratch_ / "line.yaml") +
                                            ", name: line-1}\n"
                                            "  - {kind: dc09, address: " +
                                            (scratch_ / "panel.yaml") + ", name: fire-panel}\n" + kOutputs);
    agent_ =
        std::make_unique<Program>("wf-agent-access", std::vector<std::string>{"--config", scratch_ / "agent.yaml"});
    if (!eventually([&] {
          return run("watchfloor", {"device", "list", "--data", data()}).out.find("D-001") != std::string::npos;
        }))
      FAIL(said());
    if (!eventually([&] { return events("door.restored").size() >= 4; })) FAIL(said());
  }

  [[nodiscard]] Outcome device(const char* action, const char* which, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"device", action, which, "--reason", "test", "--data", data()};
    words.insert(words.end(), more.begin(), more.end());
    return run("watchfloor", words);
  }
  /// What came over the bus for a reader, beside polls and questions: "68 00020000".
  [[nodiscard]] std::vector<std::string> heard(std::size_t reader) {
    return bus_.with([&](Terminal& line) {
      std::vector<std::string> out;
      for (const SimulatedReader::Said& said : line.readers[reader]->taken)
        out.push_back(to_hex({&said.code, 1}) + " " + to_hex(said.data));
      return out;
    });
  }
  void hears(std::size_t reader, const std::vector<std::string>& what) {
    if (!eventually([&] { return heard(reader) == what; })) {
      for (const std::string& one : heard(reader)) UNSCOPED_INFO(one);
      FAIL(said());
    }
  }
  template <class Do>
  void at_bus(Do&& what) {
    bus_.with(what);
  }
  /// Lines of JSON with events of a kind.
  [[nodiscard]] std::vector<std::string> events(const std::string& kind) const {
    const std::string all =
        run("watchfloor", {"query", "events", "--data", data(), "--json", "--where", "kind=" + kind}).out;
    std::vector<std::string> out;
    for (std::size_t at = 0, end; (end = all.find('\n', at)) != std::string::npos; at = end + 1)
      if (end > at) out.push_back(all.substr(at, end - at));
    return out;
  }
  void told(const std::string& kind, const std::string& words) const {
    if (!eventually([&] {
          const std::vector<std::string> all = events(kind);
          return std::any_of(all.begin(), all.end(),
                             [&](const std::string& e) { return e.find(words) != std::string::npos; });
        }))
      FAIL(said());
  }
  /// A Contact ID report of the fire panel, which is acknowledged once it is on the agent's disk.
  void panel_says(const std::string& sequence, const std::string& data) const {
    wf::access::test::PanelSocket socket(static_cast<std::uint16_t>(panel_port_), SOCK_STREAM);
    REQUIRE(socket.connected());
    wf::access::test::Message message;
    message.id = "ADM-CID";
    message.sequence = sequence;
    message.data = data;
    REQUIRE(socket.send(message.bytes()));
    std::string answer;
    REQUIRE(eventually([&] {
      answer += socket.receive();
      return !answer.empty();
    }));
    CHECK(wf::access::test::id_of(answer) == "ACK");
  }
  [[nodiscard]] Program& agent() { return *agent_; }
  [[nodiscard]] std::string said() const { return engine_->err() + agent_->err(); }

  [[nodiscard]] std::string data() const { return scratch_ / "data"; }

 private:
  static constexpr const char* kOutputs = R"(
outputs:
  - {device: D-001, actions: [unlock, release], through: line-1, to: {reader: R-001, output: 0, led: green},
     max_seconds: 30, confirm: {kind: door.opened, within: 20s}}
  - {device: D-001, actions: [lock], through: line-1, to: {reader: R-001, output: 0},
     entry_only: true, fail_safe_egress: true}
  - {device: R-001, actions: [sounder_on, sounder_off], through: line-1, to: {reader: R-001, buzzer: true}}
  - {device: D-015, actions: [lock], through: line-1, to: {reader: R-015, output: 0},
     entry_only: true, fail_safe_egress: true}
  - {device: D-005, actions: [unlock], through: line-1, to: {reader: R-005, output: 0}, ends_itself: true,
     emergency_exit: true}
)";

  Scratch scratch_;
  LiveTerminal bus_;
  const int panel_port_;
  std::unique_ptr<Program> engine_, agent_;
};

}  // namespace wf::test
