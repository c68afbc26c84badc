#include "console/store/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>

namespace wf::store {

Error sqlite_error(sqlite3* db, int code, const std::string& where, std::string_view doing) {
  const char* said = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int reason = db != nullptr ? sqlite3_system_errno(db) : 0;
  std::string detail = reason != 0 ? fmt::format("{}, {}", said, std::strerror(reason)) : std::string(said);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {fmt::format("cannot {}: the disk is full", doing), where, "free space on that disk; it is tried again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {fmt::format("cannot {}: no permission to write ({})", doing, detail), where,
              "check owner and mode of the data directory, and that the disk is not mounted read-only"};
    case SQLITE_CANTOPEN:
      return {fmt::format("cannot {}: the file cannot be opened ({})", doing, detail), where,
              "check that the directory exists and that this user may read and write it"};
    case SQLITE_IOERR:
      return {fmt::format("cannot {}: the disk reports an error ({})", doing, detail), where,
              "check the disk and the kernel's log; it is tried again"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {fmt::format("cannot {}: the file is damaged or no Watchfloor database ({})", doing, detail), where,
              "put it aside and restore the newest backup"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {fmt::format("cannot {}: another program holds the database", doing), where,
              "close the program that has it open"};
    default:
      return {fmt::format("cannot {}: {}", doing, detail), where, "report this with the engine's log"};
  }
}

Statement& Statement::operator=(Statement&& o) noexcept {
  if (this != &o) {
    sqlite3_finalize(statement_);
    db_ = o.db_;
    statement_ = std::exchange(o.statement_, nullptr);
    where_ = o.where_;
    bind_error_ = o.bind_error_;
  }
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_, index, value); code != SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::bind_text(int index, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  if (const int code = sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
      code != SQLITE_OK)
    bind_error_ = code;
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  if (const int code = sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_STATIC); code != SQLITE_OK)
    bind_error_ = code;
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (const int code = sqlite3_bind_null(statement_, index); code != SQLITE_OK) bind_error_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != 0) return sqlite_error(db_, std::exchange(bind_error_, 0), *where_, "hand over a value");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_error(db_, code, *where_, sqlite3_column_count(statement_) > 0 ? "read" : "store");
}

Result<void> Statement::run() {
  while (true) {
    Result<bool> row = step();
    if (!row) {
      reset();
      return row.error();
    }
    if (!*row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

Database& Database::operator=(Database&& o) noexcept {
  if (this != &o) {
    sqlite3_close_v2(db_);
    db_ = std::exchange(o.db_, nullptr);
    where_ = std::move(o.where_);
  }
  return *this;
}

Database::~Database() { sqlite3_close_v2(db_); }

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  Database out;
  *out.where_ = file.string();
  // One thread at a time is our contract, so that SQLite's own locks are not needed.
  const int access = mode == Mode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(file.c_str(), &out.db_, access | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return out.error(code, "open the database");
  sqlite3_extended_result_codes(out.db_, 1);
  sqlite3_busy_timeout(out.db_, 5000);
  return out;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error(code, "read the database's schema");
  return Statement(db_, statement, where_.get());
}

Result<void> Database::exec(const std::string& sql) const {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, "use the database");
  return {};
}

Result<std::int64_t> Database::integer(std::string_view sql) const {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : std::int64_t{0};
}

Result<std::string> Database::text(std::string_view sql) const {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? std::string(statement->bytes(0)) : std::string();
}

void Database::roll_back() const {
  if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace wf::store
