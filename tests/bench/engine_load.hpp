#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "console/fusion/sigma/rule_set.hpp"
#include "console/model/snapshot.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {

/// Sends all batches through an encrypted connection, at most a window of them unacknowledged. Events a second.
[[nodiscard]] double through_link(const std::filesystem::path& keys, const std::string& endpoint,
                                  const std::vector<EncodedBatch>& batches, std::uint32_t events_of_each);

struct EngineRate {
  double acknowledged = 0;  ///< events a second until the last one was acknowledged
  double judged = 0;        ///< until the last one was judged, too
};

/// The whole engine as it runs, with these rules and this site (empty: none). Its clock is that of the events, so that
/// they are judged and no history. `look` sees the last picture.
[[nodiscard]] EngineRate engine_rate(const std::vector<EncodedBatch>& batches, std::uint32_t events_of_each,
                                     const std::vector<sigma::RuleFile>& rules, const std::filesystem::path& site,
                                     const std::function<void(const Snapshot&)>& look = {});

}  // namespace wf::bench
