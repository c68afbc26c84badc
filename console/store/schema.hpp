#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "console/store/sqlite.hpp"
#include "proto/result.hpp"

namespace wf::store {

inline constexpr const char* kDatabaseFile = "watchfloor.db";
inline constexpr const char* kLockFile = "lock";
/// Empty; made once a database stands in the directory, so that a first start that was killed half-way is none.
inline constexpr const char* kBegunFile = "begun";
inline constexpr const char* kKeysFolder = "keys";
/// Versions of the site that the log's configurations name (engine/site_archive.hpp).
inline constexpr const char* kSitesFolder = "sites";
inline constexpr const char* kSettingsFile = "watchfloor.yaml";
/// SQLite's application_id of our files: "WFLR".
inline constexpr std::int64_t kApplicationId = 0x57464c52;

/// Fails when an engine ran on this directory (it was begun, and has keys) and the database is missing or empty.
[[nodiscard]] Result<void> check_not_lost(const std::filesystem::path& data);

/// Forward migrations: the one at index n takes a database from user_version n to n + 1.
[[nodiscard]] std::span<const std::string> migrations();
[[nodiscard]] std::int64_t schema_version();

/// Refuses what is not a Watchfloor database, and one of a newer version than `known`. Gives the version;
/// 0 for an empty file.
[[nodiscard]] Result<std::int64_t> check_version(const Database& db, std::int64_t known);

/// Brings a database to version steps.size(), each step in a transaction of its own. A database that holds
/// anything is first copied to "<file>.v<version>", beside it.
[[nodiscard]] Result<void> migrate(const Database& db, const std::filesystem::path& file,
                                   std::span<const std::string> steps);

/// A batch whose events lie further apart than this is indexed apart, so that the search of a time range
/// need not look past it for the common short ones.
inline constexpr const char* kShortBatch = "kind = 1 AND max_time - min_time <= 3600000000000";
inline constexpr const char* kLongBatch = "kind = 1 AND max_time - min_time > 3600000000000";
inline constexpr std::int64_t kShortSpan = 3'600'000'000'000;

}  // namespace wf::store
