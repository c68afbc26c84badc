#include "agents/kit/spool/attachments.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>

#include "agents/kit/descriptor.hpp"
#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

/// A picture of so many bytes, as far as its first bytes go; `seed` makes them different.
std::string still(std::size_t bytes, char seed = 'a') {
  std::string out = "\xff\xd8\xff\xe0";
  for (std::size_t i = out.size(); i < bytes; ++i) out += static_cast<char>(seed + static_cast<char>(i % 23));
  return out;
}

class TestDisk final : public Disk {
 public:
  ssize_t write(int fd, const char* bytes, std::size_t size, off_t at) override {
    if (before_write) before_write();
    if (full) return errno = ENOSPC, -1;
    return Disk::write(fd, bytes, size, at);
  }
  int sync(int fd) override {
    if (broken) return errno = EIO, -1;
    return Disk::sync(fd);
  }
  bool full = false, broken = false;
  std::function<void()> before_write;
};

struct Bench {
  Attachments& store() {
    if (!store_) {
      Result<Attachments> opened = Attachments::open(
          {.directory = scratch / "attachments", .limit_bytes = limit, .each_bytes = each, .disk = &disk});
      REQUIRE(opened);
      store_.emplace(std::move(*opened));
    }
    return *store_;
  }
  void restart() { store_.reset(); }
  /// The line, and in `named` what it names.
  std::string news(std::int64_t mono) {
    const std::optional<Attachments::News> news = store().news({0, mono});
    named = news ? news->hashes : std::vector<std::string>();
    return news ? news->line : std::string();
  }
  std::string content(const Attachments::Waiting& waiting) {
    std::string out;
    REQUIRE(store().read(waiting, 0, waiting.bytes, out));
    return out;
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(scratch / "attachments");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  Result<std::string> add_file(const std::filesystem::path& file) {
    const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(fd.open());
    return store().add_file(fd.get());
  }
  test::Scratch scratch;
  TestDisk disk;
  std::uint64_t limit = 10'000, each = 5'000;
  std::vector<std::string> named;

 private:
  std::optional<Attachments> store_;
};

}  // namespace

