// What cannot be honoured exactly is refused, by name and reason.
#include "tests/console/sigma/sample.hpp"
#include "tests/support/catch.hpp"

using wf::test::refusal;

namespace {

/// The problem with which an item is refused.
bool refused(const std::string& item, const std::string& why) {
  const std::string problem = refusal("{s: {" + item + "}, condition: s}");
  INFO(item << ": " << problem);
  CHECK(problem.find(why) != std::string::npos);
  return problem.find("rules.yml:4: ") == 0;
}

}  // namespace

TEST_CASE("What cannot be honoured is refused with its line") {
  CHECK(refusal("{s: {A|expand: '%x%'}, condition: s}").find("placeholder not configured") != std::string::npos);
  CHECK(refusal("{s: {A|frobnicate: x}, condition: s}").find("unknown modifier 'frobnicate'") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: t}").find("names 't'") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: s | count() > 5}").find("correlation rule") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: (s}").find("not closed") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: 1 of q*}").find("no search identifier matches") != std::string::npos);
  CHECK(refusal("{s: {A: x}, condition: 2 of s*}").find("'2 of'") != std::string::npos);
  CHECK(refusal("{s: {A: []}, condition: s}").find("empty list") != std::string::npos);
  CHECK(refusal("{s: {A: x}}").rfind("rules.yml:4: no condition", 0) == 0);
}

TEST_CASE("Values that mean nothing, or two things, are refused") {
  CHECK(refused("A: ['', null]", "null in a list"));
  CHECK(refused("A: []", "empty list"));
  CHECK(refused("A: {B: c}", "a list or map where a value belongs"));
  CHECK(refused("A: [[x]]", "a list or map where a value belongs"));
  CHECK(refused("A: 0x17", "another text"));
  CHECK(refused("A: 0o17", "another text"));
  CHECK(refused("A: 1.50", "another text"));
  CHECK(refused("A: 1e3", "another text"));
  CHECK(refused("A: +5", "another text"));
  CHECK(refused("A: !!binary Zm9v", "tag"));
  CHECK(refused("A|contains: null", "null cannot be modified"));
  CHECK(refused("A: x, A: y", "'A' is written twice"));
  CHECK(refused("'<<': x", "merge key"));
}

TEST_CASE("Modifiers that cannot act together, or on this value, are refused") {
  CHECK(refused("A|contains|all: x", "'all' with a single value"));
  CHECK(refused("A|contains|all: [x]", "'all' with a single value"));
  CHECK(refused("A|: x", "unknown modifier ''"));
  CHECK(refused("A|Contains: x", "unknown modifier 'Contains'"));
  CHECK(refused("A|i: x", "unknown modifier 'i'"));
  CHECK(refused("A|contains|re: x", "must come first"));
  CHECK(refused("A|all|cidr: [10.0.0.0/8, 11.0.0.0/8]", "must come first"));
  CHECK(refused("A|re|contains: x", "cannot act on"));
  CHECK(refused("A|re|cased: x", "'cased' beside 're'"));
  CHECK(refused("A|re|lt: 5", "changes the type"));
  CHECK(refused("A|re: 5", "'re' takes a text"));
  CHECK(refused("A|gte: x", "is no number"));
  CHECK(refused("A|lt: 0x10", "is no number"));
  CHECK(refused("A|lt|contains: 5", "cannot act on"));
  CHECK(refused("A|lt|cased: 5", "'cased' has no meaning"));
  CHECK(refused("A|hour|day: 5", "two time modifiers"));
  CHECK(refused("A|hour: 24", "from 0 to 23"));
  CHECK(refused("A|month: 0", "from 1 to 12"));
  CHECK(refused("A|minute: 7.5", "whole number"));
  CHECK(refused("A|day: x", "is no number"));
  CHECK(refused("A|hour|all: [5, 6]", "'all' beside a time modifier"));
  CHECK(refused("A|hour|contains: 5", "a time modifier takes only"));
  CHECK(refused("A|exists: 'true'", "takes true or false"));
  CHECK(refused("A|exists: [true, false]", "several values"));
  CHECK(refused("A|exists|neq: true", "stands alone"));
  CHECK(refused("A|cidr: 10.0.0.1/8", "no network"));
  CHECK(refused("A|cidr: 10.0.0.0/33", "no network"));
  CHECK(refused("A|cidr: 'x/8'", "no network"));
  CHECK(refused("A|fieldref: 5", "takes a field's name"));
  CHECK(refused("A|contains|fieldref: B", "cannot act on"));
  CHECK(refused("A|windash: 5", "'windash' takes a text"));
  CHECK(refused("A|base64: 5", "'base64' takes a text"));
  CHECK(refused("A|contains|base64: x", "wildcards cannot be encoded"));
  CHECK(refused("A|base64offset: 'a?'", "wildcards cannot be encoded"));
  CHECK(refused("A|base64: ''", "empty value cannot be encoded"));
  CHECK(refused("A|base64offset: a", "too short"));
  CHECK(refused("'|exists': true", "needs a field"));
  CHECK(refused("'|startswith': x", "searched anywhere"));
  CHECK(refused("'|all': [x, null]", "null"));
}

