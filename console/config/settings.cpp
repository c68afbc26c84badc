#include "console/config/settings.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "console/fusion/join.hpp"

namespace wf::config {
namespace {

namespace fs = std::filesystem;

/// One key of a section, and what to do with its value.
struct Key {
  std::string_view name;
  std::function<void(const YAML::Node&)> take;
};

class Reading {
 public:
  Reading(const fs::path& file, std::vector<std::string>& problems) : file_(file), problems_(problems) {}

  void problem(const YAML::Node& node, const std::string& what, const std::string& to_do) {
    const YAML::Mark mark = node.Mark();
    problems_.push_back(Error{what, fmt::format("{}:{}", file_.string(), mark.line + 1), to_do}.text());
  }

  void section(const YAML::Node& node, const std::string& name, const std::vector<Key>& keys) {
    if (!node.IsMap()) return problem(node, fmt::format("{} is no section", name), "write keys and values below it");
    std::set<std::string> seen;
    for (const auto& pair : node) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
      const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == key; });
      if (known == keys.end()) {
        std::string names;
        for (const Key& k : keys) names += (names.empty() ? "" : ", ") + std::string(k.name);
        problem(pair.first, fmt::format("{} has no \"{}\"", name, key), "known are " + names);
      } else if (!seen.insert(key).second) {
        problem(pair.first, fmt::format("\"{}\" stands here twice", key), "keep one of them");
      } else {
        known->take(pair.second);
      }
    }
  }

  /// A scalar that says something; reports and gives nothing otherwise.
  std::optional<std::string> text(const YAML::Node& node, const std::string& what) {
    if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
    problem(node, fmt::format("{} is missing", what), "write one, or remove the key");
    return std::nullopt;
  }

  void text(const YAML::Node& node, const std::string& what, std::string& to) {
    if (std::optional<std::string> value = text(node, what)) to = *value;
  }

  std::optional<fs::path> path(const YAML::Node& node) {
    const std::optional<std::string> value = text(node, "a path");
    if (!value) return std::nullopt;
    const fs::path path = fs::absolute(file_).parent_path() / *value;
    std::error_code failed;
    if (!fs::exists(path, failed)) {
      problem(node, fmt::format("there is no {}", path.lexically_normal().string()),
              "name a file or folder that exists");
      return std::nullopt;
    }
    return path.lexically_normal();
  }

  void address(const YAML::Node& node, std::optional<std::string>& to) {
    const std::optional<std::string> value = text(node, "an address");
    if (value && !value->starts_with("tcp://") && !value->starts_with("ipc://"))
      problem(node, fmt::format("\"{}\" is no address to listen on", *value),
              "use tcp://ADDRESS:PORT, for example tcp://127.0.0.1:7710");
    else if (value)
      to = *value;
  }

  void duration(const YAML::Node& node, std::int64_t& to) {
    const std::optional<std::string> value = text(node, "a duration");
    if (!value) return;
    const Result<std::int64_t> read = parse_duration(*value);
    if (!read || *read <= 0)
      problem(node, fmt::format("\"{}\" is no duration above 0", *value), "write one like 90s, 14min or 1h");
    else
      to = *read;
  }

  /// A duration, or "never", which is 0.
  void duration_or_never(const YAML::Node& node, std::int64_t& to) {
    if (node.IsScalar() && node.Scalar() == "never")
      to = 0;
    else
      duration(node, to);
  }

  void count(const YAML::Node& node, std::uint32_t most, std::uint32_t& to, std::uint32_t least = 1) {
    const std::optional<std::string> value = text(node, "a number");
    if (!value) return;
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (failed != std::errc{} || end != value->data() + value->size() || number < least || number > most)
      problem(node, fmt::format("\"{}\" is no number from {} to {}", *value, least, most), "write one");
    else
      to = number;
  }

  /// A list of texts; an empty one is one.
  void texts(const YAML::Node& node, std::vector<std::string>& to) {
    const auto scalar = [](const YAML::Node& one) { return one.IsScalar(); };
    if (!node.IsSequence() || !std::all_of(node.begin(), node.end(), scalar))
      return problem(node, "this is no list of texts", "write [one, two]");
    to.clear();
    for (const YAML::Node& one : node) to.push_back(one.Scalar());
  }

 private:
  const fs::path& file_;
  std::vector<std::string>& problems_;
};

bool is_http_address(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme != 0 && url.size() > scheme && url[scheme] != '/' &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
}

/// Files or folders, one or a list.
void take_paths(Reading& in, const YAML::Node& node, std::optional<std::vector<fs::path>>& to) {
  std::vector<fs::path> paths;
  if (node.IsSequence()) {
    for (const YAML::Node& entry : node)
      if (std::optional<fs::path> path = in.path(entry)) paths.push_back(*path);
  } else if (std::optional<fs::path> path = in.path(node)) {
    paths.push_back(*path);
  }
  to = std::move(paths);
}

