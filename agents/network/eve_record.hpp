#pragma once
#include <string_view>

#include "agents/kit/read/json_glance.hpp"
#include "agents/kit/read/zone.hpp"

namespace wf::network {

/// The kind of an EVE record by its event_type.
[[nodiscard]] std::string_view eve_kind(std::string_view event_type);

/// What an EVE record says before an event is made of it (suricata_event()): Suricata's fields, and of the normalised
/// ones those that are one of them under another name. One thread.
class EveRecord final : public kit::RawRecord {
 public:
  EveRecord(std::string_view record, kit::Zone& zone) : glance_(record), zone_(zone) {}
  [[nodiscard]] Known field(std::string_view name, std::string_view& value) override;
  [[nodiscard]] UtcNs time() override;

 private:
  kit::JsonGlance glance_;
  kit::Zone& zone_;
};

}  // namespace wf::network
