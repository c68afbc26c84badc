#include "agents/host/files.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <set>
#include <unordered_map>
#include <utility>

#include "agents/host/file_baseline.hpp"
#include "agents/host/file_hash.hpp"
#include "agents/host/file_walk.hpp"
#include "agents/host/machine.hpp"
#include "agents/kit/descriptor.hpp"
#include "agents/kit/kinds.hpp"

namespace wf::host {
namespace {

constexpr unsigned kDepth = 16, kMost = 2000, kEvery = 3600, kMostAllowed = 5000;
constexpr int kStepEntries = 256;
// A program that writes a file does it in several calls; what happened is told once they are over.
constexpr std::int64_t kSettle = kSecond;
// More paths than this at once: all is looked at instead.
constexpr std::size_t kMostDirty = 2048;
constexpr std::uint32_t kWatched = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_MODIFY |
                                   IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;
constexpr const char* kCapability =
    "grant CAP_DAC_READ_SEARCH to the agent, and nothing else (wf-agent-host-files.conf beside its service)";

std::vector<std::string> roots_of(std::string_view address) {
  std::vector<std::string> out;
  while (!address.empty()) {
    std::string_view one = address.substr(0, address.find(':'));
    address.remove_prefix(std::min(one.size() + 1, address.size()));
    while (one.size() > 1 && one.ends_with('/')) one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

bool number_of(const std::string& text, unsigned least, unsigned most, unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most;
}

std::string octal(std::uint32_t mode) {
  std::array<char, 8> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), mode & 07777U, 8);
  const std::string digits(text.data(), end);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || folder == "/" || path[folder.size()] == '/');
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : slash == std::string::npos ? "." : path.substr(0, slash);
}

struct Limits {
  unsigned depth = kDepth, most = kMost, every = kEvery;
};

class FilesSource final : public kit::Source {
 public:
  FilesSource(const kit::SourceSpec& spec, std::vector<std::string> roots, Limits limits)
      : Source(spec), roots_(std::move(roots)), limits_(limits), host_(spec.option("host", machine_name())) {}

  std::vector<Error> check() override {
    std::vector<Error> out;
    for (const std::string& root : roots_) {
      struct stat st {};
      if (::lstat(root.c_str(), &st) != 0)
        out.push_back({std::string("cannot be looked at: ") + std::strerror(errno), root,
                       errno == EACCES ? kCapability : "it is watched as soon as it is there"});
    }
    return out;
  }

  std::vector<std::string> remarks() const override {
    FileWalk walk;
    for (const std::string& root : roots_) walk.add(root, limits_.depth);
    FileWalk::Entry entry;
    std::size_t files = 0, unreadable = 0;
    std::string example;
    while (files <= limits_.most && walk.next(entry)) {
      ++files;
      const bool hidden = !walk.blocked().first.empty();
      if (!hidden && (!S_ISREG(entry.st.st_mode) || ::access(entry.path.c_str(), R_OK) == 0)) continue;
      ++unreadable;
      if (example.empty()) example = entry.path;
    }
    std::vector<std::string> out;
    if (unreadable > 0)
      out.push_back(std::to_string(unreadable) + " of its files and folders cannot be read, such as " + example +
                    ": of these only owner, permissions and times are watched; " + kCapability);
    if (files > limits_.most)
      out.push_back("more than " + std::to_string(limits_.most) +
                    " files: only so many are watched; name fewer, or raise most=");
    return out;
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    once_ = once;
    first_ = position.empty();
    if (!first_ && !read_baseline_text(position, files_)) {
      files_.clear();
      first_ = true;
      lost_ = Error{"the saved baseline cannot be read", spec().address, "one is made anew"}.text();
    }
    position_ = first_ ? std::string() : std::string(position);
    if (!once) inotify_ = kit::Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    begin_walk(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    read_watch(moment);
    if (moment.mono >= walk_at_ && !walk_.busy()) begin_walk(moment);
    for (auto it = dirty_.begin(); it != dirty_.end() && !sink.full();) {
      if (it->second > moment.mono) {
        ++it;
        continue;
      }
      const std::string path = it->first;
      it = dirty_.erase(it);
      look_at(path, sink, moment);
    }
    FileWalk::Entry entry;
    for (int i = 0; i < kStepEntries && !sink.full() && walk_.busy(); ++i) {
      if (!walk_.next(entry)) break;
      note_blocked();
      found(entry.path, entry.st, sink, moment);
    }
    if (walking_ && !walk_.busy() && !sink.full()) end_walk(sink, moment);
    if (!sink.full()) hash_on(sink, moment);
    const bool busy = walk_.busy() || walking_ || hash_.busy() || !to_hash_.empty();
    if (!busy && first_) tell_baseline(sink, moment);
    set_state(once_ && !busy ? "ended" : "running", problem());
    return busy;
  }

  std::string position() const override {
    if (first_) return {};
    if (stale_) position_ = baseline_text(files_);
    stale_ = false;
    return position_;
  }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (inotify_.open()) fds.push_back({inotify_.get(), POLLIN, 0});
  }
  std::int64_t next_wake() const override {
    std::int64_t wake = walk_at_;
    for (const auto& [path, due] : dirty_) wake = std::min(wake, due);
    return wake;
  }