void take_attachments(Reading& in, const YAML::Node& node, AttachmentLimits& to) {
  const auto mib = [&](std::uint64_t& out) {
    return [&in, &out](const YAML::Node& value) {
      std::uint32_t number = 0;
      in.count(value, 16'777'216, number);
      if (number > 0) out = static_cast<std::uint64_t>(number) << 20U;
    };
  };
  in.section(node, "attachments",
             {{"limit_mib", mib(to.total)}, {"per_agent_mib", mib(to.per_agent)}, {"max_mib", mib(to.each)}});
}

void take_chatter(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  in.section(node, "chatter",
             {{"times", [&](const YAML::Node& n) { in.count(n, 16, policy.chatter_times, 0); }},
              {"within", [&](const YAML::Node& n) { in.duration(n, policy.chatter_within); }},
              {"calm", [&](const YAML::Node& n) { in.duration(n, policy.chatter_calm); }}});
  if (policy.chatter_times == 1)
    in.problem(node, "what came once does not chatter", "write `times:` 2 to 16, or 0 for never");
}

void take_escalation(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  if (!node.IsSequence() || node.size() > 16)
    return in.problem(node, "this is no list of at most 16 steps", "write [{after: 2min, to: Supervisor}]");
  policy.escalate.clear();
  for (const YAML::Node& one : node) {
    fusion::Policy::Escalation step;
    in.section(one, "escalate",
               {{"after", [&](const YAML::Node& n) { in.duration(n, step.after); }},
                {"to", [&](const YAML::Node& n) { in.text(n, "who is told", step.to); }}});
    if (step.after <= 0 || step.to.empty())
      in.problem(one, "a step needs `after` and `to`", "write {after: 2min, to: Supervisor}");
    else if (!policy.escalate.empty() && step.after < policy.escalate.back().after)
      in.problem(one, "a step is before the one above it", "order the steps by `after`");
    else
      policy.escalate.push_back(std::move(step));
  }
}

void take_dispatching(Reading& in, const YAML::Node& node, fusion::Policy::Dispatching& to) {
  in.section(node, "dispatch",
             {{"received", [&](const YAML::Node& n) { in.duration_or_never(n, to.received); }},
              {"en_route", [&](const YAML::Node& n) { in.duration_or_never(n, to.en_route); }},
              {"arrived", [&](const YAML::Node& n) { in.duration_or_never(n, to.arrived); }},
              {"cleared", [&](const YAML::Node& n) { in.duration_or_never(n, to.cleared); }}});
}

void take_tickets(Reading& in, const YAML::Node& node, fusion::Policy::Ticketing& to) {
  in.section(node, "tickets",
             {{"after", [&](const YAML::Node& n) { in.duration_or_never(n, to.after); }},
              {"target", [&](const YAML::Node& n) { in.duration(n, to.target); }},
              {"target_vital", [&](const YAML::Node& n) { in.duration(n, to.target_vital); }},
              {"patrol", [&](const YAML::Node& n) { in.duration_or_never(n, to.patrol); }},
              {"patrol_vital", [&](const YAML::Node& n) { in.duration_or_never(n, to.patrol_vital); }},
              {"silent_after", [&](const YAML::Node& n) { in.duration_or_never(n, to.silent_after); }},
              {"owner", [&](const YAML::Node& n) { in.text(n, "who mends things", to.owner); }}});
}

void take_join_weights(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  std::vector<Key> keys;
  for (const fusion::JoinWeights::Named& one : fusion::JoinWeights::all())
    keys.push_back({one.name, [&in, &policy, name = std::string(one.name)](const YAML::Node& n) {
                      const std::string text = n.IsScalar() ? n.Scalar() : std::string();
                      int weight = -1;
                      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), weight);
                      if (failed != std::errc{} || end != text.data() + text.size() || weight < 0 ||
                          weight > fusion::JoinWeights::kMost)
                        in.problem(n, fmt::format("\"{}\" is no weight", text),
                                   fmt::format("write a number from 0 to {}", fusion::JoinWeights::kMost));
                      else
                        policy.join_weights[name] = weight;
                    }});
  in.section(node, "join_weights", keys);
}

/// {what: a kind of event or a rule's id, at: a device or zone}
void take_what(Reading& in, const YAML::Node& node, const char* name, std::string& what, std::string& at) {
  in.section(node, name,
             {{"what", [&](const YAML::Node& n) { in.text(n, "an event's kind or a rule's id", what); }},
              {"at", [&](const YAML::Node& n) { in.text(n, "a device or zone", at); }}});
  if (what.empty()) in.problem(node, "it does not say what", "write {what: door.power, at: D-231}");
}

