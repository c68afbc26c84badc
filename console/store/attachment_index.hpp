#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::store {

inline constexpr const char* kAttachmentsFolder = "attachments";
inline constexpr const char* kPartialFolder = "partial";  ///< in it: what is not whole yet
/// Stands for the time of removal of one whose file was found to be gone.
inline constexpr UtcNs kLost = 0;

/// A still or clip that is stored whole under its name.
struct StoredAttachment {
  std::string hash;  ///< BLAKE2b-256 of the content, hexadecimal
  std::string agent;
  std::string media_type;
  std::uint64_t bytes = 0;
  UtcNs received = 0;
  bool operator==(const StoredAttachment&) const = default;
};

/// Where a stored attachment's content is: "<data>/attachments/ab/ab12…". `hash` must be a valid one.
[[nodiscard]] std::filesystem::path attachment_file(const std::filesystem::path& data, const std::string& hash);

/// What the index says.
struct AttachmentList {
  std::vector<StoredAttachment> stored;  ///< in the order in which they came
  std::map<std::string, UtcNs> removed;  ///< made room for newer ones, and when; or kLost
  std::size_t unreadable = 0;            ///< lines
};
/// Reads the index of a data directory, also while its owner writes; without one the list is empty.
[[nodiscard]] Result<AttachmentList> read_attachment_index(const std::filesystem::path& data);
/// Writes an index anew.
[[nodiscard]] Result<void> write_attachment_index(const std::filesystem::path& data, const AttachmentList& list);

/// The file `attachments/index`, which says of each stored attachment whose it is and since when. Lines are only
/// appended: "+ HASH BYTES RECEIVED MEDIA-TYPE AGENT", "- HASH REMOVED", times in nanoseconds since 1970. One thread.
class AttachmentIndex {
 public:
  /// Opens or makes it, and writes it anew when much in it is past or its end is torn. Gives what it says.
  [[nodiscard]] static Result<AttachmentIndex> open(const std::filesystem::path& data, AttachmentList& list);
  AttachmentIndex(AttachmentIndex&& o) noexcept;
  AttachmentIndex& operator=(AttachmentIndex&&) = delete;
  ~AttachmentIndex();

  /// Durable when it returns.
  [[nodiscard]] Result<void> add(const StoredAttachment& attachment);
  /// Not synced: an attachment whose file is gone counts as removed at the next start.
  [[nodiscard]] Result<void> remove(const std::string& hash, UtcNs now);

 private:
  AttachmentIndex(std::filesystem::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}
  [[nodiscard]] Result<void> append(const std::string& line);
  std::filesystem::path file_;
  int descriptor_;
};

}  // namespace wf::store
