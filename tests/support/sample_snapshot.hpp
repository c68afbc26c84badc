#pragma once
#include <memory>

#include "console/model/snapshot.hpp"

namespace wf::sample {

/// 2026-11-24 04:10:37 in Rotterdam.
inline constexpr UtcNs kNow = 1'795'489'837 * kSecond;

/// Two sites with one drawn level, its doors, cameras and hosts, and eight people.
[[nodiscard]] std::shared_ptr<const Estate> estate();
/// A believable night: sixteen open incidents in every priority and state, two shelved, twelve agents of which one
/// is silent, two hours of history.
[[nodiscard]] std::shared_ptr<Snapshot> night();
/// The night as the post of guard G. Silva at Gate 3 sees it: sent to the server room 22 s ago, and to Lab B, on the
/// way.
[[nodiscard]] std::shared_ptr<Snapshot> post();
/// The same post with nothing to do.
[[nodiscard]] std::shared_ptr<Snapshot> idle_post();
/// The night with the server room's plan half done: one step skipped, one overdue, a supervisor told.
[[nodiscard]] std::shared_ptr<Snapshot> in_hand();
/// Nothing open and every agent heard.
[[nodiscard]] std::shared_ptr<Snapshot> quiet();
/// Above the alarm limit: 61 low ones besides the night's.
[[nodiscard]] std::shared_ptr<Snapshot> flood();
/// `n` open incidents, for measuring.
[[nodiscard]] std::shared_ptr<Snapshot> crowd(std::size_t n);

/// One incident with what every row needs. `age` in seconds.
[[nodiscard]] Incident incident(std::uint64_t id, Priority priority, std::string title, std::vector<std::string> place,
                                IncidentState state, std::string owner, std::int64_t age);

}  // namespace wf::sample
