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

TEST_CASE("what is no log line is refused") {
  const char* text =
      GENERATE("", "x", "hello world", "Foo 12 22:31:05 h a: b", "Mar 32 22:31:05 h a: b", "Mar 12 25:31:05 h a: b",
               "Feb 30 22:31:05 h a: b", "Mar 12 22:31:05 ", "2026-03-12 22:31:05", "2026-03-12T22:31:05 h a: b",
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
