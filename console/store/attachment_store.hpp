#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "console/model/attachment.hpp"
#include "console/model/attachment_limits.hpp"
#include "console/store/attachment_index.hpp"
#include "console/store/content_hash.hpp"

namespace wf::store {

/// What the store asks of the disk, so that tests can make it full or broken. As the system calls: −1 and errno.
struct AttachmentDisk {
  std::function<ssize_t(int, const char*, std::size_t, off_t)> write;
  std::function<int(int)> sync;
  std::function<std::uint64_t(const std::filesystem::path&)> free_bytes;
};
[[nodiscard]] AttachmentDisk real_attachment_disk();

/// A piece as an admitted agent sent it. `agent` is the name that it was enrolled under.
struct AttachmentPiece {
  std::string agent, hash, media_type;
  std::uint64_t offset = 0, total = 0;
  std::string_view bytes;
};

/// What became of a piece.
struct PieceTaken {
  std::uint64_t stored = 0;  ///< everything before it is stored; the total: all of it, durably, and its hash is right
  std::string reason;        ///< not empty: it is not wanted and never will be
  std::string fact;          ///< one line about an agent that does what none of ours does; empty: all is well
  std::string problem;       ///< why nothing can be stored now (a full disk); a later try may do
  std::vector<std::string> removed;  ///< lines for the audit: what made room
};

/// Stills and clips of agents, under the hash of their content: `attachments/ab/ab12…`. What is not whole yet lies in
/// `attachments/partial/AGENT/HASH`, each agent's apart, so that none can touch another's; at most four an agent, each
/// for a week. The oldest go when an agent, or all of them, have more than the limits allow. One thread.
class AttachmentStore {
 public:
  static constexpr std::size_t kMostPartials = 4, kMostPartialsOfAll = 256;
  static constexpr std::size_t kMostRemembered = 4096;  ///< of what was refused, and of what made room
  static constexpr std::int64_t kPartialLasts = 7 * 86'400 * kSecond;
  /// Nothing is stored when the disk has less room than this: it is the events'.
  static constexpr std::uint64_t kKeepFree = 512ULL << 20U;

  /// Finds what is stored and what is not whole yet.
  [[nodiscard]] static Result<std::unique_ptr<AttachmentStore>> open(const std::filesystem::path& data,
                                                                     AttachmentLimits limits,
                                                                     AttachmentDisk disk = real_attachment_disk());
  /// Takes a piece. Durable when it says that all is stored.
  [[nodiscard]] PieceTaken take(const AttachmentPiece& piece, UtcNs now);

  /// How the attachment of this name stands. What was refused is known until the next start, kMostRemembered of them.
  [[nodiscard]] AttachmentState state_of(const std::string& hash) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t count() const { return stored_.size(); }
  [[nodiscard]] std::size_t partials() const { return partials_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  ///< agent and hash
  struct Partial {
    std::uint64_t have = 0, total = 0, unsynced = 0;
    bool resumed = false;             ///< part of it was written before this start
    std::optional<ContentHash> hash;  ///< of what is there; absent until it is needed after a start
    UtcNs used = 0;
  };
  struct Share {
    std::uint64_t bytes = 0;
    std::set<std::pair<UtcNs, std::string>> by_age;
  };

  AttachmentStore(std::filesystem::path data, AttachmentLimits limits, AttachmentDisk disk)
      : data_(std::move(data)), limits_(limits), disk_(std::move(disk)) {}
  [[nodiscard]] Result<void> scan();
  [[nodiscard]] std::string unwanted(const AttachmentPiece& piece) const;
  [[nodiscard]] Result<Partial*> partial_of(const AttachmentPiece& piece, UtcNs now, PieceTaken& out);
  [[nodiscard]] Result<void> write(const AttachmentPiece& piece, Partial& partial);
  /// Of what an earlier start wrote; what cannot be synced is thrown away.
  [[nodiscard]] Result<void> sync(const std::filesystem::path& file);
  void complete(const AttachmentPiece& piece, Partial& partial, UtcNs now, PieceTaken& out);
  [[nodiscard]] Result<void> keep(const AttachmentPiece& piece, UtcNs now, PieceTaken& out);
  void discard(const Key& key);
  void make_room(const std::string& agent, std::uint64_t bytes, UtcNs now, PieceTaken& out);
  void remove_oldest(Share& share, UtcNs now);
  void remember_refused(const std::string& hash, UtcNs now, const std::string& why);
  void enter(StoredAttachment attachment);
  [[nodiscard]] std::filesystem::path partial_file(const Key& key) const;

  const std::filesystem::path data_;
  const AttachmentLimits limits_;
  const AttachmentDisk disk_;
  std::optional<AttachmentIndex> index_;
  std::map<std::string, StoredAttachment> stored_;  ///< by hash
  std::map<std::string, Share> shares_;             ///< by agent
  std::map<Key, Partial> partials_;
  std::map<std::string, UtcNs> removed_;                          ///< by hash
  std::map<std::string, std::pair<UtcNs, std::string>> refused_;  ///< by hash: when and why
  std::uint64_t bytes_ = 0;
};

}  // namespace wf::store
