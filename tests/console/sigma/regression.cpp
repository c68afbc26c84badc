#include <yaml-cpp/yaml.h>

#include "tests/console/sigma/public_rules.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using test::Json;

namespace {

/// A Windows event as the rules name its fields: attributes joined with '_', data names without blanks.
Event windows_event(const Json& raw) {
  Json fields = Json::object();
  const Json& event = raw["Event"];
  for (const auto& [key, value] : event["System"].items()) {
    if (!value.is_object()) {
      fields[key] = value;
      continue;
    }
    for (const auto& [name, v] : value.items()) {
      if (name == "#attributes")
        for (const auto& [attribute, text] : v.items()) fields[key + "_" + attribute] = text;
      else if (name == "#text")
        fields[key] = v;
      else
        fields[key + "_" + name] = v;
    }
  }
  for (const char* section : {"EventData", "UserData"}) {
    if (!event.contains(section) || !event[section].is_object()) continue;
    for (const auto& [key, value] : event[section].items()) {
      std::string name = key;
      std::erase(name, ' ');
      if (value.is_object() && std::string(section) == "UserData")
        for (const auto& [inner, v] : value.items()) fields[inner] = v;
      else
        fields[name] = value;
    }
  }
  return test::event_of(fields, Json::object());
}

/// The logsources that an event of a channel has by a mapping in the old configuration format.
class Router {
 public:
  explicit Router(const std::filesystem::path& path) {
    for (const auto& item : YAML::LoadFile(path.string())["logsources"]) sources_.push_back(item.second);
  }

  std::vector<Event> route(Event event) const {
    std::string service;
    const std::string channel = "WinEventLog:" + std::string(event.field("Channel"));
    for (const YAML::Node& s : sources_)
      for (const YAML::Node& name : s["sources"])
        if (name.Scalar() == channel) service = s["service"].Scalar();
    std::vector<Event> out;
    event.logsource = {"windows", service, ""};
    out.push_back(event);
    for (const YAML::Node& s : sources_) {
      if (!s["rewrite"] || s["rewrite"]["service"].Scalar() != service) continue;
      bool met = true;
      for (const auto& c : s["conditions"]) met = met && event.field(c.first.Scalar()) == c.second.Scalar();
      if (!met) continue;
      Event one = event;
      one.logsource.category = s["category"].Scalar();
      if (s["fieldmappings"])
        for (const auto& m : s["fieldmappings"])
          for (Field& f : one.fields)
            if (f.name == m.second.Scalar()) f.name = m.first.Scalar();
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  std::vector<YAML::Node> sources_;
};

}  // namespace

TEST_CASE("Recorded Windows events trigger exactly the rules that they were recorded for") {
  const std::filesystem::path path = test::kSigmaData / "labelled/regression_matrix.visible.jsonl";
  if (test::absent(path)) return;
  const auto& rules = test::public_rules().rules;
  sigma::Matcher matcher(rules);
  const Router router(test::kSigmaData / "thor.yml");
  std::ifstream in(path);
  std::size_t exact = 0, total = 0;
  for (std::string line; std::getline(in, line);) {
    const Json l = Json::parse(line);
    std::ifstream file(test::kSigmaData / l["file"].get<std::string>());
    Json raw;  // one object, an array of them, or objects one after another
    for (std::size_t n = 0; n <= l["index"].get<std::size_t>() && file >> raw;) {
      if (raw.is_array()) {
        raw = Json(raw[l["index"].get<std::size_t>()]);
        break;
      }
      ++n;
    }
    REQUIRE(raw.is_object());
    std::set<std::string> got;
    for (const Event& e : router.route(windows_event(raw))) got.merge(test::ids_of(matcher, *rules, e));
    const auto expected = l["expected_rule_ids"].get<std::set<std::string>>();
    ++total;
    exact += got == expected;
    if (got == expected) continue;
    std::string text = l["file"].get<std::string>() + ": got";
    for (const auto& id : got) text += " " + id;
    UNSCOPED_INFO(text);
  }
  std::cout << "recorded Windows events: exact " << exact << " of " << total << "\n";
  CHECK(exact == total);
}
