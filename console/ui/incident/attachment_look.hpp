#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "console/model/snapshot.hpp"
#include "console/ui/draw/language.hpp"

namespace wf::ui {

/// How one still or clip of an incident stands, in words for people.
struct AttachmentLook {
  const Contribution* line = nullptr;  ///< whose it is
  std::string hash;                    ///< empty: its agent could not keep it, so it has no name
  std::string name;                    ///< "3f9c2a77e01b", as far as a person has to type it; else "no name"
  Text word;                           ///< "here", "arriving"
  std::string state;                   ///< "here", "arriving, 62 %", "not here yet", "refused", "removed", "given up"
  std::string detail;                  ///< "JPEG, 412.0 KiB", or why it is not here
  bool bad = false;                    ///< it will not come any more
  bool still = false;                  ///< it is here, and of a kind and size that a seat can look at
};

/// Of all lines of the incident, in their order.
[[nodiscard]] std::vector<AttachmentLook> attachments_of(const Snapshot& snapshot, const Incident& incident);
/// "2 here, 1 arriving, 1 given up"; empty: the incident names none.
[[nodiscard]] std::string sum_of(const std::vector<AttachmentLook>& all);
/// The command line that gives its content.
[[nodiscard]] std::string command_for(std::string_view hash);

}  // namespace wf::ui
