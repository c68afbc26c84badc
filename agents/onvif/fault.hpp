#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace wf::onvif {

/// What a device says when it does not do what it was asked (SOAP 1.2 part 1, 5.4; SOAP 1.1, 4.4).
struct Fault {
  std::vector<std::string> codes;  ///< without prefixes, from the outermost to the innermost; of the detail too
  std::string innermost;           ///< with its prefix, as the device writes it
  std::string reason;

  [[nodiscard]] bool has(std::string_view code) const;
  /// The innermost code and the reason.
  [[nodiscard]] std::string words() const;
};

[[nodiscard]] Fault read_fault(const pugi::xml_node& fault);

}  // namespace wf::onvif
