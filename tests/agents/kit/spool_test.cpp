#include "agents/kit/spool/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <random>
#include <tuple>

#include "agents/kit/spool/crc32c.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;
namespace fs = std::filesystem;

namespace {

Spool open_spool(const fs::path& directory, std::uint64_t segment_bytes = 4U << 20U, Disk* disk = nullptr) {
  SpoolOptions options;
  options.directory = directory;
  options.segment_bytes = segment_bytes;
  options.limit_bytes = 64U << 20U;
  options.disk = disk;
  Result<Spool> spool = Spool::open(options);
  if (!spool) FAIL(spool.error().text());
  return std::move(*spool);
}

/// Appends one batch with one source's position.
Result<void> add(Spool& spool, std::uint8_t lane, std::uint32_t count, const std::string& bytes,
                 const std::string& position) {
  const BatchToSpool batch{lane, count, bytes};
  const kit::spool::Position at{"s", position};
  return spool.append({&batch, 1}, {&at, 1});
}

std::vector<StoredBatch> read_all(Spool& spool, std::uint8_t lane) {
  std::vector<StoredBatch> out;
  for (StoredBatch batch; spool.read(lane, batch);) out.push_back(batch);
  return out;
}

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

fs::path newest_segment(const fs::path& directory, int lane) {
  fs::path best;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(std::to_string(lane) + "-") && name.ends_with(".seg")) best = std::max(best, entry.path());
  }
  return best;
}

/// A disk that fails on demand.
class BadDisk final : public Disk {
 public:
  ssize_t write(int fd, const char* bytes, std::size_t size, off_t at) override {
    if (room >= 0) {
      if (room == 0) return errno = ENOSPC, -1;
      size = std::min(size, static_cast<std::size_t>(room));  // a disk takes what still fits
      room -= static_cast<long>(size);
    }
    return Disk::write(fd, bytes, size, at);
  }
  int sync(int) override {
    if (fail_syncs > 0) return --fail_syncs, errno = EIO, -1;
    return 0;  // no test takes the power away
  }
  int truncate(int fd, off_t size) override {
    if (fail_truncates > 0) return --fail_truncates, errno = EIO, -1;
    return Disk::truncate(fd, size);
  }
  long room = -1;  ///< bytes that can still be written; −1: any
  int fail_syncs = 0, fail_truncates = 0;
};

/// A disk with room for so many bytes of segments; removing one makes room.
class SmallDisk final : public Disk {
 public:
  SmallDisk(fs::path directory, std::uint64_t room) : directory_(std::move(directory)), room_(room) {}
  ssize_t write(int fd, const char* bytes, std::size_t size, off_t at) override {
    std::uint64_t used = 0;
    for (const auto& entry : fs::directory_iterator(directory_))
      if (entry.path().extension() == ".seg") used += entry.file_size();
    if (used >= room_) return errno = ENOSPC, -1;
    return Disk::write(fd, bytes, std::min<std::uint64_t>(size, room_ - used), at);
  }

 private:
  fs::path directory_;
  std::uint64_t room_;
};

}  // namespace

TEST_CASE("crc32c gives the values of RFC 3720") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c("56789", crc32c("1234")) == 0xe3069283U);
}

