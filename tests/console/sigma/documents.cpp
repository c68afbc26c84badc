// Documents: several in a file, logsources, filters, settings.
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using wf::test::event_of;
using wf::test::ids_of;
using wf::test::Json;
using Set = std::set<std::string>;

TEST_CASE("Rules in one file stand or fall alone, and an id is used once") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: good\nid: a\nlogsource: {category: test}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: bad\nid: b\nlogsource: {}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: again\nid: a\nlogsource: {category: test}\ndetection: {s: {A: x}, condition: s}\n",
      report);
  CHECK(rules->rules().size() == 1);
  CHECK(report.loaded == 1);
  CHECK(report.refused == 2);
}

TEST_CASE("An event is tried against the rules whose whole logsource it has") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: t\nid: a\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: t\nid: b\nlogsource: {product: linux, service: sshd}\ndetection: {s: {A: x}, condition: s}\n",
      report);
  wf::sigma::Matcher matcher(rules);
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"product", "linux"}})) == Set{"a"});
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"product", "linux"}, {"service", "sshd"}})) ==
        Set{"a", "b"});
  CHECK(wf::test::ids_of(matcher, *rules, event_of({{"A", "x"}}, {{"service", "sshd"}})).empty());
}

TEST_CASE("A filter takes away the matches of the rules that it names") {
  wf::sigma::LoadReport report;
  const auto rules = wf::test::rules_of(
      "title: t\nid: a\nlogsource: {category: test}\ndetection: {selection: {A: x}, condition: selection}\n---\n"
      "title: f\nid: f\nlogsource: {category: test}\nfilter: {rules: [a], selection: {U|startswith: adm_}, condition: "
      "selection}\n",
      report);
  REQUIRE(report.problems.empty());
  wf::sigma::Matcher matcher(rules);
  CHECK_FALSE(wf::test::ids_of(matcher, *rules, wf::test::event_of({{"A", "x"}})).empty());
  CHECK(wf::test::ids_of(matcher, *rules, wf::test::event_of({{"A", "x"}, {"U", "adm_joe"}})).empty());
}

TEST_CASE("A file that begins or goes on with what can begin no document is refused, and ends") {
  const std::string rule = "title: T\nlogsource: {category: test}\ndetection: {s: {a: b}, condition: s}\n";
  for (const std::string& text :
       {std::string(",ttil: T\nid: 002\nl:"), std::string("]"), "---\n" + rule + "---\n}\n"}) {
    INFO(text);
    wf::sigma::LoadReport report;
    (void)wf::sigma::RuleSet::compile({{"bad.yml", text}}, report);
    REQUIRE(report.problems.size() == 1);
    CHECK(report.refused == 1);
    CHECK(report.problems[0].find("bad.yml:") == 0);
  }
  wf::sigma::LoadReport report;
  (void)wf::sigma::RuleSet::compile({{"good.yml", "---\n---\n" + rule + "---\n" + rule + "...\n"}}, report);
  CHECK(report.problems.empty());
  CHECK(report.loaded == 2);
}

namespace {

const std::string kWindows =
    "title: t\nid: a\nname: first\nlogsource: {product: windows, category: process_creation}\n"
    "detection: {s: {Image|endswith: '\\cmd.exe'}, condition: s}\n---\n";

/// Rules and settings of one text, and what they say to an event of Windows.
struct Site {
  explicit Site(const std::string& text) : rules(wf::test::rules_of(text, report)), matcher(rules) {}
  Set ids(const Json& fields) {
    return ids_of(matcher, *rules, event_of(fields, {{"product", "windows"}, {"category", "process_creation"}}));
  }
  wf::sigma::LoadReport report;
  std::shared_ptr<const wf::sigma::RuleSet> rules;
  wf::sigma::Matcher matcher;
};

const char* const kUser = "filter: {rules: RULES, s: {User: bob}, condition: s}\n";

std::string filter(const std::string& logsource, const std::string& rules) {
  std::string text = kUser;
  return "title: f\nlogsource: {" + logsource + "}\n" + text.replace(text.find("RULES"), 5, rules);
}

}  // namespace

TEST_CASE("A filter speaks of the rules that state its logsource") {
  const Json bob = {{"Image", "C:\\cmd.exe"}, {"User", "bob"}};
  for (const char* const name : {"[a]", "[first]", "any", "a"}) {
    INFO(name);
    Site site(kWindows + filter("product: windows", name));
    REQUIRE(site.report.problems.empty());
    CHECK(site.ids(bob).empty());
    CHECK(site.ids({{"Image", "C:\\cmd.exe"}, {"User", "eve"}}) == Set{"a"});
  }
  Site any(kWindows + filter("product: linux", "any"));
  CHECK(any.ids(bob) == Set{"a"});
}

