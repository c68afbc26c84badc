#include "agents/kit/read/follow.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

namespace wf::kit {
namespace {

constexpr std::size_t kBlock = 64U << 10U;
constexpr std::size_t kHead = 256;
constexpr std::size_t kFinished = 16;
// How often to look although nothing woke us: rarely when inotify works, often enough to be unnoticed when not.
constexpr std::int64_t kLookWatched = 2 * kSecond, kLookBlind = 250 * kMillisecond, kLookMissing = kSecond;

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325U;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x0000'0100'0000'01b3U;
  return hash;
}

std::string read_head(int fd, std::size_t size, std::uint64_t offset = 0) {
  std::string head(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t n = ::pread(fd, head.data() + have, size - have, static_cast<off_t>(offset + have));
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  head.resize(have);
  return head;
}

std::int64_t modified(const struct stat& st) {
  return static_cast<std::int64_t>(st.st_mtim.tv_sec) * kSecond + st.st_mtim.tv_nsec;
}

/// Opens for reading without waiting for a writer; -1 and errno.
int open_readable(const std::string& file) {
  return ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

Error cannot_open(const std::string& path, int code, bool once = false) {
  Error error{std::string("cannot be opened: ") + std::strerror(code), path, ""};
  if (code == EACCES) error.to_do = "let the agent's user read it, for example through a group that may";
  if (code == ENOENT || code == ENOTDIR)
    error = {"no such file", path, once ? "" : "it is read as soon as it is there"};
  return error;
}

/// What logrotate, Suricata and Zeek put behind or into a name: digits and marks, no letters but a T in a date.
bool is_rotation_mark(std::string_view mark) {
  return !mark.empty() && mark.find_first_not_of("0123456789.-_:T") == std::string_view::npos &&
         mark.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

FileFollower::FileFollower(std::string path, FollowOptions options)
    : path_(std::move(path)), options_(std::move(options)), watch_(path_) {}

FileFollower::~FileFollower() { close_file(); }

std::vector<Error> FileFollower::check() const {
  const int fd = open_readable(path_);
  if (fd < 0) return {cannot_open(path_, errno)};
  struct stat st {};
  std::vector<Error> out;
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) out.push_back({"is not a regular file", path_, "name a file"});
  ::close(fd);
  return out;
}

void FileFollower::start(std::string_view position, bool once) {
  once_ = once;
  resume_ = parse_position(position);
  if (!position.empty() && !resume_.valid)
    problem_ = Error{"the saved position cannot be read", path_, "it is read from its beginning"}.text();
  if (!once_ && options_.watch) watch_.watch_directory();
}

// ---- positions: "v1 INODE OFFSET RECORDS HASHED HASH" ----

FileFollower::Position FileFollower::parse_position(std::string_view text) {
  if (!text.starts_with("v1 ")) return {};
  text.remove_prefix(3);
  std::uint64_t numbers[5] = {};
  for (std::uint64_t& number : numbers) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  if (!text.empty() || numbers[3] > kHead) return {};
  return {true,       static_cast<ino_t>(numbers[0]),       numbers[1],
          numbers[2], static_cast<std::size_t>(numbers[3]), numbers[4]};
}

FileFollower::Position FileFollower::position_at(std::uint64_t offset, std::uint64_t records, ino_t inode,
                                                 std::string_view head) const {
  const std::size_t hashed = static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), offset));
  return {true, inode, offset, records, hashed, fnv1a(head.substr(0, hashed))};
}

FileFollower::Position FileFollower::current_position() const {
  if (fd_ >= 0 && !repeat_) return position_at(consumed(), records_, file_.inode, head_);
  if (fd_ < 0 && have_drained_) return position_at(read_to_, records_, drained_.inode, drained_head_);
  return resume_;
}

std::string FileFollower::position_before(const FollowedRecord& record) const {
  return text_of(position_at(record.offset, record.number - 1, file_.inode, head_));
}

std::string FileFollower::position() const { return text_of(current_position()); }

