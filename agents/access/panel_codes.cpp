#include "agents/access/panel_codes.hpp"

#include <yaml-cpp/yaml.h>

#include <array>
#include <utility>

#include "agents/access/panel_tables.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::access {
namespace {

constexpr std::array<std::pair<std::string_view, PanelCode::Of>, 4> kOf{{{"zone", PanelCode::Of::zone},
                                                                         {"user", PanelCode::Of::user},
                                                                         {"area", PanelCode::Of::area},
                                                                         {"door", PanelCode::Of::door}}};

class CodesReader : kit::YamlReader {
 public:
  using YamlReader::YamlReader;

  /// The rows of a mapping of codes; `format` decides how a code must look.
  void read(const YAML::Node& codes, PanelReport::Format format, std::map<std::string, PanelCode, std::less<>>& out) {
    if (!codes || codes.IsNull()) return;
    if (!codes.IsMap()) return problem(codes, "codes must be a mapping", "write CODE: {kind: …, what: …}");
    for (const auto& entry : codes) {
      if (!entry.first.IsScalar() || !entry.second.IsMap()) {
        problem(entry.first, "this is no row of codes", "write CODE: {kind: …, what: …}");
        continue;
      }
      const std::string& code = entry.first.Scalar();
      const bool contact_id = format == PanelReport::Format::contact_id;
      if (code.size() != (contact_id ? 3 : 2))
        problem(entry.first, "'" + code + "' is no code of " + (contact_id ? "Contact ID" : "SIA"),
                contact_id ? "write its three digits, quoted" : "write its two capitals, quoted");
      out.insert_or_assign(code, row(entry.second));
    }
  }

  void read_file(const YAML::Node& root, PanelReport::Format format,
                 std::map<std::string, PanelCode, std::less<>>& out) {
    only_keys(root, {"v", "codes"});
    version(root);
    read(root["codes"], format, out);
  }

 private:
  PanelCode row(const YAML::Node& node) {
    PanelCode out;
    only_keys(node, {"kind", "ends", "of", "what", "reason", "mode"});
    kind(node, "kind", out.kind);
    kind(node, "ends", out.ends);
    if (out.kind.empty()) problem(node, "this code has no kind", "add 'kind:'");
    std::string of;
    text(node, "of", of);
    for (const auto& [word, value] : kOf)
      if (of == word) out.of = value;
    if (!of.empty() && out.of == PanelCode::Of::nothing)
      problem(node["of"], "'" + of + "' is nothing that a number can be", "write zone, user, area or door");
    text(node, "what", out.what);
    text(node, "reason", out.reason);
    text(node, "mode", out.mode);
    return out;
  }

  void kind(const YAML::Node& node, const char* key, std::string& out) {
    text(node, key, out);
    if (!out.empty() && kit::find_kind(out) == nullptr)
      problem(node[key], "'" + out + "' is no kind of event", "did you mean '" + kit::nearest_kind(out) + "'?");
  }
};

using Table = std::map<std::string, PanelCode, std::less<>>;

Table read_table(std::string_view yaml, PanelReport::Format format) {
  Table out;
  std::vector<Error> problems;
  CodesReader("assets/panels", problems).read_file(YAML::Load(std::string(yaml)), format, out);
  return out;
}

const Table& table(PanelReport::Format format) {
  static const Table kSia = read_table(kSiaTable, PanelReport::Format::sia);
  static const Table kContactId = read_table(kContactIdTable, PanelReport::Format::contact_id);
  return format == PanelReport::Format::sia ? kSia : kContactId;
}

}  // namespace

void PanelCodes::add(PanelReport::Format format, const YAML::Node& codes, const std::string& file,
                     std::vector<Error>& problems) {
  CodesReader(file, problems).read(codes, format, format == PanelReport::Format::sia ? sia_ : contact_id_);
}

const PanelCode* PanelCodes::find(const PanelReport& report) const {
  const Table& own = report.format == PanelReport::Format::sia ? sia_ : contact_id_;
  if (const auto it = own.find(report.code); it != own.end()) return &it->second;
  const Table& codes = table(report.format);
  const auto it = codes.find(report.code);
  return it == codes.end() ? nullptr : &it->second;
}

std::size_t PanelCodes::built_in(PanelReport::Format format) { return table(format).size(); }

}  // namespace wf::access
