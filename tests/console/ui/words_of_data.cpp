#include "tests/console/ui/words_of_data.hpp"

#include "console/model/incident_json.hpp"

namespace wf::ui {

void WordsOfData::add(std::string_view text) {
  each_word(text, [&](std::string word, bool) { words_.insert(std::move(word)); });
}

WordsOfData::WordsOfData(const Snapshot& s) {
  for (const auto& incident : s.incidents) {
    std::string json;
    append_incident_json(*incident, json);
    add(json);
    for (const std::string* text : {&incident->rule_title, &incident->rule_description, &incident->shelf_reason})
      add(*text);
    for (const PlanStep& step : incident->plan) add(step.role + " " + step.needs + " " + step.reason + " " + step.text);
    for (const Contribution& c : incident->why) add(c.text + " " + c.joined_by + " " + c.effect + " " + c.not_kept);
    for (const Evidence& e : incident->evidence) add(e.text + " " + e.finding);
    for (const LogLine& line : incident->log) add(line.actor + " " + line.text);
  }
  if (s.estate) {
    for (const Site& site : s.estate->sites) {
      add(site.id + " " + site.name + " " + site.short_name + " " + site.locality);
      for (const Building& b : site.buildings) add(b.name);
      for (const Level& l : site.levels) add(l.name + " " + l.short_name);
      for (const Unit& u : site.units) add(u.name + " " + u.category + " " + u.id);
      for (const Device& d : site.devices) add(d.id + " " + d.name + " " + d.owner);
      for (const Contact& c : site.calls) add(c.who + " " + c.number);
    }
    for (const Person& p : s.estate->people) add(p.name + " " + p.role + " " + p.id);
  }
  if (s.devices)
    for (const auto& [id, state] : *s.devices) {
      add(id + " " + state.order.actor + " " + state.order.agent);
      for (const DeviceState::Line& line : state.recent) add(line.text);
      for (const auto& line : state.order.lines) add(line.second);
    }
  if (s.tickets)
    for (const Ticket& t : *s.tickets) add(t.owner + " " + t.device + " " + t.what);
  if (s.posts)
    for (const GuardPost& p : *s.posts) add(p.name + " " + p.user);
  for (const AgentState& a : s.agents) {
    add(a.name + " " + a.kind + " " + a.version + " " + a.remote + " " + a.problem);
    for (const AgentState::Numbers& n : a.numbers) add(n.reason);
    for (const AgentState::Remark& r : a.remarks) add(r.kind + " " + r.text);
    for (const SourceStatus& source : a.report.sources) add(source.name + " " + source.state + " " + source.problem);
    for (const OfferedOutput& o : a.report.outputs) {
      add(o.device);
      for (std::string action : o.actions) {
        for (char& c : action)
          if (c == '_') c = ' ';
        add(action);
      }
    }
    for (const std::string& d : a.devices) add(d);
  }
  add(s.user + " " + s.role + " " + s.seat + " " + s.health.problem);
  // Names that are made of numbers, units that no language changes, the zone of the clock, and commands to type.
  add("INC MT UTC CET CEST KiB MiB GiB TiB km cm JPEG PNG MP4");
  add("watchfloor attachment get NAME out agent invite NAME kinds KIND engine tcp HOST PORT out FILE verify");
  add("site console README md fonts noto cjk");
}

}  // namespace wf::ui