TEST_CASE("Conditions that say nothing, or more than the detection, are refused") {
  const auto why = [](const std::string& condition) {
    return refusal("{s: {A: x}, _u: {B: y}, condition: " + condition + "}");
  };
  CHECK(why("''").find("empty condition") != std::string::npos);
  CHECK(why("[]").find("empty condition") != std::string::npos);
  CHECK(why("s and").find("ends too early") != std::string::npos);
  CHECK(why("s s").find("unexpected 's'") != std::string::npos);
  CHECK(why("s)").find("unexpected ')'") != std::string::npos);
  CHECK(why("1 of").find("ends after 'of'") != std::string::npos);
  CHECK(why("none of s").find("'none of'") != std::string::npos);
  CHECK(why("s near _u").find("unexpected 'near'") != std::string::npos);
  CHECK(refusal("{_u: {B: y}, condition: 1 of them}").find("no search identifier") != std::string::npos);
  CHECK(refusal("{s: {}, condition: s}").find("empty search identifier") != std::string::npos);
  CHECK(refusal("{s: [], condition: s}").find("empty search identifier") != std::string::npos);
  CHECK(refusal("{s: null, condition: s}").find("null") != std::string::npos);
  CHECK(refusal("{s: {A: x}, timeframe: 5m, condition: s}").find("'timeframe'") != std::string::npos);
  std::string deep(1000, '(');
  CHECK(why(deep + "s" + std::string(1000, ')')).find("too deeply") != std::string::npos);
}

TEST_CASE("Documents that we cannot read as they are meant are refused") {
  const std::string detection = "detection: {s: {A: x}, condition: s}\n", source = "logsource: {category: test}\n";
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {source + detection, "no title"},
           {"title: t\n" + detection, "no logsource"},
           {"title: t\nlogsource: {}\n" + detection, "an empty logsource"},
           {"title: t\nlogsource: {vendor: x}\n" + detection, "logsource attribute 'vendor'"},
           {"title: t\n" + source, "neither detection"},
           {"title: t\ntaxonomy: ecs\n" + source + detection, "taxonomy 'ecs'"},
           {"title: t\nstatus: unsupported\n" + source + detection, "unsupported"},
           {"title: t\nlevel: severe\n" + source + detection, "level 'severe'"},
           {"title: t\naction: global\n" + source + detection, "old multi-document syntax"},
           {"title: t\ntitle: u\n" + source + detection, "'title' is written twice"},
           {"title: t\n" + source + "detection: [x]\n", "no map"},
           {"title: t\n" + source + "detection: &d {s: *d, condition: s}\n", ""},
           {"- a\n- b\n", "no map"}}) {
    wf::sigma::LoadReport report;
    const auto rules = wf::test::rules_of(text, report);
    INFO(text << (report.problems.empty() ? "" : report.problems[0]));
    CHECK(rules->rules().empty());
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].find(why) != std::string::npos);
  }
  wf::sigma::LoadReport report;
  CHECK(wf::test::rules_of("title: t\ntaxonomy: sigma\n" + source + detection, report)->rules().size() == 1);
  CHECK(wf::test::rules_of("title: u\nlogsource: {category: test, definition: 'log all'}\n" + detection, report)
            ->rules()
            .size() == 1);
}
