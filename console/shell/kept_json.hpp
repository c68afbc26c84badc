#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "console/shell/kept.hpp"

namespace wf::shell {

inline constexpr int kKeptVersion = 1;
/// Of other engines' seats the file keeps so many, those that were used last.
inline constexpr std::size_t kMostSeats = 16;

/// What the file says of this seat. A field that is missing, of another type or out of its bounds is as in a console
/// that was never used; fields that nobody knows are left alone.
[[nodiscard]] Kept kept_of(const nlohmann::json& file, const std::string& seat);

/// The same as the file writes it; `now` says when.
[[nodiscard]] nlohmann::json json_of(const Kept& kept, const std::string& seat, UtcNs now);

/// What changed from `before` to `after`, as a merge patch (RFC 7396): two consoles that write the same file keep what
/// the other one changed.
[[nodiscard]] nlohmann::json changes(const nlohmann::json& before, const nlohmann::json& after);

/// Leaves the seats that were used last.
void forget_old_seats(nlohmann::json& file);

}  // namespace wf::shell
