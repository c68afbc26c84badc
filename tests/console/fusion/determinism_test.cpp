// Fusion is a pure function of its inputs: these tests give it the same inputs twice, in different portions, and
// more of them than it may remember.
#include <malloc.h>

#include <algorithm>
#include <variant>

#include "console/fusion/presence.hpp"
#include "console/fusion/recall.hpp"
#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;
using wf::test::Watch;

namespace {

/// A small generator of our own, so that a failure's seed means the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435769U + 1) {}
  std::uint32_t roll(std::uint32_t sides) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33U) % sides;
  }
  template <std::size_t N>
  const char* pick(const char* const (&items)[N]) {
    return items[roll(N)];
  }

 private:
  std::uint64_t state_;
};

constexpr const char* kKinds[] = {"access.granted", "access.denied",   "access.passback", "door.forced",
                                  "door.opened",    "camera.covered",  "camera.motion",   "camera.line_crossed",
                                  "host.login",     "host.usb",        "network.alert",   "network.flow",
                                  "access.duress",  "host.log",        "other",           "nonsense",
                                  "door.closed",    "camera.restored", "door.forced"};
constexpr const char* kDoors[] = {"D-1", "D-231", "D-2", "D-900", "no-such-door"};
constexpr const char* kCameras[] = {"C-26", "C-27", "C-28", "no-such-camera"};
constexpr const char* kHosts[] = {"hv-07", "hv-03", "ws-14", "no-such-host"};
constexpr const char* kBadges[] = {"88-1042", "88-2000", "77-1", "77-2"};
constexpr const char* kUsers[] = {"root", "avos", "boda", "deploy"};
constexpr const char* kAddresses[] = {"198.51.100.7", "10.2.0.7", "10.2.1.14", "203.0.113.5", "not an address"};

Event random_event(Dice& dice, std::uint64_t number, UtcNs time) {
  Event e;
  e.id = "e" + std::to_string(number);
  e.kind = dice.pick(kKinds);
  e.time = time - static_cast<UtcNs>(dice.roll(8) == 0 ? dice.roll(600) : 0) * kSecond;  // some come late
  e.agent = "agent";
  e.logsource.product = e.kind.starts_with("network") ? "suricata"
                        : e.kind.starts_with("host")  ? "linux"
                                                      : "watchfloor";
  if (e.kind.starts_with("access") || e.kind.starts_with("door")) e.add("door.id", dice.pick(kDoors));
  if (e.kind.starts_with("access")) e.add("credential.id", dice.pick(kBadges));
  if (e.kind.starts_with("camera")) e.add("camera.id", dice.pick(kCameras));
  if (e.kind == "camera.line_crossed") e.add("count", std::to_string(1 + dice.roll(3)), ValueType::number);
  if (e.kind.starts_with("host")) e.add("host.name", dice.pick(kHosts));
  if (e.kind.starts_with("host")) e.add("user.name", dice.pick(kUsers));
  if (e.kind.starts_with("network")) {
    e.add("src.ip", dice.pick(kAddresses));
    e.add("dst.ip", dice.pick(kAddresses));
    e.add("alert.title", "Probe");
  }
  return e;
}

using Input = std::variant<Event, Command, UtcNs>;

/// A log: events, commands of people who saw what was there, and ticks. Made by playing it live.
std::vector<Input> record(std::uint64_t seed, std::size_t length, Watch& live) {
  Dice dice(seed);
  std::vector<Input> log;
  UtcNs now = kStart;
  for (std::size_t n = 0; n < length; ++n) {
    now += static_cast<UtcNs>(dice.roll(20)) * kSecond;
    const std::uint32_t what = dice.roll(10);
    if (what < 7) {
      Event e = random_event(dice, n, now);
      log.emplace_back(e);
      live.changes.clear();
      live.fusion.on_event(e, now, live.changes);
      // Enriched in place, the event's own fields stay in front.
      CHECK(e.fields.size() >= std::get<Event>(log.back()).fields.size());
    } else if (what < 8) {
      log.emplace_back(now);
      live.changes.clear();
      live.fusion.on_tick(now, live.changes);
    } else {
      const auto open = live.open();
      Command c;
      c.id = "c" + std::to_string(n - dice.roll(2));  // some ids are repeated
      const std::uint32_t kind = dice.roll(15);
      c.kind = kind < 12 ? static_cast<CommandKind>(kind) : kind < 14 ? CommandKind::progress : CommandKind::panic;
      c.time = now;
      c.actor = "M. Okafor";
      for (std::uint32_t i = 0; i < 1 + dice.roll(2) && !open.empty(); ++i) {
        const auto& chosen = open[dice.roll(static_cast<std::uint32_t>(open.size()))];
        c.incidents.push_back(chosen->id);
        c.seen_revisions.push_back(chosen->revision - dice.roll(2));
      }
      c.text = dice.roll(3) == 0 ? "" : "words";
      c.target = dice.roll(3) == 0 ? "" : "T. Novak";
      c.cause = static_cast<Cause>(dice.roll(8));
      c.until = now + static_cast<UtcNs>(dice.roll(900)) * kSecond;
      c.step = dice.roll(3);
      if (dice.roll(2) == 0) c.action = "until_clear";
      if (c.kind == CommandKind::progress) {
        static constexpr std::string_view kSteps[] = {"received", "en_route", "clear", "back"};
        c.action = kSteps[dice.roll(4)];
      }
      if (dice.roll(4) == 0) {
        c.actor = "T. Novak";
        c.role = "Guard";
      }
      log.emplace_back(c);
      live.changes.clear();
      live.fusion.on_command(c, live.changes);
    }
  }
  return log;
}