TEST_CASE("A filter that cannot be applied is refused, and the rule stays") {
  const Json bob = {{"Image", "C:\\cmd.exe"}, {"User", "bob"}};
  const auto problem = [&](const std::string& text) {
    Site site(kWindows + text);
    CHECK(site.ids(bob) == Set{"a"});
    REQUIRE(site.report.problems.size() == 1);
    return site.report.problems[0];
  };
  CHECK(problem(filter("product: windows", "[nobody]")).find("not loaded") != std::string::npos);
  CHECK(problem(filter("product: linux", "[a]")).find("another logsource") != std::string::npos);
  CHECK(problem(filter("product: windows, service: x", "[a]")).find("another logsource") != std::string::npos);
  CHECK(
      problem("title: f\nlogsource: {product: windows}\nfilter: {s: {U: x}, condition: s}\n").find("names no rules") !=
      std::string::npos);
}

TEST_CASE("Placeholders take the values that the site gives them, with wildcards, anywhere in a value") {
  const std::string settings = "title: ours\nplaceholders: {admins: ['adm_*', root], one: srv, 'DC-NAME': DC1}\n---\n";
  const auto says = [&](const std::string& item, const std::string& value) {
    // The settings come last: their place does not matter.
    Site site("title: t\nid: a\nlogsource: {product: windows}\ndetection: {s: {" + item + "}, condition: s}\n---\n" +
              settings);
    INFO(item << (site.report.problems.empty() ? "" : site.report.problems[0]));
    REQUIRE(site.report.problems.empty());
    return !site.ids({{"A", value}}).empty();
  };
  CHECK(says("A|expand: '%admins%'", "ADM_joe"));
  CHECK(says("A|expand: '%admins%'", "root"));
  CHECK_FALSE(says("A|expand: '%admins%'", "xroot"));
  CHECK(says("A|contains|expand: '%admins%'", "xroot"));
  CHECK(says("A|expand|endswith: '%one%-%DC-NAME%'", "x srv-dc1"));
  CHECK(says("A|expand: '\\%plain%one%'", "%plainsrv"));
  CHECK(says("A|expand: '100% of %one%'", "100% of srv"));
  CHECK(says("A: '%one%'", "%one%"));
  CHECK_FALSE(says("A: '%one%'", "srv"));
  CHECK(says("A|contains|all|expand: ['%admins%', '%one%']", "srv root"));
  CHECK_FALSE(says("A|contains|all|expand: ['%admins%', '%one%']", "root"));
  CHECK(says("A|expand|base64: '%one%'", "c3J2"));
}

TEST_CASE("A placeholder without values refuses its rule, and one with two the second") {
  Site site("title: t\nid: a\nlogsource: {product: windows}\ndetection: {s: {A|expand: '%x%'}, condition: s}\n");
  REQUIRE(site.report.problems.size() == 1);
  CHECK(site.report.problems[0].find("placeholder not configured: 'x'") != std::string::npos);
  Site twice("title: o\nplaceholders: {x: a}\n---\ntitle: p\nplaceholders: {x: b}\n---\n" + kWindows);
  REQUIRE(twice.report.problems.size() == 1);
  CHECK(twice.report.problems[0].find("already has values in rules.yml:1") != std::string::npos);
  CHECK(twice.report.loaded == 1);
}

TEST_CASE("Of a document of settings that is refused nothing counts") {
  Site site(
      "title: o\nplaceholders: {x: a}\n---\ntitle: p\nfieldmappings: {A: B}\nplaceholders: {y: c, x: b}\n---\n"
      "title: t\nid: a\nlogsource: {product: windows}\ndetection: {s: {A: q}, condition: s}\n---\n"
      "title: u\nid: b\nlogsource: {product: windows}\ndetection: {s: {A|expand: '%y%'}, condition: s}\n");
  REQUIRE(site.report.problems.size() == 2);
  CHECK(site.ids({{"A", "q"}}) == Set{"a"});
  CHECK(site.ids({{"B", "q"}}).empty());
}

