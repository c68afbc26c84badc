#include "agents/kit/spool_lane.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace wf::kit::spool {
namespace {

namespace fs = std::filesystem;

bool read_at(int fd, char* to, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const ssize_t n = ::pread(fd, to, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    at += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

/// "1-00000000000000000007.seg": lane and serial.
std::optional<std::uint64_t> serial_of(const std::string& name, std::uint8_t lane) {
  constexpr std::string_view kEnding = ".seg";
  const std::string prefix = std::to_string(lane) + "-";
  if (!name.starts_with(prefix) || !name.ends_with(kEnding)) return std::nullopt;
  std::uint64_t serial = 0;
  const char* const begin = name.data() + prefix.size();
  const char* const end = name.data() + name.size() - kEnding.size();
  const auto [stop, failed] = std::from_chars(begin, end, serial);
  return failed == std::errc{} && stop == end ? std::optional(serial) : std::nullopt;
}

}  // namespace

fs::path Lane::file(std::uint64_t serial) const {
  const std::string digits = std::to_string(serial);
  return directory_ / (std::to_string(number_) + "-" + std::string(20 - digits.size(), '0') + digits + ".seg");
}

Result<void> Lane::open(std::vector<std::string>& problems) {
  std::vector<std::uint64_t> serials;
  std::error_code failed;
  for (fs::directory_iterator it(directory_, failed), end; !failed && it != end; it.increment(failed))
    if (const auto serial = serial_of(it->path().filename().string(), number_)) serials.push_back(*serial);
  if (failed) return file_error(directory_, "read this directory", failed.value());
  std::sort(serials.begin(), serials.end());
  for (const std::uint64_t serial : serials) {
    last_serial_ = std::max(last_serial_, serial);
    Descriptor fd(::open(file(serial).c_str(), O_RDWR | O_CLOEXEC));
    struct stat info {};
    if (!fd.open() || ::fstat(fd.get(), &info) != 0) return file_error(file(serial), "read it", errno);
    std::array<char, kSegmentHeaderBytes> bytes{};
    SegmentHeader header;
    const bool whole = read_at(fd.get(), bytes.data(), bytes.size(), 0) &&
                       read_segment_header({bytes.data(), bytes.size()}, header) && header.epoch == epoch_ &&
                       header.serial == serial && header.lane == number_;
    if (!whole) {
      // The newest may have been cut off at its making: nothing durable is in it then.
      const bool newborn = serial == serials.back() &&
                           static_cast<std::uint64_t>(info.st_size) < kSegmentHeaderBytes + kRecordHeaderBytes;
      if (newborn) {
        ::unlink(file(serial).c_str());
        continue;
      }
      ::rename(file(serial).c_str(), (file(serial).string() + ".bad").c_str());
      problems.push_back(file(serial).string() + " is no segment of this spool and was put aside as .bad");
      continue;
    }
    segments_.push_back({serial, header.first_sequence, static_cast<std::uint64_t>(info.st_size)});
    newest_ = std::move(fd);
    next_ = header.first_sequence;
  }
  rewind();
  return {};
}

std::optional<FoundRecord> Lane::header_at(int fd, std::uint64_t offset, std::uint64_t size) const {
  FoundRecord found{offset, {}};
  std::array<char, kRecordHeaderBytes> bytes{};
  if (offset + kRecordHeaderBytes > size || !read_at(fd, bytes.data(), bytes.size(), offset) ||
      !read_record_header({bytes.data(), bytes.size()}, found.header) || offset + found.header.size() > size)
    return std::nullopt;
  return found;
}

std::optional<FoundRecord> Lane::record_at(int fd, std::uint64_t offset, std::uint64_t size) const {
  std::optional<FoundRecord> found = header_at(fd, offset, size);
  if (!found) return found;
  body_.resize(found->header.size());
  if (!read_at(fd, body_.data(), body_.size(), offset)) return std::nullopt;
  const std::string_view all = body_;
  return checksum_holds(all.substr(0, kRecordHeaderBytes), all.substr(kRecordHeaderBytes)) ? found : std::nullopt;
}

std::optional<FoundRecord> Lane::find_record(int fd, std::uint64_t from, std::uint64_t size) const {
  if (std::optional<FoundRecord> found = record_at(fd, from, size)) return found;
  constexpr std::string_view kMagic = "WFR1";
  std::array<char, 16384> part{};
  for (std::uint64_t at = from + 1; at + kRecordHeaderBytes <= size;) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), size - at));
    if (!read_at(fd, part.data(), want, at)) return std::nullopt;
    const std::string_view text(part.data(), want);
    for (std::size_t i = text.find(kMagic); i != std::string_view::npos; i = text.find(kMagic, i + 1))
      if (std::optional<FoundRecord> found = record_at(fd, at + i, size)) return found;
    at += want - (want == part.size() ? kMagic.size() - 1 : 0);
    if (want < part.size()) break;
  }
  return std::nullopt;
}

