#include "agents/kit/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "proto/time.hpp"

namespace wf::kit {

std::string at_line(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : file + ":" + std::to_string(mark.line + 1);
}

void YamlReader::problem(const YAML::Node& node, std::string what, std::string to_do) {
  problems_.push_back({std::move(what), at_line(file_, node.Mark()), std::move(to_do)});
}

void YamlReader::only_keys(const YAML::Node& map, std::initializer_list<std::string_view> known) {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) {
      problem(entry.first, "a key must be a word", "write it as key: value");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string list;
      for (std::string_view k : known) list += (list.empty() ? "" : ", ") + std::string(k);
      problem(entry.first, "unknown key '" + key + "'", "known here: " + list);
    } else if (!seen.insert(key).second) {
      problem(entry.first, "key '" + key + "' comes twice", "remove one of the two");
    }
  }
}

void YamlReader::version(const YAML::Node& root) {
  const YAML::Node v = root["v"];
  if (!v) return problem(root, "the file's version is missing", "begin it with 'v: 1'");
  if (!v.IsScalar() || v.Scalar() != "1")
    problem(v, "this build reads version 1", "write 'v: 1', or use a newer agent");
}

void YamlReader::text(const YAML::Node& map, const char* key, std::string& out) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return;
  if (!node.IsScalar()) return problem(node, "'" + std::string(key) + "' must be a text", "write one value");
  out = node.Scalar();
}

void YamlReader::flag(const YAML::Node& map, const char* key, bool& out) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, out))
    problem(node, "'" + std::string(key) + "' must be true or false", "write one of them");
}

void YamlReader::number(const YAML::Node& map, const char* key, std::uint32_t least, std::uint32_t most,
                        std::uint32_t& out) {
  std::string written;
  text(map, key, written);
  if (written.empty()) return;
  std::uint32_t value = 0;
  const char* const end = written.data() + written.size();
  const auto [stop, failed] = std::from_chars(written.data(), end, value);
  if (failed != std::errc{} || stop != end || value < least || value > most)
    return problem(map[key], "'" + written + "' is no " + key,
                   "give a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  out = value;
}

void YamlReader::duration(const YAML::Node& map, const char* key, std::int64_t least, std::int64_t most,
                          std::int64_t& out) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kUnits{
      {{"ms", kMillisecond}, {"s", kSecond}, {"min", kMinute}}};
  std::string written;
  text(map, key, written);
  if (written.empty()) return;
  std::int64_t value = 0;
  const char* const end = written.data() + written.size();
  const auto [stop, failed] = std::from_chars(written.data(), end, value);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& u) { return u.first == unit; });
  if (failed == std::errc{} && found != kUnits.end() && value >= 0 && value <= most / found->second &&
      value * found->second >= least) {
    out = value * found->second;
    return;
  }
  const auto shown = [](std::int64_t ns) {
    return ns % kSecond == 0 ? std::to_string(ns / kSecond) + "s" : std::to_string(ns / kMillisecond) + "ms";
  };
  problem(map[key], "'" + written + "' is no " + key,
          "write a time from " + shown(least) + " to " + shown(most) + ", like 10s");
}

void YamlReader::texts(const YAML::Node& map, const char* key, std::vector<std::string>& out) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return;
  if (node.IsScalar()) return out.push_back(node.Scalar());
  const auto scalar = [](const YAML::Node& one) { return one.IsScalar(); };
  if (!node.IsSequence() || !std::all_of(node.begin(), node.end(), scalar))
    return problem(node, "'" + std::string(key) + "' must be a list of texts", "write [one, two]");
  for (const YAML::Node& one : node) out.push_back(one.Scalar());
}

}  // namespace wf::kit