void play(const Input& input, fusion::Fusion& fusion, fusion::Changes& changes, UtcNs& now) {
  if (const Event* e = std::get_if<Event>(&input)) {
    Event copy = *e;
    now = std::max(now, copy.time);
    fusion.on_event(copy, now, changes);
  } else if (const Command* c = std::get_if<Command>(&input)) {
    now = std::max(now, c->time);
    fusion.on_command(*c, changes);
  } else {
    now = std::max(now, std::get<UtcNs>(input));
    fusion.on_tick(now, changes);
  }
}

std::string devices_of(const fusion::Fusion& f) {
  std::string out;
  for (const auto& [id, d] : f.devices()) {
    out += id + " " + d.state + " " + std::to_string(d.since) + (d.in_incident ? " " : " no ") +
           std::string(name_of(d.worst));
    for (const auto& line : d.recent) out += "|" + line.text;
    out += "\n";
  }
  for (const auto& [zone, n] : f.zone_people()) out += zone + "=" + std::to_string(n) + "\n";
  return out;
}

}  // namespace

TEST_CASE("The same log gives the same incidents, byte by byte, however it is cut into portions") {
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 9));
  INFO("seed " << seed);
  // Live time is the recorder's clock, so the replays carry it in their inputs too.
  Watch live;
  const std::vector<Input> log = record(seed, 1500, live);
  const auto replay = [&](std::size_t portion) {
    Watch w;
    UtcNs now = kStart;
    std::string published;
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (i % portion == 0) w.changes.clear();
      play(log[i], w.fusion, w.changes, now);
    }
    return w.json() + devices_of(w.fusion);
  };
  const std::string once = replay(1);
  CHECK(once == replay(1));
  CHECK(once == replay(64));
  CHECK(once.find("\"id\":3") != std::string::npos);
}

TEST_CASE("The list of open incidents is what a walk over all of them gives, however seldom it is looked at") {
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 5));
  const std::size_t look_every = GENERATE(1, 7, 200);
  Watch live;
  const std::vector<Input> log = record(seed, 1500, live);
  Watch w;
  UtcNs now = kStart;
  for (std::size_t i = 0; i < log.size(); ++i) {
    play(log[i], w.fusion, w.changes, now);
    if (i % look_every != 0) continue;
    const auto listed = w.fusion.open_incidents();
    auto walked = w.fusion.incidents_since(0);
    std::erase_if(walked, [](const auto& incident) { return !incident->open(); });
    std::sort(walked.begin(), walked.end(), [](const auto& a, const auto& b) {
      if (a->priority != b->priority) return a->priority > b->priority;
      return a->opened != b->opened ? a->opened < b->opened : a->id < b->id;
    });
    REQUIRE(listed == walked);
  }
  CHECK(w.fusion.open_incidents().size() > 3);
}

TEST_CASE("A replay of the log equals the live run") {
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(20, 24));
  Watch live, again;
  Dice dice(seed);
  // Both take each input with the same engine clock; one of them is looked at after every input.
  UtcNs now = kStart;
  for (std::size_t n = 0; n < 800; ++n) {
    now += static_cast<UtcNs>(dice.roll(20)) * kSecond;
    const Event e = random_event(dice, n, now);
    Event a = e, b = e;
    live.fusion.on_event(a, now, live.changes);
    again.fusion.on_event(b, now, again.changes);
    CHECK(a == b);
    live.changes.clear();
    (void)live.open();
    (void)live.json();
  }
  CHECK(live.json() == again.json());
  CHECK(devices_of(live.fusion) == devices_of(again.fusion));
}

