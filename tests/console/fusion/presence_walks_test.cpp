// Random people walk through random buildings, mostly with their badges. Presence must say of every badge what a plain
// reference says, which keeps for each person the set of all places where they can be.
#include <algorithm>
#include <map>

#include "tests/console/fusion/scene.hpp"

using namespace wf;
using wf::test::kStart;

namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435769U + 1) {}
  std::uint32_t roll(std::uint32_t sides) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33U) % sides;
  }

 private:
  std::uint64_t state_;
};

/// A gap in a wall between rooms; room 0 is outside.
struct Gap {
  std::uint32_t inner = 0, outer = 0;
  bool door = false, in = false, out = false, exit = false;
  UtcNs opened = 0;  ///< last time without a badge

  [[nodiscard]] std::string id() const { return "D" + std::to_string(inner) + "-" + std::to_string(outer); }
  [[nodiscard]] bool readerless() const { return !in && !out; }
  /// May somebody have passed without a badge, at or after `since`?
  [[nodiscard]] bool unread(bool outward, UtcNs since) const {
    if (!door || (readerless() && !exit) || (opened != 0 && opened >= since)) return true;
    return outward && in && !out;
  }
  [[nodiscard]] bool read(bool outward) const { return outward ? out : in; }
};

struct House {
  std::uint32_t rooms = 0;
  std::vector<Gap> gaps;

  explicit House(Dice& dice) : rooms(4 + dice.roll(8)) {
    for (std::uint32_t room = 1; room < rooms; ++room) add(dice, room, dice.roll(room));
    for (std::uint32_t more = dice.roll(4); more > 0; --more) {
      const std::uint32_t inner = 1 + dice.roll(rooms - 1);
      add(dice, inner, dice.roll(inner));
    }
  }
  void add(Dice& dice, std::uint32_t inner, std::uint32_t outer) {
    for (const Gap& g : gaps)
      if (g.inner == inner && g.outer == outer) return;
    Gap g{inner, outer};
    const std::uint32_t sort = dice.roll(10);
    g.door = sort > 0;
    g.in = sort > 2;
    g.out = sort > 4 || sort == 2;
    g.exit = sort == 1;
    gaps.push_back(g);
  }
  [[nodiscard]] std::shared_ptr<const Estate> estate() const {
    auto out = std::make_shared<Estate>();
    Site site;
    site.id = site.name = "hq";
    site.time_zone = "UTC";
    for (std::uint32_t room = 1; room < rooms; ++room) {
      Unit unit;
      unit.id = "U" + std::to_string(room);
      unit.category = "room";
      unit.limit = 1 + room % 3;
      site.units.push_back(unit);
    }
    const auto unit_of = [](std::uint32_t room) { return room == 0 ? std::string() : "U" + std::to_string(room); };
    for (const Gap& g : gaps) {
      Opening o;
      o.id = "O" + g.id();
      o.category = g.exit ? "emergencyexit" : "pedestrian";
      o.unit_a = unit_of(g.outer);
      o.unit_b = unit_of(g.inner);
      site.openings.push_back(o);
      const auto device = [&](const std::string& id, DeviceKind kind, const std::string& unit) {
        Device d;
        d.id = id;
        d.kind = kind;
        d.opening_id = o.id;
        d.unit_id = unit;
        site.devices.push_back(d);
      };
      if (g.door) device(g.id(), DeviceKind::door, unit_of(g.inner));
      if (g.in) device(g.id() + " in", DeviceKind::reader, unit_of(g.outer));
      if (g.out) device(g.id() + " out", DeviceKind::reader, unit_of(g.inner));
    }
    out->sites = {site};
    out->index();
    return out;
  }
  /// All rooms that somebody who was in `room` at `since` can be in: without a badge, or with any.
  [[nodiscard]] std::vector<bool> reach(std::uint32_t room, UtcNs since, bool badges) const {
    std::vector<bool> at(rooms);
    at[room] = true;
    for (bool more = true; more;) {
      more = false;
      for (const Gap& g : gaps)
        for (const bool outward : {false, true}) {
          const std::uint32_t from = outward ? g.inner : g.outer, to = outward ? g.outer : g.inner;
          if (!at[from] || at[to]) continue;
          if (!g.unread(outward, since) && !(badges && g.read(outward))) continue;
          at[to] = more = true;
        }
    }
    return at;
  }
};