std::string FileFollower::start_of_file() const {
  return fd_ >= 0 ? text_of(position_at(0, 0, file_.inode, {})) : std::string();
}

std::string FileFollower::text_of(const Position& p) {
  if (!p.valid) return {};
  return "v1 " + std::to_string(p.inode) + " " + std::to_string(p.offset) + " " + std::to_string(p.records) + " " +
         std::to_string(p.hashed) + " " + std::to_string(p.hash);
}

// ---- opening ----

bool FileFollower::open_file(const std::string& file, std::uint64_t offset, std::uint64_t records) {
  const int fd = open_readable(file);
  if (fd < 0) {
    problem_ = cannot_open(file, errno, once_).text();
    return false;
  }
  struct stat st {};
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    problem_ = Error{"is not a regular file", file, "name a file"}.text();
    ::close(fd);
    return false;
  }
  close_file();
  fd_ = fd;
  file_ = {st.st_dev, st.st_ino, modified(st)};
  open_path_ = file;
  head_ = read_head(fd, kHead);
  framing_ = options_.framing(head_);
  buffer_.clear();
  begin_ = 0;
  repeat_ = options_.repeat_first && offset > 0;
  read_to_ = repeat_ ? 0 : offset;
  records_ = repeat_ ? 0 : records;
  resume_ = position_at(offset, records, file_.inode, head_);
  final_ = have_drained_ = skipping_ = false;
  idle_ = true;
  if (options_.watch) watch_.watch_file(file);
  return true;
}

void FileFollower::close_file() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

/// A rotated file of the same directory for which `wanted` holds, the oldest first; "" if there is none.
std::string FileFollower::rotated_sibling(const std::function<bool(const std::string&)>& wanted) const {
  namespace fs = std::filesystem;
  const fs::path path(path_);
  const std::string name = path.filename().string(), stem = path.stem().string(), extension = path.extension().string();
  std::error_code code;
  std::vector<std::pair<std::int64_t, std::string>> found;
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator it(parent, code), end; !code && it != end; it.increment(code)) {
    const std::string other = it->path().filename().string();
    const std::string_view view = other;
    const bool behind = view.starts_with(name) && is_rotation_mark(view.substr(name.size()));
    const bool within = !extension.empty() && view.size() > name.size() && view.starts_with(stem) &&
                        view.ends_with(extension) &&
                        is_rotation_mark(view.substr(stem.size(), view.size() - stem.size() - extension.size()));
    struct stat st {};
    const std::string file = (parent / other).string();
    if ((behind || within) && ::stat(file.c_str(), &st) == 0 && S_ISREG(st.st_mode))
      found.emplace_back(modified(st), file);
  }
  std::sort(found.begin(), found.end());
  for (const auto& [time, file] : found)
    if (wanted(file)) return file;
  return {};
}

/// Goes on where `from` says: in the file itself, or in what it was rotated or copied to. False: in neither.
bool FileFollower::resume(const Position& from) {
  const auto holds = [&](const std::string& file, bool copy) {
    const int fd = open_readable(file);
    if (fd < 0) return false;
    struct stat st {};
    const bool good =
        ::fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_ino == from.inode || (copy && from.hashed == kHead)) &&
        static_cast<std::uint64_t>(st.st_size) >= from.offset && fnv1a(read_head(fd, from.hashed)) == from.hash;
    ::close(fd);
    return good;
  };
  if (holds(path_, false)) return open_file(path_, from.offset, from.records);
  const std::string sibling = rotated_sibling([&](const std::string& file) { return holds(file, true); });
  return !sibling.empty() && open_file(sibling, from.offset, from.records);
}

