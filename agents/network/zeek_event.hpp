#pragma once
#include <optional>
#include <string>
#include <string_view>

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

  /// Nothing for a line of a header. An error means that the record cannot be used.
  [[nodiscard]] Result<std::optional<Event>> read(std::string_view record);
  /// A file begins: what an earlier one's header said no longer counts.
  void restart();
  [[nodiscard]] const ZeekHeader& header() const { return header_; }

  /// The log's path by a file's name: "conn" for conn.log, conn.2026-03-12-22-00-00.log, json_streaming_conn.log.
  [[nodiscard]] static std::string path_of(std::string_view file);

 private:
  [[nodiscard]] Result<Event> read_columns(std::string_view record);
  [[nodiscard]] Result<Event> read_json(std::string_view record);

  std::string file_path_;
  ZeekHeader header_;
  bool header_seen_ = false;
  std::vector<std::string_view> also_;  ///< by column: the normalised name, or empty
};

/// A Zeek time: seconds since 1970 with decimals, whole milliseconds, or ISO 8601.
[[nodiscard]] Result<UtcNs> zeek_time(std::string_view text);

}  // namespace wf::network
