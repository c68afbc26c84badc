#include "agents/network/zeek.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "agents/kit/read/follow.hpp"
#include "agents/network/folder_watch.hpp"
#include "agents/network/zeek_event.hpp"

namespace wf::network {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStepBytes = 256U << 10U;
constexpr std::size_t kTurnBytes = 32U << 20U;  ///< of one log, before the others have their turn
constexpr std::size_t kMostLogs = 256;          ///< of one folder; Zeek itself writes about seventy
constexpr std::size_t kHeaderBytes = 64U << 10U;
constexpr std::int64_t kScanWatched = 10 * kSecond, kScanBlind = kSecond;
constexpr std::string_view kVersion = "zeek1";

bool is_folder(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

/// Names that a rotation gave: conn.2026-03-12-22-00-00.log, conn.22:00:00-23:00:00.log, conn__2026…__.log.
bool is_rotated(std::string_view name) {
  const std::size_t mark = std::min(name.find('.'), name.find("__"));
  const std::size_t last = name.rfind('.');
  if (mark >= last) return false;
  const std::string_view middle = name.substr(mark, last - mark);
  return middle.find_first_not_of("0123456789.-_:T") == std::string_view::npos &&
         middle.find_first_of("0123456789") != std::string_view::npos;
}

bool is_log(std::string_view name) {
  if (name.starts_with('.') || name == "stdout.log" || name == "stderr.log") return false;
  return name.ends_with(".log") || name.ends_with(".json") || name.ends_with(".ndjson");
}

/// One log: its file, and what its header says.
struct Log {
  Log(std::string file, std::string of, bool watch)
      : name(std::move(of)), follower(file, options(watch)), reader(name) {}

  static kit::FollowOptions options(bool watch) {
    kit::FollowOptions out;
    out.framing = kit::json_framing;
    out.watch = watch;
    return out;
  }

  std::string name;  ///< in its folder
  kit::FileFollower follower;
  ZeekReader reader;
  std::uint64_t header = 0;  ///< where the header that counts begins in the file
  bool fresh = true;         ///< no record was read since the start: the header is still to be found
  bool changed = true;
  bool over = false;
};

/// "zeek1" and a line a log: HEADER SP NAME SP POSITION.
class ZeekSource final : public kit::Source {
 public:
  explicit ZeekSource(const kit::SourceSpec& spec) : Source(spec), path_(spec.address) {
    while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  }

  [[nodiscard]] std::vector<Error> check() override {
    if (!is_folder(path_)) return kit::FileFollower(path_, Log::options(false)).check();
    std::vector<std::string> names;
    if (const std::string trouble = list(names); !trouble.empty()) return {{trouble, path_, "let the agent read it"}};
    std::vector<Error> out;
    for (const std::string& name : names) {
      const std::vector<Error> of_log =
          kit::FileFollower((fs::path(path_) / name).string(), Log::options(false)).check();
      out.insert(out.end(), of_log.begin(), of_log.end());
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> remarks() const override {
    std::vector<std::string> names;
    if (!is_folder(path_) || !list(names).empty() || !names.empty()) return {};
    return {path_ + " holds no log yet; is it Zeek's log folder (logs/current)?"};
  }

  [[nodiscard]] Result<void> start(std::string_view position, bool once, const kit::Moment&) override {
    once_ = once;
    history_ = once && position.empty();
    if (position.substr(0, position.find('\n')) == kVersion) {
      position.remove_prefix(std::min(kVersion.size() + 1, position.size()));
      while (!position.empty() && saved_.size() < kMostLogs) {
        const std::size_t end = std::min(position.find('\n'), position.size());
        read_position(position.substr(0, end));
        position.remove_prefix(std::min(end + 1, position.size()));
      }
    } else if (!position.empty()) {
      refuse({"the saved position cannot be read", path_, "the logs are read from their beginning"});
    }
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    find_logs(moment);
    bool more = false;
    const std::size_t count = logs_.size();
    for (std::size_t i = 0; i < count && !sink.full(); ++i) {
      Log& log = *logs_[turn_ % count];
      const bool due = !log.over && (!folder_ || log.changed || moment.mono >= log.follower.next_wake());
      if (due && read(log, sink, moment)) {
        more = true;
        // One log at a time, since each that is half read holds a buffer; but not for ever.
        if (sink.full() || taken_ < kTurnBytes) break;
      }
      taken_ = 0;
      turn_ = (turn_ + 1) % count;
    }
    more |= sink.full();
    show_state();
    return more && !over();
  }

  [[nodiscard]] std::string position() const override {
    std::string out;
    const auto line = [&](std::uint64_t header, const std::string& name, const std::string& at) {
      if (at.empty()) return;
      if (out.empty()) out = kVersion;
      out += "\n" + std::to_string(header) + " " + name + " " + at;
    };
    for (const auto& log : logs_) line(log->header, log->name, log->follower.position());
    for (const Saved& saved : saved_) line(saved.header, saved.name, saved.position);
    return out;
  }

  void add_fds(std::vector<pollfd>& fds) const override {
    if (folder_) {
      if (watch_.fd() >= 0) fds.push_back({watch_.fd(), POLLIN, 0});
    } else {
      for (const auto& log : logs_) log->follower.add_fds(fds);
    }
  }

  [[nodiscard]] std::int64_t next_wake() const override {
    std::int64_t wake = scan_at_;
    for (const auto& log : logs_)
      if (!log->over) wake = std::min(wake, log->changed ? 0 : log->follower.next_wake());
    return wake;
  }

 private:
  struct Saved {
    std::string name;
    std::uint64_t header = 0;
    std::string position;
  };

  void read_position(std::string_view line) {
    Saved saved;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), saved.header);
    const std::size_t place = line.rfind(" v1 ");
    const auto at = static_cast<std::size_t>(end - line.data()) + 1;
    if (error != std::errc{} || place == std::string_view::npos || place < at) return;
    saved.name = line.substr(at, place - at);
    saved.position = line.substr(place + 1);
    saved_.push_back(std::move(saved));
  }

  /// The logs of the folder; what is wrong if it cannot be read.
  std::string list(std::vector<std::string>& names) const {
    std::error_code code;
    for (fs::directory_iterator it(path_, code), end; !code && it != end; it.increment(code)) {
      std::string name = it->path().filename().string();
      struct stat st {};
      // With once and no position all there is; otherwise what was rotated before the first start is history. A name
      // with a line end would break the position.
      if (is_log(name) && (history_ || !is_rotated(name)) && name.find('\n') == std::string::npos &&
          ::stat(it->path().c_str(), &st) == 0 && S_ISREG(st.st_mode))
        names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return code ? "the folder cannot be read: " + code.message() : std::string();
  }

  void add(const std::string& name, const std::string& file, bool watch) {
    const auto known = [&](const auto& log) { return log->name == name; };
    if (std::any_of(logs_.begin(), logs_.end(), known)) return;
    if (logs_.size() == kMostLogs) {
      if (!std::exchange(too_many_, true))
        refuse({"the folder holds more than 256 logs", file, "give the others a source of their own"});
      return;
    }
    auto log = std::make_unique<Log>(file, name, watch);
    std::string position;
    const auto saved = std::find_if(saved_.begin(), saved_.end(), [&](const Saved& s) { return s.name == name; });
    if (saved != saved_.end()) {
      position = saved->position;
      log->header = saved->header;
      saved_.erase(saved);
    }
    log->follower.start(position, once_);
    logs_.push_back(std::move(log));
  }

  void find_logs(const kit::Moment& moment) {
    if (folder_) {
      watch_.drain([&](std::string_view changed) {
        bool ours = false;
        for (const auto& log : logs_)
          if (changed == log->name) log->changed = ours = true;
        if (ours) return;
        // A name that is new, or was given by a rotation: whose it was is not said.
        scan_at_ = 0;
        for (const auto& log : logs_) log->changed = true;
      });
    }
    if (moment.mono < scan_at_ || (once_ && scanned_)) return;
    scanned_ = true;
    trouble_.clear();
    folder_ = is_folder(path_);
    if (!folder_ && !once_ && !is_log(fs::path(path_).filename().string()) && ::access(path_.c_str(), F_OK) != 0) {
      trouble_ = Error{"no such file or folder", path_, "it is read as soon as it is there"}.text();
      scan_at_ = moment.mono + kScanBlind;
      return;
    }
    if (!folder_) {
      add(fs::path(path_).filename().string(), path_, true);
      scan_at_ = kit::kNever;
      return;
    }
    if (!once_) watch_.watch(path_);
    scan_at_ = moment.mono + (watch_.working() ? kScanWatched : kScanBlind);
    std::vector<std::string> names;
    trouble_ = list(names);
    for (const std::string& name : names) add(name, (fs::path(path_) / name).string(), false);
    // A log that was being read and was rotated away while nobody read: its follower finds what it became.
    for (const Saved& saved : std::vector<Saved>(saved_))
      if (trouble_.empty() && !once_) add(saved.name, (fs::path(path_) / saved.name).string(), false);
  }

  /// The header that a record stands under, when reading begins behind it.
  void find_header(Log& log) {
    for (const std::uint64_t offset : {log.header, std::uint64_t{0}}) {
      log.reader.restart();
      const std::string text = log.follower.peek(offset, kHeaderBytes);
      std::string_view rest = text;
      while (rest.starts_with('#')) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) break;
        std::string_view line = rest.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        (void)log.reader.read(line);
        rest.remove_prefix(end + 1);
      }
      if (log.reader.header().missing().empty() || offset == 0) return;
    }
  }

  void take(Log& log, const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) {
    std::string_view text = record.text;
    if (record.first) {
      if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
      log.reader.restart();
      log.header = 0;
    } else if (log.fresh) {
      find_header(log);
    }
    log.fresh = false;
    if (ZeekHeader::begins(text)) log.header = record.offset;
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
    count_read();
    if (shedder() != nullptr && !text.starts_with('#')) {
      ZeekRecord raw(log.reader, text);
      if (!wanted(raw, moment)) return;
    }
    Result<std::optional<Event>> event = log.reader.read(text, moment.now);
    if (!event) {
      Error why = event.error();
      why.where = log.follower.path() + ":" + std::to_string(record.number);
      refuse(why);
    } else if (*event) {
      emit(sink, std::move(**event), moment);
    }
  }

  /// True when there is more to read at once.
  bool read(Log& log, kit::Sink& sink, const kit::Moment& moment) {
    kit::FollowedRecord record;
    Error error;
    std::size_t bytes = 0;
    log.changed = false;
    while (!sink.full() && bytes < kStepBytes) {
      switch (log.follower.next(moment, record, error)) {
        case kit::FileFollower::Next::record:
          bytes += record.text.size() + 1;
          taken_ += record.text.size() + 1;
          take(log, record, sink, moment);
          break;
        case kit::FileFollower::Next::refused:
          count_read();
          refuse(error);
          break;
        case kit::FileFollower::Next::idle:
          return false;
        case kit::FileFollower::Next::ended:
          log.over = true;
          return false;
      }
    }
    log.changed = true;
    return true;
  }

  void show_state() {
    std::string problem = trouble_;
    bool reading = false, all_over = !logs_.empty(), whole = true;
    for (const auto& log : logs_) {
      reading |= log->follower.reading();
      all_over &= log->over;
      whole &= !log->over || log->follower.reached_end();
      // A log that Zeek has not begun anew since the last rotation is no trouble.
      const bool absent =
          folder_ && !log->follower.reading() && !log->over && ::access(log->follower.path().c_str(), F_OK) != 0;
      if (problem.empty() && !absent) problem = log->follower.problem();
    }
    if (once_ && scanned_ && (all_over || logs_.empty())) {
      if (logs_.empty() && problem.empty())
        problem = Error{"the folder holds no log", path_, "name Zeek's log folder"}.text();
      set_state(whole && !logs_.empty() && trouble_.empty() ? "ended" : "failed", problem);
      return;
    }
    set_state(folder_ ? (trouble_.empty() ? "running" : "waiting") : (reading ? "running" : "waiting"), problem);
  }

  std::string path_;
  std::vector<std::unique_ptr<Log>> logs_;
  std::vector<Saved> saved_;  ///< of logs that are not there
  FolderWatch watch_;
  bool once_ = false, history_ = false, folder_ = false, scanned_ = false, too_many_ = false;
  std::size_t turn_ = 0, taken_ = 0;
  std::int64_t scan_at_ = 0;
  std::string trouble_;
};

}  // namespace

const char* const kZeekHelp = "PATH of Zeek's log folder (logs/current), or of one log; TSV or JSON";

kit::SourceMade make_zeek(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.empty())
    made.problems.push_back({"a zeek source needs the path of a log or of a folder of logs", spec.where,
                             "write zeek:/opt/zeek/logs/current"});
  if (made.problems.empty()) made.source = std::make_unique<ZeekSource>(spec);
  return made;
}

}  // namespace wf::network
