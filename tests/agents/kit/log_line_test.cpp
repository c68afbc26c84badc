#include "agents/kit/read/log_line.hpp"

#include "tests/support/catch.hpp"

namespace wf::kit {
namespace {

const UtcNs kNow = utc_from_civil(2026, 3, 13, 12);

LogLine line_of(std::string_view text, const char* zone = "UTC", UtcNs now = kNow) {
  static Zone found;
  found = *Zone::find(zone, "test");
  const Result<LogLine> line = parse_log_line(text, {now, &found, {}});
  INFO(text);
  if (!line) FAIL(line.error().text());
  return *line;
}

TEST_CASE("BSD syslog as files have it") {
  const LogLine l = line_of("Mar  2 22:31:05 srv-1 sshd[24200]: Accepted password for a from 192.0.2.1 port 1 ssh2");
  CHECK(l.time == utc_from_civil(2026, 3, 2, 22, 31, 5));
  CHECK(l.host == "srv-1");
  CHECK(l.program == "sshd");
  CHECK(l.pid == "24200");
  CHECK(l.message == "Accepted password for a from 192.0.2.1 port 1 ssh2");
  CHECK(line_of("Mar 12 22:31:05 h su: text").program == "su");
  CHECK(line_of("<86>Mar 12 22:31:05 h su: text").facility == 10);
  CHECK(line_of("Mar 12 22:31:05 h sshd(pam_unix)[7]: x").old_pam);
  CHECK(line_of("Mar 12 22:31:05 h sshd(pam_unix)[7]: x").program == "sshd");
  CHECK(line_of("Mar 12 22:31:05 h  -- root[7]: ROOT LOGIN ON tty2").program == "login");
  CHECK(line_of("Mar 12 22:31:05 h syslogd 1.4.1: restart.").message.find("restart") != std::string_view::npos);
  CHECK(line_of("Mar 12 22:31:05 h last message repeated 3 times").program.empty());
  CHECK(line_of("Mar 12 22:31:05 h last message repeated 3 times").message == "last message repeated 3 times");
}

TEST_CASE("a stamp without a year is the latest that is at most a day ahead of the clock") {
  CHECK(line_of("Mar 14 11:00:00 h a: b").time == utc_from_civil(2026, 3, 14, 11));
  CHECK(line_of("Mar 14 13:00:00 h a: b").time == utc_from_civil(2025, 3, 14, 13));
  CHECK(line_of("Dec 31 23:59:59 h a: b").time == utc_from_civil(2025, 12, 31, 23, 59, 59));
  CHECK(line_of("Dec 31 23:59:59 h a: b", "UTC", utc_from_civil(2026, 1, 1)).time ==
        utc_from_civil(2025, 12, 31, 23, 59, 59));
  CHECK(line_of("Jan  1 00:00:01 h a: b", "UTC", utc_from_civil(2025, 12, 31, 23)).time ==
        utc_from_civil(2026, 1, 1, 0, 0, 1));
  CHECK(line_of("Feb 29 00:00:00 h a: b").time == utc_from_civil(2024, 2, 29));
}

TEST_CASE("a stamp without an offset is local time of the zone") {
  CHECK(line_of("Mar 12 22:31:05 h a: b", "Europe/Amsterdam").time == utc_from_civil(2026, 3, 12, 21, 31, 5));
}

TEST_CASE("an ISO time stamp needs no zone") {
  const LogLine l = line_of("2026-03-12T22:31:05.123456+01:00 srv-1 sudo:    a : TTY=pts/0", "America/New_York");
  CHECK(l.time == utc_from_civil(2026, 3, 12, 21, 31, 5) + 123'456'000);
  CHECK(l.program == "sudo");
  CHECK(l.message == "   a : TTY=pts/0");
}

TEST_CASE("RFC 5424 with and without structured data") {
  const LogLine l = line_of("<38>1 2026-03-12T22:31:05Z srv-1 sshd 77 - - \xef\xbb\xbfhello");
  CHECK(l.facility == 4);
  CHECK(l.program == "sshd");
  CHECK(l.pid == "77");
  CHECK(l.message == "hello");
  CHECK(line_of(R"(<38>1 2026-03-12T22:31:05Z h a - ID1 [x@1 k="v \] \" ] w"][y@1] text)").message == "text");
  CHECK(line_of("<38>1 2026-03-12T22:31:05Z - - - - -").host.empty());
}

TEST_CASE("stamps as devices write them: days without padding, years, fractions, weekdays, zones, Cisco's marks") {
  const UtcNs at = utc_from_civil(2026, 3, 2, 22, 31, 5);
  for (const char* text :
       {"Mar 2 22:31:05 sw-1 app[7]: text", "<13>Mar 2 22:31:05 sw-1 app[7]: text",
        "<13> Mar  2 22:31:05 sw-1 app[7]: text", "MAR  2 22:31:05 sw-1 app[7]: text",
        "Mar  2 2026 22:31:05 sw-1 app[7]: text", "Mar  2 22:31:05 2026 sw-1 app[7]: text",
        "Mar 2 2026 22:31:05: sw-1 app[7]: text", "Mon Mar 2 22:31:05 2026 sw-1 app[7]: text",
        "Mon, Mar 2 22:31:05 UTC 2026 sw-1 app[7]: text", "Mar  2 22:31:05 UTC: sw-1 app[7]: text",
        "Mar  2 23:31:05 +01:00 sw-1 app[7]: text", "2026-03-02 22:31:05 sw-1 app[7]: text",
        "2026-03-02T22:31:05 sw-1 app[7]: text", "2026/03/02 22:31:05 sw-1 app[7]: text",
        "2026-03-02 23:31:05 +0100 sw-1 app[7]: text", "2026-03-02T22:31:05Z sw-1 app[7]: text",
        "2026 Mar 02 22:31:05 sw-1 app[7]: text", "Mar  2 22:31:05 sw-1 app[7]: [ID 800047 auth.notice] text"}) {
    const LogLine l = line_of(text);
    CHECK(l.time == at);
    CHECK(l.host == "sw-1");
    CHECK(l.program == "app");
    CHECK(l.message == "text");
  }
  CHECK(line_of("Mar  2 22:31:05.123 h a: b").time == at + 123 * kMillisecond);
  CHECK(line_of("2026-03-02 22:31:05,123 h a: b").time == at + 123 * kMillisecond);
  CHECK(line_of("2026-03-02 23:31:05 h a: b", "Europe/Amsterdam").time == at);
  CHECK(line_of("Mar 2 2025 22:31:05 h a: b").time == utc_from_civil(2025, 3, 2, 22, 31, 5));
  const LogLine cisco = line_of("<189>000123: *Mar  2 22:31:05.500 CET: %SYS-5-CONFIG_I: Configured from console");
  CHECK(cisco.time == at + 500 * kMillisecond);
  CHECK(cisco.host.empty());
  CHECK(cisco.program == "%SYS-5-CONFIG_I");
  CHECK(cisco.message == "Configured from console");
  const LogLine named = line_of("<189>77: sw-9: Mar  2 22:31:05: %LINK-3-UPDOWN: Interface Gi0/1, changed state to up");
  CHECK(named.time == at);
  CHECK(named.host == "sw-9");
  const LogLine asa = line_of("<166>Mar  2 2026 22:31:05 fw-1 : %ASA-6-302013: Built inbound TCP connection 7");
  CHECK(asa.host == "fw-1");
  CHECK(asa.program == "%ASA-6-302013");
  CHECK(asa.message == "Built inbound TCP connection 7");
  CHECK(line_of("Mar  2 22:31:05 1234 a: b").host == "1234");
  CHECK(line_of("Mar  2 22:31:05 CRON: text").program == "CRON");
  CHECK(line_of("Mar  2 22:31:05 EST a: b").host == "EST");
}

TEST_CASE("RFC 5424 of any version, and what looks like it") {
  CHECK(line_of("<38>12 2026-03-12T22:31:05Z h a 7 - - x").host == "h");
  CHECK(line_of("<38>2 - h a 7 - - x").time == kNow);
  CHECK(line_of("<38>1 2026-03-12T22:31:05Z h a main-thread - - x").pid.empty());
  CHECK(line_of("<38>1 2026-03-12T22:31:05Z h a main-thread - - x").process == "main-thread");
  const LogLine meraki = line_of("<134>1 1773354665.629574241 MX_HQ flows allow src=10.0.0.9 dst=192.0.2.7");
  CHECK(meraki.time == utc_from_civil(2026, 3, 12, 22, 31, 5) + 629'574'241);
  CHECK(meraki.host == "MX_HQ");
  CHECK(meraki.program == "flows");
  CHECK(meraki.message == "allow src=10.0.0.9 dst=192.0.2.7");
  CHECK_FALSE(parse_log_line("<134>1 9773354665.5 MX_HQ flows allow", {kNow, nullptr, {}}));  // beyond what can be said
}

TEST_CASE("facility and severity that BusyBox writes into the line, with a host and without") {
  for (const char* text : {"Mar  2 22:31:05 gw authpriv.warn dropbear[7]: text",
                           "Mon Mar  2 22:31:05 2026 authpriv.warn dropbear[7]: text"}) {
    const LogLine l = line_of(text);
    CHECK(l.facility == 10);
    CHECK(l.severity == 4);
    CHECK(l.program == "dropbear");
    CHECK(l.pid == "7");
    CHECK(l.message == "text");
  }
  CHECK(line_of("Mar  2 22:31:05 gw user.info kernel: text").program == "kernel");
  CHECK(line_of("<86>Mar  2 22:31:05 gw user.info kernel: text").facility == 10);
  CHECK(line_of("Mar  2 22:31:05 web.info app: text").host == "web.info");
}

TEST_CASE("vsftpd's own log, which has neither host nor program") {
  const LogLine l = line_of("Mon Mar  2 22:31:05 2026 [pid 27245] [avos] FAIL LOGIN: Client \"203.0.113.9\"");
  CHECK(l.time == utc_from_civil(2026, 3, 2, 22, 31, 5));
  CHECK(l.program == "vsftpd");
  CHECK(l.pid == "27245");
  CHECK(l.message == "[avos] FAIL LOGIN: Client \"203.0.113.9\"");
}

TEST_CASE("a host that is not said, said twice, or all there is") {
  CHECK(line_of("<13>Mar 12 22:31:05 -").host.empty());
  CHECK(line_of("<13>Mar 12 22:31:05 h").host == "h");
  CHECK(line_of("<13>Mar 12 22:31:05 h").message.empty());
  CHECK(line_of("2026-03-02 22:31:05,978 INFO [main] org.example.Main: started").host.empty());
  CHECK(line_of("2026-03-02 22:31:05,978 INFO [main] org.example.Main: started").message.starts_with("INFO [main]"));
  const LogLine twice = line_of("<38>Mar 12 22:31:05 gw gw sshd[7]: text");
  CHECK(twice.host == "gw");
  CHECK(twice.program == "sshd");
  CHECK(twice.message == "text");
  CHECK(line_of("<38>Mar 12 22:31:05 gw gw is up").message == "gw is up");
}

TEST_CASE("what is no log line is refused") {
  const char* text =
      GENERATE("", "x", "hello world", "Foo 12 22:31:05 h a: b", "Mar 32 22:31:05 h a: b", "Mar 12 25:31:05 h a: b",
               "Feb 30 22:31:05 h a: b", "Mar 12 22:31:05 ", "2026-03-12 22:31:05", "Mar 12 1926 22:31:05 h a: b",
               "<999>Mar 12 22:31:05 h a: b", "<38", "<38>1 yesterday h a - - - b");
  Zone zone;
  const Result<LogLine> line = parse_log_line(text, {kNow, &zone, {}});
  INFO(text);
  REQUIRE_FALSE(line);
  CHECK(line.error().text().find('\n') == std::string::npos);
}

TEST_CASE("lines cut short anywhere never crash") {
  const std::string lines[] = {"<38>1 2026-03-12T22:31:05Z h a - ID1 [x@1 k=\"v \\] w\"] text",
                               "Mar 12 22:31:05 h sshd(pam_unix)[7]: x"};
  Zone zone;
  for (const std::string& line : lines)
    for (std::size_t n = 0; n <= line.size(); ++n) {
      const std::vector<char> cut(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(n));
      static_cast<void>(parse_log_line({cut.data(), cut.size()}, {kNow, &zone, {}}));
    }
}

}  // namespace
}  // namespace wf::kit
