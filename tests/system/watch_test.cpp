#include <httplib.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/tls_server.hpp"
#include "tests/system/installation.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;
using std::chrono::seconds;

namespace {

/// Who is called over HTTP.
class Office {
 public:
  Office() {
    const auto take = [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard hold(mutex_);
      bodies_.push_back(request.body);
      response.status = status_;
    };
    http_.Get(".*", take);
    http_.Post(".*", take);
    port_ = http_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { http_.listen_after_bind(); });
  }
  ~Office() {
    http_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/call"; }
  [[nodiscard]] std::size_t heard() const {
    const std::lock_guard hold(mutex_);
    return bodies_.size();
  }
  void answer(int status) {
    const std::lock_guard hold(mutex_);
    status_ = status;
  }
  /// Waits for a call at or after `from` that says that trouble: an alarm, or a change of one.
  [[nodiscard]] bool hears(std::size_t from, const std::string& trouble, seconds limit = seconds(60)) const {
    return eventually(
        [&] {
          const std::lock_guard hold(mutex_);
          for (std::size_t i = from; i < bodies_.size(); ++i) {
            const Json json = Json::parse(bodies_[i], nullptr, false);
            if (!json.is_object() || json.value("trouble", "") != trouble) continue;
            if (json.value("kind", "") == "alarm" || json.value("kind", "") == "changed") return true;
          }
          return false;
        },
        limit);
  }
  /// Waits until the last word at or after `from` is that a trouble is over.
  [[nodiscard]] bool over(std::size_t from) const {
    return eventually(
        [&] {
          const std::lock_guard hold(mutex_);
          if (bodies_.size() <= from) return false;
          const Json json = Json::parse(bodies_.back(), nullptr, false);
          return json.is_object() && json.value("kind", "") == "over";
        },
        seconds(60));
  }
  [[nodiscard]] std::string said() const {
    const std::lock_guard hold(mutex_);
    std::string out;
    for (const std::string& body : bodies_) out += body + "\n";
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> bodies_;
  int status_ = 200;
  httplib::Server http_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a watch from outside calls when the engine is killed, stopped or blind, and says when it is over") {
  const Office office;
  const Scratch scratch;
  Installation installation;
  const std::string seats = "tcp://127.0.0.1:" + std::to_string(free_port());
  write_text(installation.data() + "/watchfloor.yaml", "v: 1\nseats: " + seats + "\n");
  const std::string token = scratch / "tower";
  const Outcome made = run("watchfloor", {"user", "add", "tower", "--role", "watch", "--data", installation.data(),
                                          "--engine", seats, "--out", token});
  INFO(made.err);
  REQUIRE(made.status == 0);
  installation.start_engine();
  installation.start_agent();
  installation.write({kAlertLine});
  REQUIRE(installation.reaches(1));

  write_text(scratch / "page",
             "#!/bin/sh\necho \"$WATCHFLOOR_KIND $WATCHFLOOR_TROUBLE\" >> " + (scratch / "paged") + "\n");
  ::chmod((scratch / "page").c_str(), 0755);
  const auto paged = [&] { return read_text(scratch / "paged"); };

  const std::vector<std::string> look{"watch", token, "--within", "2s", "--once"};
  REQUIRE(eventually([&] { return run("watchfloor", look).status == 0; }));
  const Outcome well = run("watchfloor", look);
  CHECK(well.out.find("1 of 1 agents speak") != std::string::npos);

  Program watch("watchfloor", {"watch", token, "--run", scratch / "page", "--post", office.url(), "--every", "200ms",
                               "--within", "1s", "--dead-after", "1s", "--silent-after", "1s", "--well-for", "1s"});
  REQUIRE(eventually([&] { return watch.err().find("watches " + seats) != std::string::npos; }));
  // Stated: within --dead-after and --within, here two seconds; the rest is a busy machine's.
  const auto called_in_time = [&](std::size_t before) {
    const auto begun = Clock::now();
    REQUIRE(office.hears(before, "dead", seconds(20)));
    CHECK(Clock::now() - begun < patience(seconds(6)));
  };
  std::size_t before = office.heard();
  installation.kill_engine();
  called_in_time(before);
  CHECK(eventually([&] { return paged().starts_with("alarm dead\n"); }));
  CHECK(run("watchfloor", look).status == 1);
  installation.start_engine();
  REQUIRE(office.over(before));
  // A dead engine that comes back is blind until its agent has found it again: which of the two is over, the agent
  // decides.
  CHECK(eventually([&] { return paged().find("over ") != std::string::npos; }));

  before = office.heard();
  installation.engine().signal(SIGSTOP);
  called_in_time(before);
  installation.engine().signal(SIGCONT);
  REQUIRE(office.over(before));

  before = office.heard();
  installation.kill_agent();
  INFO(office.said());
  REQUIRE(office.hears(before, "blind"));
  installation.start_agent();
  REQUIRE(office.over(before));

  // The watch itself is shut out: it cannot tell, and says that too.
  before = office.heard();
  REQUIRE(run("watchfloor", {"user", "remove", "tower", "--data", installation.data()}).status == 0);
  CHECK(run("watchfloor", look).status == 2);
  REQUIRE(office.hears(before, "unknown"));

  CHECK(watch.running());
  watch.signal(SIGTERM);
  CHECK(watch.wait() == 0);
  CHECK(watch.err().find("nobody watches this engine") != std::string::npos);
}

TEST_CASE("a watch that cannot reach one helper says so, also to the others, and says when it can again") {
  Office office;
  const Scratch scratch;
  write_text(scratch / "page",
             "#!/bin/sh\necho \"$WATCHFLOOR_KIND $WATCHFLOOR_TEXT\" >> " + (scratch / "paged") + "\n");
  ::chmod((scratch / "page").c_str(), 0755);
  // Nobody answers there: the folder is private and empty.
  const std::string nobody = "ipc://" + (scratch / "seat.ipc");
  office.answer(503);
  Program watch("watchfloor", {"watch", nobody, "--run", scratch / "page", "--post", office.url(), "--every", "200ms",
                               "--within", "500ms", "--dead-after", "500ms"});
  const auto paged = [&] { return read_text(scratch / "paged"); };
  INFO(watch.err());
  REQUIRE(eventually([&] { return paged().find("alarm") != std::string::npos; }));
  REQUIRE(
      eventually([&] { return paged().find("helper the watch cannot call http://127.0.0.1") != std::string::npos; }));
  CHECK(paged().find("/call") == std::string::npos);
  office.answer(200);
  REQUIRE(eventually([&] { return paged().find("can be called again") != std::string::npos; }));
  CHECK(watch.out().find("HELPER") != std::string::npos);

  CHECK(run("watchfloor", {"watch", nobody, "--post", office.url(), "--test"}).status == 0);
  office.answer(503);
  CHECK(run("watchfloor", {"watch", nobody, "--post", office.url(), "--test"}).status == 1);
  CHECK(run("watchfloor", {"watch", nobody, "--run", "/nowhere/page"}).status == 2);
  CHECK(run("watchfloor", {"watch", nobody, "--every", "soon"}).status == 2);
}

TEST_CASE("the engine sends its heartbeat while it is well, says when it does not arrive, and goes on") {
  Office office;
  Installation installation;
  write_text(installation.data() + "/watchfloor.yaml",
             "v: 1\nwatch: {heartbeat: \"" + office.url() + "\", every: 1s}\n");
  installation.start_engine();
  REQUIRE(eventually([&] { return office.heard() >= 3; }));
  office.answer(500);
  REQUIRE(eventually([&] { return installation.said().find("the heartbeat does not arrive") != std::string::npos; }));
  CHECK(installation.said().find("/call") == std::string::npos);
  installation.start_agent();
  installation.write({kAlertLine});
  CHECK(installation.reaches(1));
  office.answer(200);
  REQUIRE(eventually([&] { return installation.said().find("the heartbeat is sent again") != std::string::npos; }));
  const std::size_t heard = office.heard();
  REQUIRE(eventually([&] { return office.heard() > heard; }));
  CHECK(installation.stop_engine() == 0);
}

TEST_CASE("a heartbeat over https is sent if its own authorities vouch for it, and a certificate's end is an alarm") {
  const tls::Authority authority;
  tls::Server server(authority.vouch(-wf::kDay, 6 * wf::kDay + wf::kHour));
  Installation installation(read_text(std::string(WF_SOURCE_DIR) + "/assets/rules/link/key_expires.yml"));
  const auto configure = [&](const std::string& authorities) {
    write_text(installation.data() + "/watchfloor.yaml",
               "v: 1\nwatch: {heartbeat: \"" + server.url() + "\", every: 1s" + authorities + "}\n");
  };
  const auto queried = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "query");
    words.insert(words.end(), {"--data", installation.data(), "--json"});
    return run("watchfloor", words).out;
  };
  configure(", authorities: " + authority.file());
  installation.start_engine();
  REQUIRE(eventually([&] { return server.taken >= 2; }));
  const std::string ends = "the heartbeat's address: its certificate ends in 6 days, on 20";
  const auto told = [&] { return queried({"events", "--where", "kind=link.key_expiry"}); };
  REQUIRE(eventually([&] { return told().find(ends) != std::string::npos; }));
  REQUIRE(eventually(
      [&] { return queried({"incidents"}).find("Key or certificate nears its end: ") != std::string::npos; }));
  // Told once, though it is seen with each beat.
  const int taken = server.taken;
  REQUIRE(eventually([&] { return server.taken >= taken + 2; }));
  const std::string all = told();
  CHECK(all.find(ends, all.find(ends) + 1) == std::string::npos);
  CHECK(all.find("/secret") == std::string::npos);

