#pragma once
#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/access/panel_report.hpp"
#include "proto/result.hpp"

namespace wf::access {

/// What a panel's code means here.
struct PanelCode {
  enum class Of : std::uint8_t { nothing, zone, user, area, door };
  std::string kind;     ///< of proto/README.md
  std::string ends;     ///< the kind when it is restored or closed; empty: codes of this table have no such form
  Of of = Of::nothing;  ///< what the report's number is
  std::string what;     ///< in words
  std::string reason;   ///< field reason
  std::string mode;     ///< field mode
};

/// The tables of assets/panels, built into the program, and what an installation adds or changes. The built-in ones are
/// read once in a process, at the first use.
class PanelCodes {
 public:
  /// Adds or replaces rows: a mapping of codes to rows as assets/panels/README.md describes them. `format` says which
  /// table; problems are named with file and line.
  void add(PanelReport::Format format, const YAML::Node& codes, const std::string& file, std::vector<Error>& problems);
  /// Null: the code stands in no table.
  [[nodiscard]] const PanelCode* find(const PanelReport& report) const;
  /// Rows of a built-in table.
  [[nodiscard]] static std::size_t built_in(PanelReport::Format format);

 private:
  std::map<std::string, PanelCode, std::less<>> contact_id_, sia_;  ///< the installation's
};

}  // namespace wf::access
