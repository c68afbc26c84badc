#include "console/site/imdf.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <set>

#include "console/site/imdf_rules.hpp"

namespace wf::site {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

Result<json> read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code failed;
  // A folder can be opened, and throws when it is read.
  if (!in || fs::is_directory(path, failed))
    return Error{"cannot be read", path.string(), "check that it is a file, its owner and its mode"};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  try {
    return json::parse(text);
  } catch (const json::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …": people need only the end.
    const std::string_view whole = e.what();
    const std::size_t at = whole.find("at line");
    return Error{"is not JSON: " + std::string(at == std::string_view::npos ? whole : whole.substr(at)), path.string(),
                 "export the archive again"};
  }
}

bool is_uuid(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : std::isxdigit(static_cast<unsigned char>(id[i])) == 0) return false;
  }
  return true;
}

std::uint8_t shape_of(const json& geometry) {
  if (geometry.is_null()) return kNone;
  const std::string type = text_of(geometry, "type");
  if (type == "Point" || type == "MultiPoint") return kPoint;
  if (type == "LineString" || type == "MultiLineString") return kLine;
  if (type == "Polygon" || type == "MultiPolygon") return kArea;
  return 0;
}

std::string words(std::uint8_t shapes) {
  std::string out;
  for (const auto& [bit, word] : {std::pair{kNone, "no geometry"}, std::pair{kPoint, "a point"},
                                  std::pair{kLine, "a line"}, std::pair{kArea, "a polygon"}})
    if ((shapes & bit) != 0) (out += out.empty() ? "" : " or ") += word;
  return out;
}

/// Every position of a geometry lies on the globe.
bool on_globe(const json& coordinates) {
  if (!coordinates.is_array() || coordinates.empty()) return false;
  if (!coordinates[0].is_array())
    return coordinates.size() >= 2 && coordinates[0].is_number() && coordinates[1].is_number() &&
           std::abs(coordinates[0].get<double>()) <= 180 && std::abs(coordinates[1].get<double>()) <= 90;
  return std::all_of(coordinates.begin(), coordinates.end(), on_globe);
}

class Reader {
 public:
  Reader(const fs::path& folder, Warnings& warnings) : folder_(folder), warnings_(warnings) {}

  Result<Imdf> read() {
    if (auto done = read_manifest(); !done) return done.error();
    std::set<std::string> known{"manifest.json", "site.yaml", "devices.yaml", "people.csv"};
    for (const TypeRules& rules : imdf_types()) {
      std::string file = std::string(rules.type) + ".geojson";
      if (!fs::exists(folder_ / file) && fs::exists(folder_ / (std::string(rules.type) + ".json")))
        file = std::string(rules.type) + ".json";
      known.insert(file);
      if (auto done = read_type(rules, file); !done) return done.error();
    }
    warn_of_others(known);
    for (const TypeRules& rules : imdf_types())
      for (const Feature& feature : imdf_.of(rules.type)) check_references(rules, feature);
    const auto& openings = imdf_.of("opening");
    if (!openings.empty() && std::all_of(openings.begin(), openings.end(), [](const Feature& f) {
          return !f.properties.contains("access_control") || f.properties["access_control"].is_null();
        }))
      warnings_.add(openings.front().file, "", "no opening states its access_control",
                    "which doors have readers comes from devices.yaml alone");
    return std::move(imdf_);
  }

 private:
  Result<void> read_manifest() {
    const fs::path path = folder_ / "manifest.json";
    imdf_.language = "en";
    if (!fs::exists(path)) {
      warnings_.add("manifest.json", "", "is missing", "names are taken in English; export the archive with it");
      return {};
    }
    auto manifest = read_json(path);
    if (!manifest) return manifest.error();
    if (const std::string version = text_of(*manifest, "version"); !version.starts_with("1."))
      warnings_.add("manifest.json", "version", "'" + version + "' is not IMDF 1.0", "it is read as 1.0");
    if (const std::string language = text_of(*manifest, "language"); !language.empty())
      imdf_.language = language;
    else
      warnings_.add("manifest.json", "language", "is missing", "names are taken in English");
    return {};
  }

