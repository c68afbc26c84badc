#include "console/link/audit_throttle.hpp"

#include <utility>
#include <vector>

#include "proto/time.hpp"
#include "tests/support/catch.hpp"

using namespace wf;

TEST_CASE("the first of like facts is told at once, the rest of a minute as one counted line") {
  std::vector<std::pair<std::string, std::string>> told;
  link::AuditThrottle throttle([&](const std::string& a, const std::string& l) { told.emplace_back(a, l); });
  for (int i = 0; i < 5; ++i) throttle.say("refused key", "10.0.0.9", "try " + std::to_string(i), i * kSecond);
  throttle.say("refused key", "10.0.0.8", "another", 0);
  REQUIRE(told.size() == 2);
  CHECK(told[0].second == "try 0");
  throttle.flush(59 * kSecond);
  CHECK(told.size() == 2);
  throttle.flush(60 * kSecond);
  REQUIRE(told.size() == 3);
  CHECK(told[2] == std::pair<std::string, std::string>{"10.0.0.9", "try 4 (4 times in a minute)"});
  throttle.flush(121 * kSecond);  // nothing more came: forgotten, and the next is told at once
  CHECK(told.size() == 3);
  throttle.say("refused key", "10.0.0.9", "again", 200 * kSecond);
  CHECK(told.size() == 4);
}

TEST_CASE("strangers who vary their names cannot make the throttle grow, and are counted all the same") {
  std::size_t told = 0;
  std::string last;
  link::AuditThrottle throttle([&](const std::string&, const std::string& line) {
    ++told;
    last = line;
  });
  for (int i = 0; i < 1000; ++i) throttle.say("refused key", "host " + std::to_string(i), "no", 0);
  CHECK(told == 257);
  throttle.flush(kMinute);
  CHECK(told == 258);
  CHECK(last == "no (743 times in a minute)");
}