struct Walker {
  std::uint32_t truly = 0;
  bool known = false;
  std::uint32_t room = 0;
  UtcNs since = 0;
};

}  // namespace

TEST_CASE("What presence says of random walks is what a plain reference says, with and without a restart") {
  std::size_t violated = 0, over = 0, honest = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    House building(dice);
    const auto estate = building.estate();
    fusion::Fusion first(estate, test::small_rules(), {}), second(estate, test::small_rules(), {});
    std::map<std::string, Walker> people;
    std::vector<Event> log;
    bool cheated = false;
    UtcNs now = kStart;
    for (std::uint32_t step = 0; step < 250; ++step) {
      now += (61 + dice.roll(100)) * kSecond;
      const std::string badge = "V-" + std::to_string(dice.roll(5));
      Walker& who = people[badge];
      Gap& gap = building.gaps[dice.roll(static_cast<std::uint32_t>(building.gaps.size()))];
      if (gap.inner != who.truly && gap.outer != who.truly) continue;
      const bool outward = gap.inner == who.truly;
      const bool reads = gap.read(outward);
      if (gap.door && !reads && gap.exit && dice.roll(2) == 0) continue;
      Event e;
      e.id = "e" + std::to_string(step);
      e.time = now;
      e.logsource.product = "watchfloor";
      if (!reads && (!gap.door || gap.unread(outward, now))) {
        who.truly = outward ? gap.outer : gap.inner;  // nobody sees it
        continue;
      }
      if (!reads || dice.roll(8) == 0) {
        // Unread: half of the time the door says that it was opened.
        who.truly = outward ? gap.outer : gap.inner;
        cheated = true;
        if (dice.roll(2) == 0) continue;
        e.kind = dice.roll(2) == 0 ? "door.forced" : "door.held";
        e.add("door.id", gap.id());
        gap.opened = now;
      } else {
        e.kind = "access.granted";
        e.add("credential.id", badge);
        e.add("reader.id", gap.id() + (outward ? " out" : " in"));
      }
      Event a = e, b = e;
      fusion::Changes changes;
      first.on_event(a, now, changes);
      second.on_event(b, now, changes);
      log.push_back(e);
      CHECK(a == b);
      if (dice.roll(40) == 0) {
        // A restart: another one reads the log.
        second = fusion::Fusion(estate, test::small_rules(), {});
        for (Event again : log) second.on_event(again, now, changes);
      }
      if (e.kind != "access.granted") continue;

      const std::uint32_t origin = outward ? gap.inner : gap.outer, end = outward ? gap.outer : gap.inner;
      const bool wrong = who.known && !building.reach(who.room, who.since, false)[origin] &&
                         building.reach(who.room, who.since, true)[origin];
      const bool counted = who.known && who.room == end;
      who = {end, true, end, now};
      std::uint32_t sure = 0;
      for (const auto& [name, other] : people) {
        if (!other.known || other.room != end) continue;
        const std::vector<bool> there = building.reach(other.room, other.since, false);
        if (std::count(there.begin(), there.end(), true) == 1) ++sure;
      }
      bool way = false, occupancy = false;
      for (const Field& f : a.fields)
        if (f.name == "presence.violation") {
          occupancy |= f.value == "occupancy";
          way |= f.value != "occupancy";
          if (f.value != "occupancy") CHECK(outward == f.value.starts_with("exit"));
        }
      INFO("step " << step << " " << badge << " at " << a.field("reader.id"));
      CHECK(way == wrong);
      CHECK(occupancy == (end != 0 && !counted && sure > 1 + end % 3));
      if (!cheated) CHECK_FALSE(way);
      CHECK(a.field("presence.zone_after") == (end == 0 ? "outside" : "U" + std::to_string(end)));
      violated += way;
      over += occupancy;
      honest += !cheated;
    }
  }
  // The walks are of use: they hold all of it.
  CHECK(violated > 100);
  CHECK(over > 20);
  CHECK(honest > 100);
}
