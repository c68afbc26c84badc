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
                 {"cause_window", p.cause_window},
                 {"cause_grace", p.cause_grace},
                 {"evidence_device", p.evidence_device},
                 {"evidence_agent", p.evidence_agent},
                 {"evidence_lateness", p.evidence_lateness},
                 {"flood_begins", p.flood_begins},
                 {"flood_ends", p.flood_ends},
                 {"repeat_window", p.repeat_window},
                 {"chatter_times", p.chatter_times},
                 {"chatter_within", p.chatter_within},
                 {"chatter_calm", p.chatter_calm},
                 {"fleeting", p.fleeting},
                 {"damped_stands", p.damped_stands},
                 {"stale_after", p.stale_after},
                 {"device_roles", p.device_roles},
                 {"maintenance_roles", p.maintenance_roles},
                 {"guard_roles", p.guard_roles},
                 {"rule_roles", p.rule_roles}};
  j["policy"]["dispatch"] = {{"received", p.dispatch.received},
                             {"en_route", p.dispatch.en_route},
                             {"arrived", p.dispatch.arrived},
                             {"cleared", p.dispatch.cleared}};
  j["policy"]["escalate"] = nlohmann::ordered_json::array();
  for (const fusion::Policy::Escalation& step : p.escalate)
    j["policy"]["escalate"].push_back({{"after", step.after}, {"to", step.to}});
  const fusion::Policy::Ticketing& t = p.tickets;
  j["policy"]["tickets"] = {{"after", t.after},
                            {"target", t.target},
                            {"target_vital", t.target_vital},
                            {"patrol", t.patrol},
                            {"patrol_vital", t.patrol_vital},
                            {"silent_after", t.silent_after},
                            {"owner", t.owner}};
  if (!p.join_weights.empty()) j["policy"]["join_weights"] = p.join_weights;
  j["policy"]["judging"] = p.judging;
  j["policy"]["skips_to"] = p.skips_to;
  j["policy"]["desks"] = p.desks;
  if (!p.people_agreement.empty()) j["policy"]["people_agreement"] = p.people_agreement;
  j["policy"]["inhibitions"] = nlohmann::ordered_json::array();
  for (const fusion::Policy::Inhibition& one : p.inhibitions)
    j["policy"]["inhibitions"].push_back({{"cause", one.cause},
                                          {"cause_at", one.cause_at},
                                          {"symptom", one.symptom},
                                          {"symptom_at", one.symptom_at},
                                          {"reason", one.reason}});
  if (!configuration.site.empty()) j["site"] = configuration.site;
  for (const sigma::RuleFile& file : configuration.plans)
    j["plans"].push_back({{"path", file.path}, {"text", file.text}});
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
    if (j.contains("plans"))
      for (const auto& file : j.at("plans"))
        c.plans.push_back({file.at("path").get<std::string>(), file.at("text").get<std::string>()});
    const auto& p = j.at("policy");
    c.policy.respond_critical = p.value("respond_critical", c.policy.respond_critical);
    c.policy.respond_high = p.value("respond_high", c.policy.respond_high);
    c.policy.respond_medium = p.value("respond_medium", c.policy.respond_medium);
    c.policy.respond_low = p.value("respond_low", c.policy.respond_low);
    c.policy.join_window = p.value("join_window", c.policy.join_window);
    c.policy.cause_window = p.value("cause_window", c.policy.cause_window);
    c.policy.cause_grace = p.value("cause_grace", c.policy.cause_grace);
    c.policy.evidence_device = p.value("evidence_device", c.policy.evidence_device);
    c.policy.evidence_agent = p.value("evidence_agent", c.policy.evidence_agent);
    c.policy.evidence_lateness = p.value("evidence_lateness", c.policy.evidence_lateness);
    c.policy.flood_begins = p.value("flood_begins", c.policy.flood_begins);
    c.policy.flood_ends = p.value("flood_ends", c.policy.flood_ends);
    c.policy.repeat_window = p.value("repeat_window", c.policy.repeat_window);
    c.policy.chatter_times = p.value("chatter_times", c.policy.chatter_times);
    c.policy.chatter_within = p.value("chatter_within", c.policy.chatter_within);
    c.policy.chatter_calm = p.value("chatter_calm", c.policy.chatter_calm);
    c.policy.fleeting = p.value("fleeting", c.policy.fleeting);
    c.policy.damped_stands = p.value("damped_stands", c.policy.damped_stands);
    c.policy.stale_after = p.value("stale_after", c.policy.stale_after);
    c.policy.join_weights = p.value("join_weights", c.policy.join_weights);
    if (p.contains("escalate")) {
      c.policy.escalate.clear();
      for (const auto& step : p.at("escalate"))
        c.policy.escalate.push_back({step.at("after").get<std::int64_t>(), step.at("to").get<std::string>()});
    }
    if (p.contains("tickets")) {
      const auto& tickets = p.at("tickets");
      fusion::Policy::Ticketing& t = c.policy.tickets;
      t.after = tickets.value("after", t.after);
      t.target = tickets.value("target", t.target);
      t.target_vital = tickets.value("target_vital", t.target_vital);
      t.patrol = tickets.value("patrol", t.patrol);
      t.patrol_vital = tickets.value("patrol_vital", t.patrol_vital);
      t.silent_after = tickets.value("silent_after", t.silent_after);
      t.owner = tickets.value("owner", t.owner);
    } else {
      c.policy.tickets.after = 0;  // it was judged without them
    }
    if (p.contains("dispatch")) {
      const auto& dispatch = p.at("dispatch");
      fusion::Policy::Dispatching& d = c.policy.dispatch;
      d.received = dispatch.value("received", d.received);
      d.en_route = dispatch.value("en_route", d.en_route);
      d.arrived = dispatch.value("arrived", d.arrived);
      d.cleared = dispatch.value("cleared", d.cleared);
      c.policy.guard_roles = p.value("guard_roles", c.policy.guard_roles);
    } else {  // the same
      c.policy.dispatch = {0, 0, 0, 0};
      c.policy.guard_roles.clear();
    }
    c.policy.rule_roles = p.value("rule_roles", c.policy.rule_roles);
    c.policy.judging = p.value("judging", 0U);  // a log of before says nothing
    c.policy.skips_to = p.value("skips_to", c.policy.skips_to);
    c.policy.desks = p.value("desks", c.policy.desks);
    c.policy.people_agreement = p.value("people_agreement", "");
    if (p.contains("inhibitions"))
      for (const auto& one : p.at("inhibitions"))
        c.policy.inhibitions.push_back({one.value("cause", ""), one.value("cause_at", ""), one.value("symptom", ""),
                                        one.value("symptom_at", ""), one.value("reason", "")});
    c.policy.device_roles = p.value("device_roles", c.policy.device_roles);
    c.policy.maintenance_roles = p.value("maintenance_roles", c.policy.maintenance_roles);
    return c;
  } catch (const nlohmann::json::exception& e) {
    return Error{std::string("a logged configuration cannot be read: ") + e.what(), "log", "run watchfloor verify"};
  }
}

}  // namespace wf::engine