  Result<void> read_type(const TypeRules& rules, const std::string& file) {
    const fs::path path = folder_ / file;
    if (!fs::exists(path)) {
      if (rules.type == "venue")
        return Error{"there is no venue.geojson", folder_.string(), "give the folder of an IMDF 1.0 archive"};
      if (rules.type == "level" || rules.type == "unit")
        warnings_.add(file, "", "is missing", "the map has nothing to draw there");
      return {};
    }
    auto collection = read_json(path);
    if (!collection) return collection.error();
    if (!collection->is_object() || !collection->contains("features") || !(*collection)["features"].is_array())
      return Error{"is not a GeoJSON FeatureCollection", path.string(), "export the archive again"};
    std::size_t number = 0;
    for (json& raw : (*collection)["features"]) take(rules, file, raw, ++number);
    if (rules.type == "venue" && imdf_.of("venue").empty())
      return Error{"has no usable venue", path.string(), "an archive needs one venue with a polygon"};
    return {};
  }

  void take(const TypeRules& rules, const std::string& file, json& raw, std::size_t number) {
    const std::string place = "feature " + std::to_string(number);
    if (!raw.is_object()) return warnings_.add(file, place, "is not an object", "it is left out");
    Feature feature;
    feature.file = file;
    feature.properties =
        raw.contains("properties") && raw["properties"].is_object() ? raw["properties"] : json::object();
    feature.geometry = raw.contains("geometry") ? raw["geometry"] : json();
    feature.id = text_of(raw, "id");
    if (feature.id.empty() && !(feature.id = text_of(feature.properties, "id")).empty())
      warnings_.add(file, feature.id, "has its id among the properties", "IMDF wants it at the top level");
    if (feature.id.empty()) return warnings_.add(file, place, "has no id", "it is left out");
    if (!is_uuid(feature.id)) warnings_.add(file, feature.id, "the id is not a UUID", "it is used as it is");
    if (const std::string type = text_of(raw, "feature_type"); type != rules.type)
      warnings_.add(file, feature.id, type.empty() ? "has no feature_type" : "has the feature_type '" + type + "'",
                    "it is read as " + std::string(rules.type) + ", after its file");
    if (const auto [it, fresh] = imdf_.type_of.emplace(feature.id, rules.type); !fresh)
      return warnings_.add(file, feature.id, "the id is used by another " + it->second, "the first one is kept");
    check_properties(rules, feature);
    if (!check_geometry(rules, feature)) {
      imdf_.type_of.erase(feature.id);
      return;
    }
    imdf_.features[std::string(rules.type)].push_back(std::move(feature));
  }

  void check_properties(const TypeRules& rules, Feature& feature) {
    feature.category = text_of(feature.properties, "category");
    for (const std::string_view property : rules.required) {
      const auto it = feature.properties.find(property);
      if (it == feature.properties.end() || it->is_null())
        warnings_.add(feature.file, feature.id, "has no " + std::string(property), "IMDF requires it");
    }
    if (feature.category.empty()) {
      feature.category = "unspecified";
    } else if (!rules.categories.empty() && std::find(rules.categories.begin(), rules.categories.end(),
                                                      feature.category) == rules.categories.end()) {
      warnings_.add(feature.file, feature.id, "category '" + feature.category + "' is not in IMDF 1.0's list",
                    "it is kept and drawn like unspecified");
    }
  }

  bool check_geometry(const TypeRules& rules, Feature& feature) {
    const std::uint8_t shape = shape_of(feature.geometry);
    if (shape != kNone &&
        (shape == 0 || !feature.geometry.contains("coordinates") || !on_globe(feature.geometry["coordinates"]))) {
      warnings_.add(feature.file, feature.id, "has a geometry that is no place on the globe", "it is left out");
      return false;
    }
    if ((rules.shapes & shape) != 0) {
      if (rules.type == "opening" && text_of(feature.geometry, "type") == "MultiLineString")
        warnings_.add(feature.file, feature.id, "is a MultiLineString", "its longest line is taken as the gap");
      return true;
    }
    if (rules.type == "building" && shape == kArea) {
      warnings_.add(feature.file, feature.id, "has a polygon of its own",
                    "IMDF keeps it in footprint.geojson; it is used where no footprint is");
      return true;
    }
    const bool useless = rules.shapes == kLine || rules.shapes == kArea;
    warnings_.add(feature.file, feature.id,
                  "has " + (shape == kNone ? "no geometry" : words(shape)) + " where IMDF wants " + words(rules.shapes),
                  useless ? "it is left out" : "the geometry is left out");
    if (!useless) feature.geometry = json();
    return !useless;
  }