/// Opens what is to be read next. False: nothing can be opened now.
bool FileFollower::open_next() {
  if (!once_ && options_.watch) watch_.watch_directory();
  if (have_drained_) {
    // Files may have been rotated away before we came to read them: whatever was written to after the one that
    // is finished comes first. A copy of it does not count.
    const std::string missed = rotated_sibling([&](const std::string& file) {
      struct stat st {
      }, current{};
      if (::stat(file.c_str(), &st) != 0 || st.st_ino == drained_.inode || modified(st) <= drained_.modified)
        return false;
      if (::stat(path_.c_str(), &current) == 0 && current.st_ino == st.st_ino) return false;
      const int fd = open_readable(file);
      if (fd < 0) return false;
      const std::string head = read_head(fd, kHead);
      ::close(fd);
      return !head.empty() && std::find(finished_.begin(), finished_.end(), fnv1a(head)) == finished_.end();
    });
    return open_file(missed.empty() ? path_ : missed, 0, 0);
  }
  if (resume_.valid) {
    // Also where nothing of it was read yet: it may have been written to and rotated since.
    const std::uint64_t offset = resume_.offset;
    const bool found = resume(resume_);
    if (!found && !open_file(path_, 0, 0)) return false;
    problem_.clear();
    if (!found && offset > 0)
      problem_ = Error{"what was being read is no longer there, neither under its name nor rotated", path_,
                       "what it held after byte " + std::to_string(offset) + " may be lost"}
                     .text();
    return true;
  }
  if (!open_file(path_, 0, 0)) return false;
  problem_.clear();
  return true;
}

// ---- reading ----

std::string FileFollower::peek(std::uint64_t offset, std::size_t size) const {
  return fd_ < 0 ? std::string() : read_head(fd_, size, offset);
}

std::string FileFollower::where(std::uint64_t number) const { return open_path_ + ":" + std::to_string(number); }

Error FileFollower::too_long(std::uint64_t number) const {
  return {"record of more than " + std::to_string(options_.record_limit) + " bytes", where(number), "it was skipped"};
}

/// True if the file no longer begins as it did: it was emptied and written to again.
bool FileFollower::head_changed() {
  const std::string head = read_head(fd_, kHead);
  const std::size_t common = std::min(head.size(), head_.size());
  if (std::memcmp(head.data(), head_.data(), common) != 0) return true;
  if (head.size() > head_.size()) {
    // The framing may depend on the first bytes and was chosen when there were none.
    if (head_.empty()) framing_ = options_.framing(head);
    head_ = head;
  }
  return false;
}

FileFollower::Look FileFollower::look() {
  struct stat open {
  }, named{};
  if (::fstat(fd_, &open) != 0) return Look::same;
  file_.modified = modified(open);
  if (static_cast<std::uint64_t>(open.st_size) < read_to_) return Look::cut;
  if (::stat(path_.c_str(), &named) != 0 || !S_ISREG(named.st_mode)) return Look::same;
  const bool other = named.st_ino != file_.inode || named.st_dev != file_.device;
  // A writer that still has the old file open has not written to the new one yet.
  return other && named.st_size > 0 ? Look::replaced : Look::same;
}

ssize_t FileFollower::read_block() {
  if (begin_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  // A long record has passed: give its memory back.
  if (buffer_.capacity() > 4 * kBlock && buffer_.size() < kBlock) buffer_.shrink_to_fit();
  const std::size_t have = buffer_.size();
  buffer_.resize(have + kBlock);
  ssize_t n = 0;
  do n = ::pread(fd_, buffer_.data() + have, kBlock, static_cast<off_t>(read_to_));
  while (n < 0 && errno == EINTR);
  buffer_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n > 0) read_to_ += static_cast<std::uint64_t>(n);
  return n;
}

/// The file was emptied: what is left of it may be in a copy.
FileFollower::Next FileFollower::give_up_file(Error& error) {
  const std::size_t unfinished = buffer_.size() - begin_;
  const Position here = current_position();
  const std::string at = where(records_ + 1);
  buffer_.clear();
  begin_ = 0;
  close_file();
  if (here.offset > 0 && resume(here)) return Next::idle;
  read_to_ = records_ = 0;
  resume_ = {};
  have_drained_ = false;
  if (unfinished == 0) return Next::idle;
  error = {"the file was emptied in the middle of a record", at, "the record is lost; rotate by renaming instead"};
  return Next::refused;
}