TEST_CASE("crc32c is the same with the processor's instruction and without") {
  std::mt19937 random(7);
  std::string bytes(300, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (std::size_t from = 0; from < 9; ++from)
    for (std::size_t size = 0; size + from <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      if (crc32c(part, 5) != crc32c_by_table(part, 5)) FAIL(size << " bytes from " << from);
    }
  // Long ones are worked off in several stretches at once.
  bytes.resize(40'000);
  for (char& c : bytes) c = static_cast<char>(random());
  for (const std::size_t size : {2047U, 6143U, 6144U, 6145U, 12'288U, 12'300U, 39'990U}) {
    const std::string_view part = std::string_view(bytes).substr(3, size);
    CHECK(crc32c(part, 5) == crc32c_by_table(part, 5));
  }
  CHECK(crc32c_by_table("123456789") == 0xe3069283U);
}

TEST_CASE("what was spooled is there after a restart, with its numbers and the sources' positions") {
  const test::Scratch scratch;
  std::uint64_t epoch = 0;
  {
    Spool spool = open_spool(scratch / "spool");
    epoch = spool.epoch();
    CHECK(epoch != 0);
    CHECK(spool.position("s").empty());
    const std::vector<BatchToSpool> batches{{1, 3, "one"}, {0, 1, "fire"}, {1, 2, "two"}, {2, 5, "bulk"}};
    const std::vector<kit::spool::Position> positions{{"s", "10"}, {"t", "x"}};
    REQUIRE(spool.append(batches, positions));
    REQUIRE(add(spool, 1, 1, "three", "11"));
    CHECK(spool.events() == 12);
  }
  Spool spool = open_spool(scratch / "spool");
  CHECK(spool.epoch() == epoch);
  CHECK(spool.problems().empty());
  CHECK(spool.position("s") == "11");
  CHECK(spool.position("t") == "x");
  CHECK(spool.next_sequence(0) == 2);
  CHECK(spool.next_sequence(1) == 7);
  CHECK(spool.next_sequence(2) == 6);
  const std::vector<StoredBatch> normal = read_all(spool, 1);
  REQUIRE(normal.size() == 3);
  CHECK(normal[0].bytes == "one");
  CHECK(normal[1].first_sequence == 4);
  CHECK(normal[1].count == 2);
  CHECK(normal[2].bytes == "three");
  CHECK(read_all(spool, 0).at(0).bytes == "fire");
  CHECK(read_all(spool, 2).at(0).bytes == "bulk");
  CHECK(read_all(spool, 1).empty());
  spool.rewind();
  CHECK(read_all(spool, 1).size() == 3);
}

TEST_CASE("acknowledged batches are not read again and their segments are removed") {
  const test::Scratch scratch;
  {
    Spool spool = open_spool(scratch / "spool", 1000);
    for (int i = 0; i < 160; ++i) REQUIRE(add(spool, 1, 2, std::string(100, 'x'), std::to_string(i)));
    const std::uint64_t before = spool.bytes();
    spool.acknowledge(1, 300);
    CHECK(spool.events() == 20);
    CHECK(spool.bytes() < before / 2);
    spool.acknowledge(1, 10);  // never goes back
    CHECK(spool.acknowledged(1) == 300);
  }
  Spool spool = open_spool(scratch / "spool", 1000);
  CHECK(spool.acknowledged(1) == 300);
  const std::vector<StoredBatch> left = read_all(spool, 1);
  REQUIRE(left.size() == 10);
  CHECK(left.front().first_sequence == 301);
  spool.acknowledge(1, 320);
  CHECK(spool.events() == 0);
  REQUIRE(add(spool, 1, 1, "next", "161"));
  CHECK(spool.next_sequence(1) == 322);
  CHECK(spool.position("s") == "161");
}

TEST_CASE("segments that are done with go several at once, unless nothing waits or room is short") {
  const test::Scratch scratch;
  const auto segments = [&] {
    return std::count_if(fs::directory_iterator(scratch / "spool"), fs::directory_iterator(),
                         [](const auto& entry) { return entry.path().extension() == ".seg"; });
  };
  std::uint64_t most = 0;
  {
    Spool spool = open_spool(scratch / "spool", 1);  // a segment for each batch
    for (int i = 0; i < 20; ++i) REQUIRE(add(spool, 1, 1, std::string(1000, 'x'), std::to_string(i)));
    most = spool.bytes();
    spool.acknowledge(1, 7);
    CHECK(segments() == 20);
    spool.acknowledge(1, 8);
    CHECK(segments() == 12);
    spool.acknowledge(1, 10);
    CHECK(segments() == 12);
  }
  SpoolOptions options;
  options.directory = scratch / "spool";
  options.segment_bytes = 1;
  options.limit_bytes = most * 9 / 10;
  Result<Spool> spool = Spool::open(options);  // removes what was kept back
  REQUIRE(spool);
  CHECK(segments() == 10);
  spool->acknowledge(1, 11);  // more than half the limit is taken
  CHECK(segments() == 9);
  for (std::uint64_t n = 12; n < 20; ++n) spool->acknowledge(1, n);
  spool->acknowledge(1, 20);
  CHECK(segments() == 1);
}

TEST_CASE("a spool cut at any byte is a prefix of what it was, and its position fits it") {
  const test::Scratch scratch;
  const fs::path directory = scratch / "spool";
  std::vector<std::uint64_t> ends;
  {
    Spool spool = open_spool(directory);
    for (std::uint32_t i = 1; i <= 5; ++i) {
      REQUIRE(add(spool, 1, i, "batch " + std::to_string(i), std::to_string(i)));
      ends.push_back(fs::file_size(newest_segment(directory, 1)));
    }
  }
  const fs::path file = newest_segment(directory, 1);
  const std::string whole = slurp(file);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    spill(file, std::string_view(whole).substr(0, size));
    Spool spool = open_spool(directory);
    const auto kept =
        static_cast<std::size_t>(std::count_if(ends.begin(), ends.end(), [&](auto e) { return e <= size; }));
    const std::vector<StoredBatch> batches = read_all(spool, 1);
    REQUIRE(batches.size() == kept);
    for (std::size_t i = 0; i < kept; ++i) REQUIRE(batches[i].bytes == "batch " + std::to_string(i + 1));
    REQUIRE(spool.position("s") == (kept == 0 ? "" : std::to_string(kept)));
    // It goes on from there.
    REQUIRE(add(spool, 1, 1, "more", "9"));
    REQUIRE(read_all(spool, 1).at(0).bytes == "more");
    REQUIRE(spool.lost() == 0);
    for (const auto& entry : fs::directory_iterator(directory))
      if (entry.path().extension() == ".seg") fs::remove(entry.path());
  }
}

TEST_CASE("a commit over several lanes is taken back whole when one lane's part is torn") {
  const test::Scratch scratch;
  const fs::path directory = scratch / "spool";
  {
    Spool spool = open_spool(directory);
    REQUIRE(add(spool, 1, 1, "before", "1"));
    const std::vector<BatchToSpool> batches{{0, 1, "fire"}, {1, 2, "normal"}, {2, 3, "bulk"}};
    const kit::spool::Position at{"s", "2"};
    REQUIRE(spool.append(batches, {&at, 1}));
  }
  std::vector<std::string> whole;
  for (int lane = 0; lane < 3; ++lane) whole.push_back(slurp(newest_segment(directory, lane)));
  for (int torn = 0; torn < 3; ++torn) {
    for (int lane = 0; lane < 3; ++lane) {
      const std::string_view bytes = whole[static_cast<std::size_t>(lane)];
      spill(newest_segment(directory, lane), lane == torn ? bytes.substr(0, bytes.size() - 1) : bytes);
    }
    Spool spool = open_spool(directory);
    CHECK(spool.position("s") == "1");
    CHECK(spool.events() == 1);
    CHECK(read_all(spool, 0).empty());
    CHECK(read_all(spool, 1).at(0).bytes == "before");
    CHECK(spool.next_sequence(1) == 2);
  }
}

TEST_CASE("damage in the middle costs what it hit, is counted once, and no number is given twice") {
  const test::Scratch scratch;
  const fs::path directory = scratch / "spool";
  {
    Spool spool = open_spool(directory);
    for (int i = 1; i <= 9; ++i) REQUIRE(add(spool, 1, 2, "batch " + std::to_string(i), std::to_string(i)));
  }
  const fs::path file = newest_segment(directory, 1);
  std::string bytes = slurp(file);
  bytes[bytes.find("batch 4")] ^= 1;
  spill(file, bytes);
  Spool spool = open_spool(directory);
  const std::vector<StoredBatch> read = read_all(spool, 1);
  CHECK(read.size() == 8);
  CHECK(spool.lost() == 2);
  spool.rewind();
  CHECK(read_all(spool, 1).size() == 8);
  CHECK(spool.lost() == 2);
  CHECK(spool.next_sequence(1) == 19);
  CHECK(spool.position("s") == "9");
}

TEST_CASE("a lane's lost file does not make its numbers start again") {
  const test::Scratch scratch;
  const fs::path directory = scratch / "spool";
  {
    Spool spool = open_spool(directory);
    REQUIRE(add(spool, 1, 5, "normal", "1"));
    REQUIRE(add(spool, 2, 1, "bulk", "2"));
  }
  fs::remove(newest_segment(directory, 1));
  Spool spool = open_spool(directory);
  CHECK(spool.next_sequence(1) == 6);
  CHECK(spool.problems().size() == 1);
  REQUIRE(add(spool, 1, 1, "again", "3"));
  CHECK(read_all(spool, 1).at(0).first_sequence == 6);
}

TEST_CASE("a full disk takes nothing in halves, and life safety uses what was kept back") {
  const test::Scratch scratch;
  BadDisk disk;
  Spool spool = open_spool(scratch / "spool", 4U << 20U, &disk);
  REQUIRE(add(spool, 1, 1, "first", "1"));
  for (long room = 0; room < 60; room += 7) {
    disk.room = room;
    const Result<void> failed = add(spool, 1, 1, "never", "2");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().text().find("free space on that disk") != std::string::npos);
  }
  CHECK(spool.events() == 1);
  CHECK(spool.position("s") == "1");
  CHECK(fs::exists(scratch / "spool" / "reserve"));
  REQUIRE_FALSE(add(spool, 0, 1, "fire", "2"));  // this disk stays full whatever is freed
  CHECK_FALSE(fs::exists(scratch / "spool" / "reserve"));
  disk.room = -1;
  REQUIRE(add(spool, 0, 1, "fire", "2"));
  REQUIRE(add(spool, 1, 1, "second", "3"));
  CHECK(read_all(spool, 1).size() == 2);
  spool.acknowledge(1, 2);
  CHECK(fs::exists(scratch / "spool" / "reserve"));
  Spool again = open_spool(scratch / "spool");
  CHECK(again.position("s") == "3");
  CHECK(read_all(again, 0).at(0).bytes == "fire");
}

TEST_CASE("on a small full disk what the engine has makes room for what it has not") {
  const test::Scratch scratch;
  SmallDisk disk(scratch / "spool", 20'000);
  const std::string batch(3'000, 'x');
  std::uint64_t appended = 0;
  {
    Spool spool = open_spool(scratch / "spool", 4U << 20U, &disk);
    for (int round = 0; round < 5; ++round) {
      const std::uint64_t before = appended;
      while (add(spool, 1, 1, batch, std::to_string(appended + 1))) ++appended;
      REQUIRE(appended > before);
      CHECK(read_all(spool, 1).size() == appended - before);
      CHECK(spool.position("s") == std::to_string(appended));
      spool.acknowledge(1, appended - 1);
      CHECK_FALSE(add(spool, 1, 1, batch, "no"));  // one batch is not acknowledged: nothing may go
      spool.acknowledge(1, appended);
    }
    REQUIRE(add(spool, 1, 1, "last", "end"));
  }
  Spool again = open_spool(scratch / "spool");
  const std::vector<StoredBatch> left = read_all(again, 1);
  REQUIRE(left.size() == 1);
  CHECK(left[0].bytes == "last");
  CHECK(left[0].first_sequence == appended + 1);
  CHECK(again.position("s") == "end");
  CHECK(again.lost() == 0);
}

TEST_CASE("a spool with a small limit takes events again when the engine has the oldest") {
  const test::Scratch scratch;
  SpoolOptions options;
  options.directory = scratch / "spool";
  options.limit_bytes = 10'000;
  Result<Spool> spool = Spool::open(options);
  REQUIRE(spool);
  std::uint64_t appended = 0;
  for (; !spool->full(); ++appended) REQUIRE(add(*spool, 1, 1, std::string(3'000, 'x'), "1"));
  spool->acknowledge(1, appended - 1);
  CHECK_FALSE(spool->full());
  CHECK(read_all(*spool, 1).size() == 1);
}

TEST_CASE("after a failed sync the same events are spooled once, in a new segment") {
  const test::Scratch scratch;
  const bool stuck = GENERATE(false, true);
  {
    BadDisk disk;
    Spool spool = open_spool(scratch / "spool", 4U << 20U, &disk);
    REQUIRE(add(spool, 1, 1, "first", "1"));
    disk.fail_syncs = 1;
    disk.fail_truncates = stuck ? 1 : 0;
    REQUIRE_FALSE(add(spool, 1, 1, "second", "2"));
    REQUIRE(add(spool, 1, 1, "second", "2"));
    CHECK(newest_segment(scratch / "spool", 1).filename() == "1-00000000000000000002.seg");
    const std::vector<StoredBatch> read = read_all(spool, 1);
    REQUIRE(read.size() == 2);
    CHECK(read[1].first_sequence == 2);
  }
  Spool spool = open_spool(scratch / "spool");
  CHECK(read_all(spool, 1).size() == 2);
  CHECK(spool.lost() == 0);
}

TEST_CASE("renewing numbers the rest anew and keeps the positions") {
  const test::Scratch scratch;
  std::uint64_t epoch = 0;
  {
    Spool spool = open_spool(scratch / "spool", 500);
    for (int i = 1; i <= 9; ++i) REQUIRE(add(spool, 1, 1, "batch " + std::to_string(i), std::to_string(i)));
    spool.acknowledge(1, 4);
    epoch = spool.epoch();
    REQUIRE(spool.renew());
    CHECK(spool.epoch() != epoch);
    CHECK(spool.next_sequence(1) == 6);
    CHECK(spool.position("s") == "9");
    REQUIRE(add(spool, 1, 1, "batch 10", "10"));
  }
  CHECK_FALSE(fs::exists(scratch / "spool.old"));
  CHECK_FALSE(fs::exists(scratch / "spool.new"));
  Spool spool = open_spool(scratch / "spool", 500);
  const std::vector<StoredBatch> read = read_all(spool, 1);
  REQUIRE(read.size() == 6);
  CHECK(read.front().bytes == "batch 5");
  CHECK(read.front().first_sequence == 1);
  CHECK(read.back().bytes == "batch 10");
}

TEST_CASE("files that do not belong to the spool are put aside") {
  const test::Scratch scratch;
  {
    Spool spool = open_spool(scratch / "spool");
    REQUIRE(add(spool, 1, 1, "mine", "1"));
  }
  spill(scratch / "spool" / "1-00000000000000000000.seg", std::string(500, 'z'));
  Spool spool = open_spool(scratch / "spool");
  CHECK(spool.problems().size() == 1);
  CHECK(fs::exists(scratch / "spool" / "1-00000000000000000000.seg.bad"));
  CHECK(read_all(spool, 1).size() == 1);
}

TEST_CASE("whatever happens, each event is read exactly once until it is acknowledged") {
  const auto seed = GENERATE(range(1U, 40U));
  std::mt19937 random(seed);
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  const test::Scratch scratch;
  BadDisk disk;
  // What the spool must hold: for each lane, bytes of each batch by its first sequence.
  std::array<std::map<std::uint64_t, std::pair<std::uint32_t, std::string>>, kLanes> model;
  std::array<std::uint64_t, kLanes> next{1, 1, 1}, acknowledged{};
  std::string position;
  // Failed commits whose bytes could not be taken back, by position. The caller is told that nothing was added; if
  // it dies before it tries again, one of them may be found whole: then all of it, and the position with it.
  std::map<std::string, std::vector<std::tuple<std::uint8_t, std::uint32_t, std::string>>> may_survive;
  const auto note = [&](std::uint8_t lane, std::uint32_t count, std::string bytes) {
    model[lane][next[lane]] = {count, std::move(bytes)};
    next[lane] += count;
  };
  const std::uint64_t segment = 200 + pick(3000);
  std::optional<Spool> spool(open_spool(scratch / "spool", segment, &disk));
  for (int step = 0; step < 120; ++step) {
    const unsigned what = pick(10);
    if (what < 6) {  // a commit, which may fail on the way
      std::vector<std::string> texts;
      std::vector<BatchToSpool> batches;
      const unsigned parts = pick(4);
      for (unsigned i = 0; i < parts; ++i) texts.push_back(std::string(pick(300), static_cast<char>('a' + pick(26))));
      for (const std::string& text : texts)
        batches.push_back({static_cast<std::uint8_t>(pick(kLanes)), 1 + pick(5), text});
      const kit::spool::Position at{"s", std::to_string(step)};
      if (pick(5) == 0) disk.room = pick(600);
      if (pick(9) == 0) disk.fail_syncs = 1 + static_cast<int>(pick(2));
      const bool stuck = pick(9) == 0;
      disk.fail_truncates = stuck ? 1 : 0;
      if (spool->append(batches, {&at, 1})) {
        may_survive.clear();
        position = at.position;
        for (const BatchToSpool& batch : batches) note(batch.lane, batch.count, std::string(batch.bytes));
      } else if (stuck) {
        auto& survivor = may_survive[at.position];
        for (const BatchToSpool& batch : batches)
          survivor.emplace_back(batch.lane, batch.count, std::string(batch.bytes));
      }
      disk.room = -1;
      disk.fail_syncs = disk.fail_truncates = 0;
    } else if (what < 8) {  // an acknowledgement up to the end of some batch
      const auto lane = static_cast<std::uint8_t>(pick(kLanes));
      if (model[lane].empty()) continue;
      auto it = model[lane].begin();
      std::advance(it, pick(static_cast<unsigned>(model[lane].size())));
      acknowledged[lane] = it->first + it->second.first - 1;
      model[lane].erase(model[lane].begin(), std::next(it));
      spool->acknowledge(lane, acknowledged[lane]);
    } else {  // the process is killed: what is not durable may remain as torn bytes behind the end
      spool.reset();
      if (pick(2) == 0) {
        const fs::path file = newest_segment(scratch / "spool", static_cast<int>(pick(kLanes)));
        if (!file.empty()) {
          std::string bytes = slurp(file);
          for (unsigned i = pick(200); i > 0; --i) bytes += static_cast<char>(pick(256));
          spill(file, bytes);
        }
      }
      spool.emplace(open_spool(scratch / "spool", segment, &disk));
      if (const auto survived = may_survive.find(std::string(spool->position("s"))); survived != may_survive.end()) {
        position = survived->first;
        for (const auto& [lane, count, bytes] : survived->second) note(lane, count, bytes);
      }
      may_survive.clear();
    }
    spool->rewind();
    for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
      auto expected = model[lane].begin();
      for (StoredBatch batch; spool->read(lane, batch); ++expected) {
        REQUIRE(expected != model[lane].end());
        REQUIRE(batch.first_sequence == expected->first);
        REQUIRE(batch.count == expected->second.first);
        REQUIRE(batch.bytes == expected->second.second);
      }
      INFO("seed " << seed << ", step " << step << ", lane " << static_cast<int>(lane));
      REQUIRE(expected == model[lane].end());
      REQUIRE(spool->next_sequence(lane) == next[lane]);
      REQUIRE(spool->acknowledged(lane) == acknowledged[lane]);
    }
    REQUIRE(spool->position("s") == position);
    REQUIRE(spool->lost() == 0);
  }
}
