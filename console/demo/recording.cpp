#include "console/demo/recording.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>

namespace wf::demo {
namespace {

namespace fs = std::filesystem;

class Loader {
 public:
  Loader(const fs::path& folder, const fs::path& mappings, std::vector<std::string>& problems)
      : folder_(folder), mappings_(mappings), file_(folder / "recording.yaml"), problems_(problems) {}

  Recording load() {
    Recording out;
    try {
      const YAML::Node root = YAML::LoadFile(file_.string());
      if (!root.IsMap()) {
        problem(root, "this is no recording", "begin it with `v: 1`");
        return out;
      }
      known(root, {"v", "name", "start", "length_s", "site", "agents"});
      if (text(root, "v") != "1") problem(root["v"] ? root["v"] : root, "this version is not known", "write `v: 1`");
      out.name = text(root, "name");
      const std::string start = text(root, "start");
      if (const Result<UtcNs> time = parse_rfc3339(start))
        out.start = *time;
      else if (!start.empty())
        problem(root["start"], fmt::format("\"{}\" is no RFC 3339 time", start), "write one with its offset");
      const std::string length = text(root, "length_s");
      if (!seconds(length, out.length) || out.length == 0)
        problem(root["length_s"] ? root["length_s"] : root, "the length is no number of seconds", "write one above 0");
      out.site = (folder_ / text(root, "site")).lexically_normal();
      std::error_code failed;
      if (!fs::is_directory(out.site, failed))
        problem(root["site"] ? root["site"] : root, fmt::format("there is no site {}", out.site.string()),
                "name an estate's folder, relative to the recording");
      load_agents(root["agents"] ? root["agents"] : root, out);
    } catch (const YAML::BadFile&) {
      problems_.push_back(
          Error{fmt::format("cannot read it: {}", std::strerror(errno)), file_.string(), "name a recording's folder"}
              .text());
    } catch (const YAML::Exception& e) {
      problems_.push_back(Error{fmt::format("this is no YAML: {}", e.msg),
                                fmt::format("{}:{}", file_.string(), e.mark.line + 1), "mend the line"}
                              .text());
    }
    return out;
  }

 private:
  void problem(const YAML::Node& node, const std::string& what, const std::string& to_do) {
    problems_.push_back(Error{what, fmt::format("{}:{}", file_.string(), node.Mark().line + 1), to_do}.text());
  }

  void known(const YAML::Node& map, std::initializer_list<std::string_view> keys) {
    for (const auto& pair : map)
      if (std::find(keys.begin(), keys.end(), pair.first.Scalar()) == keys.end())
        problem(pair.first, fmt::format("\"{}\" is not known here", pair.first.Scalar()), "remove it");
  }

  std::string text(const YAML::Node& map, const char* key) {
    const YAML::Node node = map[key];
    if (node && node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
    problem(node ? node : map, fmt::format("\"{}\" is missing", key), "write it");
    return {};
  }

  static bool seconds(std::string_view text, std::int64_t& out) {
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (failed != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value < 1e7)) return false;
    out = static_cast<std::int64_t>(value * 1e3 + 0.5) * kMillisecond;
    return true;
  }

  void load_agents(const YAML::Node& node, Recording& out) {
    if (!node.IsSequence())
      return problem(node, "a recording needs a list of agents", "write `agents:` with one entry each");
    std::set<std::string> names, files;
    for (const YAML::Node& entry : node) {
      if (!entry.IsMap()) {
        problem(entry, "this is no agent", "give it name, kind and sources");
        continue;
      }
      known(entry, {"name", "kind", "sources"});
      RecordedAgent agent;
      agent.name = text(entry, "name");
      agent.kind = text(entry, "kind");
      if (!names.insert(agent.name).second)
        problem(entry, fmt::format("the agent \"{}\" is there twice", agent.name), "give each its own name");
      if (agent.kind != "access" && agent.kind != "camera" && agent.kind != "network" && agent.kind != "host")
        problem(entry["kind"] ? entry["kind"] : entry, fmt::format("\"{}\" is no kind of agent", agent.kind),
                "use access, camera, network or host");
      if (!entry["sources"].IsSequence())
        problem(entry, "an agent needs sources", "write `sources:` with one entry each");
      else
        for (const YAML::Node& source : entry["sources"]) load_source(source, agent, files);
      out.agents.push_back(std::move(agent));
    }
  }

  void load_source(const YAML::Node& node, RecordedAgent& agent, std::set<std::string>& files) {
    if (!node.IsMap()) return problem(node, "this is no source", "give it kind, file and rec");
    known(node, {"kind", "file", "rec", "options"});
    RecordedSource out;
    out.kind = text(node, "kind");
    out.file = text(node, "file");
    const std::string rec = text(node, "rec");
    const fs::path live = fs::path(out.file).lexically_normal();
    if (live.is_absolute() || *live.begin() == "..")
      problem(node["file"] ? node["file"] : node, "a live file lies in the demo's own folder",
              "write a relative path without ..");
    if (!files.insert(out.file).second)
      problem(node["file"], fmt::format("two sources are played into \"{}\"", out.file), "give each its own file");
    if (const YAML::Node options = node["options"]; options && options.IsMap())
      for (const auto& pair : options) {
        std::string value = pair.second.Scalar();
        if (pair.first.Scalar() == "map") value = mapping(pair.second, value);
        out.options[pair.first.Scalar()] = std::move(value);
      }
    if (!rec.empty()) load_lines(folder_ / rec, out.lines);
    agent.sources.push_back(std::move(out));
  }

  /// A mapping lies beside the recording or among the mappings that come with Watchfloor.
  std::string mapping(const YAML::Node& node, const std::string& name) {
    std::error_code failed;
    for (const fs::path& folder : {folder_, mappings_})
      if (const fs::path file = folder / name; fs::is_regular_file(file, failed))
        return fs::absolute(file).lexically_normal().string();
    problem(node, fmt::format("there is no mapping \"{}\"", name), fmt::format("put it into {}", mappings_.string()));
    return name;
  }

  void load_lines(const fs::path& file, std::vector<RecordedLine>& out) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      problems_.push_back(
          Error{fmt::format("cannot read it: {}", std::strerror(errno)), file.string(), "correct `rec:`"}.text());
      return;
    }
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.empty() || line.starts_with('#')) continue;
      const std::size_t tab = line.find('\t');
      RecordedLine recorded;
      const auto bad = [&](const char* what, const char* to_do) {
        problems_.push_back(Error{what, fmt::format("{}:{}", file.string(), number), to_do}.text());
      };
      if (line[0] != '+' || tab == std::string::npos ||
          !seconds(std::string_view(line).substr(1, tab - 1), recorded.offset)) {
        bad("this is no recorded line", "write +SECONDS, a tab and the native line");
        continue;
      }
      if (!out.empty() && recorded.offset < out.back().offset)
        bad("this line is earlier than the one before", "sort the lines");
      recorded.text = line.substr(tab + 1);
      out.push_back(std::move(recorded));
    }
  }

  const fs::path& folder_;
  const fs::path& mappings_;
  const fs::path file_;
  std::vector<std::string>& problems_;
};

}  // namespace

std::size_t Recording::lines() const {
  std::size_t out = 0;
  for (const RecordedAgent& agent : agents)
    for (const RecordedSource& source : agent.sources) out += source.lines.size();
  return out;
}

Recording load_recording(const fs::path& folder, const fs::path& mappings, std::vector<std::string>& problems) {
  return Loader(folder, mappings, problems).load();
}

}  // namespace wf::demo
