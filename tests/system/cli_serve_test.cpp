#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;
using Json = nlohmann::json;

namespace {

/// A running engine on a free port.
Program serve(const std::string& data, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"serve", "--data", data, "--listen", "tcp://127.0.0.1:0"};
  words.insert(words.end(), more.begin(), more.end());
  return {"watchfloor", words};
}

bool says(const Program& program, const std::string& text) {
  return eventually([&] { return program.err().find(text) != std::string::npos; });
}

/// What systemd does for a Type=notify service: a datagram socket that hears its words.
class Notify {
 public:
  explicit Notify(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "600000", 1);
  }
  ~Notify() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;
  bool hears(const std::string& word) {
    return eventually([&] {
      char text[4096];
      for (ssize_t n = 0; (n = ::recv(socket_, text, sizeof text, MSG_DONTWAIT)) > 0;)
        heard_ += std::string(text, static_cast<std::size_t>(n)) + "\n";
      return heard_.find(word) != std::string::npos;
    });
  }

 private:
  int socket_;
  std::string heard_;
};

}  // namespace

TEST_CASE("serve says where it listens, owns its data directory, and stops cleanly on SIGTERM") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  Program engine = serve(data);
  REQUIRE(says(engine, "serves agents at tcp://127.0.0.1:"));
  REQUIRE(says(engine, "seats connect at ipc://"));
  const Outcome second = run("watchfloor", {"serve", "--data", data, "--listen", "tcp://127.0.0.1:0"});
  CHECK(second.status == 1);
  CHECK(second.err.find("in use by process " + std::to_string(engine.pid())) != std::string::npos);
  const Outcome audit = run("watchfloor", {"query", "audit", "--data", data, "--json"});
  CHECK(audit.status == 0);
  CHECK(Json::parse(audit.out.substr(0, audit.out.find('\n')))["action"] == "configuration");
  CHECK(run("watchfloor", {"backup", "--data", data, scratch / "backup"}).status == 0);
  engine.signal(SIGTERM);
  CHECK(engine.wait() == 0);
  CHECK(engine.err().find("stopped; 0 events stored") != std::string::npos);
  CHECK(run("watchfloor", {"verify", "--data", data}).status == 0);
}

TEST_CASE("a backup of a running engine is a data directory that starts with the same key, site and settings") {
  const Scratch scratch;
  const std::string data = scratch / "data", back = scratch / "back";
  std::filesystem::create_directory(data);
  write_text(data + "/watchfloor.yaml", "v: 1\npolicy: {join_window: 7min}\n");
  Program engine = serve(data, {"--site", std::string(WF_SOURCE_DIR) + "/assets/site"});
  REQUIRE(says(engine, "serves agents at"));
  REQUIRE(run("watchfloor", {"backup", "--data", data, scratch / "backup"}).status == 0);
  REQUIRE(run("watchfloor", {"restore", "--data", back, scratch / "backup"}).status == 0);
  CHECK(read_text(back + "/keys/engine.key") == read_text(data + "/keys/engine.key"));
  CHECK(read_text(back + "/watchfloor.yaml") == read_text(data + "/watchfloor.yaml"));
  Program again = serve(back, {"--site", std::string(WF_SOURCE_DIR) + "/assets/site"});
  REQUIRE(says(again, "serves agents at"));
  CHECK(run("watchfloor", {"verify", "--data", back}).out.find("whole") != std::string::npos);
  // The log's own configuration is in force still: no new one was written.
  const std::string audit = run("watchfloor", {"query", "audit", "--data", back, "--json"}).out;
  CHECK(audit.find("\"configuration\"") == audit.rfind("\"configuration\""));
  const Outcome drawn =
      run("watchfloor", {"shot", "--view", "map", "--size", "800x600", "--data", back, "--out", scratch / "m.png"});
  CHECK(drawn.status == 0);
}

