#pragma once
#include "console/model/command.hpp"
#include "console/model/snapshot.hpp"
#include "console/ui/draw/language.hpp"

namespace wf::ui {

// The model's own words in the language that is spoken. name_of() of the model stays English: it is what the record,
// files and names of areas say.

[[nodiscard]] Text word_of(Priority priority);         ///< "critical"
[[nodiscard]] Text priority_title(Priority priority);  ///< "Critical", as a heading or a label
[[nodiscard]] Text letter_word(Priority priority);     ///< "C", in the priority's mark: one character
[[nodiscard]] Text word_of(IncidentState state);       ///< "Acknowledged"
[[nodiscard]] Text word_of(Cause cause);               ///< "equipment fault"
[[nodiscard]] Text word_of(Dispatch::Step step);       ///< "en route", within a sentence
[[nodiscard]] Text word_of(CommandKind kind);          ///< "plan step"
[[nodiscard]] Text word_of(DeviceKind kind);           ///< "Guard post"
[[nodiscard]] Text word_of(Domain domain);             ///< "Network"
// What comes as a word: one that is not known is shown as it came.
/// "held": what sources call a device's state, and agents a source's.
[[nodiscard]] std::string device_state_word(std::string_view state);
/// "context": what an event did to its incident.
[[nodiscard]] std::string effect_word(std::string_view effect);
/// "Elevated".
[[nodiscard]] std::string threat_word(std::string_view name);
/// "not confirmed" for what became of an order to a device.
[[nodiscard]] std::string order_state_word(std::string_view state);
/// "Unlock D-231 for 5 s", as orders to devices are called.
[[nodiscard]] std::string order_words(std::string_view action, std::string_view device, std::uint32_t seconds);

}  // namespace wf::ui
