// Evidence that a rule expects around its alerts, which the engine itself looks for.
#include <algorithm>
#include <array>
#include <optional>

#include "console/fusion/sigma/yaml.hpp"

namespace wf::sigma {
namespace {

constexpr std::int64_t kLongest = kHour;  ///< before and after; what is older may be forgotten
constexpr std::size_t kMost = 6;          ///< of one rule

using At = Expectation::At;

std::optional<At> place_of(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, At>, 6> kNames{{{"door", At::door},
                                                                          {"camera", At::camera},
                                                                          {"zone", At::zone},
                                                                          {"host", At::host},
                                                                          {"person", At::person},
                                                                          {"owner", At::owner}}};
  for (const auto& [name, at] : kNames)
    if (name == text) return at;
  return std::nullopt;
}

std::int64_t span_of(const YAML::Node& node, const char* key) {
  const std::string text = text_at(node, key);
  if (text.empty()) return 0;
  const std::int64_t out = duration_of(text, kLongest);
  if (out < 0)
    throw Refusal{line_of(node[key]), "expect: " + std::string(key) + " '" + text + "' cannot be used",
                  "write a number and s or m, at most 60m"};
  return out;
}

Expectation one_of(const YAML::Node& node) {
  if (!node.IsMap())
    throw Refusal{line_of(node), "'expect' lists something that is no map",
                  "give each confirm or refute, kind, at, and within or before"};
  for (const auto& item : node) {
    const std::string key = item.first.Scalar();
    if (key != "confirm" && key != "refute" && key != "kind" && key != "at" && key != "before" && key != "within")
      throw Refusal{line_of(item.first), "'expect: " + key + "' is not known",
                    "use confirm or refute, kind, at, before, within"};
  }
  Expectation out;
  const std::string confirm = text_at(node, "confirm"), refute = text_at(node, "refute");
  if (confirm.empty() == refute.empty())
    throw Refusal{line_of(node), "an expectation confirms or refutes", "give it either, in words for people"};
  out.refutes = confirm.empty();
  out.text = out.refutes ? refute : confirm;
  out.kinds = texts_at(node, "kind");
  if (out.kinds.empty()) throw Refusal{line_of(node), "an expectation without 'kind'", "name the kinds of events"};
  for (const std::string& kind : out.kinds)
    if (!remembered_kind(kind))
      throw Refusal{line_of(node["kind"]), "expect: events of kind '" + kind + "' are not remembered",
                    "use kinds of doors, badges, panels and cameras, host.login, host.login_failed, host.usb, "
                    "host.offline, host.online, link.silent, link.heard, device.alarm, device.normal, "
                    "network.alert, network.anomaly or network.notice"};
  const std::string at = text_at(node, "at");
  const auto place = place_of(at);
  if (!place)
    throw Refusal{line_of(node), "expect: at '" + at + "' is not known",
                  "use door, camera, zone, host, person or owner"};
  out.at = *place;
  out.before = span_of(node, "before");
  out.within = span_of(node, "within");
  if (out.before == 0 && out.within == 0)
    throw Refusal{line_of(node), "an expectation without a time", "give it before, within, or both"};
  return out;
}

}  // namespace

bool remembered_kind(std::string_view kind) {
  if (kind.starts_with("network."))
    return kind == "network.alert" || kind == "network.anomaly" || kind == "network.notice";
  if (kind.starts_with("host."))
    return kind == "host.login" || kind == "host.login_failed" || kind == "host.usb" || kind == "host.offline" ||
           kind == "host.online";
  if (kind.starts_with("link.")) return kind == "link.silent" || kind == "link.heard";
  return kind == "device.alarm" || kind == "device.normal" || kind.starts_with("access.") ||
         kind.starts_with("door.") || kind.starts_with("intrusion.") || kind.starts_with("fire.") ||
         (kind.starts_with("camera.") && kind != "camera.motion_end" && kind != "camera.still");
}

std::vector<Expectation> expectations_at(const YAML::Node& own) {
  std::vector<Expectation> out;
  const YAML::Node list = own["expect"];
  if (!list || list.IsNull()) return out;
  if (!list.IsSequence()) throw Refusal{line_of(list), "'expect' is no list", "write each as a list's entry"};
  for (const YAML::Node& node : list) {
    if (out.size() >= kMost)
      throw Refusal{line_of(node), "more than " + std::to_string(kMost) + " expectations", "keep those that settle it"};
    out.push_back(one_of(node));
  }
  return out;
}

}  // namespace wf::sigma
