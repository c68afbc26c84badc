#include "console/shell/kept_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "console/shell/kept_json.hpp"

namespace wf::shell {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::milliseconds kSettles{700};  ///< what changes in quick succession is written once
constexpr std::size_t kLargest = 8 * 1024 * 1024;

UtcNs system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A descriptor that is closed.
struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

std::string reason(int error) { return std::strerror(error); }

/// Empty: it holds none. The text of an unreadable one is an error.
Result<std::string> read_whole(const fs::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::string();
    return Error{"cannot be read: " + reason(errno), file.string(), "what was set before is not known"};
  }
  std::string out;
  char piece[16'384];
  while (out.size() < kLargest) {
    const ssize_t n = ::read(in.fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{"cannot be read: " + reason(errno), file.string(), "what was set before is not known"};
    if (n == 0) return out;
    out.append(piece, static_cast<std::size_t>(n));
  }
  return Error{"is larger than anything that was kept", file.string(), "remove it"};
}

/// Beside, to the disk, renamed: a reader, or a loss of power, finds the old one or the new one.
Result<void> write_whole(const fs::path& file, const std::string& text) {
  const fs::path part = file.string() + ".new";
  const auto failed = [&](const char* what) {
    return Error{std::string(what) + reason(errno), file.string(),
                 "what is set and begun now will not outlive this console"};
  };
  ::unlink(part.c_str());
  {
    const Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.fd < 0) return failed("cannot be written: ");
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t n = ::write(out.fd, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("cannot be written: ");
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(out.fd) != 0) return failed("cannot be written: ");
  }
  if (::rename(part.c_str(), file.c_str()) != 0) return failed("cannot be replaced: ");
  const Descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd >= 0) (void)::fsync(folder.fd);
  return {};
}

void make_folder(const fs::path& file) {
  std::error_code failed;
  fs::create_directories(file.parent_path().parent_path(), failed);
  ::mkdir(file.parent_path().c_str(), 0700);
}

/// The name of this console's memory: the seat's, or with a number while other consoles sit there. `slot` holds it.
std::string own_seat(const fs::path& file, const std::string& seat, int& slot) {
  constexpr int kMost = 8;
  make_folder(file);
  const std::size_t mark = std::hash<std::string>()(seat);
  for (int n = 1; n <= kMost; ++n) {
    char name[64];
    std::snprintf(name, sizeof name, ".%016zx-%d.lock", mark, n);
    slot = ::open((file.string() + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (slot < 0) return seat;
    if (::flock(slot, LOCK_EX | LOCK_NB) == 0) return n == 1 ? seat : seat + " #" + std::to_string(n);
    ::close(std::exchange(slot, -1));
  }
  return seat;
}

struct Reading {
  json content = json::object();
  bool damaged = false, newer = false;
};

Reading parse(const std::string& text) {
  Reading out;
  if (text.empty()) return out;
  json read = json::parse(text, nullptr, false);
  const auto version = read.is_object() ? read.find("v") : read.end();
  if (!read.is_object() || version == read.end() || !version->is_number_integer() || version->get<std::int64_t>() < 1) {
    out.damaged = true;
    return out;
  }
  out.newer = version->get<std::int64_t>() > kKeptVersion;
  out.content = std::move(read);
  return out;
}

}  // namespace

struct KeptFile::Writer {
  fs::path file;
  std::string seat;
  std::function<void(const std::string&)> tell;
  json before = json::object();  ///< what this console last read or wrote, of its own

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Kept> next;
  bool over = false, hurry = false, busy = false;
  std::string problem;
  std::thread thread;
  int slot = -1;  ///< held while this console lives

  ~Writer() {
    if (slot >= 0) ::close(slot);
  }

  void say(const std::string& text) {
    {
      const std::lock_guard hold(mutex);
      if (problem == text) return;
      problem = text;
    }
    if (!text.empty()) tell(text);
  }

  void run() {
    std::unique_lock hold(mutex);
    while (true) {
      changed.wait(hold, [this] { return over || next; });
      if (!next) return;
      changed.wait_for(hold, kSettles, [this] { return over || hurry; });
      const Kept kept = *std::exchange(next, std::nullopt);
      busy = true;
      hold.unlock();
      write(kept);
      hold.lock();
      busy = false;
      hurry = hurry && next;
      changed.notify_all();
    }
  }

  void write(const Kept& kept) {
    json after = json_of(kept, seat, system_now());
    make_folder(file);
    const Descriptor lock(::open((file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.fd >= 0)
      while (::flock(lock.fd, LOCK_EX) != 0 && errno == EINTR) {
      }
    // What another console wrote meanwhile stays; where there is nothing to add to, all is written.
    const Result<std::string> text = read_whole(file);
    Reading there = text ? parse(*text) : Reading{};
    if (there.newer) return;  // said when it was read
    if (there.content.empty())
      there.content = after;
    else
      there.content.merge_patch(changes(before, after));
    forget_old_seats(there.content);
    const Result<void> done =
        write_whole(file, there.content.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
    if (done) before = std::move(after);
    say(done ? std::string() : done.error().text());
  }
};

fs::path usual_kept_file() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  // Relative paths are invalid by the specification.
  if (state != nullptr && *state == '/') return fs::path(state) / "watchfloor" / "console.json";
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return fs::path(home) / ".local" / "state" / "watchfloor" / "console.json";
}

KeptFile::KeptFile(fs::path file, std::string seat, std::function<void(const std::string&)> tell)
    : file_(std::move(file)), writer_(std::make_unique<Writer>()) {
  Writer& w = *writer_;
  w.file = file_;
  w.seat = std::move(seat);
  w.tell = std::move(tell);
  if (file_.empty()) return;
  const Result<std::string> text = read_whole(file_);
  Reading read = text ? parse(*text) : Reading{};
  if (!text) w.say(text.error().text());
  if (read.damaged) {
    const fs::path aside = file_.string() + ".damaged";
    std::error_code failed;
    fs::rename(file_, aside, failed);
    w.tell(Error{"is damaged, so this console starts as a new one", file_.string(),
                 failed ? "it is written anew" : "the damaged one is kept as " + aside.string()}
               .text());
  }
  if (read.newer) {
    w.say(Error{"was written by a newer release, so nothing of it is used or changed", file_.string(),
                "use that release, or move the file away"}
              .text());
    read.content = json::object();
    file_.clear();
    return;
  }
  w.seat = own_seat(file_, w.seat, w.slot);
  start_ = kept_of(read.content, w.seat);
  w.before = json_of(start_, w.seat, 0);
  if (const auto own = read.content.find("seats"); own == read.content.end() || !own->contains(w.seat))
    w.before["seats"] = json::object();
  w.thread = std::thread([&w] { w.run(); });
}

KeptFile::~KeptFile() {
  Writer& w = *writer_;
  {
    const std::lock_guard hold(w.mutex);
    w.over = true;
    w.changed.notify_all();
  }
  if (w.thread.joinable()) w.thread.join();
}

void KeptFile::keep(Kept kept) {
  Writer& w = *writer_;
  if (!w.thread.joinable()) return;
  const std::lock_guard hold(w.mutex);
  w.next = std::move(kept);
  w.changed.notify_all();
}

void KeptFile::flush() {
  Writer& w = *writer_;
  if (!w.thread.joinable()) return;
  std::unique_lock hold(w.mutex);
  if (w.next) w.hurry = true;
  w.changed.notify_all();
  w.changed.wait(hold, [&w] { return !w.next && !w.busy; });
}

std::string KeptFile::problem() const {
  const std::lock_guard hold(writer_->mutex);
  return writer_->problem;
}

}  // namespace wf::shell
