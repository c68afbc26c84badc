#pragma once
#include <poll.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/read/follow_watch.hpp"
#include "agents/kit/read/framing.hpp"
#include "proto/result.hpp"

namespace wf::kit {

struct FollowOptions {
  /// A longer record is refused and skipped; the buffer never holds more than this and one block.
  std::size_t record_limit = 1U << 20U;
  /// How to cut a file, given its first bytes (at most 256; none yet if it is empty).
  std::function<std::unique_ptr<Framing>(std::string_view head)> framing = [](std::string_view) {
    return line_framing();
  };
  /// Hand over a file's first record once more when following begins in its middle (the header of a CSV file).
  bool repeat_first = false;
  /// False: whoever follows is told by other means that the file changed (one watch for a whole folder).
  bool watch = true;
};

struct FollowedRecord {
  std::string_view text;     ///< valid until the next call of next()
  std::uint64_t number = 0;  ///< of the record in its file, from 1
  std::uint64_t offset = 0;  ///< of the record's first byte in its file
  bool first = false;        ///< the first record of a file
  bool repeated = false;     ///< was handed over before this start; there only because of repeat_first
};

/// Follows one file by its path: reads what is there, waits for more, and goes with the writer when the file
/// is rotated (renamed, the old one is read to its end first), truncated (copytruncate) or replaced. An
/// unfinished last record is waited for. Positions name the file by inode, offset and a hash of its first
/// bytes, so that a file that was rotated while nobody read is found again under its new name, and an inode
/// that was given to another file is noticed. What could not be read is said in problem().
/// One thread; never blocks on anything but the disk.
class FileFollower {
 public:
  FileFollower(std::string path, FollowOptions options);
  ~FileFollower();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

  enum class Next {
    record,   ///< `record` is filled
    refused,  ///< a record could not be used; `error` says why
    idle,     ///< nothing now
    ended,    ///< `once`: the end of the input, or problem() says why there is none
  };

  /// What is wrong with the file right now.
  [[nodiscard]] std::vector<Error> check() const;
  void start(std::string_view position, bool once);
  [[nodiscard]] Next next(const Moment& moment, FollowedRecord& record, Error& error);
  /// Everything that next() has handed over; "" before anything was opened.
  [[nodiscard]] std::string position() const;
  /// Before this record, which next() handed over last.
  [[nodiscard]] std::string position_before(const FollowedRecord& record) const;
  /// Before the first record of the file that is open; "" if none is.
  [[nodiscard]] std::string start_of_file() const;
  void add_fds(std::vector<pollfd>& fds) const { watch_.add_fds(fds); }
  [[nodiscard]] std::int64_t next_wake() const { return wake_; }

  /// Why there is nothing to read, or what was lost; empty when all is well.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// True while a file is open.
  [[nodiscard]] bool reading() const { return fd_ >= 0; }
  /// Bytes of the file that is open, wherever they lie; fewer than `size` at its end.
  [[nodiscard]] std::string peek(std::uint64_t offset, std::size_t size) const;
  /// After Next::ended: everything was read; false: problem() says why not.
  [[nodiscard]] bool reached_end() const { return over_ && have_drained_ && open_path_ == path_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Position {
    bool valid = false;
    ino_t inode = 0;
    std::uint64_t offset = 0, records = 0;
    std::size_t hashed = 0;
    std::uint64_t hash = 0;
  };
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t modified = 0;
    bool operator==(const Identity& o) const { return device == o.device && inode == o.inode; }
  };

  static Position parse_position(std::string_view text);
  [[nodiscard]] Position current_position() const;
  static std::string text_of(const Position& position);
  [[nodiscard]] std::uint64_t consumed() const { return read_to_ - (buffer_.size() - begin_); }
  bool open_next();
  bool open_file(const std::string& file, std::uint64_t offset, std::uint64_t records);
  bool resume(const Position& from);
  [[nodiscard]] std::string rotated_sibling(const std::function<bool(const std::string&)>& wanted) const;
  void close_file();
  enum class Look { same, cut, replaced };
  Look look();
  bool head_changed();
  ssize_t read_block();
  Next after_end(const Moment& moment, Error& error, bool& again);
  Next give_up_file(Error& error);
  [[nodiscard]] Position position_at(std::uint64_t offset, std::uint64_t records, ino_t inode,
                                     std::string_view head) const;
  [[nodiscard]] std::string where(std::uint64_t number) const;
  [[nodiscard]] Error too_long(std::uint64_t number) const;

  std::string path_, open_path_;
  FollowOptions options_;
  FollowWatch watch_;
  std::unique_ptr<Framing> framing_;
  int fd_ = -1;
  Identity file_, drained_;
  std::string head_;
  std::string drained_head_;
  std::vector<std::uint64_t> finished_;  ///< hashes of the first bytes of the files read last
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::uint64_t read_to_ = 0, records_ = 0;
  Position resume_;  ///< where to open; while a first record is repeated, where to go on
  std::string repeated_;
  bool once_ = false, over_ = false, final_ = false, idle_ = true, repeat_ = false, have_drained_ = false,
       skipping_ = false;
  std::int64_t wake_ = 0;
  std::string problem_;
};

/// Lines; or the elements of an array if the file begins with '[', or objects over several lines if its first line is
/// nothing but '{'.
[[nodiscard]] std::unique_ptr<Framing> json_framing(std::string_view head);

}  // namespace wf::kit
