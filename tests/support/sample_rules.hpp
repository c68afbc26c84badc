#pragma once
#include <memory>
#include <string>

#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"

namespace wf::sample {

/// How alarms went on the sample night's site: five weeks, all rules and desks.
[[nodiscard]] AlarmFigures figures();
/// The rules of that site with their figures: noisy ones, ones that never matched, one that nobody judged, a base rule,
/// one that is not loaded any more, two that cannot be used.
[[nodiscard]] std::shared_ptr<const RuleList> rule_list();
/// One of them in full, with rows of the night.
[[nodiscard]] std::shared_ptr<const RuleDetail> rule_detail(const std::string& id);
/// The noisiest of them, tried switched off: 409 rows less, one true one among them. Running: 42 % through.
[[nodiscard]] std::shared_ptr<const Trial> trial(Trial::State state);
/// What an engine with these rules answers; nothing is being tried there. A text with the word "urgent" has a problem
/// in its line.
[[nodiscard]] QueryPage answer(const Query& query);

}  // namespace wf::sample
