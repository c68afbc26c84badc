#include "agents/network/windows_xml.hpp"

#include <algorithm>
#include <pugixml.hpp>
#include <string>

namespace wf::network {
namespace {

constexpr std::size_t kMostData = 256;

std::string name_of(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

void add_system(const pugi::xml_node& system, Event& e) {
  for (const pugi::xml_node& node : system.children()) {
    const std::string name = name_of(node);
    if (name == "Provider") {
      e.add("Provider_Name", node.attribute("Name").value());
      if (node.attribute("Guid")) e.add("Provider_Guid", node.attribute("Guid").value());
    } else if (name == "TimeCreated") {
      e.add("SystemTime", node.attribute("SystemTime").value());
    } else if (name == "Execution") {
      e.add("Execution_ProcessID", node.attribute("ProcessID").value());
      e.add("Execution_ThreadID", node.attribute("ThreadID").value());
    } else if (name == "Security") {
      if (node.attribute("UserID")) e.add("Security_UserID", node.attribute("UserID").value());
    } else if (*node.text().get() != '\0') {
      e.add(name, node.text().get());
    }
  }
}

}  // namespace

bool is_windows_xml(std::string_view text) {
  if (text.starts_with("<?xml")) {
    const std::size_t end = text.find("?>");
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 2);
    text.remove_prefix(std::min(text.find_first_not_of(" \r\n\t"), text.size()));
  }
  return text.starts_with("<Event ") || text.starts_with("<Event>");
}

bool read_windows_xml(std::string_view text, Event& event) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8)) return false;
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node system = root.child("System");
  if (!system) return false;
  add_system(system, event);
  std::size_t count = 0;
  for (const pugi::xml_node& data : root.child("EventData").children()) {
    if (++count > kMostData) break;
    std::string name = data.attribute("Name").value();
    // Some providers have blanks in them, which public rules leave out.
    name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
    event.add(name.empty() ? name_of(data) : name, data.text().get());
  }
  for (const pugi::xml_node& data : root.child("UserData").first_child().children()) {
    if (++count > kMostData) break;
    event.add(name_of(data), data.text().get());
  }
  if (const pugi::xml_node rendering = root.child("RenderingInfo"))
    if (const char* message = rendering.child("Message").text().get(); *message != '\0') event.add("Message", message);
  return true;
}

}  // namespace wf::network
