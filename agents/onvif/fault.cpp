#include "agents/onvif/fault.hpp"

#include <algorithm>

#include "agents/onvif/xml_names.hpp"

namespace wf::onvif {
namespace {

constexpr std::size_t kMostCodes = 8;

void add(Fault& out, const std::string& code) {
  if (code.empty() || out.codes.size() == kMostCodes) return;
  out.innermost = code;
  out.codes.push_back(code.substr(code.find(':') == std::string::npos ? 0 : code.find(':') + 1));
}

}  // namespace

bool Fault::has(std::string_view code) const { return std::find(codes.begin(), codes.end(), code) != codes.end(); }

std::string Fault::words() const { return innermost + (reason.empty() ? "" : ", " + reason); }

Fault read_fault(const pugi::xml_node& fault) {
  Fault out;
  add(out, text_of(child(fault, "faultcode")));
  std::size_t depth = 0;
  for (pugi::xml_node at = child(fault, "Code"); at && depth < kMostCodes; at = child(at, "Subcode"), ++depth)
    add(out, text_of(child(at, "Value")));
  out.reason = text_of(child(child(fault, "Reason"), "Text"));
  if (out.reason.empty()) out.reason = text_of(child(fault, "faultstring"));
  // WS-Notification's faults stand in the detail, by their element's name alone.
  const pugi::xml_node detail = child(fault, "Detail") ? child(fault, "Detail") : child(fault, "detail");
  for (const pugi::xml_node& one : detail.children())
    if (one.type() == pugi::node_element && out.codes.size() < kMostCodes) out.codes.emplace_back(fit(local_name(one)));
  return out;
}

}  // namespace wf::onvif
