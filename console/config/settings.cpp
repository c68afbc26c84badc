#include "console/config/settings.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

namespace wf::config {
namespace {

namespace fs = std::filesystem;

/// One key of a section, and what to do with its value.
struct Key {
  std::string_view name;
  std::function<void(const YAML::Node&)> take;
};

class Reading {
 public:
  Reading(const fs::path& file, std::vector<std::string>& problems) : file_(file), problems_(problems) {}

  void problem(const YAML::Node& node, const std::string& what, const std::string& to_do) {
    const YAML::Mark mark = node.Mark();
    problems_.push_back(Error{what, fmt::format("{}:{}", file_.string(), mark.line + 1), to_do}.text());
  }

  void section(const YAML::Node& node, const std::string& name, const std::vector<Key>& keys) {
    if (!node.IsMap()) return problem(node, fmt::format("{} is no section", name), "write keys and values below it");
    std::set<std::string> seen;
    for (const auto& pair : node) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
      const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == key; });
      if (known == keys.end()) {
        std::string names;
        for (const Key& k : keys) names += (names.empty() ? "" : ", ") + std::string(k.name);
        problem(pair.first, fmt::format("{} has no \"{}\"", name, key), "known are " + names);
      } else if (!seen.insert(key).second) {
        problem(pair.first, fmt::format("\"{}\" stands here twice", key), "keep one of them");
      } else {
        known->take(pair.second);
      }
    }
  }

  /// A scalar that says something; reports and gives nothing otherwise.
  std::optional<std::string> text(const YAML::Node& node, const std::string& what) {
    if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
    problem(node, fmt::format("{} is missing", what), "write one, or remove the key");
    return std::nullopt;
  }

  void text(const YAML::Node& node, const std::string& what, std::string& to) {
    if (std::optional<std::string> value = text(node, what)) to = *value;
  }

  std::optional<fs::path> path(const YAML::Node& node) {
    const std::optional<std::string> value = text(node, "a path");
    if (!value) return std::nullopt;
    const fs::path path = fs::absolute(file_).parent_path() / *value;
    std::error_code failed;
    if (!fs::exists(path, failed)) {
      problem(node, fmt::format("there is no {}", path.lexically_normal().string()),
              "name a file or folder that exists");
      return std::nullopt;
    }
    return path.lexically_normal();
  }

  void address(const YAML::Node& node, std::optional<std::string>& to) {
    const std::optional<std::string> value = text(node, "an address");
    if (value && !value->starts_with("tcp://") && !value->starts_with("ipc://"))
      problem(node, fmt::format("\"{}\" is no address to listen on", *value),
              "use tcp://ADDRESS:PORT, for example tcp://127.0.0.1:7710");
    else if (value)
      to = *value;
  }

  void duration(const YAML::Node& node, std::int64_t& to) {
    const std::optional<std::string> value = text(node, "a duration");
    if (!value) return;
    const Result<std::int64_t> read = parse_duration(*value);
    if (!read || *read <= 0)
      problem(node, fmt::format("\"{}\" is no duration above 0", *value), "write one like 90s, 14min or 1h");
    else
      to = *read;
  }

  void count(const YAML::Node& node, std::uint32_t& to) {
    const std::optional<std::string> value = text(node, "a number");
    if (!value) return;
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (failed != std::errc{} || end != value->data() + value->size() || number == 0 || number > 100'000)
      problem(node, fmt::format("\"{}\" is no number from 1 to 100000", *value), "write one");
    else
      to = number;
  }

 private:
  const fs::path& file_;
  std::vector<std::string>& problems_;
};

void take_rules(Reading& in, const YAML::Node& node, Settings& out) {
  std::vector<fs::path> paths;
  if (node.IsSequence()) {
    for (const YAML::Node& entry : node)
      if (std::optional<fs::path> path = in.path(entry)) paths.push_back(*path);
  } else if (std::optional<fs::path> path = in.path(node)) {
    paths.push_back(*path);
  }
  out.rules = std::move(paths);
}

void take_policy(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  in.section(node, "policy",
             {{"respond",
               [&](const YAML::Node& respond) {
                 in.section(respond, "respond",
                            {{"critical", [&](const YAML::Node& n) { in.duration(n, policy.respond_critical); }},
                             {"high", [&](const YAML::Node& n) { in.duration(n, policy.respond_high); }},
                             {"medium", [&](const YAML::Node& n) { in.duration(n, policy.respond_medium); }},
                             {"low", [&](const YAML::Node& n) { in.duration(n, policy.respond_low); }}});
               }},
              {"join_window", [&](const YAML::Node& n) { in.duration(n, policy.join_window); }},
              {"flood", [&](const YAML::Node& flood) {
                 in.section(flood, "flood",
                            {{"begins", [&](const YAML::Node& n) { in.count(n, policy.flood_begins); }},
                             {"ends", [&](const YAML::Node& n) { in.count(n, policy.flood_ends); }}});
                 if (policy.flood_ends >= policy.flood_begins)
                   in.problem(flood, "a flood has to end below where it begins", "lower `ends` or raise `begins`");
               }}});
}

}  // namespace

Settings read_settings(std::string_view text, const fs::path& file, std::vector<std::string>& problems) {
  Settings out;
  Reading in(file, problems);
  YAML::Node root;
  try {
    root = YAML::Load(std::string(text));
    if (!root.IsMap()) {
      problems.push_back(Error{"this is no configuration", file.string() + ":1", "begin it with `v: 1`"}.text());
      return out;
    }
    bool version = false;
    in.section(root, "watchfloor.yaml",
               {{"v",
                 [&](const YAML::Node& node) {
                   version = true;
                   if (!node.IsScalar() || node.Scalar() != "1")
                     in.problem(node, "this version of the configuration is not known",
                                "write `v: 1`, or update watchfloor");
                 }},
                {"listen", [&](const YAML::Node& node) { in.address(node, out.listen); }},
                {"seats", [&](const YAML::Node& node) { in.address(node, out.seats); }},
                {"site", [&](const YAML::Node& node) { out.site = in.path(node); }},
                {"rules", [&](const YAML::Node& node) { take_rules(in, node, out); }},
                {"policy", [&](const YAML::Node& node) { take_policy(in, node, out.policy); }},
                {"seat", [&](const YAML::Node& node) {
                   in.section(node, "seat",
                              {{"user", [&](const YAML::Node& n) { in.text(n, "a user's name", out.user); }},
                               {"role", [&](const YAML::Node& n) { in.text(n, "a role", out.role); }},
                               {"name", [&](const YAML::Node& n) { in.text(n, "a seat's name", out.seat); }}});
                 }}});
    if (!version)
      problems.push_back(Error{"the version is missing", file.string() + ":1", "begin the file with `v: 1`"}.text());
  } catch (const YAML::Exception& e) {
    problems.push_back(Error{fmt::format("this is no YAML: {}", e.msg),
                             fmt::format("{}:{}", file.string(), e.mark.line + 1), "mend the line, indented by spaces"}
                           .text());
  }
  return out;
}

Settings load_settings(const fs::path& file, std::vector<std::string>& problems) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::error_code failed;
  // A folder can be opened, and throws when it is read.
  const bool folder = in && fs::is_directory(file, failed);
  if (folder) errno = EISDIR;
  if (!in || folder) {
    problems.push_back(
        Error{fmt::format("cannot read it: {}", std::strerror(errno)), file.string(), "check its path, owner and mode"}
            .text());
    return {};
  }
  return read_settings(std::string(std::istreambuf_iterator<char>(in), {}), file, problems);
}

}  // namespace wf::config
