#include "agents/access/osdp/door.hpp"

#include <vector>

#include "tests/support/catch.hpp"

namespace wf::access::osdp {
namespace {

struct Watched {
  explicit Watched(bool shows_release = true) {
    Door::Options options;
    options.id = "D-1";
    options.has_contact = true;
    options.shows_release = shows_release;
    door = std::make_unique<Door>(options, [this](const Door::Told& told) {
      std::string line(told.kind);
      if (!told.reason.empty()) line += " (" + std::string(told.reason) + ")";
      if (!told.credential.empty()) line += " " + told.credential + "@" + told.reader;
      if (told.open_for >= 0) line += " " + std::to_string(told.open_for / kSecond) + "s";
      all.push_back(line);
    });
    door->contact(false, now);
  }
  void wait(std::int64_t time) {
    const std::int64_t end = now + time;
    while (door->next_wake() <= end) {
      now = std::max(now, door->next_wake());
      door->step(now);
    }
    now = end;
    door->step(now);
  }
  std::vector<std::string> take() { return std::exchange(all, {}); }

  std::int64_t now = kHour;
  std::unique_ptr<Door> door;
  std::vector<std::string> all;
};
using Lines = std::vector<std::string>;

TEST_CASE("a card, the lock, the door: granted, opened, closed") {
  Watched w;
  w.door->card("12-34567", "R-1", w.now);
  w.wait(kSecond);
  w.door->release(true, false, w.now);
  w.wait(2 * kSecond);
  w.door->contact(true, w.now);
  w.wait(3 * kSecond);
  w.door->release(false, false, w.now);
  w.wait(kSecond);
  w.door->contact(false, w.now);
  w.wait(kMinute);
  CHECK(w.take() == Lines{"access.granted 12-34567@R-1", "door.opened (granted) 12-34567@R-1", "door.closed 4s"});
}

TEST_CASE("granted and never opened") {
  Watched w;
  w.door->card("12-34567", "R-1", w.now);
  w.door->release(true, false, w.now);
  w.wait(3 * kSecond);
  w.door->release(false, false, w.now);
  w.wait(4 * kSecond);
  CHECK(w.take() == Lines{"access.granted 12-34567@R-1"});
  w.wait(2 * kSecond);
  CHECK(w.take() == Lines{"access.not_taken 12-34567@R-1"});
  w.door->contact(true, w.now);
  w.wait(kSecond);
  CHECK(w.take() == Lines{"door.forced"});
}

TEST_CASE("opened without grant or request to exit is forced") {
  Watched w;
  w.door->card("12-34567", "R-1", w.now);  // read, and not granted
  w.wait(kSecond);
  w.door->contact(true, w.now);
  CHECK(w.take().empty());  // what explains it may come yet
  w.wait(300 * kMillisecond);
  CHECK(w.take() == Lines{"door.forced"});
  w.wait(700 * kMillisecond);
  w.door->contact(false, w.now);
  CHECK(w.take() == Lines{"door.closed 1s"});
}

TEST_CASE("one grant is for one opening") {
  Watched w;
  w.door->card("1", "R-1", w.now);
  w.door->release(true, false, w.now);
  w.door->release(false, false, w.now);
  w.door->contact(true, w.now);
  w.door->contact(false, w.now);
  w.take();
  w.wait(kSecond);
  w.door->contact(true, w.now);
  w.wait(kSecond);
  CHECK(w.take() == Lines{"door.forced"});
}

TEST_CASE("a request to exit is told once and lets open for a while") {
  Watched w;
  w.door->exit_request(true, w.now);
  w.door->exit_request(true, w.now);
  w.wait(kMinute);
  w.door->exit_request(false, w.now);
  w.wait(4 * kSecond);
  w.door->contact(true, w.now);
  w.wait(kSecond);
  w.door->contact(false, w.now);
  CHECK(w.take() == Lines{"door.rex", "door.opened (request to exit)", "door.closed 1s"});
  w.wait(5 * kSecond);
  w.door->contact(true, w.now);
  w.wait(kSecond);
  CHECK(w.take() == Lines{"door.forced"});
}

TEST_CASE("an opening is explained by what is told right after it") {
  Watched w;
  w.door->card("1", "R-1", w.now);
  w.wait(kSecond);
  w.door->contact(true, w.now);
  w.wait(200 * kMillisecond);
  w.door->release(true, false, w.now);
  w.wait(kSecond);
  CHECK(w.take() == Lines{"access.granted 1@R-1", "door.opened (granted) 1@R-1"});
  w.door->release(false, false, w.now);
  w.door->contact(false, w.now);
  w.wait(kMinute);
  w.take();
  w.door->contact(true, w.now);
  w.wait(200 * kMillisecond);
  w.door->exit_request(true, w.now);
  w.wait(kSecond);
  CHECK(w.take() == Lines{"door.rex", "door.opened (request to exit)"});
}

TEST_CASE("opened and shut before it could be explained is forced, at the time at which it opened") {
  std::vector<Door::Told> told;
  Door door({"D-1", 30 * kSecond, 0, 0, kSecond, true, true}, [&](const Door::Told& one) { told.push_back(one); });
  door.contact(false, 0);
  door.contact(true, kMinute);
  door.contact(false, kMinute + 400 * kMillisecond);
  REQUIRE(told.size() == 2);
  CHECK(told[0].kind == "door.forced");
  CHECK(told[0].ago == 400 * kMillisecond);
  CHECK(told[1].kind == "door.closed");
  door.contact(true, 2 * kMinute);
  door.contact_lost(2 * kMinute + 1);
  REQUIRE(told.size() == 3);
  CHECK(told[2].kind == "door.forced");
}

TEST_CASE("a lock that a request to exit releases is nobody's remote opening") {
  Watched w;
  w.door->exit_request(true, w.now);
  w.door->release(true, false, w.now);
  CHECK(w.take() == Lines{"door.rex"});
  w.door->release(false, false, w.now);
  w.door->exit_request(false, w.now);
  w.wait(kMinute);
  w.door->release(true, false, w.now);
  CHECK(w.take() == Lines{"access.remote_open"});
  w.door->release(false, false, w.now);
  w.wait(kMinute);
  w.door->release(true, true, w.now);  // by this agent: it tells the command itself
  w.door->contact(true, w.now);
  CHECK(w.take() == Lines{"door.opened (granted)"});
}

TEST_CASE("a card of long before did not release the lock") {
  Watched w;
  w.door->card("1", "R-1", w.now);
  w.wait(11 * kSecond);
  w.door->release(true, false, w.now);
  CHECK(w.take() == Lines{"access.remote_open"});
}

TEST_CASE("open beyond its time is held, once, however it was opened") {
  Watched w;
  w.door->exit_request(true, w.now);
  w.door->contact(true, w.now);
  w.wait(29 * kSecond);
  CHECK(w.take() == Lines{"door.rex", "door.opened (request to exit)"});
  w.wait(kSecond);
  CHECK(w.take() == Lines{"door.held 30s"});
  w.wait(kHour);
  CHECK(w.take().empty());
  w.door->contact(false, w.now);
  CHECK(w.take() == Lines{"door.closed 3630s"});
}

TEST_CASE("a door whose lock shows nothing is never forced") {
  Watched w(false);
  w.door->contact(true, w.now);
  CHECK(w.take() == Lines{"door.opened"});
}

TEST_CASE("what is found at the start is state, what changed while nobody looked is told as that") {
  Watched w;
  w.door->contact_lost(w.now);
  w.wait(kMinute);
  w.door->contact(false, w.now);
  CHECK(w.take().empty());
  w.door->contact_lost(w.now);
  w.door->contact(true, w.now);
  CHECK(w.take() == Lines{"door.opened (found open)"});
  w.wait(30 * kSecond);
  CHECK(w.take() == Lines{"door.held 30s"});
  w.door->contact_lost(w.now);
  w.door->contact(false, w.now);
  CHECK(w.take() == Lines{"door.closed (found closed)"});
  std::vector<std::string> all;
  Door open({"D-2", 30 * kSecond, 0, 0, 0, true, true}, [&](const Door::Told& told) { all.emplace_back(told.kind); });
  open.contact(true, 0);
  CHECK(all.empty());
  open.step(open.next_wake());
  CHECK(all == Lines{"door.held"});
}

}  // namespace
}  // namespace wf::access::osdp