TEST_CASE("A field mapping turns the names of rules into those of events") {
  const std::string mapping =
      "title: m\nlogsource: {product: windows}\nfieldmappings: {Image: NewProcessName, Who: [User, Account], "
      "B: Bee}\n---\ntitle: n\nlogsource: {product: windows, category: process_creation}\n"
      "fieldmappings: {Image: Path}\n---\n";
  const auto says = [&](const std::string& item, const Json& fields, const char* logsource = "product: windows") {
    Site site(mapping + "title: t\nid: a\nlogsource: {" + logsource + "}\ndetection: {s: {" + item +
              "}, condition: s}\n");
    INFO(item << (site.report.problems.empty() ? "" : site.report.problems[0]));
    REQUIRE(site.report.problems.empty());
    return !site.ids(fields).empty();
  };
  CHECK(says("Image: x", {{"NewProcessName", "x"}}));
  CHECK_FALSE(says("Image: x", {{"Image", "x"}}));
  CHECK(says("Image: x", {{"Path", "x"}}, "product: windows, category: process_creation"));
  CHECK(says("Who: bob", {{"User", "bob"}}, "product: windows, category: process_creation"));
  CHECK(says("Image: x", {{"Image", "x"}}, "category: process_creation"));
  // Several fields: their values are those of one.
  CHECK(says("Who: bob", {{"User", "eve"}, {"Account", "bob"}}));
  CHECK(says("Who|neq: bob", {{"User", "eve"}, {"Account", "joe"}}));
  CHECK_FALSE(says("Who|neq: bob", {{"User", "eve"}, {"Account", "bob"}}));
  CHECK(says("Who: null", Json::object()));
  CHECK_FALSE(says("Who: null", {{"User", "eve"}}));
  CHECK(says("Who|exists: true", {{"Account", "x"}}));
  CHECK_FALSE(says("Who|exists: false", {{"Account", "x"}}));
  CHECK(says("Other|fieldref: B", {{"Other", "x"}, {"Bee", "x"}}));
}

TEST_CASE("Settings may stand before any number of rules, which stay what they are") {
  std::string text = "title: m\nfieldmappings: {Unused: None}\n---\ntitle: n\nplaceholders: {unused: x}\n---\n";
  for (const std::string id : {"a", "b", "c", "d", "e"})
    text +=
        "title: t\nid: " + id + "\nlogsource: {product: windows}\ndetection: {s: {A: " + id + "}, condition: s}\n---\n";
  Site site(text);
  CHECK(site.report.problems.empty());
  for (const std::string id : {"a", "b", "c", "d", "e"}) CHECK(site.ids({{"A", id}}) == Set{id});
}

TEST_CASE("A logsource mapping says which events a rule sees; its fields and filters go by its own logsource") {
  const auto sees = [](const std::string& settings, const std::string& rule, const wf::Logsource& event) {
    Site site(settings + "title: t\nid: a\nlogsource: {" + rule + "}\ndetection: {s: {A: x}, condition: s}\n");
    INFO((site.report.problems.empty() ? "" : site.report.problems[0]));
    REQUIRE(site.report.problems.empty());
    wf::Event e;
    e.logsource = event;
    e.add("A", "x");
    e.add("B", "x");
    std::vector<wf::sigma::Match> matches;
    wf::sigma::Matcher(site.rules).match(e, matches);
    return !matches.empty();
  };
  const std::string map =
      "title: m\nlogsource: {product: windows, service: security}\nlogsourcemapping: {product: collector, category: "
      "win}\n---\ntitle: n\nlogsource: {product: windows}\nlogsourcemapping: {product: other}\n---\n";
  // The service that it stated is replaced by none.
  CHECK(sees(map, "product: windows, service: security", {"collector", "", "win"}));
  CHECK_FALSE(sees(map, "product: windows, service: security", {"windows", "security", ""}));
  // What is not stated stays; the one that states most wins; nothing is mapped twice.
  CHECK(sees(map, "product: windows, category: process_creation", {"other", "", "process_creation"}));
  CHECK_FALSE(sees(map, "product: windows, category: process_creation", {"other", "", ""}));
  CHECK(sees(map, "product: linux", {"linux", "", ""}));
  CHECK(
      sees("title: f\nlogsource: {product: windows}\nlogsourcemapping: {product: other}\nfieldmappings: {A: B}\n---\n"
           "title: g\nlogsource: {product: other}\nfieldmappings: {A: C}\n---\n",
           "product: windows", {"other", "", ""}));
  // A filter names rules by the logsource that they state.
  CHECK_FALSE(
      sees(map + "title: x\nlogsource: {product: windows}\nfilter: {rules: any, s: {B: x}, condition: s}\n---\n",
           "product: windows", {"other", "", ""}));
}

