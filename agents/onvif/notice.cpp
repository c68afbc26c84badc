#include "agents/onvif/notice.hpp"

#include <simdjson.h>

#include <algorithm>
#include "agents/onvif/fault.hpp"
#include "agents/onvif/notice_xml.hpp"
#include "agents/onvif/xml_names.hpp"
#include "proto/utf8.hpp"

namespace wf::onvif {
namespace {

constexpr std::size_t kMostNotices = 10'000;  ///< of one document
constexpr std::size_t kMostItems = 64;        ///< of one notice
constexpr std::size_t kMostDepth = 64;

void items(const pugi::xml_node& node, std::vector<Notice::Item>& out) {
  for (const pugi::xml_node& one : node.children())
    if (local_name(one) == "SimpleItem" && out.size() < kMostItems)
      out.emplace_back(fit(one.attribute("Name").value()), fit(one.attribute("Value").value()));
}

/// The topic stands in pieces, by number.
using Topics = std::vector<std::pair<std::string, std::string>>;

/// Puts one of a logged event's keys where it belongs.
void add_logged(std::string key, std::string value, bool source, Topics& topics, Notice& out) {
  if (key.starts_with("topic") && key.size() == 6) {
    topics.emplace_back(std::move(key), std::move(value));
    return;
  }
  auto& list = source ? out.source : out.data;
  if (!key.empty() && list.size() < kMostItems) list.emplace_back(std::move(key), std::move(value));
}

void set_topic(Topics& topics, Notice& out) {
  std::sort(topics.begin(), topics.end());
  for (const auto& [key, what] : topics) out.topic += (out.topic.empty() ? "" : "/") + plain_topic(what);
}

/// An event of Axis' event logger, as XML.
Notice read_logged(const pugi::xml_node& node) {
  Notice out;
  out.time = trimmed(child(node, "UtcTime").text().get());
  Topics topics;
  for (const pugi::xml_node& one : node.children()) {
    if (local_name(one) != "KeyValues") continue;
    bool source = false;
    for (const pugi::xml_node& tag : one.children())
      source |= local_name(tag) == "Tags" && trimmed(tag.text().get()) == "onvif-source";
    add_logged(text_of(child(one, "Key")), text_of(child(one, "Value")), source, topics, out);
  }
  set_topic(topics, out);
  if (std::string token = fit(node.attribute("token").value()); !token.empty())
    out.data.emplace_back("token", std::move(token));
  if (std::string uuid = text_of(child(node, "UUID")); !uuid.empty()) out.data.emplace_back("UUID", std::move(uuid));
  return out;
}

/// Collects notices; says which fault and which kinds of document it met. Recursion ends with kMostDepth.
struct Walk {
  std::vector<Notice> notices;
  pugi::xml_node fault;
  bool right_kind = false;
  std::string body;  ///< what stands in the envelope

