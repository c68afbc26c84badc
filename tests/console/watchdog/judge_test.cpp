#include "console/watchdog/judge.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::watchdog;

namespace {

HealthReport well() {
  HealthReport out;
  out.up = kHour;
  out.threads = {{"link", kSecond / 4}, {"writer", 0}};
  out.agents = 3;
  out.connected = 3;
  out.last_event = kMinute;
  return out;
}

Look saw(const HealthReport& report) { return {{seat::Reach::answered, {}, report}, std::nullopt}; }
Look saw(seat::Reach reach, const std::string& why = "why") { return {{reach, why, std::nullopt}, std::nullopt}; }

const Finding kFine{Trouble::none, "fine", 0};
Finding bad(Trouble trouble, const Policy& policy) {
  return {trouble, std::string(name_of(trouble)),
          trouble == Trouble::blind  ? policy.silent_after
          : trouble == Trouble::deaf ? policy.deaf_after
                                     : policy.dead_after};
}

/// A watch whose time the test decides, and what it called.
struct Night {
  Policy policy;
  Watchdog dog{policy};
  std::int64_t now = kHour;
  std::vector<Call> calls;
  std::vector<std::int64_t> at;
  /// Looks as the program does: at the pause that the dog asks for.
  void pass(const Finding& finding, std::int64_t span) {
    for (const std::int64_t end = now + span; now < end;) {
      for (Call& call : dog.take(finding, now)) {
        calls.push_back(std::move(call));
        at.push_back(now);
      }
      now += std::min(dog.pause(), end - now);
    }
  }
};

}  // namespace

TEST_CASE("one look tells dead, deaf, blind and well apart") {
  const Policy policy;
  CHECK(judge(saw(well()), policy).trouble == Trouble::none);
  CHECK(judge(saw(seat::Reach::unreachable), policy).trouble == Trouble::dead);
  CHECK(judge(saw(seat::Reach::silent), policy).trouble == Trouble::dead);
  CHECK(judge(saw(seat::Reach::refused), policy).trouble == Trouble::unknown);
  CHECK(judge(saw(seat::Reach::strange), policy).trouble == Trouble::unknown);

  HealthReport report = well();
  report.threads[1].quiet = policy.stuck;
  Finding finding = judge(saw(report), policy);
  CHECK(finding.trouble == Trouble::deaf);
  CHECK(finding.text == "its writer thread has made no progress for 10 s");
  report = well();
  report.problem = "No space left on device";
  CHECK(judge(saw(report), policy).trouble == Trouble::deaf);
  Look look = saw(well());
  look.door = seat::Probe{seat::Reach::silent, "tcp://10.0.0.5:7710: does not answer", {}};
  CHECK(judge(look, policy).text == "agents cannot connect: tcp://10.0.0.5:7710: does not answer");
  look.door->reach = seat::Reach::answered;
  CHECK(judge(look, policy).trouble == Trouble::none);

  report = well();
  report.connected = 0;
  finding = judge(saw(report), policy);
  CHECK(finding.trouble == Trouble::blind);
  CHECK(finding.patience == policy.silent_after);
  report = well();
  report.agents = report.connected = 0;
  CHECK(judge(saw(report), policy).trouble == Trouble::blind);
}

TEST_CASE("no event is trouble only once the engine has had time to get one") {
  Policy policy;
  HealthReport report = well();
  report.last_event = policy.blind_after;
  Finding finding = judge(saw(report), policy);
  CHECK(finding.trouble == Trouble::blind);
  CHECK(finding.patience == 0);
  CHECK(finding.text == "no event from anybody for 15 min");
  report.last_event = 20 * kHour;
  report.up = policy.blind_after - 1;
  CHECK(judge(saw(report), policy).trouble == Trouble::none);
  report.last_event = -1;
  CHECK(judge(saw(report), policy).trouble == Trouble::none);
  report.up = policy.blind_after;
  CHECK(judge(saw(report), policy).trouble == Trouble::blind);
  policy.blind_after = 0;
  CHECK(judge(saw(report), policy).trouble == Trouble::none);
}

TEST_CASE("a dead engine is called in time, again every while, and over once it is well for long enough") {
  Night night;
  const Policy& policy = night.policy;
  night.pass(kFine, 10 * kMinute);
  CHECK(night.calls.empty());
  const std::int64_t last_well = night.now - policy.every;
  night.pass(bad(Trouble::dead, policy), 25 * kMinute);
  REQUIRE(night.calls.size() == 3);
  CHECK(night.at[0] - last_well <= policy.dead_after + kSecond);
  CHECK(night.calls[0].kind == Call::Kind::alarm);
  CHECK(night.calls[0].trouble == Trouble::dead);
  CHECK(night.calls[1].kind == Call::Kind::again);
  CHECK(night.at[1] - night.at[0] >= policy.repeat);
  CHECK(night.calls[2].lasts >= 20 * kMinute);
  night.pass(kFine, policy.well_for - policy.every);
  CHECK(night.calls.size() == 3);
  night.pass(kFine, 3 * policy.every);
  REQUIRE(night.calls.size() == 4);
  CHECK(night.calls[3].kind == Call::Kind::over);
  CHECK(night.calls[3].trouble == Trouble::dead);
  CHECK(night.dog.trouble() == Trouble::none);
}

