#include <fcntl.h>
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "agents/kit/spool/spool.hpp"

namespace wf::kit {
namespace {

using spool::FoundRecord;
using spool::RecordHeader;

constexpr std::size_t kAcknowledgedBytes = 128;

/// The epoch of the segments that lie in a directory; 0: there are none.
std::uint64_t epoch_of_segments(Disk& disk, const std::filesystem::path& directory) {
  std::vector<std::string> names;
  if (disk.list(directory, names) != 0) return 0;
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (!name.ends_with(".seg")) continue;
    const DiskFile in(disk, directory / name, O_RDONLY);
    std::array<char, spool::kSegmentHeaderBytes> bytes{};
    spool::SegmentHeader header;
    if (in.open() && in.read(bytes.data(), bytes.size(), 0) &&
        spool::read_segment_header({bytes.data(), bytes.size()}, header))
      return header.epoch;
  }
  return 0;
}

/// Which commits are whole. All lanes' newest segments are looked at: a commit that is younger than the youngest of
/// them has all its records there, and an older one was durable when that segment was begun.
class Commits {
 public:
  void add(const RecordHeader& header) {
    newest_ = std::max(newest_, header.commit);
    if (header.parts > 0) {
      Seen& seen = seen_[header.commit];
      seen.parts = header.parts;
      ++seen.records;
      seen.next = header.next;
    } else if (header.commit >= begun_) {
      // A segment begins when the commit that it names is durable.
      if (header.commit > begun_) begun_next_ = {};
      begun_ = header.commit;
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        begun_next_[lane] = std::max(begun_next_[lane], header.next[lane]);
    }
  }
  /// The last whole one, and each lane's next number behind it.
  [[nodiscard]] std::pair<std::uint64_t, std::array<std::uint64_t, kLanes>> last_whole() const {
    for (auto it = seen_.rbegin(); it != seen_.rend() && it->first > begun_; ++it)
      if (it->second.records >= it->second.parts) return {it->first, it->second.next};
    return {begun_, begun_next_};
  }
  [[nodiscard]] std::uint64_t newest() const { return newest_; }

 private:
  struct Seen {
    std::uint32_t records = 0, parts = 0;
    std::array<std::uint64_t, kLanes> next{};
  };
  std::map<std::uint64_t, Seen> seen_;
  std::uint64_t begun_ = 0, newest_ = 0;
  std::array<std::uint64_t, kLanes> begun_next_{1, 1, 1};
};

}  // namespace

Result<Spool> Spool::open(SpoolOptions options) {
  Spool out(std::move(options));
  const std::filesystem::path& directory = out.options_.directory;
  if (Result<void> made = make_private_directory(directory, *out.disk_); !made) return made.error();
  std::string renew_because;
  if (Result<void> epoch = out.read_epoch(renew_because); !epoch) return epoch.error();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    out.lanes_.emplace_back(directory, lane, out.numbers_.made, *out.disk_);
    if (Result<void> opened = out.lanes_[lane].open(out.problems_); !opened) return opened.error();
  }
  if (Result<void> opened = out.given_up_.open(*out.disk_, out.file("given_up")); !opened) return opened.error();
  std::array<spool::NumberRange, kLanes> gone;
  if (Result<void> recovered = out.recover(gone); !recovered) return recovered.error();
  if (Result<void> acknowledged = out.read_acknowledged(); !acknowledged) return acknowledged.error();
  out.finish_giving_up();
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    gone[lane].first = std::max(gone[lane].first, out.lanes_[lane].acknowledged() + 1);
    if (gone[lane].last < gone[lane].first) continue;
    out.note_damage(lane, gone[lane]);
    if (out.lost_ > 0) out.problems_.push_back("spool: " + std::to_string(out.lost_) + " events are damaged and lost");
  }
  out.given_up_.said(out.said());
  out.lease_ = spool::read_lease(*out.disk_, out.file("lease"), out.epoch());
  out.rewind();
  if (!renew_because.empty()) {
    if (Result<void> renewed = out.renew(); !renewed) return renewed.error();
    out.problems_.push_back("spool: " + renew_because + "; what is not acknowledged is numbered anew");
  }
  out.keep_reserve();
  return out;
}

