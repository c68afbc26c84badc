#include "console/link/audit_throttle.hpp"

#include <set>
#include <vector>

#include "proto/time.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using link::Fact;
using link::Topic;

namespace {
Fact refused(const std::string& address, const std::string& line) { return {Topic::refused_key, {}, address, line}; }
}  // namespace

TEST_CASE("the first of like facts is told at once, the rest of a minute as one counted line") {
  std::vector<Fact> told;
  link::AuditThrottle throttle([&](const Fact& fact) { told.push_back(fact); });
  for (int i = 0; i < 5; ++i) throttle.say(refused("10.0.0.9", "try " + std::to_string(i)), i * kSecond);
  throttle.say(refused("10.0.0.8", "another"), 0);
  throttle.say({Topic::handshake, {}, "10.0.0.9", "of another topic"}, 0);
  REQUIRE(told.size() == 3);
  CHECK(told[0].line == "try 0");
  CHECK(told[0].times == 1);
  throttle.flush(59 * kSecond);
  CHECK(told.size() == 3);
  throttle.flush(60 * kSecond);
  REQUIRE(told.size() == 4);
  CHECK(told[3].remote == "10.0.0.9");
  CHECK(told[3].line == "try 4 (4 times in a minute)");
  CHECK(told[3].times == 4);
  throttle.flush(121 * kSecond);  // nothing more came: forgotten, and the next is told at once
  CHECK(told.size() == 4);
  throttle.say(refused("10.0.0.9", "again"), 200 * kSecond);
  CHECK(told.size() == 5);
}

TEST_CASE("strangers who vary their names cannot make the throttle grow, and are counted all the same") {
  std::size_t told = 0;
  Fact last;
  link::AuditThrottle throttle([&](const Fact& fact) {
    ++told;
    last = fact;
  });
  for (int i = 0; i < 1000; ++i) throttle.say(refused("host " + std::to_string(i), "no"), 0);
  CHECK(told == 257);
  throttle.flush(kMinute);
  CHECK(told == 258);
  CHECK(last.line == "no (743 times in a minute)");
}

TEST_CASE("each topic has a kind of its own") {
  std::set<std::string_view> kinds;
  for (int i = 0; i <= static_cast<int>(link::kLastTopic); ++i) {
    const std::string_view kind = kind_of(static_cast<Topic>(i));
    CHECK(kind.starts_with("link."));
    CHECK(kinds.insert(kind).second);
    CHECK(severity_of(static_cast<Topic>(i)) >= 1);
  }
}
