#include "agents/kit/spool.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "agents/kit/crc32c.hpp"

namespace wf::kit {
namespace {

namespace fs = std::filesystem;
using spool::FoundRecord;
using spool::RecordHeader;

/// Space kept back for life safety on a full disk.
constexpr off_t kReserveBytes = 1 << 20;
/// Two slots, written in turn: a torn one leaves the other.
constexpr std::size_t kSlotBytes = 128;

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
  const std::string digits(text.data(), end);
  return std::string(16 - digits.size(), '0') + digits;
}

struct Acknowledged {
  std::uint64_t writes = 0, epoch = 0;
  std::array<std::uint64_t, kLanes> lane{};
};

/// "acknowledged" slots hold text, so that a person can read them: "writes epoch lane0 lane1 lane2 crc".
std::string slot_text(const Acknowledged& a) {
  std::string out = std::to_string(a.writes) + " " + hex(a.epoch);
  for (const std::uint64_t lane : a.lane) out += " " + std::to_string(lane);
  return out;
}

}  // namespace

Result<Spool> Spool::open(SpoolOptions options) {
  Spool out(std::move(options));
  out.disk_ = out.options_.disk != nullptr ? out.options_.disk : &real_disk();
  // renew() replaces the directory in two steps; a crash in between is finished here.
  const fs::path& directory = out.options_.directory;
  const fs::path old = directory.string() + ".old";
  std::error_code failed;
  if (!fs::exists(directory, failed) && fs::exists(old, failed)) fs::rename(old, directory, failed);
  fs::remove_all(old, failed);
  if (Result<void> made = make_private_directory(directory); !made) return made.error();
  if (Result<void> epoch = out.read_epoch(); !epoch) return epoch.error();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    out.lanes_.emplace_back(directory, lane, out.epoch_, *out.disk_);
    if (Result<void> opened = out.lanes_[lane].open(out.problems_); !opened) return opened.error();
  }
  if (Result<void> recovered = out.recover(); !recovered) return recovered.error();
  out.read_acknowledged();
  out.rewind();
  out.keep_reserve();
  return out;
}

Result<void> Spool::read_epoch() {
  const fs::path file = options_.directory / "epoch";
  if (const Result<std::string> text = read_small_file(file, 64)) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value, 16);
    if (failed == std::errc{} && end == text->data() + 16 && value != 0) {
      epoch_ = value;
      return {};
    }
    problems_.push_back(file.string() + " is damaged: a new epoch begins");
  }
  while (epoch_ == 0) {
    randombytes_buf(&epoch_, sizeof epoch_);
    epoch_ >>= 1U;  // databases have signed numbers
  }
  return replace_file(file, hex(epoch_) + "\n");
}

Result<void> Spool::recover() {
  std::vector<std::vector<FoundRecord>> found(kLanes);
  std::uint64_t newest = 0, finished = 0;
  std::uint32_t seen = 0, parts = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    Result<std::vector<FoundRecord>> records = lanes_[lane].look_through();
    if (!records) return records.error();
    found[lane] = std::move(*records);
    for (const FoundRecord& record : found[lane]) {
      if (record.header.parts == 0) {
        // A segment begins when the commit that it names is durable, whose records may be in older segments.
        finished = std::max(finished, record.header.commit);
        continue;
      }
      if (record.header.commit > newest) newest = record.header.commit, seen = 0, parts = record.header.parts;
      if (record.header.commit == newest) ++seen;
    }
  }
  // Only the last commit can be unfinished, since each is durable before the next begins.
  const auto unfinished = [&](const FoundRecord& record) {
    return newest > finished && seen < parts && record.header.parts > 0 && record.header.commit == newest;
  };
  std::map<std::string, std::pair<std::uint64_t, std::string>> positions;
  const RecordHeader* last = nullptr;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::vector<FoundRecord>& records = found[lane];
    records.erase(std::remove_if(records.begin(), records.end(), unfinished), records.end());
    if (lanes_[lane].empty()) continue;
    const std::uint64_t end =
        records.empty() ? spool::kSegmentHeaderBytes : records.back().offset + records.back().header.size();
    if (Result<void> cut = lanes_[lane].cut(end); !cut) return cut;
    for (const FoundRecord& record : records) {
      if (record.header.count > 0) lanes_[lane].raise_next(record.header.last_sequence() + 1);
      if (last == nullptr || record.header.commit > last->commit) last = &record.header;
      if (record.header.position_bytes == 0) continue;
      for (spool::Position& position : lanes_[lane].positions_of(record)) {
        auto& known = positions[position.source];
        if (record.header.commit >= known.first) known = {record.header.commit, std::move(position.position)};
      }
    }
  }
  for (auto& [source, position] : positions) positions_[source] = std::move(position.second);
  if (last == nullptr) return {};
  commit_ = std::max(last->commit, newest);
  // The last commit knows how far each lane was: a number is not given again, even if its event is gone.
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (last->next[lane] <= lanes_[lane].next()) continue;
    problems_.push_back("spool: " + std::to_string(last->next[lane] - lanes_[lane].next()) + " events of lane " +
                        std::to_string(lane) + " are damaged and lost");
    lanes_[lane].raise_next(last->next[lane]);
  }
  return {};
}

