#pragma once
#include <sodium.h>

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/spool/attachment_sink.hpp"
#include "agents/kit/spool/disk.hpp"

namespace wf::kit {

struct AttachmentOptions {
  std::filesystem::path directory;           ///< made with mode 0700
  std::uint64_t limit_bytes = 64ULL << 20U;  ///< of all that wait
  std::uint64_t each_bytes = 16ULL << 20U;   ///< of one
  Disk* disk = nullptr;                      ///< null: the real one
};

/// What sources attached and the engine does not have yet, on disk: one file each, `SERIAL-HASH`, written as
/// `incoming.part`, synced, renamed; after a crash only whole ones are there. When the limit is reached the oldest goes
/// first, is counted and said: its file stays, empty, until that is spooled, so that a crash does not leave the engine
/// waiting for it. One thread.
class Attachments final : public AttachmentSink {
 public:
  [[nodiscard]] static Result<Attachments> open(AttachmentOptions options);

  [[nodiscard]] std::uint64_t most_bytes() const override;
  [[nodiscard]] Result<std::string> add(std::string_view content) override;
  [[nodiscard]] Result<std::string> add_file(int fd) override;

  struct Waiting {
    std::uint64_t serial = 0;
    std::string hash;
    std::uint64_t bytes = 0;
  };
  /// What is to be sent next; null: nothing waits.
  [[nodiscard]] const Waiting* oldest() const { return waiting_.empty() ? nullptr : &waiting_.front(); }
  [[nodiscard]] bool has(std::string_view hash) const;
  /// Reads `size` bytes from `offset` into `out`; an error if they are not there.
  [[nodiscard]] Result<void> read(const Waiting& waiting, std::uint64_t offset, std::size_t size,
                                  std::string& out) const;
  /// The engine has it, or will never take it.
  void drop(const std::string& hash);
  /// Cannot be read any more: drops it and counts it as lost.
  void give_up(const std::string& hash);
  /// Is being sent: gives way to others last. Empty: none is.
  void set_busy(std::string_view hash) { busy_ = hash; }

  [[nodiscard]] std::size_t count() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Made room for newer ones, or could not be read back: since the start, and before it if that was not told.
  [[nodiscard]] std::uint64_t given_up() const { return given_up_; }
  /// What was given up since the last time, before the start too: one line, and the names, of which the newest
  /// kMostNamed are told. At most once a minute, and not before spooled() was called for what it gave last.
  struct News {
    std::string line;
    std::vector<std::string> hashes;
  };
  [[nodiscard]] std::optional<News> news(const Moment& moment);
  /// What news() gave last is durable, if it gave anything: after a crash it need not be said again.
  void spooled();
  static constexpr std::size_t kMostNamed = 256;

 private:
  explicit Attachments(AttachmentOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Result<void> scan();
  /// Gives the next piece of the content, empty at its end.
  using Reading = std::function<Result<std::string_view>()>;
  [[nodiscard]] Result<std::string> take(std::uint64_t size, const Reading& next,
                                         const std::function<Result<void>()>& unchanged);
  void make_room(std::uint64_t bytes);
  void lose(std::size_t index);
  void remember_lost(const Waiting& lost);
  [[nodiscard]] std::filesystem::path file_of(const Waiting& waiting) const;

  AttachmentOptions options_;
  Disk* disk_ = nullptr;
  std::deque<Waiting> waiting_;  ///< by serial
  std::uint64_t bytes_ = 0, next_serial_ = 1, given_up_ = 0, said_ = 0;
  std::optional<std::int64_t> said_at_;
  std::deque<Waiting> unsaid_;  ///< what was given up, at most kMostNamed
  std::deque<Waiting> told_;    ///< what was said and is not spooled yet
  std::string busy_;
};

/// The name of a content that comes in pieces.
class AttachmentHash {
 public:
  AttachmentHash();
  void add(std::string_view bytes);
  [[nodiscard]] std::string hex();

 private:
  crypto_generichash_state state_{};
};

/// For --print: gives the name that the content would have, and keeps nothing.
class AttachmentNames final : public AttachmentSink {
 public:
  explicit AttachmentNames(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}
  [[nodiscard]] std::uint64_t most_bytes() const override { return most_bytes_; }
  [[nodiscard]] Result<std::string> add(std::string_view content) override;
  [[nodiscard]] Result<std::string> add_file(int fd) override;

 private:
  std::uint64_t most_bytes_;
};

}  // namespace wf::kit
