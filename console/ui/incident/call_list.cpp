#include "console/ui/incident/call_list.hpp"

#include "console/model/call.hpp"

namespace wf::ui {

std::string contact_name(const Contact& contact) { return contact.who + ", " + contact.number; }

std::vector<Called> call_list(const Site& site, const Incident& incident) {
  std::vector<Called> out;
  for (const Contact& c : site.calls) {
    if (incident.priority < c.from) continue;
    bool touches = incident.domains == std::array<bool, 3>{};  // nobody knows what it touches
    for (std::size_t k = 0; k < c.domains.size(); ++k) touches = touches || (c.domains[k] && incident.domains[k]);
    if (!touches) continue;
    Called called;
    called.contact = &c;
    const std::string reached = words_of_call(contact_name(c), true), missed = words_of_call(contact_name(c), false);
    for (const LogLine& line : incident.log) {
      if (line.text != reached && line.text != missed) continue;
      called.reached = line.text == reached;
      called.tries = called.reached ? 0 : called.tries + 1;
      called.at = line.time;
      called.actor = line.actor;
    }
    out.push_back(std::move(called));
  }
  return out;
}

std::size_t next_call(const std::vector<Called>& all) {
  std::size_t best = all.size();
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!all[k].reached && (best == all.size() || all[k].tries < all[best].tries)) best = k;
  return best;
}

}  // namespace wf::ui
