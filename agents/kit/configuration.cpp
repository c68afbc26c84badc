#include "agents/kit/configuration.hpp"

#include <pwd.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>

#include "agents/kit/shed/shed_list.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::kit {
namespace {

constexpr std::uint64_t kLeastSpoolMib = 16;
constexpr std::uint64_t kMostSpoolMib = 1U << 20U;

/// "12h", "7d"; 0: it is no age.
std::int64_t age_of(std::string_view text) {
  std::uint32_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (failed != std::errc{} || count == 0 || count > 100'000) return 0;
  if (unit == "h") return count * (3600 * kSecond);
  if (unit == "d") return count * (86'400 * kSecond);
  return 0;
}

/// Walks one document; keeps the file's name and collects problems.
class Reader : YamlReader {
 public:
  using YamlReader::YamlReader;

  void document(const YAML::Node& root, Configuration& out) {
    if (!root.IsMap())
      return problem(root, "this is no mapping of keys to values", "see the example in agents/kit/README.md");
    only_keys(root, {"v", "name", "engines", "invite", "state", "spool", "attachments", "sources", "outputs"});
    version(root);
    text(root, "name", out.name);
    if (!out.name.empty() && !valid_agent_name(out.name))
      problem(root["name"], "'" + out.name + "' cannot be an agent's name", "use 1 to 32 of a-z, 0-9 and '-'");
    engines(root["engines"], out);
    text(root, "invite", out.invite);
    std::string state;
    text(root, "state", state);
    out.state = state;
    spool(root["spool"], out);
    attachments(root["attachments"], out);
    sources(root["sources"], root, out);
    out.outputs = read_outputs(root["outputs"], file_, problems_);
  }

 private:
  void engines(const YAML::Node& node, Configuration& out) {
    if (!node || node.IsNull()) return;
    const auto take = [&](const YAML::Node& one) {
      if (!one.IsScalar()) return problem(one, "an engine's address must be a text", "write tcp://HOST:PORT");
      check_engine(one.Scalar(), at_line(file_, one.Mark()), problems_);
      out.engines.push_back(one.Scalar());
    };
    if (!node.IsSequence()) return take(node);
    for (const YAML::Node& one : node) take(one);
  }

  void spool(const YAML::Node& node, Configuration& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) return problem(node, "'spool' must be a mapping", "write spool: {limit_mib: 256}");
    only_keys(node, {"limit_mib", "max_age"});
    std::string age;
    text(node, "max_age", age);
    out.spool_max_age = age_of(age);
    if (!age.empty() && out.spool_max_age == 0)
      problem(node["max_age"], "'" + age + "' is no age for the spool", "give whole hours or days: 12h, 7d");
    std::string limit;
    text(node, "limit_mib", limit);
    if (limit.empty()) return;
    std::uint64_t mib = 0;
    const auto [end, failed] = std::from_chars(limit.data(), limit.data() + limit.size(), mib);
    if (failed != std::errc{} || end != limit.data() + limit.size() || mib < kLeastSpoolMib || mib > kMostSpoolMib)
      return problem(node["limit_mib"], "'" + limit + "' is no size for the spool",
                     "give MiB as a whole number from 16 to 1048576");
    out.spool_limit = mib << 20U;
  }

  void attachments(const YAML::Node& node, Configuration& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap())
      return problem(node, "'attachments' must be a mapping", "write attachments: {limit_mib: 64, each_mib: 16}");
    only_keys(node, {"limit_mib", "each_mib"});
    const auto size = [&](const char* key, std::uint64_t& to) {
      std::string given;
      text(node, key, given);
      if (given.empty()) return;
      std::uint64_t mib = 0;
      const auto [end, failed] = std::from_chars(given.data(), given.data() + given.size(), mib);
      if (failed != std::errc{} || end != given.data() + given.size() || mib == 0 || mib > kMostSpoolMib)
        return problem(node[key], "'" + given + "' is no size for attachments",
                       "give MiB as a whole number from 1 to 1048576");
      to = mib << 20U;
    };
    size("limit_mib", out.attachments_limit);
    size("each_mib", out.attachment_bytes);
  }

  void sources(const YAML::Node& node, const YAML::Node& root, Configuration& out) {
    if (!node || node.IsNull()) return problem(root, "no sources are named", "add 'sources:' with at least one entry");
    if (!node.IsSequence() || node.size() == 0)
      return problem(node, "'sources' must be a list with at least one entry", "begin each entry with '- '");
    for (const YAML::Node& one : node) source(one, out);
  }

  void source(const YAML::Node& node, Configuration& out) {
    const std::string where = at_line(file_, node.Mark());
    if (node.IsScalar()) {
      Result<SourceSpec> spec = parse_source_spec(node.Scalar());
      if (!spec) return problems_.push_back({spec.error().what, where, spec.error().to_do});
      spec->where = where;
      return out.sources.push_back(std::move(*spec));
    }
    if (!node.IsMap()) return problem(node, "a source must be a mapping or KIND:ADDRESS", "give it kind and address");
    only_keys(node, {"kind", "address", "name", "options", "shed"});
    SourceSpec spec;
    spec.where = where;
    text(node, "kind", spec.kind);
    text(node, "address", spec.address);
    text(node, "name", spec.name);
    if (const YAML::Node name = node["name"]; name && name.IsScalar() && name.Scalar().empty())
      problem(name, "the name of this source is empty", "write a name, or leave it out");
    if (spec.kind.empty()) return problem(node, "this source has no kind", "add 'kind:'");
    if (spec.name.empty()) spec.name = spec.kind + ":" + spec.address;
    options(node["options"], spec);
    spec.shed = read_shed_rules(node["shed"], file_, problems_);
    out.sources.push_back(std::move(spec));
  }

  void options(const YAML::Node& node, SourceSpec& spec) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) return problem(node, "'options' must be a mapping", "write options: {key: value}");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
        problem(entry.first, "an option must be one word with one value", "write key: value");
      } else if (!spec.options.emplace(entry.first.Scalar(), entry.second.Scalar()).second) {
        problem(entry.first, "option '" + entry.first.Scalar() + "' comes twice", "remove one of the two");
      }
    }
  }
};

}  // namespace

