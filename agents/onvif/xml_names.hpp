#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace wf::onvif {

/// Names without the prefixes of their namespaces, which differ by vendor.
[[nodiscard]] std::string_view local_name(const pugi::xml_node& node);
/// The first child of such a name; none.
[[nodiscard]] pugi::xml_node child(const pugi::xml_node& node, std::string_view name);
/// Text from a device: valid UTF-8, at most 4096 bytes.
[[nodiscard]] std::string fit(std::string_view text);
/// The same without blanks around it.
[[nodiscard]] std::string trimmed(std::string_view text);
[[nodiscard]] std::string text_of(const pugi::xml_node& node);

}  // namespace wf::onvif
