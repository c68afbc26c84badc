#include "console/engine/configuration.hpp"

#include <nlohmann/json.hpp>

namespace wf::engine {

std::string configuration_to_json(const Configuration& configuration) {
  nlohmann::ordered_json j;
  j["v"] = 1;
  j["rules"] = nlohmann::ordered_json::array();
  for (const sigma::RuleFile& file : configuration.rules)
    j["rules"].push_back({{"path", file.path}, {"text", file.text}});
  const fusion::Policy& p = configuration.policy;
  j["policy"] = {{"respond_critical", p.respond_critical},
                 {"respond_high", p.respond_high},
                 {"respond_medium", p.respond_medium},
                 {"respond_low", p.respond_low},
                 {"join_window", p.join_window},
                 {"flood_begins", p.flood_begins},
                 {"flood_ends", p.flood_ends}};
  if (!configuration.site.empty()) j["site"] = configuration.site;
  return j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<Configuration> configuration_from_json(std::string_view text) {
  const auto j = nlohmann::json::parse(text, nullptr, false);
  if (!j.is_object()) return Error{"a logged configuration is not a JSON object", "log", "run watchfloor verify"};
  try {
    Configuration c;
    for (const auto& file : j.at("rules"))
      c.rules.push_back({file.at("path").get<std::string>(), file.at("text").get<std::string>()});
    c.site = j.value("site", "");
    const auto& p = j.at("policy");
    c.policy.respond_critical = p.value("respond_critical", c.policy.respond_critical);
    c.policy.respond_high = p.value("respond_high", c.policy.respond_high);
    c.policy.respond_medium = p.value("respond_medium", c.policy.respond_medium);
    c.policy.respond_low = p.value("respond_low", c.policy.respond_low);
    c.policy.join_window = p.value("join_window", c.policy.join_window);
    c.policy.flood_begins = p.value("flood_begins", c.policy.flood_begins);
    c.policy.flood_ends = p.value("flood_ends", c.policy.flood_ends);
    return c;
  } catch (const nlohmann::json::exception& e) {
    return Error{std::string("a logged configuration cannot be read: ") + e.what(), "log", "run watchfloor verify"};
  }
}

}  // namespace wf::engine
