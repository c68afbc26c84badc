#include "console/engine/query.hpp"

#include <nlohmann/json.hpp>

#include "tests/console/engine/rig.hpp"

using namespace wf;
using namespace wf::engine::test;
using engine::run_query;

namespace {

const std::atomic<bool> kGoOn{false};

std::vector<std::string> numbers(const QueryPage& page) {
  CHECK(page.error.empty());
  std::vector<std::string> out;
  for (const std::string& line : page.lines) out.push_back(nlohmann::json::parse(line)["fields"]["number"].dump());
  return out;
}

Query events_where(const std::string& where, std::size_t limit = 200) {
  Query q;
  q.where = where;
  q.limit = limit;
  return q;
}

}  // namespace

TEST_CASE("what is stored can be asked for by kind of thing, time and the values of its fields") {
  Rig rig;
  rig.start();
  const auto agent = rig.agent("net-1");
  for (std::uint64_t n = 1; n <= 30; n += 3)
    rig.deliver(*agent, n, {event(n, "attack", "a"), event(n + 1, "scan", "b"), event(n + 2, "nothing", "c")});
  rig.wait([](const Snapshot& s) { return s.events_total == 30; });
  const auto ask = [&](const Query& query) { return run_query(rig.data(), query, kGoOn); };

  SECTION("events, newest first, with a limit") {
    const QueryPage page = ask(events_where("what=SCAN and host.name=b", 3));
    CHECK(numbers(page) == std::vector<std::string>{"29", "26", "23"});
    CHECK(page.more);
    CHECK(ask(events_where("")).lines.size() == 30);
    CHECK(numbers(ask(events_where("what!=attack and what!=scan and number~3"))) ==
          std::vector<std::string>{"30", "3"});
    CHECK(ask(events_where("agent=net-1 and kind=network.alert and severity=0")).lines.size() == 30);
    CHECK(ask(events_where("agent=net-2")).lines.empty());
    CHECK_FALSE(ask(events_where("agent=net-2")).more);
  }
  SECTION("events of a span of time") {
    Query q;
    q.since = event(10).time;
    q.until = event(12).time;
    CHECK(numbers(ask(q)) == std::vector<std::string>{"12", "11", "10"});
  }
  SECTION("alerts, incidents and audit lines") {
    rig.stop();  // what fusion finds is stored a moment after the events
    Query q;
    q.what = Query::What::alerts;
    CHECK(ask(q).lines.size() == 1);
    q.where = "rule=r1";
    CHECK(ask(q).lines.size() == 1);
    q.where = "rule=r2";
    CHECK(ask(q).lines.empty());
    q = {};
    q.what = Query::What::incidents;
    CHECK(ask(q).lines.size() == 1);
    q = {};
    q.what = Query::What::audit;
    q.where = "action=configuration and detail.rule_files=1";
    CHECK(ask(q).lines.size() == 1);
  }
  SECTION("a question that makes no sense is an error in words") {
    CHECK(ask(events_where("kind")).error ==
          "where: 'kind' is not a term; write field=value, field!=value or field~value");
    CHECK(ask(events_where("=x")).error.find("'=x'") != std::string::npos);
    CHECK_FALSE(run_query(rig.data() / "not", {}, kGoOn).error.empty());
  }
  SECTION("a cancelled question ends early") {
    const std::atomic<bool> cancelled{true};
    CHECK(run_query(rig.data(), {}, cancelled).lines.size() < 30);
  }
}
