#pragma once
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "agents/kit/spool/disk.hpp"

namespace wf::kit::test {

/// Thrown at the operation at which the power goes; whatever used the disk is dead then.
struct PowerLoss {};

/// A file system in memory that forgets what was not synced, as a real one may:
/// - writes to a file that was not synced since are lost, kept, or kept in part (sectors of 512 bytes), each for
///   itself, so that later ones may be there and earlier ones not; the same holds for truncations;
/// - a name that was made, moved or removed is durable only when its directory was synced; each change for itself;
/// - a sync that failed drops what was not durable, as Linux does: the file looks whole as long as the power stays,
///   and a later sync that works writes none of it.
/// Every operation is counted, and one of them can fail, or be the last.
class MemoryDisk final : public Disk {
 public:
  /// Directories that are there from the beginning.
  explicit MemoryDisk(unsigned seed) : random_(seed) { directories_["/"]; }

  /// Operations so far.
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  /// The power goes at operation `at`, counted from the beginning; that operation may be done or not.
  void lose_power_at(std::uint64_t at) { power_loss_at_ = at; }
  /// Operations from `from` on, `count` of them, fail with `reason`. Reading is no such operation.
  void fail(std::uint64_t from, std::uint64_t count, int reason) {
    fail_from_ = from;
    fail_until_ = from + count;
    fail_reason_ = reason;
  }
  /// Bytes of all files that there is room for.
  std::uint64_t room = ~std::uint64_t{0};
  /// What place() says of directories that were made before they were copied.
  void move_to_another_place() { ++places_; }

  /// What is left after the power was off.
  void restart_after_power_loss();
  /// What is left after the process was killed: everything.
  void restart_after_kill();
  /// Flips a bit of a file, durably.
  void damage(const std::string& file, std::size_t at);
  [[nodiscard]] std::vector<std::string> files(const std::string& directory) const;
  [[nodiscard]] std::string content(const std::string& file) const;

  int open(const std::filesystem::path& file, int flags) override;
  void close(int fd) override;
  ssize_t read(int fd, char* to, std::size_t size, off_t at) override;
  ssize_t write(int fd, const char* bytes, std::size_t size, off_t at) override;
  off_t size(int fd) override;
  void begin_sync(int) override {}
  int sync(int fd) override;
  int truncate(int fd, off_t size) override;
  int allocate(int fd, off_t size) override;
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  int remove(const std::filesystem::path& file) override;
  int make_directory(const std::filesystem::path& directory) override;
  int list(const std::filesystem::path& directory, std::vector<std::string>& names) override;
  int sync_directory(const std::filesystem::path& directory) override;
  int place(const std::filesystem::path& directory, DirectoryPlace& out) override;

 private:
  struct Change {
    bool truncation = false;
    std::size_t at = 0;  ///< offset, or the new size
    std::string bytes;
  };
  struct File {
    std::string now, durable;
    std::vector<Change> changes;  ///< since `durable`
  };
  using FilePtr = std::shared_ptr<File>;
  using Names = std::map<std::string, FilePtr>;  ///< a null pointer: a directory
  struct NameChange {
    std::vector<std::pair<std::string, FilePtr>> put;
    std::vector<std::string> taken;
  };
  struct Directory {
    Names now, durable;
    std::vector<NameChange> changes;
    std::uint64_t inode = 0;
  };

  /// Counts one operation. False: it fails now, errno says how.
  bool begin();
  void end();
  void apply(std::string& content, const Change& change, bool torn);
  void change_names(const std::string& directory, const NameChange& change);
  static void apply(Names& names, const NameChange& change);
  [[nodiscard]] Directory* find_directory(const std::string& directory);
  [[nodiscard]] std::uint64_t used() const;
  [[nodiscard]] bool chance(unsigned one_of) { return random_() % one_of == 0; }

  std::mt19937 random_;
  std::map<std::string, Directory> directories_;
  std::map<int, FilePtr> open_;
  int next_fd_ = 100;
  std::uint64_t operations_ = 0, power_loss_at_ = ~std::uint64_t{0};
  std::uint64_t fail_from_ = 0, fail_until_ = 0;
  int fail_reason_ = 0;
  std::uint64_t inodes_ = 1, places_ = 0;
  bool dead_ = false, dying_ = false;
};

}  // namespace wf::kit::test
