#include "agents/onvif/reply.hpp"

#include <charconv>
#include <sstream>

#include "agents/onvif/fault.hpp"
#include "agents/onvif/notice_xml.hpp"
#include "agents/onvif/xml_names.hpp"
#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

constexpr std::size_t kMostParameters = 8192;
constexpr std::string_view kAddressing = "http://www.w3.org/2005/08/addressing";

/// Not deeper than documents of this kind go.
pugi::xml_node descend(pugi::xml_node at, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) at = child(at, name);
  return at;
}

std::optional<int> number(const pugi::xml_node& node, int least, int most) {
  const std::string text = text_of(node);
  int out = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || stop != text.data() + text.size() || out < least || out > most) return std::nullopt;
  return out;
}

std::optional<UtcNs> clock_of(const pugi::xml_node& moment) {
  const pugi::xml_node date = child(moment, "Date"), time = child(moment, "Time");
  const auto year = number(child(date, "Year"), 1970, 2200), month = number(child(date, "Month"), 1, 12),
             day = number(child(date, "Day"), 1, 31), hour = number(child(time, "Hour"), 0, 24),
             minute = number(child(time, "Minute"), 0, 59), second = number(child(time, "Second"), 0, 61);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  return utc_from_civil(*year, *month, *day, *hour, *minute, *second);
}

std::optional<UtcNs> time_of(const pugi::xml_node& node) {
  std::string text = text_of(node);
  if (text.empty()) return std::nullopt;
  if (const Result<UtcNs> time = parse_rfc3339(text)) return *time;
  // Some leave out the zone, which is UTC's by the specification.
  if (const Result<UtcNs> time = parse_rfc3339(text + "Z")) return *time;
  return std::nullopt;
}

/// Namespaces of an element that stand on those around it are written on it, so that it can stand elsewhere.
void carry_namespaces(const pugi::xml_node& original, pugi::xml_node copy) {
  for (pugi::xml_node at = original.parent(); at; at = at.parent())
    for (const pugi::xml_attribute& one : at.attributes())
      if (std::string_view(one.name()).starts_with("xmlns") && !copy.attribute(one.name()))
        copy.append_attribute(one.name()) = one.value();
}

std::string parameters_of(const pugi::xml_node& reference) {
  std::ostringstream out;
  for (const char* const list : {"ReferenceParameters", "ReferenceProperties"})
    for (const pugi::xml_node& one : child(reference, list).children()) {
      if (one.type() != pugi::node_element) continue;
      pugi::xml_document alone;
      pugi::xml_node copy = alone.append_copy(one);
      carry_namespaces(one, copy);
      copy.append_attribute("xmlns:wsaref") = std::string(kAddressing).c_str();
      copy.append_attribute("wsaref:IsReferenceParameter") = "true";
      alone.save(out, "", pugi::format_raw | pugi::format_no_declaration);
    }
  std::string text = out.str();
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return text.size() > kMostParameters ? std::string() : text;
}

void services(const pugi::xml_node& body, Reply& out) {
  const pugi::xml_node capabilities = child(body, "Capabilities");
  out.event_service = text_of(descend(capabilities, {"Events", "XAddr"}));
  out.media_service = text_of(descend(capabilities, {"Media", "XAddr"}));
  for (const pugi::xml_node& service : body.children()) {
    if (local_name(service) != "Service") continue;
    const std::string space = text_of(child(service, "Namespace"));
    if (space.find("/ver10/events/") != std::string::npos) out.event_service = text_of(child(service, "XAddr"));
    if (space.find("/ver10/doorcontrol/") != std::string::npos) out.door_service = text_of(child(service, "XAddr"));
    if (space.find("/ver10/media/") != std::string::npos) out.media_service = text_of(child(service, "XAddr"));
  }
}

void doors(const pugi::xml_node& body, Reply& out) {
  for (const pugi::xml_node& one : body.children()) {
    if (local_name(one) != "DoorInfo" || out.doors.size() == kMostDoors) continue;
    const pugi::xml_node able = child(one, "Capabilities");
    const auto may = [&](const char* what) { return able.attribute(what).as_bool(true); };
    out.doors.push_back(
        {fit(one.attribute("token").value()), text_of(child(one, "Name")), may("Access"), may("Lock"), may("Unlock")});
  }
}

void body_of(const pugi::xml_node& body, Reply& out) {
  if (out.kind == "Fault") {
    const Fault fault = read_fault(body);
    out.fault = one_line(fault.words().empty() ? "a fault without words" : fault.words());
    for (const char* const code : {"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "MessageExpired"})
      out.unauthorized |= fault.has(code);
    return;
  }
  if (out.kind == "GetSystemDateAndTimeResponse")
    out.clock = clock_of(descend(body, {"SystemDateAndTime", "UTCDateTime"}));
  out.maker = text_of(child(body, "Manufacturer"));
  out.model = text_of(child(body, "Model"));
  out.firmware = text_of(child(body, "FirmwareVersion"));
  out.serial = text_of(child(body, "SerialNumber"));
  services(body, out);
  doors(body, out);
  const pugi::xml_node reference = child(body, "SubscriptionReference");
  out.subscription = text_of(child(reference, "Address"));
  out.parameters = parameters_of(reference);
  out.profile = fit(child(body, "Profiles").attribute("token").value());
  out.uri = text_of(descend(body, {"MediaUri", "Uri"}));
  out.current = time_of(child(body, "CurrentTime"));
  out.termination = time_of(child(body, "TerminationTime"));
  for (const pugi::xml_node& one : body.children()) {
    if (local_name(one) != "NotificationMessage") continue;
    if (out.notices.size() < kMostNotices)
      out.notices.push_back(read_notice(one));
    else
      ++out.too_many;
  }
}

}  // namespace

Result<Reply> read_reply(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result read =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_auto);
  if (!read) {
    return Error{"the answer is no XML (byte " + std::to_string(read.offset) + ": " + read.description() + ")", "",
                 "is this an address of ONVIF?"};
  }
  const pugi::xml_node envelope = document.document_element();
  const pugi::xml_node body = child(envelope, "Body");
  if (local_name(envelope) != "Envelope" || !body)
    return Error{"the answer is no SOAP but '" + one_line(fit(local_name(envelope))) + "'", "",
                 "is this an address of ONVIF?"};
  Reply out;
  for (const pugi::xml_node& one : body.children()) {
    if (one.type() != pugi::node_element) continue;
    out.kind = fit(local_name(one));
    body_of(one, out);
    break;
  }
  return out;
}

}  // namespace wf::onvif