  void look(const pugi::xml_node& node, std::size_t depth) {
    if (depth == kMostDepth) return;
    const std::string_view name = local_name(node);
    if (name == "NotificationMessage") {
      right_kind = true;
      if (notices.size() < kMostNotices) notices.push_back(read_notice(node));
      return;
    }
    if (name == "FetchEventsResponse" || name == "FetchAlarmsResponse") {
      right_kind = true;
      for (const pugi::xml_node& one : node.children())
        if ((local_name(one) == "Event" || local_name(one) == "Alarm") && notices.size() < kMostNotices)
          notices.push_back(read_logged(one));
      return;
    }
    if (name == "Fault") fault = node;
    if (name == "PullMessagesResponse" || name == "Notify" || name == "MetadataStream") right_kind = true;
    if (name == "Body")
      for (const pugi::xml_node& one : node.children())
        if (one.type() == pugi::node_element && body.empty()) body = local_name(one);
    for (const pugi::xml_node& one : node.children())
      if (one.type() == pugi::node_element) look(one, depth + 1);
  }
};

}  // namespace

Notice read_notice(const pugi::xml_node& node) {
  Notice out;
  out.topic = plain_topic(trimmed(child(node, "Topic").text().get()));
  const pugi::xml_node message = child(child(node, "Message"), "Message");
  out.time = message.attribute("UtcTime").value();
  const std::string_view operation = message.attribute("PropertyOperation").value();
  out.operation = operation == "Initialized" ? Notice::Operation::initialized
                  : operation == "Changed"   ? Notice::Operation::changed
                  : operation == "Deleted"   ? Notice::Operation::deleted
                                             : Notice::Operation::none;
  items(child(message, "Source"), out.source);
  items(child(message, "Key"), out.source);
  items(child(message, "Data"), out.data);
  return out;
}

std::string_view Notice::item(std::string_view name) const {
  for (const auto* list : {&data, &source})
    for (const Item& one : *list)
      if (one.first == name) return one.second;
  return {};
}

std::string plain_topic(std::string_view topic) {
  std::string out;
  while (!topic.empty()) {
    std::string_view segment = topic.substr(0, topic.find('/'));
    topic.remove_prefix(std::min(segment.size() + 1, topic.size()));
    if (const std::size_t colon = segment.find(':'); colon != std::string_view::npos) segment.remove_prefix(colon + 1);
    if (!out.empty()) out += '/';
    out += segment;
  }
  return out;
}

Result<std::vector<Notice>> read_notices(std::string_view xml) {
  pugi::xml_document document;
  // pugixml resolves no external entities and expands none of its own beyond the five of XML.
  const pugi::xml_parse_result read =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_auto);
  if (!read)
    return Error{"this is no XML (byte " + std::to_string(read.offset) + ": " + read.description() + ")", "",
                 "is it whole?"};
  Walk walk;
  walk.look(document.document_element(), 0);
  if (walk.fault)
    return Error{"the device refused: " + one_line(read_fault(walk.fault).words()), "", "see what it was asked"};
  if (!walk.right_kind) {
    const std::string what = walk.body.empty() ? std::string(local_name(document.document_element())) : walk.body;
    return Error{"there are no events in a document of kind '" + one_line(what) + "'", "",
                 "give it what PullMessages answers"};
  }
  return std::move(walk.notices);
}

Result<std::vector<Notice>> read_axis_log(std::string_view json, std::vector<Error>& broken) {
  namespace dom = simdjson::dom;
  dom::parser parser;
  dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", "", "is it what axlog:FetchEvents answered?"};
  dom::array events;
  // The answer as it comes, or within its envelope.
  bool found = false;
  for (const char* where : {"/Event", "/FetchEventsResponse/Event", "/axlog:FetchEventsResponse/Event", "/Alarm",
                            "/FetchAlarmsResponse/Alarm", "/axlog:FetchAlarmsResponse/Alarm"})
    found = found || root.at_pointer(where).get(events) == simdjson::SUCCESS;
  if (!found) return Error{"there is no list 'Event' in it", "", "is it what axlog:FetchEvents answered?"};
  std::vector<Notice> out;
  const auto text = [](const dom::element& from, const char* key) {
    std::string_view value;
    return from[key].get(value) == simdjson::SUCCESS ? fit(value) : std::string();
  };
  for (const dom::element event : events) {
    if (out.size() == kMostNotices) break;
    Notice notice;
    notice.time = text(event, "UtcTime");
    Topics topics;
    dom::array values;
    if (event["KeyValues"].get(values) != simdjson::SUCCESS) {
      broken.push_back({"an event has no KeyValues", "", ""});
      continue;
    }
    for (const dom::element value : values) {
      bool source = false;
      dom::array tags;
      if (value["Tags"].get(tags) == simdjson::SUCCESS)
        for (const dom::element tag : tags) {
          std::string_view name;
          source |= tag.get(name) == simdjson::SUCCESS && name == "onvif-source";
        }
      add_logged(text(value, "Key"), text(value, "Value"), source, topics, notice);
    }
    set_topic(topics, notice);
    if (notice.topic.empty()) {
      broken.push_back({"an event has no topic", "", ""});
      continue;
    }
    for (const char* own : {"token", "UUID"})
      if (std::string value = text(event, own); !value.empty()) notice.data.emplace_back(own, std::move(value));
    out.push_back(std::move(notice));
  }
  return out;
}

}  // namespace wf::onvif
