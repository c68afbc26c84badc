#include "agents/kit/spool/spool_lane.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace wf::kit::spool {
namespace {

namespace fs = std::filesystem;

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

Error Lane::failed(std::uint64_t serial, std::string_view doing, int reason) {
  reason_ = reason;
  return file_error(file(serial), doing, reason);
}

Result<void> Lane::open(std::vector<std::string>& problems) {
  std::vector<std::string> names;
  if (disk_->list(directory_, names) != 0) return file_error(directory_, "read this directory", errno);
  std::vector<std::uint64_t> serials;
  for (const std::string& name : names)
    if (const auto serial = serial_of(name, number_)) serials.push_back(*serial);
  std::sort(serials.begin(), serials.end());
  for (const std::uint64_t serial : serials) {
    last_serial_ = std::max(last_serial_, serial);
    DiskFile in(*disk_, file(serial), O_RDWR);
    const off_t size = in.open() ? in.size() : -1;
    if (size < 0) return file_error(file(serial), "read it", errno);
    std::array<char, kSegmentHeaderBytes> bytes{};
    SegmentHeader header;
    const bool whole = in.read(bytes.data(), bytes.size(), 0) &&
                       read_segment_header({bytes.data(), bytes.size()}, header) && header.epoch == epoch_ &&
                       header.serial == serial && header.lane == number_;
    const bool blank = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
    if ((whole || blank || static_cast<std::size_t>(size) < bytes.size()) &&
        stillborn(in, static_cast<std::uint64_t>(size))) {
      (void)disk_->remove(file(serial));
      continue;
    }
    if (!whole) {
      (void)disk_->rename(file(serial), file(serial).string() + ".bad");
      problems.push_back(file(serial).string() + " is no segment of this spool and was put aside as .bad");
      continue;
    }
    segments_.push_back({serial, header.first_sequence, static_cast<std::uint64_t>(size),
                         begun_at(in, static_cast<std::uint64_t>(size))});
    newest_ = std::move(in);
    next_ = header.first_sequence;
  }
  rewind();
  return {};
}

bool Lane::stillborn(const DiskFile& in, std::uint64_t size) const {
  return !record_at(in, kSegmentHeaderBytes, size) && !find_record(in, 0, size, 0);
}

UtcNs Lane::begun_at(const DiskFile& in, std::uint64_t size) const {
  const std::optional<FoundRecord> opening = record_at(in, kSegmentHeaderBytes, size);
  if (!opening || opening->header.parts != 0) return 0;
  const std::string_view positions = std::string_view(body_).substr(kRecordHeaderBytes + opening->header.batch_bytes);
  for (const Position& position : read_positions(positions))
    if (position.source == kBegun) return std::strtoll(position.position.c_str(), nullptr, 10);
  return 0;
}

std::optional<FoundRecord> Lane::header_at(const DiskFile& in, std::uint64_t offset, std::uint64_t size) const {
  FoundRecord found{offset, {}};
  if (offset + kRecordHeaderBytes > size || !in.read(head_.data(), head_.size(), offset) ||
      !read_record_header({head_.data(), head_.size()}, found.header) || offset + found.header.size() > size)
    return std::nullopt;
  return found;
}

bool Lane::batch_of(const DiskFile& in, const FoundRecord& record, std::string& out) const {
  out.resize(record.header.batch_bytes);
  body_.resize(record.header.position_bytes);
  const std::uint64_t at = record.offset + kRecordHeaderBytes;
  return in.read(out.data(), out.size(), at) && in.read(body_.data(), body_.size(), at + out.size()) &&
         checksum_holds({head_.data(), head_.size()}, out, body_);
}

std::optional<FoundRecord> Lane::record_at(const DiskFile& in, std::uint64_t offset, std::uint64_t size) const {
  std::optional<FoundRecord> found = header_at(in, offset, size);
  if (!found) return found;
  body_.resize(found->header.size());
  if (!in.read(body_.data(), body_.size(), offset)) return std::nullopt;
  const std::string_view all = body_;
  return checksum_holds(all.substr(0, kRecordHeaderBytes), all.substr(kRecordHeaderBytes)) ? found : std::nullopt;
}

std::optional<FoundRecord> Lane::find_record(const DiskFile& in, std::uint64_t from, std::uint64_t size,
                                             std::uint64_t least_commit) const {
  // What an undone or cut off commit left behind the end may still be whole; a later commit never has a lower number.
  const auto good = [&](std::uint64_t at) {
    std::optional<FoundRecord> found = record_at(in, at, size);
    return found && found->header.commit >= least_commit ? found : std::nullopt;
  };
  if (std::optional<FoundRecord> found = good(from)) return found;
  constexpr std::string_view kMagic = "WFR1";
  std::array<char, 16384> part{};
  for (std::uint64_t at = from + 1; at + kRecordHeaderBytes <= size;) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), size - at));
    if (!in.read(part.data(), want, at)) return std::nullopt;
    const std::string_view text(part.data(), want);
    for (std::size_t i = text.find(kMagic); i != std::string_view::npos; i = text.find(kMagic, i + 1))
      if (std::optional<FoundRecord> found = good(at + i)) return found;
    at += want - (want == part.size() ? kMagic.size() - 1 : 0);
    if (want < part.size()) break;
  }
  return std::nullopt;
}

