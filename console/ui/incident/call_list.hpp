#pragma once
#include <string>
#include <vector>

#include "console/model/incident.hpp"
#include "console/model/site.hpp"

namespace wf::ui {

/// How far calling one contact about an incident is, as its log has it.
struct Called {
  const Contact* contact = nullptr;
  std::uint32_t tries = 0;  ///< that nobody answered, since somebody was reached or ever
  bool reached = false;
  UtcNs at = 0;       ///< of the last call; 0: none
  std::string actor;  ///< who made it
};

/// Whom the site wants told of this incident, in their order.
[[nodiscard]] std::vector<Called> call_list(const Site& site, const Incident& incident);
/// The first who was not reached and has been tried least; all.size(): everybody was.
[[nodiscard]] std::size_t next_call(const std::vector<Called>& all);
/// The contact as a command names it: "Duty manager, +31 20 555 01 10".
[[nodiscard]] std::string contact_name(const Contact& contact);

}  // namespace wf::ui