Result<std::vector<FoundRecord>> Lane::look_through() const {
  std::vector<FoundRecord> out;
  if (segments_.empty()) return out;
  const std::uint64_t size = segments_.back().size;
  for (std::uint64_t at = kSegmentHeaderBytes; at < size;) {
    const std::optional<FoundRecord> found = find_record(newest_.get(), at, size);
    if (!found) break;
    out.push_back(*found);
    at = found->offset + found->header.size();
  }
  return out;
}

Result<void> Lane::cut(std::uint64_t size) {
  if (segments_.empty() || segments_.back().size == size) return {};
  if (disk_->truncate(newest_.get(), static_cast<off_t>(size)) != 0 || ::fsync(newest_.get()) != 0)
    return file_error(file(segments_.back().serial), "cut off its torn end", errno);
  segments_.back().size = size;
  return {};
}

std::vector<Position> Lane::positions_of(const FoundRecord& record) const {
  std::string bytes(record.header.position_bytes, '\0');
  const std::uint64_t at = record.offset + kRecordHeaderBytes + record.header.batch_bytes;
  return read_at(newest_.get(), bytes.data(), bytes.size(), at) ? read_positions(bytes) : std::vector<Position>();
}

Result<void> Lane::prepare(std::uint64_t segment_bytes, std::string_view opening) {
  if (!segments_.empty() && !sealed_ && segments_.back().size < segment_bytes) return {};
  return begin_segment(opening);
}

