#pragma once
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "console/site/warnings.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// A file that is a map of keys. Error: it cannot be read, is no YAML or no map.
[[nodiscard]] Result<YAML::Node> read_yaml(const std::filesystem::path& path);

/// Names the keys of a map that are none of `known`. `of` is what the map is about.
void check_keys(const YAML::Node& map, std::initializer_list<std::string_view> known, const char* file,
                const std::string& of, Warnings& warnings);

/// "line 12".
[[nodiscard]] std::string line_of(const YAML::Node& node);

/// A key's list of names; a single name counts as a list of one.
[[nodiscard]] std::vector<std::string> texts(const YAML::Node& map, const char* key, const char* file,
                                             const std::string& of, Warnings& warnings);

/// The maps in a key's list; what is none is named.
[[nodiscard]] std::vector<YAML::Node> maps(const YAML::Node& root, const char* key, const char* file,
                                           Warnings& warnings);

/// A key's value as T; the default, and a warning, where it is of another kind.
template <class T>
T value(const YAML::Node& map, const char* key, T otherwise, const char* file, const std::string& of,
        Warnings& warnings) {
  const YAML::Node node = map[key];
  if (!node.IsDefined() || node.IsNull()) return otherwise;
  T out;
  if (node.IsScalar() && YAML::convert<T>::decode(node, out)) return out;
  warnings.add(file, of, std::string(key) + " (line " + std::to_string(node.Mark().line + 1) + ") is not as expected",
               "it is left out");
  return otherwise;
}

}  // namespace wf::site
