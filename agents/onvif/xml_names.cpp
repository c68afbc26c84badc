#include "agents/onvif/xml_names.hpp"

#include "proto/utf8.hpp"

namespace wf::onvif {

constexpr std::size_t kMostValue = 4096;

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& one : node.children())
    if (local_name(one) == name) return one;
  return {};
}

std::string fit(std::string_view text) {
  std::string out;
  append_utf8(text.substr(0, kMostValue), out);
  return out;
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return fit(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string text_of(const pugi::xml_node& node) { return trimmed(node.text().get()); }

}  // namespace wf::onvif