TEST_CASE("an attachment is called after its content and kept once, in a private file") {
  Bench bench;
  const std::string picture = still(3000);
  const Result<std::string> name = bench.store().add(picture);
  REQUIRE(name);
  CHECK(name->size() == 64);
  CHECK(bench.store().add(picture).value() == *name);
  CHECK(bench.store().count() == 1);
  CHECK(bench.store().bytes() == 3000);
  CHECK(bench.files() == 1);
  CHECK(bench.content(*bench.store().oldest()) == picture);
  struct stat info {};
  REQUIRE(::stat((bench.scratch / "attachments").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0700);
  for (const auto& file : std::filesystem::directory_iterator(bench.scratch / "attachments")) {
    REQUIRE(::stat(file.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600);
  }
  // BLAKE2b-256 as RFC 7693 has it, of a content that its reference implementation hashed.
  AttachmentHash hash;
  hash.add("a");
  hash.add("bc");
  CHECK(hash.hex() == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("what waits is there after a restart in its order, and a half-written one is not") {
  Bench bench;
  const std::string first = bench.store().add(still(1000, 'a')).value();
  const std::string second = bench.store().add(still(1000, 'b')).value();
  std::ofstream(bench.scratch / "attachments" / "incoming.part") << "half of it";
  std::ofstream(bench.scratch / "attachments" / "notes.txt") << "of somebody else";
  bench.restart();
  REQUIRE(bench.store().count() == 2);
  CHECK(bench.store().oldest()->hash == first);
  bench.store().drop(first);
  CHECK(bench.store().oldest()->hash == second);
  const std::string third = bench.store().add(still(1000, 'c')).value();
  bench.store().drop(second);
  bench.restart();
  CHECK(bench.store().oldest()->hash == third);
  CHECK(bench.store().bytes() == 1000);
  CHECK(bench.files() == 2);
}

TEST_CASE("a full store gives up the oldest, the one on its way last, and says so once a minute") {
  Bench bench;
  const std::string first = bench.store().add(still(4000, 'a')).value();
  const std::string second = bench.store().add(still(4000, 'b')).value();
  bench.store().set_busy(first);
  CHECK_FALSE(bench.store().news({0, 0}));
  REQUIRE(bench.store().add(still(4000, 'c')));
  CHECK(bench.store().has(first));
  CHECK_FALSE(bench.store().has(second));
  CHECK(bench.store().given_up() == 1);
  CHECK(bench.store().bytes() == 8000);
  CHECK(bench.news(kSecond).starts_with("1 attachment was given up"));
  CHECK(bench.named == std::vector<std::string>{second});
  REQUIRE(bench.store().add(still(4000, 'd')));
  REQUIRE(bench.store().add(still(4900, 'e')));
  CHECK(bench.store().has(first));
  CHECK_FALSE(bench.store().news({0, 2 * kSecond}));
  CHECK_FALSE(bench.store().news({0, 3600 * kSecond}));  // what was said is not spooled yet
  bench.store().spooled();
  // What has come again since then is not told as lost.
  REQUIRE(bench.store().add(still(4000, 'd')));
  CHECK(bench.news(61 * kSecond).starts_with("3 attachments were given up"));
  CHECK(bench.named.size() == 2);
  CHECK(std::find(bench.named.begin(), bench.named.end(), bench.store().add(still(4000, 'd')).value()) ==
        bench.named.end());
  bench.store().spooled();
  CHECK(bench.files() == bench.store().count());  // nothing is left of what was told
  bench.limit = 4950;
  bench.restart();
  CHECK(bench.store().count() == 1);
  CHECK(bench.news(0).starts_with("1 attachment was given up"));
  bench.store().spooled();
  CHECK(bench.files() == 1);
}

TEST_CASE("what was given up and not told before the end is told after the next start, whoever ended it") {
  Bench bench;
  const std::string first = bench.store().add(still(4000, 'a')).value();
  REQUIRE(bench.store().add(still(4000, 'b')));
  REQUIRE(bench.store().add(still(4000, 'c')));
  bench.restart();
  CHECK(bench.store().count() == 2);
  CHECK(bench.store().bytes() == 8000);
  CHECK(bench.store().given_up() == 1);
  CHECK(bench.news(0).starts_with("1 attachment was given up"));
  CHECK(bench.named == std::vector<std::string>{first});
  CHECK_FALSE(bench.store().news({0, 3600 * kSecond}));
  bench.restart();  // before it was spooled: once more rather than never
  CHECK(bench.news(0).starts_with("1 attachment was given up"));
  CHECK(bench.named == std::vector<std::string>{first});
  bench.store().spooled();
  bench.restart();
  CHECK_FALSE(bench.store().news({0, 0}));
  CHECK(bench.files() == 2);
  // The same content again waits like any other.
  CHECK(bench.store().add(still(1000, 'a')).ok());
}

TEST_CASE("what is empty, too large, no picture or no file is refused and leaves nothing") {
  Bench bench;
  CHECK(bench.store().add("").error().what == "it is empty");
  CHECK(bench.store().add(still(5001)).error().what.starts_with("it has 5001 bytes"));
  CHECK(bench.store().add("#!/bin/sh\nrm -rf /\n").error().what == "it is no JPEG, PNG or MP4");
  CHECK(bench.add_file(bench.scratch.path()).error().what == "it is no regular file");
  CHECK(bench.store().add("\x89PNG\r\n\x1a\n and so on"));
  CHECK(
      bench.store().add(std::string("\0\0\0\x20"
                                    "ftypisom",
                                    12)));
  CHECK(bench.files() == 2);
}

TEST_CASE("a file that grows or is rewritten while it is read is refused") {
  Bench bench;
  const auto file = bench.scratch / "snapshot.jpg";
  std::ofstream(file) << still(2000);
  bench.disk.before_write = [&] { std::ofstream(file, std::ios::app) << "more"; };
  CHECK(bench.add_file(file).error().what == "it is still being written");
  bench.disk.before_write = [&] { std::filesystem::resize_file(file, 1000); };
  CHECK(bench.add_file(file).error().what == "it is still being written");
  bench.disk.before_write = {};
  CHECK(bench.files() == 0);
  REQUIRE(bench.add_file(file));
  CHECK(bench.store().bytes() == 1000);
}

TEST_CASE("a disk that is full or fails keeps nothing of an attachment, and takes it when it works again") {
  Bench bench;
  bench.disk.full = true;
  CHECK(bench.store().add(still(3000)).error().to_do == "free space on that disk");
  bench.disk.full = false;
  bench.disk.broken = true;
  CHECK_FALSE(bench.store().add(still(3000)));
  CHECK(bench.files() == 0);
  CHECK(bench.store().count() == 0);
  bench.disk.broken = false;
  CHECK(bench.store().add(still(3000)));
  CHECK(bench.store().given_up() == 0);
}

TEST_CASE("for --print an attachment has the same name and nothing is kept") {
  Bench bench;
  AttachmentNames names(5000);
  const std::string picture = still(3000);
  CHECK(names.add(picture).value() == bench.store().add(picture).value());
  std::ofstream(bench.scratch / "snapshot.jpg") << picture;
  const Descriptor fd(::open((bench.scratch / "snapshot.jpg").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(names.add_file(fd.get()).value() == names.add(picture).value());
  CHECK(names.add("text").error().what == "it is no JPEG, PNG or MP4");
  CHECK_FALSE(names.add(still(5001)));
}