  // Without them the machine's authorities are asked, which know nothing of it: no beat, and that is said.
  REQUIRE(installation.stop_engine() == 0);
  const int before = server.taken;
  configure("");
  installation.start_engine();
  const std::string nobody = "its certificate comes from nobody that is trusted here";
  REQUIRE(eventually([&] { return told().find(nobody) != std::string::npos; }));
  REQUIRE(eventually([&] { return installation.said().find(nobody) != std::string::npos; }));
  CHECK(server.taken == before);
  CHECK(installation.stop_engine() == 0);
}

TEST_CASE("a watch calls over https only who its authorities vouch for, and tells of a certificate before it ends") {
  const tls::Authority authority, stranger("Another authority");
  tls::Server server(authority.vouch(-wf::kDay, 6 * wf::kDay + wf::kHour));
  const Scratch scratch;
  const std::string nobody = "ipc://" + (scratch / "seat.ipc");
  const auto test = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"watch", nobody, "--post", server.url(), "--test"});
    return run("watchfloor", more);
  };
  const Outcome good = test({"--authorities", authority.file()});
  INFO(good.out << good.err);
  CHECK(good.status == 0);
  // The test, and perhaps that the certificate ends.
  const int taken = server.taken;
  CHECK(taken >= 1);
  for (const std::vector<std::string>& others :
       {std::vector<std::string>{}, std::vector<std::string>{"--authorities", stranger.file()}}) {
    const Outcome refused = test(others);
    CHECK(refused.status == 1);
    CHECK((refused.out + refused.err).find("its certificate comes from nobody that is trusted here") !=
          std::string::npos);
  }
  CHECK(server.taken == taken);
  Program watch("watchfloor", {"watch", nobody, "--post", server.url(), "--authorities", authority.file(), "--every",
                               "200ms", "--within", "500ms", "--dead-after", "500ms"});
  CHECK(eventually([&] { return watch.out().find("its certificate ends in 6 days, on 20") != std::string::npos; }));
  CHECK(eventually([&] { return server.taken >= taken + 2; }));
  CHECK(watch.out().find("/secret") == std::string::npos);
}