Result<std::vector<FoundRecord>> Lane::look_through() const {
  std::vector<FoundRecord> out;
  if (segments_.empty()) return out;
  const std::uint64_t size = segments_.back().size;
  std::uint64_t commit = 0;
  for (std::uint64_t at = kSegmentHeaderBytes; at < size;) {
    const std::optional<FoundRecord> found = find_record(newest_, at, size, commit);
    if (!found) break;
    out.push_back(*found);
    commit = found->header.commit;
    at = found->offset + found->header.size();
  }
  return out;
}

Result<void> Lane::cut(std::uint64_t size) {
  if (segments_.empty()) return {};
  if (segments_.back().size != size && newest_.truncate(size) != 0)
    return file_error(file(segments_.back().serial), "cut off its torn end", errno);
  if (newest_.sync() != 0) return file_error(file(segments_.back().serial), "make it durable", errno);
  segments_.back().size = size;
  return {};
}

std::vector<Position> Lane::positions_of(const FoundRecord& record) const {
  std::string bytes(record.header.position_bytes, '\0');
  const std::uint64_t at = record.offset + kRecordHeaderBytes + record.header.batch_bytes;
  return newest_.read(bytes.data(), bytes.size(), at) ? read_positions(bytes) : std::vector<Position>();
}

Result<void> Lane::begin_segment(std::string_view opening, UtcNs now) {
  // A serial is never tried twice: of a try that failed the file may still be there.
  const std::uint64_t serial = ++last_serial_;
  DiskFile out(*disk_, file(serial), O_RDWR | O_CREAT | O_EXCL);
  if (!out.open()) return failed(serial, "make this segment", errno);
  std::string bytes;
  append_segment_header({epoch_, serial, next_, number_}, bytes);
  bytes += opening;
  if (out.write_all(bytes, 0) != 0 || out.sync() != 0 || disk_->sync_directory(directory_) != 0) {
    const int reason = errno;
    (void)disk_->remove(file(serial));
    // After a crash it may be there nevertheless, and says that what is behind this number stands in it or later.
    sealed_ = true;
    return failed(serial, "write this segment", reason);
  }
  if (sealed_ && !segments_.empty() && segments_.back().first_sequence == next_) {  // nothing was ever in it
    (void)disk_->remove(file(segments_.back().serial));
    segments_.pop_back();
  }
  segments_.push_back({serial, next_, bytes.size(), now});
  newest_ = std::move(out);
  sealed_ = false;
  return {};
}

