// logger(1) of util-linux through rsyslog into a file, in both forms that Debian writes, and the source that reads it.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "agents/host/authlog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/system/program.hpp"

namespace wf::host {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

TEST_CASE("what logger says and rsyslog writes is read: logins, sudo, and where it was rotated") {
  if (!fs::exists("/usr/sbin/rsyslogd") || !fs::exists("/usr/bin/logger")) {
    WARN("rsyslogd or logger is absent: not tried");
    return;
  }
  for (const char* form : {"RSYSLOG_FileFormat", "RSYSLOG_TraditionalFileFormat"}) {
    INFO(form);
    const TemporaryFolder folder;
    const std::string conf = folder.write(
        "rsyslog.conf", "module(load=\"imuxsock\" SysSock.Use=\"off\")\ninput(type=\"imuxsock\" Socket=\"" +
                            folder.file("log") + "\")\n*.* action(type=\"omfile\" file=\"" + folder.file("auth.log") +
                            "\" template=\"" + form + "\")\n");
    Program daemon("/usr/sbin/rsyslogd", {"-n", "-f", conf, "-i", folder.file("pid")});
    REQUIRE(eventually([&] { return fs::exists(folder.file("log")); }));
    const auto log = [&](const char* tag, const char* message) {
      const Outcome said =
          run("/usr/bin/logger", {"-u", folder.file("log"), "-p", "auth.info", "-t", tag, "--id=77", message});
      INFO(said.err);
      REQUIRE(said.status == 0);
    };
    const auto lines = [&](const char* file) {
      const std::string text = fs::exists(folder.file(file)) ? read_text(folder.file(file)) : "";
      return std::count(text.begin(), text.end(), '\n');
    };
    log("sshd", "Accepted publickey for ana from 203.0.113.9 port 40122 ssh2");
    REQUIRE(eventually([&] { return lines("auth.log") == 1; }));

    kit::SourceMade made = make_authlog(*kit::parse_source_spec("authlog:" + folder.file("auth.log")));
    REQUIRE(made.problems.empty());
    const kit::Moment now{kit::Clock().now(), 0};
    REQUIRE(made.source->start("", false, now));
    Collected sink;
    made.source->step(sink, now);
    folder.rename("auth.log", "auth.log.1");
    log("sudo", "ana : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id");  // rsyslog still has the old file open
    REQUIRE(eventually([&] { return lines("auth.log.1") == 2; }));
    daemon.signal(SIGHUP);
    // Which file a line goes to after SIGHUP is rsyslog's affair; that none is lost is ours.
    REQUIRE(eventually([&] {
      log("sshd", "Failed password for root from 203.0.113.9 port 40123 ssh2");
      return lines("auth.log") > 0;
    }));
    const auto written = lines("auth.log") + lines("auth.log.1");
    for (int i = 0; i < 100 && made.source->step(sink, now); ++i) {
    }
    made.source->step(sink, {now.now, 5 * kSecond});
    CHECK(made.source->status().refused == 0);
    REQUIRE(sink.events.size() == static_cast<std::size_t>(written));
    CHECK(sink.events[0].kind == "host.login");
    CHECK(sink.events[0].field("process.pid") == "77");
    CHECK(sink.events[0].field("src.ip") == "203.0.113.9");
    CHECK(sink.events[1].kind == "host.sudo");
    CHECK(sink.events[1].field("COMMAND") == "/usr/bin/id");
    CHECK(sink.events[2].kind == "host.login_failed");
    const std::int64_t age = now.now - sink.events[0].time;
    CHECK(std::abs(age) < kMinute);
    daemon.signal(SIGTERM);
    CHECK(daemon.wait() == 0);
  }
}

}  // namespace
}  // namespace wf::host