TEST_CASE("the first look of a watch on a dead engine waits like any other") {
  Night night;
  night.pass(bad(Trouble::dead, night.policy), night.policy.dead_after - 1);
  CHECK(night.calls.empty());
  night.pass(bad(Trouble::dead, night.policy), 2 * night.policy.every);
  CHECK(night.calls.size() == 1);
}

TEST_CASE("one lost look is nothing; looks lost again and again are called") {
  Night night;
  const Policy& policy = night.policy;
  for (int i = 0; i < 20; ++i) {
    night.pass(kFine, 3 * kMinute);
    night.pass(bad(Trouble::dead, policy), policy.every);
  }
  CHECK(night.calls.empty());
  // Half of all looks fail, none of them for as long as dead_after on end.
  for (int i = 0; i < 4; ++i) {
    night.pass(kFine, 2 * policy.every);
    night.pass(bad(Trouble::dead, policy), policy.every);
  }
  REQUIRE(night.calls.size() == 1);
  CHECK(night.calls[0].kind == Call::Kind::alarm);
}

TEST_CASE("an engine that comes and goes is one trouble, and each one of the last hour makes the end harder") {
  Night night;
  const Policy& policy = night.policy;
  night.pass(kFine, kMinute);
  night.pass(bad(Trouble::dead, policy), kMinute);
  for (int i = 0; i < 5; ++i) {
    night.pass(kFine, policy.well_for / 2);
    night.pass(bad(Trouble::dead, policy), policy.every);
  }
  CHECK(night.calls.size() == 1);
  night.pass(kFine, 2 * policy.well_for);
  REQUIRE(night.calls.size() == 2);
  CHECK(night.calls[1].kind == Call::Kind::over);
  CHECK(night.calls[1].text.find("came back 5 times") != std::string::npos);
  // Once more within the hour: what was enough the first time is not enough now.
  night.pass(bad(Trouble::dead, policy), kMinute);
  REQUIRE(night.calls.size() == 3);
  night.pass(kFine, policy.well_for + 2 * policy.every);
  CHECK(night.calls.size() == 3);
  night.pass(kFine, policy.well_for);
  CHECK(night.calls.size() == 4);
  // A quiet hour makes it easy again.
  night.pass(kFine, 2 * kHour);
  night.pass(bad(Trouble::dead, policy), kMinute);
  night.pass(kFine, policy.well_for + 2 * policy.every);
  REQUIRE(night.calls.size() == 6);
  CHECK(night.calls.back().kind == Call::Kind::over);
}

TEST_CASE("who acknowledged is left alone until it gets worse or is over") {
  Night night;
  const Policy& policy = night.policy;
  night.pass(bad(Trouble::blind, policy), 5 * kMinute);
  REQUIRE(night.calls.size() == 1);
  night.dog.acknowledge();
  night.pass(bad(Trouble::blind, policy), kHour);
  CHECK(night.calls.size() == 1);
  night.pass(bad(Trouble::dead, policy), kMinute);
  REQUIRE(night.calls.size() == 2);
  CHECK(night.calls[1].kind == Call::Kind::changed);
  CHECK(night.calls[1].trouble == Trouble::dead);
  night.pass(bad(Trouble::dead, policy), policy.repeat + policy.every);
  CHECK(night.calls.size() == 3);
  night.dog.acknowledge();
  // Lighter is said once, and does not lift the acknowledgement.
  night.pass(bad(Trouble::blind, policy), kHour);
  REQUIRE(night.calls.size() == 4);
  CHECK(night.calls[3].kind == Call::Kind::changed);
  night.pass(kFine, kHour);
  CHECK(night.calls.size() == 5);
}

TEST_CASE("time in which the watch itself stood still is not held against the engine") {
  Night night;
  night.pass(kFine, kMinute);
  night.now += kHour;
  night.pass(bad(Trouble::deaf, night.policy), night.policy.every);
  CHECK(night.calls.empty());
}

TEST_CASE("whatever comes, no trouble as long as its patience stays uncalled and none is over while it lasts") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Night night;
    const Policy& policy = night.policy;
    std::size_t open = 0;
    for (int step = 0; step < 60; ++step) {
      const auto trouble = static_cast<Trouble>(random() % kTroubles);
      const Finding finding = trouble == Trouble::none ? kFine : bad(trouble, policy);
      const std::int64_t span = static_cast<std::int64_t>(random() % 300) * kSecond + kSecond;
      const std::size_t before = night.calls.size();
      night.pass(finding, span);
      for (std::size_t i = before; i < night.calls.size(); ++i) {
        const Call::Kind kind = night.calls[i].kind;
        if (kind == Call::Kind::alarm) REQUIRE(open++ == 0);
        if (kind == Call::Kind::over) {
          REQUIRE(trouble == Trouble::none);
          REQUIRE(open-- == 1);
        }
        if (kind == Call::Kind::again || kind == Call::Kind::changed) REQUIRE(open == 1);
      }
      if (trouble != Trouble::none && span > finding.patience + 2 * policy.every)
        REQUIRE(night.dog.trouble() == trouble);
      REQUIRE((open == 1) == (night.dog.trouble() != Trouble::none));
    }
  }
}
