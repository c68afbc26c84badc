#pragma once
#include "console/fusion/facts.hpp"
#include "proto/event.hpp"

namespace wf::fusion {

/// Makes what fusion remembers of an event from the event and what the directory knows of it.
[[nodiscard]] Digest digest_of(const Event& event, const Facts& facts);

/// Life safety by kind, whatever the rules say: duress, hold-up, fire.
[[nodiscard]] bool life_safety_kind(std::string_view kind);

/// Kinds that are worth remembering though no rule matched: what people and devices did. A sensor's flows, queries
/// and handshakes are not; rules remember those they match.
[[nodiscard]] bool notable_kind(std::string_view kind);

}  // namespace wf::fusion