TEST_CASE("a port in use, a wrong address and a broken configuration each get their line") {
  const Scratch scratch;
  Program engine = serve(scratch / "one");
  REQUIRE(says(engine, "serves agents at tcp://127.0.0.1:"));
  const std::string log = engine.err();
  const std::size_t at = log.find("tcp://");
  const std::string address = log.substr(at, log.find(',', at) - at);
  const Outcome taken = run("watchfloor", {"serve", "--data", scratch / "two", "--listen", address});
  CHECK(taken.status == 1);
  CHECK(taken.err.find(address + ": this port is in use by another program") != std::string::npos);
  const Outcome nonsense = run("watchfloor", {"serve", "--data", scratch / "two", "--listen", "nonsense"});
  CHECK(nonsense.status == 1);
  CHECK(nonsense.err.find("nonsense: this is no address to listen on") != std::string::npos);
  const Outcome beyond = run("watchfloor", {"serve", "--data", scratch / "two", "--listen", "tcp://127.0.0.1:99999"});
  CHECK(beyond.status == 1);
  CHECK(beyond.err.find("tcp://127.0.0.1:99999: this is no address to listen on") != std::string::npos);
  write_text(scratch / "w.yaml", "v: 1\nlisen: x\npolicy: {join_window: soon}\n");
  const Outcome broken = run("watchfloor", {"serve", "--data", scratch / "two", "--config", scratch / "w.yaml"});
  CHECK(broken.status == 1);
  CHECK(broken.err.find("w.yaml:2: watchfloor.yaml has no \"lisen\"") != std::string::npos);
  CHECK(broken.err.find("w.yaml:3: \"soon\" is no duration above 0") != std::string::npos);
  CHECK(broken.err.find("the configuration has 2 problems and is not used") != std::string::npos);
  CHECK(run("watchfloor", {"serve", "--data", scratch / "two", "--clock", "now"}).status == 1);
  CHECK(run("watchfloor", {"serve", "--nonsense"}).status == 2);
}

