#include "console/seat/kept_picture.hpp"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wf;
using namespace wf::seat;

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE("a picture that is kept comes back as it was, for its owner's eyes only") {
  const test::TemporaryFolder dir;
  const std::shared_ptr<const Snapshot> now = samples::full_snapshot();
  CHECK(kept_picture(dir.path(), ~0ULL) == nullptr);
  REQUIRE(keep_picture(dir.path(), now).ok());
  const auto back = kept_picture(dir.path(), now->health.fused_position);
  REQUIRE(back != nullptr);
  CHECK(samples::text_of(*back) == samples::text_of(*now));
  struct stat is {};
  REQUIRE(::stat((dir.path() / kPictureFile).c_str(), &is) == 0);
  CHECK((is.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(dir.path() / "picture.partial"));
}

TEST_CASE("a picture of more than the log has is of another log, and is not shown") {
  const test::TemporaryFolder dir;
  const std::shared_ptr<const Snapshot> now = samples::full_snapshot();
  REQUIRE(now->health.fused_position > 0);
  REQUIRE(keep_picture(dir.path(), now).ok());
  CHECK(kept_picture(dir.path(), now->health.fused_position - 1) == nullptr);
}

TEST_CASE("a picture that is torn, cut or changed anywhere is none") {
  const test::TemporaryFolder dir;
  REQUIRE(keep_picture(dir.path(), samples::full_snapshot()).ok());
  const std::string whole = bytes_of(dir.path() / kPictureFile);
  const std::size_t step = whole.size() / 97 + 1;
  for (std::size_t at = 0; at < whole.size(); at += step) {
    write(dir.path() / kPictureFile, whole.substr(0, at));
    CHECK(kept_picture(dir.path(), ~0ULL) == nullptr);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    write(dir.path() / kPictureFile, changed);
    CHECK(kept_picture(dir.path(), ~0ULL) == nullptr);
  }
  write(dir.path() / kPictureFile, whole);
  CHECK(kept_picture(dir.path(), ~0ULL) != nullptr);
}

TEST_CASE("a directory that takes no picture is an error that names it, and keeps what it has") {
  const test::TemporaryFolder dir;
  const auto failed = keep_picture(dir.path() / "absent", samples::full_snapshot());
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().text().find("absent") != std::string::npos);
}

TEST_CASE("the keeper keeps what changed, and the last picture when it ends") {
  const test::TemporaryFolder dir;
  auto first = std::make_shared<Snapshot>(*samples::full_snapshot());
  first->version = 1;
  auto last = std::make_shared<Snapshot>(*first);
  last->version = 2;
  last->resolved_today = first->resolved_today + 1;
  std::mutex mutex;
  std::shared_ptr<const Snapshot> now = first;
  std::condition_variable asked;
  int looks = 0;
  {
    const PictureKeeper keeper(
        dir.path(),
        [&] {
          const std::lock_guard hold(mutex);
          ++looks;
          asked.notify_all();
          return now;
        },
        std::chrono::milliseconds(1));
    std::unique_lock hold(mutex);
    asked.wait(hold, [&] { return looks > 1; });  // the first one is kept
    hold.unlock();
    CHECK(kept_picture(dir.path(), ~0ULL)->version == 1);
    hold.lock();
    now = last;
  }
  CHECK(kept_picture(dir.path(), ~0ULL)->resolved_today == last->resolved_today);
}
