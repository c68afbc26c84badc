#include <limits>

#include "tests/console/store/scratch.hpp"

using namespace wf;
using namespace wf::store;
using namespace wf::store::test;

namespace {

std::vector<std::uint64_t> positions(const Reader& reader, UtcNs since, UtcNs until) {
  std::vector<std::uint64_t> out;
  must(reader.read_batches(since, until, [&](Record& r) {
    out.push_back(r.position);
    return true;
  }));
  return out;
}

}  // namespace

TEST_CASE("batches are found by the time of their events, newest first, long ones too") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  std::vector<Record> records;
  for (std::uint64_t i = 0; i < 10; ++i) {
    Record r = batch("a", 1, 1, i + 1, 1);
    r.min_time = static_cast<UtcNs>(i) * kHour;
    r.max_time = r.min_time + kMinute;
    records.push_back(std::move(r));
  }
  records[2].max_time = 30 * kHour;  // a batch over more than a day, as an agent sends after an outage
  Record tick;
  tick.time = 4 * kHour;
  records.push_back(tick);
  must(store->append(records));
  const auto reader = must(Reader::open(dir / "data"));
  using Positions = std::vector<std::uint64_t>;
  CHECK(positions(*reader, 4 * kHour, 5 * kHour) == Positions{6, 5, 3});
  CHECK(positions(*reader, 4 * kHour + kMinute, 4 * kHour + kMinute) == Positions{5, 3});
  CHECK(positions(*reader, 29 * kHour, std::numeric_limits<UtcNs>::max()) == Positions{3});
  CHECK(positions(*reader, 31 * kHour, 40 * kHour).empty());
  CHECK(positions(*reader, std::numeric_limits<UtcNs>::min(), std::numeric_limits<UtcNs>::max()).size() == 10);
  int seen = 0;
  must(reader->read_batches(0, 100 * kHour, [&](Record&) { return ++seen < 2; }));
  CHECK(seen == 2);
}

TEST_CASE("a reader sees what the running owner stores") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  const auto reader = must(Reader::open(dir / "data"));
  for (std::uint64_t i = 0; i < 700; ++i) {
    std::vector<Record> records = {batch("a", 1, 1, i + 1, 1)};
    must(store->append(records));
    if (i % 100 == 0) store->checkpoint();
  }
  std::uint64_t expected = 0;
  must(reader->read_log(0, [&](Record& r) {
    REQUIRE(r.position == ++expected);
    return true;
  }));
  CHECK(expected == 700);
}

TEST_CASE("incidents come back newest first, each in its newest revision of the range") {
  const Scratch dir;
  const auto store = must(Store::open(dir / "data"));
  must(store->put_incidents({{1, 1, 100, true, "{\"r\":1}"}, {2, 1, 150, true, "{}"}, {1, 2, 200, true, "{\"r\":2}"}}));
  must(store->put_incidents({{1, 3, 300, false, "{\"r\":3}"}, {1, 2, 900, true, "rewritten"}}));
  const auto reader = must(Reader::open(dir / "data"));
  std::vector<StoredIncident> found = must(reader->incidents(0, 1000, 10));
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == 1);
  CHECK(found[0].revision == 3);
  CHECK_FALSE(found[0].open);
  CHECK(found[0].json == "{\"r\":3}");
  CHECK(found[1].id == 2);
  found = must(reader->incidents(0, 250, 1));
  REQUIRE(found.size() == 1);
  CHECK(found[0].revision == 2);
  CHECK(found[0].json == "{\"r\":2}");
  CHECK(found[0].changed == 200);
}

TEST_CASE("a directory without a database, and a file that is none, give one clear line") {
  const Scratch dir;
  const auto missing = Reader::open(dir / "nothing");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().what == "there is no database");
  CHECK_FALSE(std::filesystem::exists(dir / "nothing"));
}