TEST_CASE("SIGHUP reads the configuration anew as a logged record; a broken one changes nothing") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  write_text(scratch / "w.yaml", "v: 1\n");
  Program engine = serve(data, {"--config", scratch / "w.yaml"});
  REQUIRE(says(engine, "serves agents at"));
  const auto configurations = [&] {
    const std::string lines = run("watchfloor", {"query", "audit", "--data", data, "--json"}).out;
    std::size_t count = 0;
    for (std::size_t at = 0; (at = lines.find("\"configuration\"", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  CHECK(configurations() == 1);
  write_text(scratch / "w.yaml", "v: 1\npolicy: {join_window: 7min}\n");
  engine.signal(SIGHUP);
  REQUIRE(says(engine, "were read anew"));
  CHECK(configurations() == 2);
  write_text(scratch / "w.yaml", "v: 1\npolicy: {join_window: soon}\n");
  engine.signal(SIGHUP);
  REQUIRE(says(engine, "the old configuration stays"));
  CHECK(configurations() == 2);
  engine.signal(SIGTERM);
  CHECK(engine.wait() == 0);
}

TEST_CASE("serve tells the service manager when it is ready, that it lives, and when it stops") {
  const Scratch scratch;
  Notify notify(scratch / "notify");
  Program engine = serve(scratch / "data");
  REQUIRE(notify.hears("READY=1"));
  REQUIRE(notify.hears("WATCHDOG=1"));
  engine.signal(SIGTERM);
  REQUIRE(notify.hears("STOPPING=1"));
  CHECK(engine.wait() == 0);
}

TEST_CASE("serve keeps its log in a file of its own") {
  const Scratch scratch;
  {
    Program engine = serve(scratch / "data", {"--log", scratch / "w.log"});
    REQUIRE(eventually([&] { return read_text(scratch / "w.log").find("serves agents") != std::string::npos; }));
    CHECK(engine.err().empty());
  }
  const Outcome bad = run("watchfloor", {"serve", "--data", scratch / "data", "--log", scratch / "w.log/x"});
  CHECK(bad.status == 1);
  CHECK(bad.err.find("w.log/x: the log cannot be written") != std::string::npos);
}

TEST_CASE("a support bundle has the engine's state, and no key, token or name of a person") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  REQUIRE(run("watchfloor", {"agent", "invite", "--data", data, "--out", scratch / "token"}).status == 0);
  REQUIRE(run("watchfloor",
              {"user", "add", "alice", "--data", data, "--engine", "tcp://192.0.2.1:1", "--out", scratch / "seat"})
              .status == 0);
  write_text(data + "/watchfloor.yaml", "v: 1\nseat: {user: bob-the-operator}\n");
  Program engine = serve(data);
  REQUIRE(says(engine, "seats connect at"));
  const Outcome made = run("watchfloor", {"support", "--data", data, "--out", scratch / "s.tar"});
  REQUIRE(made.status == 0);
  const std::string bundle = read_text(scratch / "s.tar");
  CHECK(bundle.size() % 512 == 0);
  CHECK(bundle.substr(257, 5) == "ustar");
  for (const char* word : {"watchfloor 0.", "kernel ", "verify: whole", "engine: log ", "rules loaded: "}) {
    INFO(word);
    CHECK(bundle.find(word) != std::string::npos);
  }
  const std::string key = read_text(data + "/keys/engine.key");
  CHECK(bundle.find(key.substr(0, 40)) == std::string::npos);
  for (const char* word : {"alice", "bob-the-operator", "wf1."}) {
    INFO(word);
    CHECK(bundle.find(word) == std::string::npos);
  }
  CHECK(run("watchfloor", {"support", "--data", data, "--out", scratch / "s.tar"}).status == 1);
}

TEST_CASE("query says which word it does not know") {
  const Scratch scratch;
  CHECK(run("watchfloor", {"query", "weather", "--data", scratch / "data"}).status == 2);
  const Outcome since = run("watchfloor", {"query", "events", "--data", scratch / "data", "--since", "yesterday"});
  CHECK(since.status == 1);
  CHECK(since.err.find("\"yesterday\" is no time") != std::string::npos);
  const Outcome absent = run("watchfloor", {"query", "events", "--data", scratch / "data"});
  CHECK(absent.status == 1);
  CHECK(absent.err.find("data") != std::string::npos);
}

TEST_CASE("rules weights prints the table by which alerts join, and what a configuration changes of it") {
  const Scratch scratch;
  write_text(scratch / "w.yaml", "v: 1\npolicy: {join_weights: {next room: 60}}\n");
  const Outcome table = run("watchfloor", {"rules", "weights", "--config", scratch / "w.yaml"});
  CHECK(table.status == 0);
  CHECK(table.out.find("same door                            100\n") != std::string::npos);
  CHECK(table.out.find("next room                             60   (by default 45)\n") != std::string::npos);
  CHECK(run("watchfloor", {"explain", "the door", "--data", scratch / "data"}).err.find("write one like INC-0042") !=
        std::string::npos);
}

TEST_CASE("shot draws a data directory without an engine, and names what it cannot draw") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  {
    Program engine = serve(data);
    REQUIRE(says(engine, "serves agents at"));
    engine.signal(SIGTERM);
    REQUIRE(engine.wait() == 0);
  }
  const Outcome made = run("watchfloor", {"shot", "--data", data, "--size", "800x600", "--out", scratch / "w.png"});
  CHECK(made.err.find("error") == std::string::npos);
  REQUIRE(made.status == 0);
  CHECK(read_text(scratch / "w.png").substr(1, 3) == "PNG");
  const auto refused = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "shot");
    return run("watchfloor", words);
  };
  CHECK(refused({"--data", data}).status == 2);
  CHECK(refused({"--data", data, "--view", "moon", "--out", scratch / "x.png"}).status == 2);
  CHECK(refused({"--data", data, "--size", "big", "--out", scratch / "x.png"}).err.find("\"big\" is no size") !=
        std::string::npos);
  CHECK(refused({"--data", scratch / "absent", "--out", scratch / "x.png"}).status == 1);
  CHECK(refused({"--data", data, "--out", scratch / "no/x.png"}).status == 1);
  CHECK(refused({"--at", "soon", "--out", scratch / "x.png"}).err.find("\"soon\" is no duration") != std::string::npos);
}
