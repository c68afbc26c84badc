#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/time.hpp"

namespace wf {

/// What a field's text stood for at its source. Sigma tells null from empty, and numbers compare as numbers.
enum class ValueType : std::uint8_t { string = 0, number = 1, boolean = 2, null = 3 };

/// One flattened field. Nested objects are joined with dots ("alert.signature"); an array becomes several
/// fields of the same name, in order.
struct Field {
  std::string name;
  std::string value;  ///< as text; "true"/"false" for booleans, empty for null
  ValueType type = ValueType::string;
  bool operator==(const Field&) const = default;
};

/// Where a Sigma rule looks: the three attributes of a rule's `logsource`.
struct Logsource {
  std::string product;   ///< suricata, zeek, linux, windows, watchfloor…
  std::string service;   ///< sshd, auditd, door, camera…
  std::string category;  ///< process_creation, firewall, access…
  bool operator==(const Logsource&) const = default;
};

/// One observation by one agent; never changed after it is stored. proto/README.md lists the kinds and the
/// normalised field names.
struct Event {
  std::string id;             ///< "agent:epoch:lane:sequence", fixed by agent and engine; may be empty in a file
  UtcNs time = 0;             ///< when it happened, by the source's clock
  UtcNs seen = 0;             ///< when the agent read it, by the agent's clock; 0 if unknown
  std::string agent;          ///< enrolled name of the agent
  std::string source;         ///< name of the source within the agent ("suricata:/var/log/suricata/eve.json")
  std::string kind;           ///< "access.denied", "network.alert"…; "other" when nothing fits
  std::uint8_t severity = 0;  ///< 0 unknown, 1 information, 2 low, 3 medium, 4 high, 5 critical (OCSF severity_id)
  Logsource logsource;
  bool drill = false;  ///< injected by a drill; kept out of every real figure
  std::vector<Field> fields;

  /// First value of a field, or empty when it is missing or null.
  [[nodiscard]] std::string_view field(std::string_view name) const {
    for (const Field& f : fields)
      if (f.name == name) return f.value;
    return {};
  }
  void add(std::string name, std::string value, ValueType type = ValueType::string) {
    fields.push_back({std::move(name), std::move(value), type});
  }
  bool operator==(const Event&) const = default;
};

}  // namespace wf
