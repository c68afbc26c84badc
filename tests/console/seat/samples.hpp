#pragma once
#include <memory>
#include <string>

#include "console/model/snapshot.hpp"

namespace wf::seat::samples {

/// A snapshot in which every field has a value of its own, so that one that gets lost or swapped is seen.
[[nodiscard]] std::shared_ptr<const Snapshot> full_snapshot();
[[nodiscard]] std::shared_ptr<const Incident> full_incident(std::uint64_t id);

/// Every field of a snapshot as text.
[[nodiscard]] std::string text_of(const Snapshot& s);

}  // namespace wf::seat::samples