void Spool::read_acknowledged() {
  const fs::path file = options_.directory / "acknowledged";
  acknowledged_file_ = Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  Acknowledged best;
  std::array<char, 2 * kSlotBytes> bytes{};
  if (acknowledged_file_.open()) {
    const ssize_t n = ::pread(acknowledged_file_.get(), bytes.data(), bytes.size(), 0);
    std::string_view text(bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kSlotBytes))) {
      const std::string_view slot = text.substr(0, text.find('\n'));
      const std::size_t blank = slot.rfind(' ');
      if (blank == std::string_view::npos || slot.substr(blank + 1) != hex(crc32c(slot.substr(0, blank)))) continue;
      Acknowledged a;
      const char* at = slot.data();
      const char* const end = slot.data() + blank;
      const auto take = [&](std::uint64_t& out, int base) {
        at = std::from_chars(at, end, out, base).ptr;
        if (at != end) ++at;
      };
      take(a.writes, 10);
      take(a.epoch, 16);
      for (std::uint64_t& lane : a.lane) take(lane, 10);
      if (a.epoch == epoch_ && a.writes > best.writes) best = a;
    }
  }
  acknowledged_writes_ = best.writes;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    // Numbers that the engine confirmed were given, whatever became of the segments.
    lanes_[lane].raise_next(best.lane[lane] + 1);
    lanes_[lane].acknowledge(std::max(best.lane[lane], lanes_[lane].oldest() - 1));
  }
}

void Spool::write_acknowledged() {
  if (!acknowledged_file_.open()) return;
  Acknowledged a{++acknowledged_writes_, epoch_, {}};
  for (std::size_t lane = 0; lane < kLanes; ++lane) a.lane[lane] = lanes_[lane].acknowledged();
  std::string text = slot_text(a);
  text += " " + hex(crc32c(text)) + "\n";
  text.resize(kSlotBytes - 1, ' ');
  text += '\n';
  // Not synced: after a power loss the engine's WELCOME says it again.
  (void)!::pwrite(acknowledged_file_.get(), text.data(), text.size(),
                  static_cast<off_t>(acknowledged_writes_ % 2 * kSlotBytes));
}

void Spool::keep_reserve() {
  if (reserve_) return;
  const fs::path file = options_.directory / "reserve";
  const Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.open()) return;
  reserve_ = ::posix_fallocate(fd.get(), 0, kReserveBytes) == 0;
  if (!reserve_) ::unlink(file.c_str());
}

std::string Spool::opening_record() const {
  std::string positions;
  for (const auto& [source, position] : positions_) spool::append_position(source, position, positions);
  RecordHeader header;
  header.commit = commit_;
  for (std::size_t lane = 0; lane < kLanes; ++lane) header.next[lane] = lanes_[lane].next();
  std::string out;
  spool::append_record(header, {}, positions, out);
  return out;
}

Result<void> Spool::append(std::span<const BatchToSpool> batches, std::span<const spool::Position> positions) {
  std::string encoded;
  for (const spool::Position& p : positions) spool::append_position(p.source, p.position, encoded);
  Result<void> done = try_append(batches, encoded);
  // On a full disk what the engine has makes room; else a disk that is full of it alone stays full for ever.
  if (!done && shed()) done = try_append(batches, encoded);
  if (!done && reserve_ && std::any_of(batches.begin(), batches.end(), [](const auto& b) { return b.lane == 0; })) {
    ::unlink((options_.directory / "reserve").c_str());
    reserve_ = false;
    done = try_append(batches, encoded);
  }
  if (!done) return done;
  for (const spool::Position& p : positions) positions_[p.source] = p.position;
  return done;
}

bool Spool::shed() {
  if (torn_) return false;
  const std::string opening = opening_record();
  bool any = false;
  for (spool::Lane& lane : lanes_)
    if (lane.spent(opening.size())) any |= lane.shed(opening);
  return any;
}