/// At the end of what is there. `again`: go on reading.
FileFollower::Next FileFollower::after_end(const Moment& moment, Error& error, bool& again) {
  again = true;
  switch (look()) {
    case Look::cut:
      idle_ = false;
      return give_up_file(error);
    case Look::replaced:
      // What was written between our last read and the look still belongs to it.
      if (read_block() == 0) final_ = true;
      return Next::idle;
    case Look::same:
      break;
  }
  if (once_) {
    final_ = true;
    return Next::idle;
  }
  again = false;
  idle_ = true;
  // Whoever follows a folder of files follows many, most of them idle.
  if (buffer_.size() == begin_) {
    std::vector<char>().swap(buffer_);
    begin_ = 0;
  }
  wake_ = moment.mono + (watch_.working() || !options_.watch ? kLookWatched : kLookBlind);
  return Next::idle;
}

FileFollower::Next FileFollower::next(const Moment& moment, FollowedRecord& record, Error& error) {
  if (over_) return Next::ended;
  if (idle_) watch_.drain();
  for (;;) {
    if (fd_ < 0 && !open_next()) {
      wake_ = moment.mono + kLookMissing;
      if (!once_) return Next::idle;
      over_ = true;
      return Next::ended;
    }
    if (idle_) {
      if (head_changed()) {
        const Next given_up = give_up_file(error);
        if (given_up == Next::refused) return given_up;
        continue;
      }
      idle_ = false;
    }
    const std::string_view buffer(buffer_.data() + begin_, buffer_.size() - begin_);
    Frame frame;
    if (framing_->next(buffer, final_, frame)) {
      begin_ += frame.consumed;
      skipping_ = false;
      if (!frame.record) continue;
      ++records_;
      record = {buffer.substr(frame.begin, frame.end - frame.begin), records_, read_to_ - buffer.size() + frame.begin,
                records_ == 1, repeat_};
      if (repeat_) {
        // Back to where the last run ended.
        repeat_ = false;
        const Position to = resume_;
        repeated_.assign(record.text);
        record.text = repeated_;
        framing_ = options_.framing(head_);
        buffer_.clear();
        begin_ = 0;
        read_to_ = to.offset;
        records_ = to.records;
      } else if (record.text.size() > options_.record_limit) {
        error = too_long(record.number);
        return Next::refused;
      }
      return Next::record;
    }
    if (final_) {
      const bool current = open_path_ == path_ && look() != Look::replaced;
      drained_ = file_;
      drained_head_ = head_ = read_head(fd_, kHead);
      if (finished_.size() == kFinished) finished_.erase(finished_.begin());
      finished_.push_back(fnv1a(head_));
      have_drained_ = true;
      close_file();
      if (once_ && current) {
        over_ = true;
        return Next::ended;
      }
      continue;
    }
    if (buffer.size() >= options_.record_limit) {
      begin_ += framing_->overflow(buffer);
      if (std::exchange(skipping_, true)) continue;  // still the same record
      ++records_;
      error = too_long(records_);
      return Next::refused;
    }
    const ssize_t n = read_block();
    if (n > 0) continue;
    if (n < 0) {
      problem_ = Error{std::string("cannot be read: ") + std::strerror(errno), open_path_, "it is tried again"}.text();
      resume_ = current_position();
      buffer_.clear();
      begin_ = 0;
      close_file();
      wake_ = moment.mono + kLookMissing;
      over_ = once_;
      return once_ ? Next::ended : Next::idle;
    }
    bool again = false;
    const Next result = after_end(moment, error, again);
    if (!again || result == Next::refused) return result;
  }
}

std::unique_ptr<Framing> json_framing(std::string_view head) {
  const std::size_t at = head.find_first_not_of("\xef\xbb\xbf \t\r\n");
  if (at == std::string_view::npos) return line_framing();
  // Objects that are laid out for people: a record's first line is its brace alone.
  const std::size_t next = head.find_first_not_of(" \t\r", at + 1);
  const bool laid_out = head[at] == '{' && next != std::string_view::npos && head[next] == '\n';
  return head[at] == '[' || laid_out ? json_array_framing() : line_framing();
}

}  // namespace wf::kit
