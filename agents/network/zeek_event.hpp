#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agents/kit/read/json_glance.hpp"
#include "agents/network/zeek_header.hpp"
#include "proto/event.hpp"

namespace wf::network {

/// Reads the records of one Zeek log one after the other, in Zeek's own format (tab-separated below a header) or as
/// JSON lines; each record says which it is. Field names stay Zeek's (docs.zeek.org, "Log files"), the normalised ones
/// of proto/README.md stand beside them. One thread.
class ZeekReader {
 public:
  /// `file` is the log's file name; it says the log's path where neither header nor record does.
  explicit ZeekReader(std::string_view file);

  /// Nothing for a line of a header. An error means that the record cannot be used. A record's time is its `ts`, else
  /// its first field that is a time, else, in a log that has none (loaded_scripts), when the log was opened, else
  /// `now`.
  [[nodiscard]] Result<std::optional<Event>> read(std::string_view record, UtcNs now = 0);
  /// A file begins: what an earlier one's header said no longer counts.
  void restart();
  [[nodiscard]] const ZeekHeader& header() const { return header_; }

  /// The log's path by a file's name: "conn" for conn.log, conn.2026-03-12-22-00-00.log, json_streaming_conn.log.
  [[nodiscard]] static std::string path_of(std::string_view file);

 private:
  friend class ZeekRecord;
  [[nodiscard]] bool is_json(std::string_view record) const { return record.starts_with('{') && !header_seen_; }
  /// Of records in columns.
  [[nodiscard]] std::string_view path() const {
    return header_.path().empty() ? std::string_view(file_path_) : header_.path();
  }
  void know_columns();
  [[nodiscard]] Result<UtcNs> timeless(UtcNs now) const;
  [[nodiscard]] Result<Event> read_columns(std::string_view record, UtcNs now);
  [[nodiscard]] Result<Event> read_json(std::string_view record, UtcNs now);

  std::string file_path_;
  ZeekHeader header_;
  bool header_seen_ = false;
  std::vector<std::string_view> also_;  ///< by column: the normalised name, or empty
  std::size_t time_column_ = 0;         ///< beyond the columns: there is none
};

/// What a record says before an event is made of it: Zeek's fields, and of the normalised ones the addresses where the
/// record has Zeek's id. Not for lines of a header. One thread.
class ZeekRecord final : public kit::RawRecord {
 public:
  /// Both must outlive it, and `reader` must have read what stands before the record.
  ZeekRecord(const ZeekReader& reader, std::string_view record)
      : reader_(reader), record_(record), glance_(record), json_(reader.is_json(record)) {}
  [[nodiscard]] Known field(std::string_view name, std::string_view& value) override;
  [[nodiscard]] UtcNs time() override;

 private:
  [[nodiscard]] Known native(std::string_view name, std::string_view& value);
  [[nodiscard]] std::string_view path();
  const ZeekReader& reader_;
  std::string_view record_;
  kit::JsonGlance glance_;
  bool json_;
};

/// A Zeek time: seconds since 1970 with decimals, whole milliseconds, or ISO 8601.
[[nodiscard]] Result<UtcNs> zeek_time(std::string_view text);

}  // namespace wf::network