 private:
  [[nodiscard]] bool watched(const std::string& path) const {
    return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) { return is_below(path, root); });
  }
  [[nodiscard]] unsigned depth_of(const std::string& path) const {
    unsigned depth = 0;
    for (const std::string& root : roots_) {
      if (!is_below(path, root)) continue;
      const auto deep =
          static_cast<unsigned>(std::count(path.begin() + static_cast<std::ptrdiff_t>(root.size()), path.end(), '/'));
      if (deep <= limits_.depth) depth = std::max(depth, limits_.depth - deep);
    }
    return depth;
  }

  // ---- what there is ----

  void begin_walk(const kit::Moment& moment) {
    ++generation_;
    walking_ = true;
    unreadable_.clear();
    left_out_ = 0;
    walk_at_ = moment.mono + limits_.every * kSecond;
    for (const std::string& root : roots_) {
      walk_.add(root, limits_.depth);
      watch_folder(parent_of(root));
    }
  }

  void end_walk(kit::Sink& sink, const kit::Moment& moment) {
    walking_ = false;
    std::vector<std::string> gone;
    for (const auto& [path, state] : files_)
      if (state.walk != generation_) gone.push_back(path);
    for (const std::string& path : gone) deleted(path, sink, moment);
  }

  void note_blocked() {
    if (const auto [folder, code] = walk_.blocked(); !folder.empty()) unreadable_.insert(folder);
  }

  // Something may have happened to it, or to what is below it.
  void look_at(const std::string& path, kit::Sink& sink, const kit::Moment& moment) {
    struct stat st {};
    if (::lstat(path.c_str(), &st) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) return;
      std::vector<std::string> gone;
      for (auto it = files_.lower_bound(path); it != files_.end() && it->first.starts_with(path); ++it)
        if (is_below(it->first, path)) gone.push_back(it->first);
      for (const std::string& one : gone) deleted(one, sink, moment);
      return;
    }
    const auto it = files_.find(path);
    if (S_ISDIR(st.st_mode) && (it == files_.end() || !it->second.folder())) {
      walk_.add(path, depth_of(path));
      return;
    }
    found(path, st, sink, moment);
  }

  void found(const std::string& path, const struct stat& st, kit::Sink& sink, const kit::Moment& moment) {
    if (S_ISDIR(st.st_mode)) watch_folder(path);
    FileState now = FileState::of(st);
    now.walk = generation_;
    const auto it = files_.find(path);
    if (it != files_.end()) {
      it->second.walk = generation_;
      if (it->second.looks_like(now)) return;
    } else if (files_.size() + to_hash_.size() >= limits_.most) {
      ++left_out_;
      return;
    }
    if (now.regular()) {
      if (to_hash_.insert(path).second) count_read();
      return;
    }
    count_read();
    if (now.link()) {
      std::string target(PATH_MAX, '\0');
      const ssize_t n = ::readlink(path.c_str(), target.data(), target.size());
      if (n >= 0) {
        crypto_hash_sha256(now.hash.data(), reinterpret_cast<const unsigned char*>(target.data()),
                           static_cast<unsigned long long>(n));
        now.hashed = true;
      }
    }
    settle(path, now, sink, moment);
  }

  void hash_on(kit::Sink& sink, const kit::Moment& moment) {
    if (!hash_.busy()) {
      // Small files together, but no more than a slice's worth of them.
      for (int i = 0; i < 16 && !to_hash_.empty() && !hash_.busy() && !sink.full(); ++i) {
        hashing_ = *to_hash_.begin();
        to_hash_.erase(to_hash_.begin());
        if (const int code = hash_.begin(hashing_); code != 0)
          unread(code, sink, moment);
        else
          go_on(sink, moment);
      }
      return;
    }
    go_on(sink, moment);
  }

  void go_on(kit::Sink& sink, const kit::Moment& moment) {
    switch (hash_.go()) {
      case FileHash::Went::on:
        break;
      case FileHash::Went::done: {
        FileState now = hash_.state();
        now.walk = generation_;
        settle(hashing_, now, sink, moment);
        break;
      }
      case FileHash::Went::changed:
        // It is being written to: its hash comes when that is over, and until then it is there without one.
        if (first_ || once_) unread(0, sink, moment);
        if (!once_) dirty_[hashing_] = moment.mono + kSettle;
        break;
      case FileHash::Went::failed:
        unread(EACCES, sink, moment);
        break;
    }
  }

  // It is there and cannot be read: what stat(2) tells is watched.
  void unread(int code, kit::Sink& sink, const kit::Moment& moment) {
    struct stat st {};
    if (::lstat(hashing_.c_str(), &st) != 0) {
      look_at(hashing_, sink, moment);
      return;
    }
    if (code == EACCES || code == EPERM) unreadable_.insert(hashing_);
    FileState now = FileState::of(st);
    now.walk = generation_;
    settle(hashing_, now, sink, moment);
  }

  // ---- what is told ----

  void settle(const std::string& path, const FileState& now, kit::Sink& sink, const kit::Moment& moment) {
    const auto it = files_.find(path);
    if (first_) {
      files_[path] = now;
      return;
    }
    stale_ = true;
    if (it == files_.end()) {
      tell("created", path, nullptr, &now, sink, moment);
      files_.emplace(path, now);
      return;
    }
    const FileState before = it->second;
    it->second = now;
    const bool content = before.hashed != now.hashed || before.hash != now.hash ||
                         (before.mode & S_IFMT) != (now.mode & S_IFMT) ||
                         (!now.hashed && !now.folder() && before.size != now.size);
    if (content)
      tell("changed", path, &before, &now, sink, moment);
    else if (!before.same_attributes(now))
      tell("attributes", path, &before, &now, sink, moment);
  }

  void deleted(const std::string& path, kit::Sink& sink, const kit::Moment& moment) {
    const auto it = files_.find(path);
    if (it == files_.end()) return;
    if (!first_) tell("deleted", path, &it->second, nullptr, sink, moment);
    files_.erase(it);
    stale_ = true;
  }

  void tell(const char* action, const std::string& path, const FileState* before, const FileState* now, kit::Sink& sink,
            const kit::Moment& moment) {
    Event e;
    e.kind = "host.file";
    e.severity = 2;
    e.time = now == nullptr ? moment.now : std::min(now->changed, moment.now);
    const std::string_view what = action;
    e.logsource = {"linux", "", what == "deleted" ? "file_delete" : what == "attributes" ? "" : "file_event"};
    e.add("file.action", action);
    e.add("file.path", path);
    e.add("TargetFilename", path);
    if (now != nullptr) {
      if (now->hashed) e.add("file.hash.sha256", hex(now->hash));
      e.add("file.size", std::to_string(now->size), ValueType::number);
      e.add("file.mode", octal(now->mode));
      e.add("file.uid", std::to_string(now->uid), ValueType::number);
      e.add("file.gid", std::to_string(now->gid), ValueType::number);
      // A program that runs as its owner whoever starts it
      const std::uint32_t had = before == nullptr ? 0 : before->mode;
      if (now->regular() && (now->mode & ~had & (S_ISUID | S_ISGID)) != 0) e.severity = 3;
    }
    if (before != nullptr) {
      if (before->hashed) e.add("file.hash.sha256.before", hex(before->hash));
      if (now == nullptr || before->size != now->size)
        e.add("file.size.before", std::to_string(before->size), ValueType::number);
      if (now == nullptr || before->mode != now->mode) e.add("file.mode.before", octal(before->mode));
      if (now == nullptr || before->uid != now->uid)
        e.add("file.uid.before", std::to_string(before->uid), ValueType::number);
      if (now == nullptr || before->gid != now->gid)
        e.add("file.gid.before", std::to_string(before->gid), ValueType::number);
    }
    if (!host_.empty()) e.add("host.name", host_);
    e.add("message", path + (what == "attributes" ? ": owner or permissions changed" : ": " + std::string(what)));
    emit(sink, std::move(e), moment);
  }

  void tell_baseline(kit::Sink& sink, const kit::Moment& moment) {
    first_ = false;
    stale_ = true;
    Event e;
    e.kind = "host.file";
    e.severity = 1;
    e.time = moment.now;
    e.logsource = {"linux", "", ""};
    e.add("file.action", "baseline");
    for (const std::string& root : roots_) e.add("file.path", root);
    e.add("file.count", std::to_string(files_.size()), ValueType::number);
    if (!host_.empty()) e.add("host.name", host_);
    e.add("message", std::to_string(files_.size()) + " files and folders are watched from now on");
    emit(sink, std::move(e), moment);
  }

  [[nodiscard]] std::string problem() const {
    if (!unreadable_.empty())
      return Error{std::to_string(unreadable_.size()) + " of its files and folders cannot be read",
                   *unreadable_.begin(), kCapability}
          .text();
    if (left_out_ > 0)
      return Error{
          std::to_string(left_out_) + " files more than the " + std::to_string(limits_.most) + " that are watched",
          spec().address, "name fewer, or raise most="}
          .text();
    if (no_watches_)
      return Error{
          "no inotify watches are left", spec().address,
          "changes are seen only every " + std::to_string(limits_.every) + " s; raise fs.inotify.max_user_watches"}
          .text();
    return lost_;
  }

  // ---- inotify ----

  void watch_folder(const std::string& folder) {
    if (!inotify_.open()) return;
    const int wd = ::inotify_add_watch(inotify_.get(), folder.c_str(), kWatched);
    if (wd >= 0) folders_[wd] = folder;
    if (wd < 0 && errno == ENOSPC) no_watches_ = true;
  }

  void read_watch(const kit::Moment& moment) {
    if (!inotify_.open()) return;
    alignas(inotify_event) std::array<char, 16U << 10U> buffer;
    for (;;) {
      const ssize_t n = ::read(inotify_.get(), buffer.data(), buffer.size());
      if (n <= 0) return;
      for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(n);) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        at += sizeof(inotify_event) + event->len;
        if ((event->mask & IN_Q_OVERFLOW) != 0) walk_at_ = moment.mono;
        const auto it = folders_.find(event->wd);
        if (it == folders_.end()) continue;
        std::string path = it->second;
        if (event->len > 0) path += (path.ends_with('/') ? "" : "/") + std::string(event->name);
        if ((event->mask & IN_IGNORED) != 0) folders_.erase(it);
        if (!watched(path)) continue;
        if (dirty_.size() >= kMostDirty) {
          dirty_.clear();
          walk_at_ = moment.mono + kSettle;
        } else {
          dirty_.try_emplace(std::move(path), moment.mono + kSettle);
        }
      }
    }
  }

  std::vector<std::string> roots_;
  Limits limits_;
  std::string host_, lost_;
  bool once_ = false, first_ = true, walking_ = false, no_watches_ = false;
  FileBaseline files_;
  FileWalk walk_;
  FileHash hash_;
  std::string hashing_;
  std::set<std::string> to_hash_, unreadable_;
  std::map<std::string, std::int64_t> dirty_;
  std::unordered_map<int, std::string> folders_;
  kit::Descriptor inotify_;
  std::uint32_t generation_ = 0;
  std::size_t left_out_ = 0;
  std::int64_t walk_at_ = 0;
  mutable std::string position_;
  mutable bool stale_ = false;
};

}  // namespace

kit::SourceMade make_files(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"depth", "most", "every", "host"});
  std::vector<std::string> roots = roots_of(spec.address);
  if (roots.empty())
    made.problems.push_back({"a files source needs paths", spec.where, "write files:/etc:/usr/local/bin"});
  for (const std::string& root : roots)
    if (root.front() != '/')
      made.problems.push_back({"'" + root + "' is no absolute path", spec.where, "write files:/etc"});
  Limits limits;
  const auto number = [&](const char* name, unsigned least, unsigned most, unsigned& out) {
    const std::string text = spec.option(name);
    if (!text.empty() && !number_of(text, least, most, out))
      made.problems.push_back({std::string(name) + "=" + text + " cannot be used", spec.where,
                               "write a number from " + std::to_string(least) + " to " + std::to_string(most)});
  };
  number("depth", 0, 64, limits.depth);
  number("most", 1, kMostAllowed, limits.most);
  number("every", 10, 7 * 86'400, limits.every);
  if (made.problems.empty()) made.source = std::make_unique<FilesSource>(spec, std::move(roots), limits);
  return made;
}

}  // namespace wf::host