  void check_reference(const Feature& feature, std::string_view property, std::string_view target, const json& value) {
    const std::string id = value.is_string() ? value.get<std::string>() : std::string();
    const auto it = imdf_.type_of.find(id);
    if (it != imdf_.type_of.end() && it->second == target) return;
    warnings_.add(feature.file, feature.id,
                  std::string(property) + " '" + id + "' names no " + std::string(target) + " of this archive",
                  "correct the reference");
  }

  void check_references(const TypeRules& rules, const Feature& feature) {
    for (const Reference& reference : rules.references) {
      const auto it = feature.properties.find(reference.property);
      if (it == feature.properties.end() || it->is_null()) continue;
      if (!reference.many)
        check_reference(feature, reference.property, reference.target, *it);
      else if (it->is_array())
        for (const json& id : *it) check_reference(feature, reference.property, reference.target, id);
    }
    if (rules.type != "relationship") return;
    auto end_of = [&](std::string_view property, const json& end) {
      if (!end.is_object()) return;
      check_reference(feature, property, text_of(end, "feature_type"), end.contains("id") ? end["id"] : json());
    };
    for (const char* property : {"origin", "destination", "intermediary"}) {
      const auto it = feature.properties.find(property);
      if (it == feature.properties.end()) continue;
      if (it->is_array())
        for (const json& end : *it) end_of(property, end);
      else
        end_of(property, *it);
    }
  }

  void warn_of_others(const std::set<std::string>& known) {
    std::set<std::string> others;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
      const std::string name = entry.path().filename().string();
      const std::string end = entry.path().extension().string();
      if ((end == ".geojson" || end == ".json") && !known.contains(name)) others.insert(name);
    }
    for (const std::string& name : others) warnings_.add(name, "", "is no part of IMDF 1.0", "it is not read");
  }

  const fs::path& folder_;
  Warnings& warnings_;
  Imdf imdf_;
};

}  // namespace

const std::vector<Feature>& Imdf::of(std::string_view type) const {
  static const std::vector<Feature> kEmpty;
  const auto it = features.find(type);
  return it == features.end() ? kEmpty : it->second;
}

Result<Imdf> read_imdf(const fs::path& folder, Warnings& warnings) { return Reader(folder, warnings).read(); }

std::string text_of(const json& object, std::string_view property) {
  if (!object.is_object()) return {};
  const auto it = object.find(property);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string label_text(const Imdf& imdf, const Feature& feature, std::string_view property, Warnings& warnings) {
  const auto it = feature.properties.find(property);
  if (it == feature.properties.end() || it->is_null()) return {};
  if (it->is_string()) {
    warnings.add(feature.file, feature.id, std::string(property) + " is plain text", "IMDF wants {language: text}");
    return it->get<std::string>();
  }
  if (!it->is_object() || it->empty()) return {};
  if (std::string text = text_of(*it, imdf.language); !text.empty()) return text;
  // "en-GB" serves a manifest that says "en", and the other way round.
  const std::string_view wanted = std::string_view(imdf.language).substr(0, imdf.language.find('-'));
  for (const auto& [language, text] : it->items())
    if (text.is_string() && std::string_view(language).substr(0, language.find('-')) == wanted)
      return text.get<std::string>();
  warnings.add(feature.file, feature.id,
               std::string(property) + " is not given in the manifest's language '" + imdf.language + "'",
               "'" + it->begin().key() + "' is shown");
  return it->begin()->is_string() ? it->begin()->get<std::string>() : std::string();
}

}  // namespace wf::site