Result<void> Spool::read_epoch(std::string& renew_because) {
  DirectoryPlace place;
  if (disk_->place(options_.directory, place) != 0) return file_error(options_.directory, "look at it", errno);
  if (const std::optional<spool::EpochFile> known = spool::EpochFile::read(*disk_, file("epoch"))) {
    numbers_ = *known;
    const bool moved = known->place.inode != 0 && known->place != place;
    const bool other = !known->machine.empty() && !options_.machine.empty() && known->machine != options_.machine;
    if (other)
      renew_because = "it was made on another machine (copied, restored or cloned)";
    else if (moved)
      renew_because = "its directory is not the one it was made in (copied or restored)";
    else if (known->place.inode == 0 || known->machine != options_.machine) {
      // A release that did not keep them made it, or the machine had no id then.
      numbers_.place = place;
      if (!options_.machine.empty()) numbers_.machine = options_.machine;
      if (numbers_.place != known->place || numbers_.machine != known->machine)
        return numbers_.write(*disk_, file("epoch"));
    }
    return {};
  }
  if (const std::uint64_t found = epoch_of_segments(*disk_, options_.directory); found != 0) {
    numbers_.epoch = numbers_.made = found;
    renew_because = "its file `epoch` is missing or damaged";
    return {};
  }
  numbers_.epoch = numbers_.made = spool::random_epoch();
  numbers_.place = place;
  numbers_.machine = options_.machine;
  return numbers_.write(*disk_, file("epoch"));
}

Result<void> Spool::recover(std::array<spool::NumberRange, kLanes>& gone) {
  std::vector<std::vector<FoundRecord>> found(kLanes);
  Commits commits;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    Result<std::vector<FoundRecord>> records = lanes_[lane].look_through();
    if (!records) return records.error();
    found[lane] = std::move(*records);
    for (const FoundRecord& record : found[lane]) commits.add(record.header);
  }
  // What is younger than the last whole commit is unfinished. What claims numbers that were free behind it is what a
  // failed commit left, which could not be taken back for good.
  const auto [whole, next] = commits.last_whole();
  std::map<std::string, std::pair<std::uint64_t, std::string>> positions;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (lanes_[lane].empty()) continue;
    std::uint64_t end = spool::kSegmentHeaderBytes;
    for (const FoundRecord& record : found[lane]) {
      const RecordHeader& header = record.header;
      if (header.commit > whole || (header.count > 0 && header.last_sequence() >= next[lane])) continue;
      end = record.offset + header.size();
      if (header.count > 0) lanes_[lane].raise_next(header.last_sequence() + 1);
      if (header.position_bytes == 0) continue;
      for (spool::Position& position : lanes_[lane].positions_of(record)) {
        auto& known = positions[position.source];
        if (header.commit >= known.first) known = {header.commit, std::move(position.position)};
      }
    }
    if (Result<void> cut = lanes_[lane].cut(end); !cut) return cut;
  }
  positions.erase(std::string(spool::kBegun));
  for (auto& [source, position] : positions) positions_[source] = std::move(position.second);
  commit_ = commits.newest();
  durable_commit_ = whole;
  // The last commit knows how far each lane was: a number is not given again, even if its event is gone.
  for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
    gone[lane] = {lanes_[lane].next(), next[lane] - 1};
    lanes_[lane].raise_next(next[lane]);
  }
  // What a killed process wrote is trusted from here on, synced or not: the names of files too.
  return sync_directory(options_.directory, *disk_);
}

Result<void> Spool::read_acknowledged() {
  const Result<std::string> line = acknowledged_file_.open(*disk_, file("acknowledged"), kAcknowledgedBytes);
  if (!line) return line.error();
  std::string_view text = *line;
  const bool ours = spool::number_of(spool::next_word(text), 16) == numbers_.made;
  for (std::size_t i = 0; i < kLanes; ++i) {
    spool::Lane& lane = lanes_[i];
    // An epoch began behind what was acknowledged.
    const std::uint64_t stored = std::max(ours ? spool::number_of(spool::next_word(text)) : 0, numbers_.base[i]);
    // Numbers that the engine confirmed were given, whatever became of the segments.
    lane.raise_next(stored + 1);
    lane.acknowledge(std::max(stored, lane.oldest() - 1));
    lane.remove_acknowledged();
  }
  return {};
}

void Spool::finish_giving_up() {
  // A crash between recording a range and removing its segment leaves the segment. The range stands for it as
  // durably as the file of acknowledgements would.
  for (const GivenUpRange& range : given_up_.ranges()) {
    if (range.epoch != numbers_.epoch || range.reason == GiveUpReason::damaged) continue;
    spool::Lane& lane = lanes_[range.lane];
    const std::uint64_t base = numbers_.base[range.lane];
    if (range.first + base <= lane.acknowledged() + 1) lane.acknowledge(range.last + base);
    lane.remove_acknowledged();
  }
}

}  // namespace wf::kit
