#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "proto/event.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {

/// When the events of make_events() and judged_events() begin.
inline constexpr UtcNs kLoadBegins = 1'772'000'000 * kSecond;

/// Rules as people write them: a few fields, some with wildcards, that hardly any event matches.
[[nodiscard]] std::vector<sigma::RuleFile> plain_rules(int count);

/// 500 rules: 496 of these, two that match one flow in fifty, and two correlations over them.
[[nodiscard]] std::vector<sigma::RuleFile> judged_rules();

/// Events that a site knows something about, each of about 256 bytes once encoded: flows, a quarter of which come from
/// hosts of the sample site, and one in a hundred a badge at one of its doors. One in 1,000 matches a plain rule.
[[nodiscard]] std::vector<Event> judged_events(std::uint64_t first, std::uint32_t count, std::int64_t step);
[[nodiscard]] std::vector<EncodedBatch> judged_batches(std::size_t count, std::int64_t step);

/// Benchmark 6 with these rules and events: events in a second of this thread's processor time, rules alone.
[[nodiscard]] double matching_rate(const std::shared_ptr<const sigma::RuleSet>& rules,
                                   const std::vector<Event>& events);
[[nodiscard]] double matching_rate(const std::vector<sigma::RuleFile>& files, const std::vector<Event>& events);

}  // namespace wf::bench
