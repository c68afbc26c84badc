#include "console/store/batch_index.hpp"

#include <map>
#include <random>
#include <set>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

struct Made {
  UtcNs min_time = 0, max_time = 0;
  std::set<std::string> sources, kinds;
  std::string agent;
};

Record make(const std::string& agent, std::uint64_t first,
            const std::vector<std::pair<std::string, std::string>>& names, const std::vector<UtcNs>& times) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Event e;
    e.time = times[i];
    e.source = names[i].first;
    e.kind = names[i].second;
    events.push_back(std::move(e));
  }
  Record r;
  r.kind = RecordKind::batch;
  r.origin = {agent, 7, 1, first};
  r.count = static_cast<std::uint32_t>(events.size());
  r.min_time = *std::min_element(times.begin(), times.end());
  r.max_time = *std::max_element(times.begin(), times.end());
  BatchEncoder().encode(events, r.payload);
  return r;
}

std::vector<std::uint64_t> found(const Reader& reader, UtcNs since, UtcNs until, const BatchFilter& filter) {
  std::vector<std::uint64_t> out;
  must(reader.read_batches(
      since, until,
      [&](Record& record) {
        out.push_back(record.position);
        return true;
      },
      filter));
  return out;
}

}  // namespace

TEST_CASE("a search finds the batches that a look at each would, however far the index has come") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Scratch dir;
    auto store = must(Store::open(dir / "data"));
    std::map<std::uint64_t, Made> all;
    std::map<std::string, std::uint64_t> next;
    for (int i = 0; i < 60; ++i) {
      const std::string agent = "net-" + std::to_string(random() % 3);
      const std::size_t count = 1 + random() % 5;
      std::vector<std::pair<std::string, std::string>> names;
      std::vector<UtcNs> times;
      Made made;
      made.agent = agent;
      for (std::size_t k = 0; k < count; ++k) {
        names.emplace_back("Eve:" + std::to_string(random() % 6), "network." + std::to_string(random() % 4));
        // Most batches are short, some reach over hours.
        times.push_back(static_cast<UtcNs>(i) * 10 * kMinute + static_cast<UtcNs>(random() % 5 == 0 ? 4 * kHour : 0));
        made.sources.insert(names.back().first);
        made.kinds.insert(names.back().second);
      }
      std::vector<Record> records = {make(agent, next[agent] + 1, names, times)};
      next[agent] += count;
      made.min_time = records[0].min_time;
      made.max_time = records[0].max_time;
      must(store->append(records));
      all[records[0].position] = made;
      if (random() % 9 == 0) store->index_more();
      if (random() % 20 == 0) {
        store.reset();
        store = must(Store::open(dir / "data"));
      }
    }
    for (int pass = 0; pass < 2; ++pass) {
      const auto reader = must(Reader::open(dir / "data"));
      for (int q = 0; q < 40; ++q) {
        const UtcNs since = static_cast<UtcNs>(random() % 700) * kMinute;
        const UtcNs until = since + static_cast<UtcNs>(random() % 300) * kMinute;
        BatchFilter filter;
        const std::string number = std::to_string(random() % 7);
        if (q % 3 == 0) filter.source = "eve:" + number;
        if (q % 3 == 1) filter.kind = "NETWORK." + number;
        if (q % 3 == 2) filter.agent = "net-" + number;
        std::vector<std::uint64_t> expected;
        for (auto it = all.rbegin(); it != all.rend(); ++it) {
          const Made& m = it->second;
          if (m.max_time < since || m.min_time > until) continue;
          if (q % 3 == 0   ? m.sources.contains("Eve:" + number)
              : q % 3 == 1 ? m.kinds.contains("network." + number)
                           : m.agent == filter.agent)
            expected.push_back(it->first);
        }
        // What the index has not reached is given by time alone: more, never less.
        const std::vector<std::uint64_t> got = found(*reader, since, until, filter);
        REQUIRE(std::is_sorted(got.rbegin(), got.rend()));
        REQUIRE(std::includes(got.rbegin(), got.rend(), expected.rbegin(), expected.rend()));
        if (pass == 1) REQUIRE(got == expected);
      }
      while (store->index_more()) {
      }
    }
  }
}

TEST_CASE("a batch with very many or very long names is found by each of them") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<std::pair<std::string, std::string>> many;
  std::vector<UtcNs> times;
  for (int i = 0; i < 1000; ++i) {
    many.emplace_back("source " + std::to_string(i), "k");
    times.push_back(i);
  }
  const std::string long_name(300, 'x');
  std::vector<Record> records = {make("a", 1, many, times), make("b", 1, {{long_name, "k"}, {"short", "k"}}, {1, 2}),
                                 make("c", 1, {{"other", "k"}}, {1})};
  records[2].payload = "not a batch";
  must(store->append(records));
  CHECK(store->index_more());
  CHECK_FALSE(store->index_more());
  const auto reader = must(Reader::open(dir / "data"));
  const auto names = [&](const std::string& source) { return found(*reader, 0, kHour, {source, {}, {}}); };
  CHECK(names("source 7") == std::vector<std::uint64_t>{2, 1});
  CHECK(names("short") == std::vector<std::uint64_t>{2, 1});
  CHECK(names("none") == std::vector<std::uint64_t>{2, 1});  // may be in either
  CHECK(found(*reader, 0, kHour, {long_name, {}, {}}).size() == 3);
  const Database db = must(Database::open(dir / "data/watchfloor.db", Database::Mode::read_only));
  CHECK(must(db.integer("SELECT count(*) FROM terms")) < 10);
}

TEST_CASE("what a commit left in memory is indexed without the log; after a hole or a failure the log is read") {
  const Scratch dir;
  { (void)must(Store::open(dir / "data")); }
  const Database writer = must(Database::open(dir / "data/watchfloor.db", Database::Mode::read_write));
  const Database reader = must(Database::open(dir / "data/watchfloor.db", Database::Mode::read_only));
  BatchIndex index;
  must(index.prepare(reader, writer));
  const auto postings = [&] { return must(writer.integer("SELECT count(*) FROM postings")); };
  const auto indexed = [&] { return must(writer.integer("SELECT value FROM meta WHERE key = 'indexed'")); };
  // The log stays empty, so that nothing can come from it.
  const Record record = make("net-1", 1, {{"eve", "network.flow"}, {"eve", "network.dns"}}, {1, 2});
  index.note(1, record);
  index.note(2, Record{});  // a tick
  CHECK(must(index.gather(1)));
  must(index.write());
  index.done(true);
  CHECK(indexed() == 1);
  CHECK(postings() == 4);  // a source, two kinds, the agent
  CHECK(must(index.gather(100)));
  must(index.write());
  index.done(true);
  CHECK(indexed() == 2);
  CHECK_FALSE(must(index.gather(100)));
  // Taken, and not committed.
  index.note(3, record);
  CHECK(must(index.gather(100)));
  index.done(false);
  CHECK_FALSE(must(index.gather(100)));
  // Behind a hole.
  index.note(4, record);
  CHECK_FALSE(must(index.gather(100)));
  must(writer.exec("INSERT INTO log(position, kind, time, payload) VALUES(3, 4, 0, x'')"));
  CHECK(must(index.gather(100)));
  must(index.write());
  index.done(true);
  CHECK(indexed() == 3);
  CHECK(must(index.gather(100)));
  must(index.write());
  index.done(true);
  CHECK(indexed() == 4);
  CHECK(postings() == 8);
}