Result<void> Lane::write(std::string_view bytes) {
  const std::uint64_t size = segments_.back().size;
  while (written_ < bytes.size()) {
    const ssize_t n = newest_.write(bytes.substr(written_), size + written_);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(segments_.back().serial, "write to it", n == 0 ? ENOSPC : errno);
    written_ += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<void> Lane::sync() {
  if (newest_.sync() == 0) return {};
  // The kernel may have dropped pages that it now calls clean: this file gets no more.
  sealed_ = true;
  return failed(segments_.back().serial, "make it durable", errno);
}

void Lane::commit(std::uint32_t events) {
  segments_.back().size += written_;
  written_ = 0;
  next_ += events;
}

bool Lane::undo() {
  if (written_ == 0 || segments_.empty()) return true;
  if (newest_.truncate(segments_.back().size) != 0) return false;
  written_ = 0;
  return true;
}

void Lane::rewind() {
  read_.reset();
  read_serial_ = segments_.empty() ? 0 : segments_.front().serial;
  read_offset_ = kSegmentHeaderBytes;
  read_sequence_ = acknowledged_ + 1;
  read_commit_ = 0;
}

bool Lane::read(StoredBatch& out) {
  // What was given up meanwhile is not looked for.
  read_sequence_ = std::max(read_sequence_, acknowledged_ + 1);
  for (;;) {
    auto segment =
        std::find_if(segments_.begin(), segments_.end(), [&](const Segment& s) { return s.serial >= read_serial_; });
    if (segment == segments_.end()) return false;
    if (segment->serial != read_serial_ || !read_.open()) {
      if (segment->serial != read_serial_) read_offset_ = kSegmentHeaderBytes, read_commit_ = 0;
      read_serial_ = segment->serial;
      read_ = DiskFile(*disk_, file(read_serial_), O_RDONLY);
      if (!read_.open()) return false;  // no descriptors left: a later call may have more luck
    }
    const bool last = std::next(segment) == segments_.end();
    const std::uint64_t limit = last ? next_ : std::next(segment)->first_sequence;
    while (read_offset_ < segment->size) {
      std::optional<FoundRecord> found = header_at(read_, read_offset_, segment->size);
      // What was read before is passed over by its header alone.
      const bool old = found && (found->header.count == 0 || found->header.last_sequence() < read_sequence_);
      // Straight into its place as a rule; only behind damage is the next record looked for.
      const bool whole = found && !old && found->header.commit >= read_commit_ && batch_of(read_, *found, out.bytes);
      if (!old && !whole) {
        found = find_record(read_, read_offset_, segment->size, read_commit_);
        if (found) out.bytes.assign(body_, kRecordHeaderBytes, found->header.batch_bytes);
      }
      if (!found) break;
      const RecordHeader& header = found->header;
      read_offset_ = found->offset + header.size();
      if (header.count == 0 || header.last_sequence() < read_sequence_) continue;
      // A commit that failed and was made again in the next segment may have left its first try here.
      if (header.last_sequence() >= limit) continue;
      pass_over(header.first_sequence);
      read_sequence_ = header.last_sequence() + 1;
      read_commit_ = header.commit;
      out.first_sequence = header.first_sequence;
      out.count = header.count;
      return true;
    }
    pass_over(limit);
    if (last) {
      read_offset_ = segment->size;
      return false;
    }
    read_serial_ = std::next(segment)->serial;
    read_offset_ = kSegmentHeaderBytes;
    read_commit_ = 0;
    read_.reset();
  }
}

void Lane::pass_over(std::uint64_t to) {
  if (to <= read_sequence_) return;
  damaged_.push_back({read_sequence_, to - 1});
  read_sequence_ = to;
}

std::size_t Lane::removables() const {
  std::size_t out = 0;
  while (out + 1 < segments_.size() && segments_[out + 1].first_sequence <= acknowledged_ + 1) ++out;
  return out;
}

void Lane::remove_acknowledged() {
  while (removable()) {
    (void)disk_->remove(file(segments_.front().serial));
    segments_.pop_front();
  }
}

NumberRange Lane::oldest_waiting() const {
  if (segments_.empty()) return {};
  return {acknowledged_ + 1, single() ? next_ - 1 : segments_[1].first_sequence - 1};
}

void Lane::shift_times(std::int64_t by) {
  for (Segment& segment : segments_)
    if (segment.begun != 0) segment.begun += by;
}

void Lane::mend_times(UtcNs least, UtcNs now) {
  for (Segment& segment : segments_)
    if (segment.begun < least || segment.begun > now) segment.begun = now;
}

std::uint64_t Lane::bytes() const {
  std::uint64_t out = 0;
  for (const Segment& segment : segments_) out += segment.size;
  return out;
}

}  // namespace wf::kit::spool