TEST_CASE("Configuring with other rules keeps the incidents") {
  Watch w;
  w.event(0, "door.forced", {{"door.id", "D-231"}});
  const std::string before = w.json();
  w.fusion.configure(test::small_estate(), test::rules_of(R"(
title: Any
id: any
level: low
logsource: {product: watchfloor}
detection: {s: {kind: door.held}, condition: s}
)"),
                     {});
  CHECK(w.json() == before);
  w.event(5, "door.held", {{"door.id", "D-231"}});
  CHECK(w.one()->alert_ids.size() == 2);
  w.fusion.configure(nullptr, nullptr, {});
  w.event(9, "door.held", {{"door.id", "D-231"}});
  CHECK(w.one()->alert_ids.size() == 2);
}

TEST_CASE("Without an estate, and for devices that it does not know, incidents still form") {
  Watch w(nullptr, test::small_rules());
  w.event(0, "door.forced", {{"door.id", "D-77"}});
  w.event(4, "host.login", {{"host.name", "x-1"}, {"user.name", "root"}});
  w.event(9, "door.forced", {{"door.id", "D-77"}});
  REQUIRE(w.open().size() == 2);
  CHECK(w.incident(1)->title == "Door D-77 forced");
  CHECK(w.incident(1)->place == std::vector<std::string>{"D-77"});
  CHECK(w.incident(1)->event_count == 2);
  CHECK(w.incident(2)->place == std::vector<std::string>{"Network", "x-1"});
  CHECK(w.fusion.devices().empty());
}

TEST_CASE("An incident of a hundred thousand events stays small") {
  Watch w;
  Dice dice(7);
  for (int i = 0; i < 20'000; ++i) {
    // Ever new doers at one door: nothing folds.
    const std::string badge = "66-" + std::to_string(i);
    w.event(i * 0.01, "access.passback", {{"door.id", "D-231"}, {"credential.id", badge.c_str()}});
  }
  const auto i = w.one();
  CHECK(i->event_count == 20'000);
  CHECK(i->why.size() <= 200);
  CHECK(i->entities.size() <= 64);
  CHECK(i->alert_ids.size() <= 256);
  CHECK(i->log.size() <= 400);
  CHECK(i->per_minute.size() <= 30);
}

TEST_CASE("A hundred thousand random events do not grow memory without bound") {
  Watch w;
  Dice dice(11);
  const auto some = [&](std::uint64_t first, std::uint64_t n) {
    for (std::uint64_t i = first; i < first + n; ++i) {
      const UtcNs now = kStart + static_cast<UtcNs>(i) * 100 * kMillisecond;
      Event e = random_event(dice, i, now);
      // Open incidents are never forgotten, and life safety is never folded: what opens ever new rows is left out.
      if (e.kind == "host.usb" || e.kind == "network.alert" || e.kind == "door.forced" || e.kind == "access.duress")
        e.kind = "host.login_failed";
      // Names that never come again.
      e.add("rhost", "192.0.2." + std::to_string(i));
      if (e.kind == "access.granted") e.fields.back() = {"credential.id", "55-" + std::to_string(i), ValueType::string};
      w.changes.clear();
      w.fusion.on_event(e, now, w.changes);
    }
  };
  some(0, 50'000);
  const std::size_t half = mallinfo2().uordblks;
  some(50'000, 50'000);
  const std::size_t whole = mallinfo2().uordblks;
  CHECK(whole < half + (12U << 20U));
}

TEST_CASE("What fusion remembers is bounded by count") {
  fusion::Recall recall;
  for (std::size_t i = 0; i < fusion::Recall::kMost + 5'000; ++i) {
    auto d = std::make_shared<fusion::Digest>();
    d->event_id = "e" + std::to_string(i);
    d->links = {{fusion::Tie::source, false, "address " + std::to_string(i)}, {fusion::Tie::door, false, "door D-1"}};
    recall.remember(d);
  }
  CHECK(recall.size() == fusion::Recall::kMost);
  CHECK(recall.keys() == fusion::Recall::kMost + 1);
  CHECK(recall.find("e0") == nullptr);
  CHECK(recall.find("e" + std::to_string(fusion::Recall::kMost + 4'999)) != nullptr);
  std::vector<fusion::Remembered> at_door;
  recall.touching("door D-1", at_door);
  CHECK(at_door.size() == fusion::Recall::kPerKey);

  fusion::Presence presence;
  const auto estate = test::small_estate();
  fusion::Facts facts;
  facts.site = &estate->sites[0];
  facts.door = estate->sites[0].device("D-231");
  facts.unit = estate->sites[0].unit("U-server");
  for (std::size_t i = 0; i < fusion::Presence::kMostUnknown + 100; ++i) {
    Event e;
    e.kind = "access.granted";
    e.time = kStart + static_cast<UtcNs>(i) * kSecond;
    e.add("credential.id", std::to_string(i));
    presence.take(e, facts);
  }
  CHECK(presence.known() == fusion::Presence::kMostUnknown);
  CHECK(presence.people_in("U-server") == fusion::Presence::kMostUnknown);
}
