#include "console/site/yaml_file.hpp"

#include <algorithm>

namespace wf::site {

Result<YAML::Node> read_yaml(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return Error{"cannot be read", path.string(), "it is a folder; name a file so"};
  try {
    YAML::Node node = YAML::LoadFile(path.string());
    if (node.IsDefined() && !node.IsNull() && !node.IsMap())
      return Error{"is not a map of keys", path.string(), "see the sample in assets/site"};
    return node;
  } catch (const YAML::Exception& e) {
    return Error{e.msg, path.string() + ":" + std::to_string(e.mark.line + 1), "correct the YAML"};
  }
}

void check_keys(const YAML::Node& map, std::initializer_list<std::string_view> known, const char* file,
                const std::string& of, Warnings& warnings) {
  for (const auto& pair : map) {
    const std::string key = pair.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end())
      warnings.add(file, of, "'" + key + "' (line " + std::to_string(pair.first.Mark().line + 1) + ") is no known key",
                   "it is left out");
  }
}

std::string line_of(const YAML::Node& node) { return "line " + std::to_string(node.Mark().line + 1); }

std::vector<std::string> texts(const YAML::Node& map, const char* key, const char* file, const std::string& of,
                               Warnings& warnings) {
  const YAML::Node items = map[key];
  if (!items.IsDefined() || items.IsNull()) return {};
  if (items.IsScalar()) return {items.Scalar()};
  std::vector<std::string> out;
  if (items.IsSequence() && std::all_of(items.begin(), items.end(), [](const YAML::Node& n) { return n.IsScalar(); }))
    for (const YAML::Node& item : items) out.push_back(item.Scalar());
  else
    warnings.add(file, of, std::string(key) + " (" + line_of(items) + ") is not a list of names", "it is left out");
  return out;
}

std::vector<YAML::Node> maps(const YAML::Node& root, const char* key, const char* file, Warnings& warnings) {
  std::vector<YAML::Node> out;
  const YAML::Node list = root[key];
  if (!list.IsDefined() || list.IsNull()) return out;
  if (!list.IsSequence()) {
    warnings.add(file, key, line_of(list) + " is not a list", "it is left out");
    return out;
  }
  for (const YAML::Node& node : list)
    if (node.IsMap())
      out.push_back(node);
    else
      warnings.add(file, key, line_of(node) + " is not a map", "it is left out");
  return out;
}

}  // namespace wf::site