Result<void> Spool::try_append(std::span<const BatchToSpool> batches, std::string_view positions) {
  const auto undo = [&] {
    torn_ = false;
    for (spool::Lane& lane : lanes_) torn_ |= !lane.undo();
  };
  if (torn_) {
    undo();
    if (torn_) return file_error(options_.directory, "take back an unfinished write", errno);
  }
  RecordHeader header;
  header.commit = commit_ + 1;
  header.parts = std::max<std::uint32_t>(static_cast<std::uint32_t>(batches.size()), 1);
  for (std::size_t lane = 0; lane < kLanes; ++lane) header.next[lane] = lanes_[lane].next();
  std::array<std::uint64_t, kLanes> next = header.next;
  std::array<bool, kLanes> touched{};
  if (batches.empty()) touched[1] = true;  // positions alone
  for (const BatchToSpool& batch : batches) {
    header.next[batch.lane] += batch.count;
    touched[batch.lane] = true;
  }
  std::string_view left = positions;  // in the first record only
  Result<void> done;
  std::optional<std::string> opening;
  for (std::size_t lane = 0; done && lane < kLanes; ++lane) {
    if (!touched[lane]) continue;
    if (!opening) opening = opening_record();
    done = lanes_[lane].prepare(options_.segment_bytes, *opening);
    if (!done) break;
    buffer_.clear();
    if (batches.empty()) {
      header.first_sequence = next[lane];
      spool::append_record(header, {}, left, buffer_);
    }
    for (const BatchToSpool& batch : batches) {
      if (batch.lane != lane) continue;
      header.first_sequence = next[lane];
      header.count = batch.count;
      spool::append_record(header, batch.bytes, left, buffer_);
      left = {};
      next[lane] += batch.count;
    }
    done = lanes_[lane].write(buffer_);
  }
  for (std::size_t lane = 0; done && lane < kLanes; ++lane)
    if (touched[lane]) done = lanes_[lane].sync();
  if (!done) {
    undo();
    return done;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    if (touched[lane]) lanes_[lane].commit(static_cast<std::uint32_t>(next[lane] - lanes_[lane].next()));
  ++commit_;
  return {};
}

void Spool::rewind() {
  for (spool::Lane& lane : lanes_) lane.rewind();
}

void Spool::acknowledge(std::uint8_t lane, std::uint64_t sequence) {
  if (sequence <= lanes_[lane].acknowledged()) return;
  lanes_[lane].acknowledge(sequence);
  write_acknowledged();
  if (full()) (void)shed();
  keep_reserve();
}

Result<void> Spool::renew() {
  SpoolOptions options = options_;
  options.directory += ".new";
  std::error_code failed;
  fs::remove_all(options.directory, failed);
  Result<Spool> fresh = Spool::open(options);
  if (!fresh) return fresh.error();
  rewind();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane)
    for (StoredBatch batch; read(lane, batch);) {
      const BatchToSpool again{lane, batch.count, batch.bytes};
      if (Result<void> done = fresh->append({&again, 1}, {}); !done) return done;
    }
  std::vector<spool::Position> positions;
  for (const auto& [source, position] : positions_) positions.push_back({source, position});
  if (Result<void> done = fresh->append({}, positions); !done) return done;
  const fs::path directory = options_.directory;
  const fs::path old = directory.string() + ".old";
  fs::rename(directory, old, failed);
  if (failed) return file_error(directory, "replace it", failed.value());
  fs::rename(options.directory, directory, failed);
  if (failed) return file_error(options.directory, "rename it", failed.value());
  if (Result<void> durable = sync_directory(directory.parent_path()); !durable) return durable;
  fs::remove_all(old, failed);
  options.directory = directory;
  Result<Spool> again = Spool::open(options);
  if (!again) return again.error();
  again->problems_ = std::move(problems_);
  *this = std::move(*again);
  return {};
}

std::uint64_t Spool::events() const {
  std::uint64_t out = 0;
  for (const spool::Lane& lane : lanes_) out += lane.next() - 1 - lane.acknowledged();
  return out;
}

std::uint64_t Spool::bytes() const {
  std::uint64_t out = 0;
  for (const spool::Lane& lane : lanes_) out += lane.bytes();
  return out;
}

std::uint64_t Spool::lost() const {
  std::uint64_t out = 0;
  for (const spool::Lane& lane : lanes_) out += lane.lost();
  return out;
}

std::string Spool::position(const std::string& source) const {
  const auto found = positions_.find(source);
  return found == positions_.end() ? std::string() : found->second;
}

}  // namespace wf::kit
