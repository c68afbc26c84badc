#pragma once
#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace wf::kit {

/// "file:line", or the file where YAML does not say a line.
[[nodiscard]] std::string at_line(const std::string& file, const YAML::Mark& mark);

/// What every part of a YAML file is read with: values of the right kind, and a problem with file:line for each
/// that is not. Both references must outlive it.
class YamlReader {
 public:
  YamlReader(const std::string& file, std::vector<Error>& problems) : file_(file), problems_(problems) {}

 protected:
  void problem(const YAML::Node& node, std::string what, std::string to_do);
  /// Names each key that is not known or comes twice.
  void only_keys(const YAML::Node& map, std::initializer_list<std::string_view> known);
  void version(const YAML::Node& root);
  void text(const YAML::Node& map, const char* key, std::string& out);
  void flag(const YAML::Node& map, const char* key, bool& out);
  /// A whole number from `least` to `most`.
  void number(const YAML::Node& map, const char* key, std::uint32_t least, std::uint32_t most, std::uint32_t& out);
  /// "500ms", "10s" or "2min", from `least` to `most` nanoseconds.
  void duration(const YAML::Node& map, const char* key, std::int64_t least, std::int64_t most, std::int64_t& out);
  /// One text or a list of texts.
  void texts(const YAML::Node& map, const char* key, std::vector<std::string>& out);

  const std::string& file_;
  std::vector<Error>& problems_;
};

}  // namespace wf::kit