TEST_CASE("Correlations group by the fields that events have for those of their rules") {
  const std::string rules =
      "title: t\nid: a\nlogsource: {product: windows}\ndetection: {s: {A: x}, condition: s}\n---\n"
      "title: l\nid: b\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n---\n";
  const auto many = [](const std::string& what) {
    return "title: c\nid: c\ncorrelation: {" + what + ", timespan: 1m}\n---\n";
  };
  const std::string map =
      "title: m\nlogsource: {product: windows}\nfieldmappings: {User: Account, Ip: [Src, Dst]}\n---\n";
  const auto completes = [&](const std::string& correlation,
                             const std::vector<std::pair<std::string, std::string>>& told) {
    Site site(map + rules + correlation);
    INFO((site.report.problems.empty() ? "" : site.report.problems[0]));
    REQUIRE(site.report.problems.empty());
    wf::sigma::Matcher matcher(site.rules);
    std::size_t times = 0;
    for (std::size_t i = 0; i < told.size(); ++i) {
      wf::Event e;
      e.id = std::to_string(i);
      e.time = static_cast<wf::UtcNs>(i + 1) * wf::kSecond;
      e.logsource.product = told[i].first == "User" ? "linux" : "windows";
      e.add("A", "x");
      e.add(told[i].first, told[i].second);
      std::vector<wf::sigma::Match> matches;
      matcher.match(e, matches);
      for (const wf::sigma::Match& m : matches) times += site.rules->rules()[m.rule].id == "c" ? 1 : 0;
    }
    return times > 0;
  };
  // Windows says Account, Linux says User, and both are one group.
  const std::string both = many("type: event_count, rules: [a, b], group-by: [User], condition: {gte: 2}");
  CHECK(completes(both, {{"Account", "ann"}, {"User", "ann"}}));
  CHECK_FALSE(completes(both, {{"Account", "ann"}, {"User", "bob"}}));
  const std::string values = many("type: value_count, rules: [a], condition: {field: User, gte: 2}");
  CHECK(completes(values, {{"Account", "ann"}, {"Account", "bob"}}));
  CHECK_FALSE(completes(values, {{"Account", "ann"}, {"Account", "ann"}}));
  const std::string alias = many(
      "type: event_count, rules: [a, b], group-by: [who], aliases: {who: {a: User, b: User}}, "
      "condition: {gte: 2}");
  CHECK(completes(alias, {{"Account", "ann"}, {"User", "ann"}}));

  Site several(map + rules + many("type: event_count, rules: [a], group-by: [Ip], condition: {gte: 2}"));
  REQUIRE(several.report.problems.size() == 1);
  CHECK(several.report.problems[0].find("field 'Ip' of rule 'a' is several fields of its events") != std::string::npos);
}

TEST_CASE("Settings that contradict themselves are refused with their line") {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"fieldmappings: [a]\n", "no map"},
           {"placeholders: x\n", "no map"},
           {"logsourcemapping: {product: p}\n", "say which rules"},
           {"logsource: {product: p}\nlogsourcemapping: x\n", "no map"},
           {"logsource: {product: p}\nlogsourcemapping: {}\n", "an empty logsource"},
           {"logsource: {product: p}\nlogsourcemapping: {color: x}\n", "'color' is not known"},
           {"placeholders: {x: []}\n", "empty list"},
           {"fieldmappings: {A: ''}\n", "is empty"},
           {"logsource: {product: p}\nfieldmappings: {A: B}\n---\ntitle: "
            "n\nlogsource: {product: p}\nfieldmappings: {C: D}\n",
            "is already in"}}) {
    Site site("title: m\n" + text);
    INFO(text);
    REQUIRE(site.report.problems.size() == 1);
    CHECK(site.report.problems[0].find(what) != std::string::npos);
    CHECK(site.report.problems[0].find("rules.yml:") == 0);
  }
}

TEST_CASE("The documents of a text are told apart by their marks alone, readable or not") {
  const auto texts = [](const std::string& text) {
    std::vector<std::pair<std::uint32_t, std::string>> out;
    for (const wf::sigma::DocumentText& d : wf::sigma::documents_of(text))
      out.emplace_back(d.line, text.substr(d.begin, d.end - d.begin));
    return out;
  };
  using Texts = std::vector<std::pair<std::uint32_t, std::string>>;
  CHECK(texts("") == Texts{{1, ""}});
  CHECK(texts("a: 1\n") == Texts{{1, "a: 1\n"}});
  CHECK(texts("a: 1\n---\nb: {\n---\r\nc: 3") == Texts{{1, "a: 1\n"}, {3, "b: {\n"}, {5, "c: 3"}});
  CHECK(texts("--- # first\na: 1\n--- \nb: 2\n") == Texts{{1, ""}, {1, "--- # first\na: 1\n"}, {4, "b: 2\n"}});
  // Within a text that is indented, and where more than three marks stand, nothing ends.
  CHECK(texts("a: |\n ---\nb: ---\n----\n") == Texts{{1, "a: |\n ---\nb: ---\n----\n"}});
}
