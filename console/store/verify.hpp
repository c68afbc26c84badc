#pragma once
#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"

namespace wf::store {

/// Reads the whole database in one read transaction and says what is missing or damaged in it.
[[nodiscard]] Result<VerifyReport> verify_database(const Database& db);

}  // namespace wf::store
