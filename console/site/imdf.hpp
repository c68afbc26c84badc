#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "console/site/warnings.hpp"
#include "proto/result.hpp"

namespace wf::site {

/// One feature of an IMDF archive: checked, still as JSON.
struct Feature {
  std::string id, file;
  nlohmann::json properties;  ///< an object
  nlohmann::json geometry;    ///< an object, or null
  std::string category;       ///< "unspecified" when the file has none
};

/// An IMDF archive as it was read: its features by type, in the files' order.
struct Imdf {
  std::string language;  ///< the manifest's
  std::map<std::string, std::vector<Feature>, std::less<>> features;
  std::map<std::string, std::string, std::less<>> type_of;  ///< feature id → type

  [[nodiscard]] const std::vector<Feature>& of(std::string_view type) const;
};

/// Reads manifest.json and the feature collections of IMDF 1.0 (OGC 20-094) in `folder`, checks what the standard
/// requires (ids, required properties, geometry kinds, categories, references) and warns of every flaw. Features that
/// cannot be used at all are left out. Errors: a file that cannot be read or is not GeoJSON, no venue.
[[nodiscard]] Result<Imdf> read_imdf(const std::filesystem::path& folder, Warnings& warnings);

/// Text of a label ({"en": "Lobby"}) in the archive's language, else in any, with a warning. Empty for null.
[[nodiscard]] std::string label_text(const Imdf& imdf, const Feature& feature, std::string_view property,
                                     Warnings& warnings);

/// A property that is a string; empty if absent or of another type.
[[nodiscard]] std::string text_of(const nlohmann::json& object, std::string_view property);

}  // namespace wf::site