void take_inhibitions(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  if (!node.IsSequence() || node.size() > 100)
    return in.problem(node, "this is no list of at most 100 inhibitions",
                      "write [{while: {what: door.power, at: D-231}, inhibit: {what: camera.offline}, reason: …}]");
  policy.inhibitions.clear();
  for (const YAML::Node& one : node) {
    fusion::Policy::Inhibition made;
    in.section(one, "inhibitions",
               {{"while", [&](const YAML::Node& n) { take_what(in, n, "while", made.cause, made.cause_at); }},
                {"inhibit", [&](const YAML::Node& n) { take_what(in, n, "inhibit", made.symptom, made.symptom_at); }},
                {"reason", [&](const YAML::Node& n) { in.text(n, "a reason", made.reason); }}});
    if (made.cause.empty() || made.symptom.empty() || made.reason.empty())
      in.problem(one, "an inhibition needs `while`, `inhibit` and `reason`", "nothing is hidden without a reason");
    else
      policy.inhibitions.push_back(std::move(made));
  }
}

void take_policy(Reading& in, const YAML::Node& node, fusion::Policy& policy) {
  in.section(node, "policy",
             {{"respond",
               [&](const YAML::Node& respond) {
                 in.section(respond, "respond",
                            {{"critical", [&](const YAML::Node& n) { in.duration(n, policy.respond_critical); }},
                             {"high", [&](const YAML::Node& n) { in.duration(n, policy.respond_high); }},
                             {"medium", [&](const YAML::Node& n) { in.duration(n, policy.respond_medium); }},
                             {"low", [&](const YAML::Node& n) { in.duration(n, policy.respond_low); }}});
               }},
              {"join_window", [&](const YAML::Node& n) { in.duration(n, policy.join_window); }},
              {"join_weights", [&](const YAML::Node& n) { take_join_weights(in, n, policy); }},
              {"causes",
               [&](const YAML::Node& causes) {
                 in.section(causes, "causes",
                            {{"window", [&](const YAML::Node& n) { in.duration(n, policy.cause_window); }},
                             {"grace", [&](const YAML::Node& n) { in.duration(n, policy.cause_grace); }}});
               }},
              {"evidence",
               [&](const YAML::Node& evidence) {
                 in.section(evidence, "evidence",
                            {{"device_heard", [&](const YAML::Node& n) { in.duration(n, policy.evidence_device); }},
                             {"agent_heard", [&](const YAML::Node& n) { in.duration(n, policy.evidence_agent); }},
                             {"lateness", [&](const YAML::Node& n) { in.duration(n, policy.evidence_lateness); }}});
               }},
              {"flood",
               [&](const YAML::Node& flood) {
                 in.section(flood, "flood",
                            {{"begins", [&](const YAML::Node& n) { in.count(n, 100'000, policy.flood_begins); }},
                             {"ends", [&](const YAML::Node& n) { in.count(n, 100'000, policy.flood_ends); }}});
                 if (policy.flood_ends >= policy.flood_begins)
                   in.problem(flood, "a flood has to end below where it begins", "lower `ends` or raise `begins`");
               }},
              {"alarms",
               [&](const YAML::Node& alarms) {
                 in.section(alarms, "alarms",
                            {{"repeat_window", [&](const YAML::Node& n) { in.duration(n, policy.repeat_window); }},
                             {"stale_after", [&](const YAML::Node& n) { in.duration(n, policy.stale_after); }},
                             {"fleeting", [&](const YAML::Node& n) { in.duration(n, policy.fleeting); }},
                             {"damped_stands", [&](const YAML::Node& n) { in.duration(n, policy.damped_stands); }},
                             {"chatter", [&](const YAML::Node& n) { take_chatter(in, n, policy); }}});
               }},
              {"escalate", [&](const YAML::Node& n) { take_escalation(in, n, policy); }},
              {"dispatch", [&](const YAML::Node& n) { take_dispatching(in, n, policy.dispatch); }},
              {"desks", [&](const YAML::Node& n) { in.count(n, 1'000, policy.desks); }},
              {"inhibitions", [&](const YAML::Node& n) { take_inhibitions(in, n, policy); }},
              {"figures",
               [&](const YAML::Node& figures) {
                 in.section(
                     figures, "figures",
                     {{"people", [&](const YAML::Node& n) { in.text(n, "the agreement", policy.people_agreement); }}});
               }},
              {"skipped_steps_to",
               [&](const YAML::Node& n) {
                 if (n.IsScalar() && n.Scalar() == "nobody")
                   policy.skips_to.clear();
                 else
                   in.text(n, "a role", policy.skips_to);
               }},
              {"tickets", [&](const YAML::Node& n) { take_tickets(in, n, policy.tickets); }},
              {"device_roles", [&](const YAML::Node& n) { in.texts(n, policy.device_roles); }},
              {"maintenance_roles", [&](const YAML::Node& n) { in.texts(n, policy.maintenance_roles); }},
              {"guard_roles", [&](const YAML::Node& n) { in.texts(n, policy.guard_roles); }},
              {"rule_roles", [&](const YAML::Node& n) { in.texts(n, policy.rule_roles); }}});
}

void take_watch(Reading& in, const YAML::Node& node, Settings& out) {
  in.section(node, "watch",
             {{"heartbeat",
               [&](const YAML::Node& n) {
                 in.text(n, "an address", out.heartbeat);
                 if (!out.heartbeat.empty() && !is_http_address(out.heartbeat))
                   in.problem(n, "the heartbeat's address is no http:// or https:// address",
                              "write https://HOST/PATH as the service that waits for it says");
               }},
              {"authorities", [&](const YAML::Node& n) { out.heartbeat_authorities = in.path(n); }},
              {"every", [&](const YAML::Node& n) {
                 in.duration(n, out.heartbeat_every);
                 if (out.heartbeat_every < kSecond)
                   in.problem(n, "a heartbeat comes every second at most", "write one like 60s");
               }}});
  if (out.heartbeat.empty()) in.problem(node, "`watch` names no heartbeat", "write heartbeat: https://…, or remove it");
}

}  // namespace

Settings read_settings(std::string_view text, const fs::path& file, std::vector<std::string>& problems) {
  Settings out;
  Reading in(file, problems);
  YAML::Node root;
  try {
    root = YAML::Load(std::string(text));
    if (!root.IsMap()) {
      problems.push_back(Error{"this is no configuration", file.string() + ":1", "begin it with `v: 1`"}.text());
      return out;
    }
    bool version = false;
    in.section(root, "watchfloor.yaml",
               {{"v",
                 [&](const YAML::Node& node) {
                   version = true;
                   if (!node.IsScalar() || node.Scalar() != "1")
                     in.problem(node, "this version of the configuration is not known",
                                "write `v: 1`, or update watchfloor");
                 }},
                {"listen", [&](const YAML::Node& node) { in.address(node, out.listen); }},
                {"seats", [&](const YAML::Node& node) { in.address(node, out.seats); }},
                {"site", [&](const YAML::Node& node) { out.site = in.path(node); }},
                {"rules", [&](const YAML::Node& node) { take_paths(in, node, out.rules); }},
                {"plans", [&](const YAML::Node& node) { take_paths(in, node, out.plans); }},
                {"policy", [&](const YAML::Node& node) { take_policy(in, node, out.policy); }},
                {"keys",
                 [&](const YAML::Node& node) {
                   in.section(node, "keys",
                              {{"rotate_after", [&](const YAML::Node& n) { in.duration(n, out.rotate_after); }},
                               {"max_age", [&](const YAML::Node& n) { in.duration(n, out.max_key_age); }}});
                   if (out.rotate_after > 0 && out.max_key_age > 0 && out.rotate_after >= out.max_key_age)
                     in.problem(node, "keys are changed only after they are too old", "lower `rotate_after`");
                 }},
                {"watch", [&](const YAML::Node& node) { take_watch(in, node, out); }},
                {"attachments", [&](const YAML::Node& node) { take_attachments(in, node, out.attachments); }},
                {"seat", [&](const YAML::Node& node) {
                   in.section(node, "seat",
                              {{"user", [&](const YAML::Node& n) { in.text(n, "a user's name", out.user); }},
                               {"role", [&](const YAML::Node& n) { in.text(n, "a role", out.role); }},
                               {"name", [&](const YAML::Node& n) { in.text(n, "a seat's name", out.seat); }},
                               {"language", [&](const YAML::Node& n) { in.text(n, "a language", out.language); }}});
                 }}});
    if (!version)
      problems.push_back(Error{"the version is missing", file.string() + ":1", "begin the file with `v: 1`"}.text());
  } catch (const YAML::Exception& e) {
    problems.push_back(Error{fmt::format("this is no YAML: {}", e.msg),
                             fmt::format("{}:{}", file.string(), e.mark.line + 1), "mend the line, indented by spaces"}
                           .text());
  }
  return out;
}

Settings load_settings(const fs::path& file, std::vector<std::string>& problems) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::error_code failed;
  // A folder can be opened, and throws when it is read.
  const bool folder = in && fs::is_directory(file, failed);
  if (folder) errno = EISDIR;
  if (!in || folder) {
    problems.push_back(
        Error{fmt::format("cannot read it: {}", std::strerror(errno)), file.string(), "check its path, owner and mode"}
            .text());
    return {};
  }
  return read_settings(std::string(std::istreambuf_iterator<char>(in), {}), file, problems);
}

}  // namespace wf::config
