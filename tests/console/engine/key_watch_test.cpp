#include "console/engine/key_watch.hpp"

#include "console/link/command_key.hpp"
#include "tests/console/engine/rig.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::engine;
using namespace wf::engine::test;

TEST_CASE("keys that are too old are named, each once, until they are changed") {
  const link::test::Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  constexpr UtcNs kNow = 1'790'000'000 * kSecond;
  must(link::engine_public_key(keys));
  const auto enrol = [&](const std::string& name, UtcNs since, bool revoked) {
    must(link::write_agent(keys, {name, "network", link::make_key_pair().value().public_key, since, revoked}));
  };
  // The engine's own key is as old as its file: of today, whatever that is.
  const UtcNs made = link::find_engine_key(keys, link::kEngineKey).value()->since;
  CHECK(made > kNow - 20'000 * kDay);
  KeyWatch watch(keys, 90 * kDay);
  const UtcNs now = made + 10 * kDay;
  enrol("fresh", now - 80 * kDay, false);
  enrol("old", now - 91 * kDay, false);
  enrol("gone", now - 900 * kDay, true);
  watch.look(now);
  CHECK(watch.problem() == "1 agent with keys older than 90 days: old; see `watchfloor agent rotate`");
  const std::vector<link::Fact> news = watch.take_news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].topic == link::Topic::key_expiry);
  CHECK(news[0].agent == "old");
  watch.look(now + kDay);
  CHECK(watch.take_news().empty());
  enrol("old", now, false);
  watch.look(now + kDay);
  CHECK(watch.problem().empty());
  watch.look(made + 91 * kDay);
  CHECK(watch.problem().find("the engine's key is 91 days old") == 0);
  CHECK(watch.take_news().size() == 2);  // its own, and the fresh agent's
  // Without a limit nothing is too old.
  KeyWatch(keys, 0).look(made + 9000 * kDay);
}

TEST_CASE("an engine that runs with a key that was exchanged says that it must be started again") {
  const link::test::Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  KeyWatch watch(keys, 0);
  watch.look(1);
  CHECK(watch.problem().empty());
  must(link::prepare_engine_key(keys, 1'790'000'000 * kSecond));
  watch.look(2);
  CHECK(watch.problem().empty());
  must(link::switch_engine_key(keys));
  watch.look(3);
  CHECK(watch.problem() == "the engine's key was exchanged; start the engine again to use it");
}

TEST_CASE("the start that takes an exchanged key says so, once, with both keys") {
  const link::test::Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  const std::string old = must(link::engine_public_key(keys));
  CHECK(link::engine_key_in_use(keys).empty());
  CHECK(KeyWatch(keys, 0).take_news().empty());
  CHECK(link::engine_key_in_use(keys) == old);
  must(link::prepare_engine_key(keys, 1'790'000'000 * kSecond));
  must(link::switch_engine_key(keys));
  const std::string fresh = must(link::engine_public_key(keys));
  CHECK(link::engine_key_in_use(keys) == old);  // nobody has taken it yet
  const std::vector<link::Fact> news = KeyWatch(keys, 0).take_news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].topic == link::Topic::key_rotated);
  CHECK(news[0].line.find(fresh) != std::string::npos);
  CHECK(news[0].line.find(old) != std::string::npos);
  CHECK(link::engine_key_in_use(keys) == fresh);
  CHECK(KeyWatch(keys, 0).take_news().empty());
}

TEST_CASE("a key of commands that was exchanged, or is too old, is said as the engine's own is") {
  const link::test::Folder folder;
  const std::filesystem::path keys = folder.path() / "keys";
  constexpr UtcNs kNow = 1'790'000'000 * kSecond;
  KeyWatch watch(keys, 90 * kDay);
  const std::string old = must(link::CommandKey::open(keys)).public_text();
  CHECK(link::command_key_in_use(keys) == old);
  const std::string fresh = must(link::prepare_command_key(keys, kNow)).public_text();
  watch.look(kNow);
  CHECK(watch.problem().find("exchanged") == std::string::npos);
  must(link::switch_command_key(keys));
  watch.look(must(link::find_engine_key(keys, link::kEngineKey))->since);
  CHECK(watch.problem() == "the key of commands to devices was exchanged; start the engine again to use it");

  KeyWatch after(keys, 90 * kDay);
  const std::vector<link::Fact> news = after.take_news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].topic == link::Topic::key_rotated);
  CHECK(news[0].line.find("signs commands to devices with its next key " + fresh + "; the one before, " + old) !=
        std::string::npos);
  CHECK(KeyWatch(keys, 0).take_news().empty());
  // The engine's own key is of today, and this one of the day that its file names.
  const UtcNs today = must(link::find_engine_key(keys, link::kEngineKey))->since;
  if (today > kNow + 91 * kDay) {
    after.look(today);
    CHECK(after.problem().find("the key of commands to devices is ") == 0);
  } else {
    KeyWatch day(keys, kDay);
    day.look(kNow + 2 * kDay);
    CHECK(day.problem().find("the key of commands to devices is 2 days old") == 0);
  }
}
