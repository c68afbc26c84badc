#include "console/model/incident_json.hpp"

#include <array>
#include <cstdio>

#include "proto/utf8.hpp"

namespace wf {
namespace {

void append_text(std::string_view text, std::string& out) {
  std::string repaired;
  if (!is_utf8(text)) {
    append_utf8(text, repaired);
    text = repaired;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
      out += buffer;
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Writes one object; members follow each other with commas.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_text(value, key(name)); }
  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  template <class Number>
  void number(std::string_view name, Number value) {
    key(name) += std::to_string(value);
  }
  void flag_if(std::string_view name, bool value) {
    if (value) key(name) += "true";
  }
  void time(std::string_view name, UtcNs value) {
    if (value != 0) text(name, format_rfc3339(value));
  }
  template <class Items, class Write>
  void list(std::string_view name, const Items& items, Write write) {
    key(name) += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      write(item);
    }
    out_ += ']';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_entity(const EntityRef& e, std::string& out) {
  Object o(out);
  o.text("kind", name_of(e.kind));
  o.text("id", e.id);
  if (e.name != e.id) o.text_if("name", e.name);
}

std::string_view name_of_domain(std::size_t domain) {
  return domain == 0 ? "door" : domain == 1 ? "camera" : "network";
}

void append_link(const JoinLink& l, std::string& out) {
  Object o(out);
  o.text("how", name_of(l.how));
  if (!l.entity.id.empty()) append_entity(l.entity, o.key("entity"));
  if (l.weight != 0) {
    o.number("weight", l.weight);
    o.number("score", l.score);
    o.number("further", l.further);
    o.number("apart_s", l.apart / kSecond);
  }
  o.text_if("actor", l.actor);
  if (l.incident != 0) o.text("incident", incident_name(l.incident));
}

void append_line(const Contribution& c, std::string& out) {
  Object o(out);
  o.time("time", c.time);
  o.text("event", c.event_id);
  o.text("kind", c.kind);
  o.text("domain", name_of_domain(static_cast<std::size_t>(c.domain)));
  o.text("text", c.text);
  o.text_if("joined_by", c.joined_by);
  append_link(c.link, o.key("link"));
  o.text("effect", c.effect);
  o.flag_if("changed_priority", c.changed_priority);
  o.text("priority", name_of(c.priority));
  o.number("repeats", c.repeats);
  o.text_if("site", c.site_id);
  o.text_if("level", c.level_id);
  o.text_if("unit", c.unit_id);
  o.text_if("device", c.device_id);
  if (!c.attachments.empty())
    o.list("attachments", c.attachments, [&](const std::string& hash) { append_text(hash, out); });
  if (!c.given_up.empty()) o.list("given_up", c.given_up, [&](const std::string& hash) { append_text(hash, out); });
  o.text_if("not_kept", c.not_kept);
}

std::string_view name_of_role(Evidence::Role role) {
  switch (role) {
    case Evidence::Role::would_confirm:
      return "would confirm";
    case Evidence::Role::would_refute:
      return "would refute";
    case Evidence::Role::missing:
      return "missing";
  }
  return "unknown";
}

void append_dispatch(const Dispatch& d, std::string& out) {
  static constexpr std::array<std::string_view, Dispatch::kSteps> kNames{"sent", "received", "en_route", "arrived",
                                                                         "cleared"};
  Object o(out);
  for (std::size_t k = 0; k < d.steps.size(); ++k) {
    if (d.steps[k].time == 0) continue;
    Object step(o.key(kNames[k]));
    step.time("time", d.steps[k].time);
    step.text("actor", d.steps[k].actor);
  }
  o.time("due", d.due);
  o.flag_if("overdue", d.overdue);
  o.text_if("found", d.found);
}

void append_life(const Incident& i, Object& o) {
  o.text("state", name_of(i.state));
  o.text_if("owner", i.owner);
  o.text_if("dispatched_to", i.dispatched_to);
  if (!i.dispatch.none()) append_dispatch(i.dispatch, o.key("dispatch"));
  o.number("acknowledged_revision", i.acknowledged_revision);
  o.time("acknowledged_at", i.acknowledged_at);
  o.time("respond_by", i.respond_by);
  o.time("shelved_until", i.shelved_until);
  o.text_if("shelf_reason", i.shelf_reason);
  o.flag_if("shelf_until_clear", i.shelf_until_clear);
  o.time("cleared_at", i.cleared_at);
  o.flag_if("chattering", i.chattering);
  o.flag_if("fleeting", i.fleeting);
  o.flag_if("stale", i.stale);
  o.flag_if("suppressed", i.suppressed);
  o.flag_if("in_test", i.in_test);
  if (!i.inhibits.empty()) {
    std::string& out = o.key("inhibits");
    for (std::size_t k = 0; k < i.inhibits.size(); ++k) append_text(i.inhibits[k], out += k == 0 ? '[' : ',');
    out += ']';
  }
  o.text_if("escalated_to", i.escalated_to);
  if (i.explains != 0) o.number("explains", i.explains);
  if (i.cause != Cause::none) o.text("cause", name_of(i.cause));
}

}  // namespace

void append_incident_json(const Incident& i, std::string& out) {
  Object o(out);
  o.number("v", 1);
  o.number("id", i.id);
  o.text("name", incident_name(i.id));
  o.number("revision", i.revision);
  o.text("priority", name_of(i.priority));
  o.flag_if("life_safety", i.life_safety);
  o.flag_if("drill", i.drill);
  o.flag_if("late", i.late);
  o.text("title", i.title);
  o.list("place", i.place, [&](const std::string& part) { append_text(part, out); });
  o.text_if("site", i.site_id);
  o.text_if("level", i.level_id);
  o.text_if("unit", i.unit_id);
  {
    std::vector<std::string_view> lit;
    for (std::size_t d = 0; d < i.domains.size(); ++d)
      if (i.domains[d]) lit.push_back(name_of_domain(d));
    o.list("domains", lit, [&](std::string_view d) { append_text(d, out); });
  }
  o.number("events", i.event_count);
  o.time("opened", i.opened);
  o.time("first", i.first);
  o.time("last", i.last);
  o.time("changed", i.changed);
  o.text("last_change", i.last_change);
  append_life(i, o);
  o.text("rule", i.rule_id);
  o.text("rule_title", i.rule_title);
  o.text_if("rule_description", i.rule_description);
  o.list("alerts", i.alert_ids, [&](std::uint64_t id) { out += std::to_string(id); });
  o.list("why", i.why, [&](const Contribution& c) { append_line(c, out); });
  o.list("evidence", i.evidence, [&](const Evidence& e) {
    Object item(out);
    item.text("role", name_of_role(e.role));
    item.text("text", e.text);
    if (e.state == Evidence::State::said) return;
    item.text("state", name_of(e.state));
    item.text_if("finding", e.finding);
    item.time("from", e.from);
    item.time("until", e.until);
    item.text_if("event", e.event_id);
    item.list("sources", e.sources, [&](const std::string& s) { append_text(s, out); });
  });
  o.list("entities", i.entities, [&](const EntityRef& e) { append_entity(e, out); });
  o.text_if("plan_id", i.plan_id);
  o.text_if("plan_title", i.plan_title);
  o.text_if("skips_told", i.skips_told);
  o.list("plan", i.plan, [&](const PlanStep& step) {
    Object item(out);
    item.text("text", step.text);
    item.flag_if("done", step.done);
    item.flag_if("skipped", step.skipped);
    item.text_if("actor", step.actor);
    item.time("time", step.time);
    item.text_if("reason", step.reason);
    item.text_if("role", step.role);
    item.text_if("needs", step.needs);
    if (step.within != 0) item.number("within_s", step.within / kSecond);
    item.time("due", step.due);
    item.flag_if("overdue", step.overdue);
  });
  o.list("log", i.log, [&](const LogLine& line) {
    Object item(out);
    item.time("time", line.time);
    item.text("actor", line.actor);
    item.text("text", line.text);
  });
  o.list("per_minute", i.per_minute, [&](const std::pair<std::int64_t, std::uint32_t>& m) {
    out += '[' + std::to_string(m.first) + ',' + std::to_string(m.second) + ']';
  });
}

std::string incident_to_json(const Incident& incident) {
  std::string out;
  append_incident_json(incident, out);
  return out;
}

void append_alert_json(const Alert& alert, std::string& out) {
  Object o(out);
  o.number("v", 1);
  o.number("id", alert.id);
  o.text("rule", alert.rule_id);
  o.text("title", alert.rule_title);
  o.text("level", name_of(alert.priority));
  o.flag_if("life_safety", alert.life_safety);
  o.flag_if("late", alert.late);
  o.time("time", alert.time);
  o.list("events", alert.event_ids, [&](const std::string& id) { append_text(id, out); });
  o.list("entities", alert.entities, [&](const EntityRef& e) { append_entity(e, out); });
  o.number("repeats", alert.repeats);
}

}  // namespace wf