Result<void> Lane::begin_segment(std::string_view opening) {
  const std::uint64_t serial = last_serial_ + 1;
  Descriptor fd(::open(file(serial).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.open()) return file_error(file(serial), "make this segment", errno);
  std::string bytes;
  append_segment_header({epoch_, serial, next_, number_}, bytes);
  bytes += opening;
  const auto fail = [&](int reason) {
    ::unlink(file(serial).c_str());
    return file_error(file(serial), "write this segment", reason);
  };
  const ssize_t n = disk_->write(fd.get(), bytes.data(), bytes.size(), 0);
  if (n != static_cast<ssize_t>(bytes.size())) return fail(n < 0 ? errno : ENOSPC);
  if (disk_->sync(fd.get()) != 0) return fail(errno);
  if (Result<void> durable = sync_directory(directory_); !durable) {
    ::unlink(file(serial).c_str());
    return durable;
  }
  last_serial_ = serial;
  if (sealed_ && segments_.back().first_sequence == next_) {  // nothing was ever in it
    ::unlink(file(segments_.back().serial).c_str());
    segments_.pop_back();
  }
  segments_.push_back({serial, next_, bytes.size()});
  newest_ = std::move(fd);
  sealed_ = false;
  return {};
}

Result<void> Lane::write(std::string_view bytes) {
  const std::uint64_t size = segments_.back().size;
  while (written_ < bytes.size()) {
    const ssize_t n = disk_->write(newest_.get(), bytes.data() + written_, bytes.size() - written_,
                                   static_cast<off_t>(size + written_));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return file_error(file(segments_.back().serial), "write to it", n == 0 ? ENOSPC : errno);
    written_ += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<void> Lane::sync() {
  if (disk_->sync(newest_.get()) == 0) return {};
  // The kernel may have dropped pages that it now calls clean: this file gets no more.
  sealed_ = true;
  return file_error(file(segments_.back().serial), "make it durable", errno);
}

void Lane::commit(std::uint32_t events) {
  segments_.back().size += written_;
  written_ = 0;
  next_ += events;
}

bool Lane::undo() {
  if (written_ == 0 || segments_.empty()) return true;
  if (disk_->truncate(newest_.get(), static_cast<off_t>(segments_.back().size)) != 0) return false;
  written_ = 0;
  return true;
}

void Lane::rewind() {
  read_.reset();
  read_serial_ = segments_.empty() ? 0 : segments_.front().serial;
  read_offset_ = kSegmentHeaderBytes;
  read_sequence_ = acknowledged_ + 1;
}

bool Lane::read(StoredBatch& out) {
  for (;;) {
    auto segment =
        std::find_if(segments_.begin(), segments_.end(), [&](const Segment& s) { return s.serial >= read_serial_; });
    if (segment == segments_.end()) return false;
    if (segment->serial != read_serial_ || !read_.open()) {
      if (segment->serial != read_serial_) read_offset_ = kSegmentHeaderBytes;
      read_serial_ = segment->serial;
      read_ = Descriptor(::open(file(read_serial_).c_str(), O_RDONLY | O_CLOEXEC));
      if (!read_.open()) return false;  // no descriptors left: a later call may have more luck
    }
    const bool last = std::next(segment) == segments_.end();
    const std::uint64_t limit = last ? next_ : std::next(segment)->first_sequence;
    while (read_offset_ < segment->size) {
      std::optional<FoundRecord> found = header_at(read_.get(), read_offset_, segment->size);
      // What was read before is passed over by its header alone.
      const bool old = found && (found->header.count == 0 || found->header.last_sequence() < read_sequence_);
      if (!old) found = find_record(read_.get(), read_offset_, segment->size);
      if (!found) break;
      const RecordHeader& header = found->header;
      read_offset_ = found->offset + header.size();
      if (header.count == 0 || header.last_sequence() < read_sequence_) continue;
      // A commit that failed and was made again in the next segment may have left its first try here.
      if (header.last_sequence() >= limit) continue;
      pass_over(header.first_sequence);
      read_sequence_ = header.last_sequence() + 1;
      out.first_sequence = header.first_sequence;
      out.count = header.count;
      out.bytes.assign(body_, kRecordHeaderBytes, header.batch_bytes);
      return true;
    }
    if (last) {
      read_offset_ = segment->size;
      return false;
    }
    pass_over(limit);
    read_serial_ = std::next(segment)->serial;
    read_offset_ = kSegmentHeaderBytes;
    read_.reset();
  }
}

void Lane::pass_over(std::uint64_t to) {
  // A second reading does not count the same events again.
  const std::uint64_t from = std::max(read_sequence_, lost_below_);
  if (to > from) lost_ += to - from;
  lost_below_ = std::max(lost_below_, to);
  read_sequence_ = std::max(read_sequence_, to);
}

void Lane::acknowledge(std::uint64_t sequence) {
  acknowledged_ = std::max(acknowledged_, std::min(sequence, next_ - 1));
  while (segments_.size() > 1 && segments_[1].first_sequence <= acknowledged_ + 1) {
    ::unlink(file(segments_.front().serial).c_str());
    segments_.pop_front();
  }
}

bool Lane::shed(std::string_view opening) {
  if (!begin_segment(opening)) return false;
  acknowledge(acknowledged_);
  return true;
}

std::uint64_t Lane::bytes() const {
  std::uint64_t out = 0;
  for (const Segment& segment : segments_) out += segment.size;
  return out;
}

}  // namespace wf::kit::spool
