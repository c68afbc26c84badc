#pragma once
#include <atomic>
#include <filesystem>

#include "console/model/query.hpp"

namespace wf::engine {

/// Answers a query from a data directory, also while an engine owns it. Newest first. Blocking; ends early,
/// with what it has, once `cancelled` is set. Any thread; each call opens a reader of its own.
///
/// `where` is one or more terms joined by " and ": `field=value`, `field!=value`, `field~value` (contains),
/// letters' case ignored. Events are asked by id, agent, source, kind, severity and their fields; incidents,
/// alerts and audit lines by the names of their JSON, nested ones with dots. Of an attachment it is the hash, or its
/// first digits.
[[nodiscard]] QueryPage run_query(const std::filesystem::path& data, const Query& query,
                                  const std::atomic<bool>& cancelled);

}  // namespace wf::engine