Configuration read_configuration(std::string_view text, const std::string& file, std::vector<Error>& problems) {
  Configuration out;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    Reader(file, problems).document(root, out);
  } catch (const YAML::Exception& e) {
    problems.push_back({"this is no YAML: " + e.msg, at_line(file, e.mark), "correct it"});
  }
  return out;
}

bool valid_agent_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string default_agent_name(std::string_view kind) {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  std::string out(kind);
  if (host[0] != '\0') out += '-';
  for (const char* c = host.data(); *c != '\0' && *c != '.'; ++c) {
    const char lower = *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : *c;
    out += (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ? lower : '-';
  }
  return out.substr(0, 32);
}

std::filesystem::path default_state(const std::string& program) {
  if (const char* given = std::getenv("STATE_DIRECTORY"); given != nullptr && *given != '\0') {
    const std::string_view list = given;
    return std::filesystem::path(list.substr(0, list.find(':')));
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* user = getpwuid(getuid());
    home = user != nullptr ? user->pw_dir : "/";
  }
  return std::filesystem::path(home) / ".local/state/watchfloor" / program;
}

void check_engine(const std::string& engine, const std::string& where, std::vector<Error>& problems) {
  const std::string_view text = engine;
  const auto bad = [&] {
    problems.push_back({"'" + engine + "' is no address of an engine", where, "write tcp://HOST:PORT or ipc://PATH"});
  };
  if (text.starts_with("ipc://")) {
    if (text.size() == 6) bad();
    return;
  }
  const std::size_t colon = text.rfind(':');
  if (!text.starts_with("tcp://") || colon == std::string_view::npos || colon <= 6) return bad();
  const std::string_view host = text.substr(6, colon - 6);
  const std::string_view port = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failed != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535 || host == "*") bad();
}

std::vector<std::unique_ptr<Source>> make_sources(const std::vector<SourceSpec>& specs, const AgentProgram& program,
                                                  std::vector<Error>& problems) {
  std::vector<std::unique_ptr<Source>> out;
  std::set<std::string> names;
  for (const SourceSpec& spec : specs) {
    if (!names.insert(spec.name).second)
      problems.push_back({"two sources are called '" + spec.name + "'", spec.where,
                          "give one of them a name, so that each keeps its own position"});
    const auto kind = program.sources.find(spec.kind);
    if (kind == program.sources.end()) {
      std::string list;
      for (const auto& [name, info] : program.sources) list += (list.empty() ? "" : ", ") + name;
      problems.push_back(
          {program.name + " reads no source of kind '" + spec.kind + "'", spec.where, "it reads: " + list});
      continue;
    }
    SourceMade made = kind->second.make(spec);
    for (Error& error : made.problems) problems.push_back(std::move(error));
    if (made.source && !spec.shed.empty()) made.source->set_shedder(std::make_unique<Shedder>(spec.shed));
    if (made.source) out.push_back(std::move(made.source));
  }
  return out;
}

}  // namespace wf::kit
