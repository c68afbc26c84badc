#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "console/site/load.hpp"
#include "tests/support/catch.hpp"

/// A small sound IMDF archive in a folder of its own, for tests to damage: one building, one level, a hall of 10 m
/// by 10 m, a room east of it, a door between them and one to the outside.
struct Archive {
  using json = nlohmann::json;
  static constexpr double kLon = 4.4, kLat = 51.9;

  std::filesystem::path folder;
  std::map<std::string, json> features;  ///< type → array of features
  json manifest{{"version", "1.0.0"}, {"created", "2026-01-01T00:00:00Z"}, {"language", "en"}};
  std::map<std::string, std::string> files;  ///< further files as they are
  wf::site::SiteReport report;

  Archive() {
    static int number = 0;
    folder = std::filesystem::temp_directory_path() /
             ("wf-site-" + std::to_string(std::random_device{}()) + "-" + std::to_string(number++));
    add("address", "a", nullptr, {{"address", "Kade 1"}, {"locality", "Rotterdam"}, {"country", "NL"}});
    add("venue", "v", box(-30, -30, 50, 40),
        {{"category", "businesscampus"},
         {"name", {{"en", "Works"}}},
         {"address_id", id("a")},
         {"display_point", {{"type", "Point"}, {"coordinates", at(0, 0)}}}});
    add("building", "b", nullptr, {{"category", "unspecified"}, {"name", {{"en", "Hall building"}}}});
    add("footprint", "f", box(0, 0, 20, 10), {{"category", "ground"}, {"building_ids", {id("b")}}});
    add("level", "l", box(0, 0, 20, 10),
        {{"category", "unspecified"},
         {"outdoor", false},
         {"ordinal", 0},
         {"name", {{"en", "Level 0"}}},
         {"short_name", {{"en", "0"}}},
         {"building_ids", {id("b")}}});
    unit("hall", box(0, 0, 10, 10));
    unit("room", box(10, 0, 20, 10));
    opening("inner", 10, 4, 10, 5);
    opening("outer", 4, 0, 6, 0);
    files["site.yaml"] = "v: 1\nid: works\nname: Works\nshort_name: W\ntime_zone: Europe/Amsterdam\n";
  }
  ~Archive() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  /// A UUID that is the same for the same key.
  static std::string id(const std::string& key) {
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    std::string hex;
    for (int i = 0; i < 12; ++i, hash >>= 4U) hex += "0123456789abcdef"[hash & 15U];
    return "00000000-0000-4000-8000-" + hex;
  }
  static json at(double x, double y) { return {kLon + x / 68808.0, kLat + y / 111264.0}; }
  static json ring(std::initializer_list<std::pair<double, double>> corners) {
    json out = json::array();
    for (const auto& [x, y] : corners) out.push_back(at(x, y));
    out.push_back(out[0]);
    return out;
  }
  static json box(double x0, double y0, double x1, double y1) {
    return {{"type", "Polygon"}, {"coordinates", json::array({ring({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}})})}};
  }
  static json line(double ax, double ay, double bx, double by) {
    return {{"type", "LineString"}, {"coordinates", json::array({at(ax, ay), at(bx, by)})}};
  }

  json& add(const std::string& type, const std::string& key, json geometry, json properties) {
    json& list = features[type];
    if (list.is_null()) list = json::array();
    list.push_back({{"id", id(key)},
                    {"type", "Feature"},
                    {"feature_type", type},
                    {"geometry", std::move(geometry)},
                    {"properties", std::move(properties)}});
    return list.back();
  }
  json& unit(const std::string& key, json geometry) {
    return add("unit", key, std::move(geometry),
               {{"category", "room"}, {"level_id", id("l")}, {"name", {{"en", key}}}});
  }
  json& opening(const std::string& key, double ax, double ay, double bx, double by) {
    return add("opening", key, line(ax, ay, bx, by),
               {{"category", "pedestrian"},
                {"level_id", id("l")},
                {"name", {{"en", key}}},
                {"door", {{"type", "swinging"}, {"automatic", false}, {"material", "wood"}}},
                {"access_control", {"badgereader"}}});
  }
  json& feature(const std::string& type, const std::string& key) {
    for (json& f : features[type])
      if (f["id"] == id(key)) return f;
    FAIL("no " << type << " " << key);
    throw 0;
  }

  void write() const {
    std::filesystem::create_directories(folder);
    auto put = [&](const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; };
    if (!manifest.is_null()) put("manifest.json", manifest.dump());
    for (const auto& [type, list] : features)
      if (!list.is_null()) put(type + ".geojson", json{{"type", "FeatureCollection"}, {"features", list}}.dump());
    for (const auto& [name, text] : files) put(name, text);
  }
  wf::Result<std::shared_ptr<const wf::Estate>> try_load() {
    write();
    report = {};
    return wf::site::load_estate(folder, report);
  }
  const wf::Site& load() {
    auto loaded = try_load();
    if (!loaded) FAIL(loaded.error().text());
    estate = *loaded;
    REQUIRE(estate->sites.size() == 1);
    return estate->sites[0];
  }
  /// True if exactly one warning holds every one of the texts.
  bool warned(std::initializer_list<std::string> texts) const {
    for (const std::string& w : report.warnings) UNSCOPED_INFO(w);
    return std::count_if(report.warnings.begin(), report.warnings.end(), [&](const std::string& w) {
             return std::all_of(texts.begin(), texts.end(),
                                [&](const std::string& t) { return w.find(t) != std::string::npos; });
           }) == 1;
  }

  std::shared_ptr<const wf::Estate> estate;
};
