#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "proto/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace wf::store {

/// Turns what SQLite said last on `db` into the three parts of an Error. `doing` finishes "cannot …".
[[nodiscard]] Error sqlite_error(sqlite3* db, int code, const std::string& where, std::string_view doing);

/// A prepared statement, reused by reset(). One thread at a time.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, sqlite3_stmt* statement, const std::string* where)
      : db_(db), statement_(statement), where_(where) {}
  Statement(Statement&& o) noexcept { *this = std::move(o); }
  Statement& operator=(Statement&& o) noexcept;
  ~Statement();

  /// Parameters count from 1. Text and blobs are not copied: they must live until the next reset().
  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view value);
  Statement& bind_blob(int index, std::string_view value);
  Statement& bind_null(int index);

  /// True: a row is there. False: done.
  [[nodiscard]] Result<bool> step();
  /// Steps to the end and resets.
  [[nodiscard]] Result<void> run();
  void reset();

  /// Columns count from 0; the views live until the next step() or reset().
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool null(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  const std::string* where_ = nullptr;
  int bind_error_ = 0;
};

/// Resets a statement at the end of a scope, so that it holds no read transaction.
class Resetter {
 public:
  explicit Resetter(Statement& statement) : statement_(statement) {}
  ~Resetter() { statement_.reset(); }
  Resetter(const Resetter&) = delete;
  Resetter& operator=(const Resetter&) = delete;

 private:
  Statement& statement_;
};

/// A connection. Not thread-safe: one thread at a time. Statements must not outlive it.
class Database {
 public:
  enum class Mode { read_write, read_only };
  Database() = default;
  Database(Database&& o) noexcept { *this = std::move(o); }
  Database& operator=(Database&& o) noexcept;
  ~Database();
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, Mode mode);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  /// Runs one or more statements that give no rows.
  [[nodiscard]] Result<void> exec(const std::string& sql) const;
  /// First column of the first row as an integer; 0 if there is no row.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql) const;
  [[nodiscard]] Result<std::string> text(std::string_view sql) const;
  /// Ends an open transaction, if there is one; what SQLite rolled back itself is left alone.
  void roll_back() const;
  [[nodiscard]] Error error(int code, std::string_view doing) const { return sqlite_error(db_, code, *where_, doing); }
  [[nodiscard]] sqlite3* handle() const { return db_; }
  [[nodiscard]] const std::string& where() const { return *where_; }

 private:
  sqlite3* db_ = nullptr;
  std::unique_ptr<std::string> where_ = std::make_unique<std::string>();
};

}  // namespace wf::store
