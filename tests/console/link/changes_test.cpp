#include "console/link/changes.hpp"

#include "tests/console/link/client.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::link;
using namespace wf::link::test;

namespace {

struct Told {
  explicit Told(const std::filesystem::path& keys)
      : changes(keys, [this](const std::string& agent, const std::string& line) { all.emplace_back(agent, line); }) {}
  std::vector<std::pair<std::string, std::string>> all;
  Changes changes;
};

}  // namespace

TEST_CASE("what commands did is told once and in order, more of it as it comes, and the file goes when it was told") {
  const Folder folder;
  const std::filesystem::path& keys = folder.path();
  Told told(keys);
  told.changes.look(0);
  CHECK(told.all.empty());
  // More than a key file may have: commands of a day without an engine.
  REQUIRE(note_change(keys, "net-7", "line 7 \"quoted\"\nbroken"));
  const std::string line = read_private(keys / "changes.jsonl").value();
  std::string more;
  for (int i = 1; i < 600; ++i) more += line;
  REQUIRE(static_cast<std::int64_t>(more.size()) > kMostPrivateBytes);
  REQUIRE(append_private(keys / "changes.jsonl", more));
  told.changes.look(kSecond);
  REQUIRE(told.all.size() == 600);
  CHECK(told.all[7].first == "net-7");
  CHECK(told.all[7].second.find("line 7 \"quoted\"") == 0);
  CHECK(told.all[7].second.find(" (by ") != std::string::npos);
  CHECK(told.all[7].second.find('\n') == std::string::npos);
  told.changes.look(2 * kSecond);
  REQUIRE(note_change(keys, "", "one more"));
  told.changes.look(3 * kSecond);
  CHECK(told.all.size() == 601);
  CHECK(stamp_of(keys / "changes.jsonl").exists);
  // An engine that was killed before its audit had it tells it again.
  Told again(keys);
  again.changes.look(0);
  CHECK(again.all.size() == 601);
  told.changes.look(9 * kSecond);
  CHECK_FALSE(stamp_of(keys / "changes.jsonl").exists);
  REQUIRE(note_change(keys, "net-1", "later"));
  told.changes.look(10 * kSecond);
  CHECK(told.all.size() == 602);
  CHECK(told.all.back().second.find("later (by ") == 0);
}

TEST_CASE("a line of the file that cannot be read is told as that, and the next ones are told") {
  const Folder folder;
  REQUIRE(append_private(folder.path() / "changes.jsonl", "nonsense\n"));
  REQUIRE(note_change(folder.path(), "net-1", "good"));
  Told told(folder.path());
  told.changes.look(0);
  REQUIRE(told.all.size() == 2);
  CHECK(told.all[0].second.find("cannot be read") != std::string::npos);
  CHECK(told.all[1].second.find("good") == 0);
}

TEST_CASE("who holds the lock of the keys keeps others from changing them, for as long as they are patient") {
  const Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  REQUIRE(engine_public_key(keys));
  {
    const auto held = KeyLock::take(keys, 0);
    REQUIRE(held);
    const auto second = KeyLock::take(keys, 20 * kMillisecond);
    REQUIRE_FALSE(second);
    CHECK(second.error().what == "another command changes the keys and does not end");
  }
  CHECK(KeyLock::take(keys, 0));
}
