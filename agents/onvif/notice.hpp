#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::onvif {

/// One notification of ONVIF: a topic, what it is about, and what is so.
struct Notice {
  enum class Operation : std::uint8_t { none, initialized, changed, deleted };
  using Item = std::pair<std::string, std::string>;

  std::string topic;  ///< without the prefixes of its namespaces: "Door/State/DoorAlarm"
  std::string time;   ///< as the device writes it
  Operation operation = Operation::none;
  std::vector<Item> source, data;  ///< keys stand among the source's

  /// The first item of a name, in data and then in source; empty: there is none.
  [[nodiscard]] std::string_view item(std::string_view name) const;
};

/// The notifications of an XML document: a PullMessages response, a Notify message, a stream's metadata, a single
/// NotificationMessage, or an answer of Axis' event logger, whatever its prefixes. An error: no XML, a SOAP fault (with
/// the device's words), or a document of another kind.
[[nodiscard]] Result<std::vector<Notice>> read_notices(std::string_view xml);

/// The events of an answer of Axis' event logger (VAPIX, axlog:FetchEvents or FetchAlarms): a JSON object with a list
/// "Event" or "Alarm", whose topics and items are ONVIF's. `broken` gets an error for each entry that could not be
/// used.
[[nodiscard]] Result<std::vector<Notice>> read_axis_log(std::string_view json, std::vector<Error>& broken);

/// "tns1:Door/State/tnsaxis:X" without what stands before the colons.
[[nodiscard]] std::string plain_topic(std::string_view topic);

}  // namespace wf::onvif
