#include "console/store/attachment_index.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "console/store/data_directory.hpp"
#include "proto/attachment.hpp"

namespace wf::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "watchfloor attachments 1";
/// Lines about what is past that are kept when the index is written anew.
constexpr std::size_t kMostRemoved = 10'000;
constexpr std::size_t kWorthRewriting = 1000;

fs::path index_file(const fs::path& data) { return data / kAttachmentsFolder / "index"; }

std::string line_of(const StoredAttachment& a) {
  return fmt::format("+ {} {} {} {} {}\n", a.hash, a.bytes, a.received, a.media_type, a.agent);
}
std::string line_of(const std::string& hash, UtcNs removed) { return fmt::format("- {} {}\n", hash, removed); }

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  while (!line.empty()) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    out.push_back(line.substr(0, blank));
    line.remove_prefix(std::min(blank + 1, line.size()));
  }
  return out;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

/// Walks lines; what a later line says of an attachment counts.
class Parser {
 public:
  void take(std::string_view line) {
    const std::vector<std::string_view> w = words(line);
    if (w.size() < 3 || !valid_attachment_hash(w[1])) return unreadable();
    const std::string hash(w[1]);
    if (w[0] == "+" && w.size() == 6) {
      StoredAttachment a{hash, std::string(w[5]), std::string(w[4]), 0, 0};
      if (!read_number(w[2], a.bytes) || !read_number(w[3], a.received)) return unreadable();
      forget(hash);
      out_.removed.erase(hash);
      at_[hash] = out_.stored.size();
      out_.stored.push_back(std::move(a));
    } else if (UtcNs when = 0; w[0] == "-" && w.size() == 3 && read_number(w[2], when)) {
      forget(hash);
      out_.removed[hash] = when;
    } else {
      unreadable();
    }
  }
  AttachmentList finish() {
    std::erase_if(out_.stored, [](const StoredAttachment& a) { return a.hash.empty(); });
    return std::move(out_);
  }
  void unreadable() { ++out_.unreadable; }

 private:
  void forget(const std::string& hash) {
    const auto known = at_.find(hash);
    if (known == at_.end()) return;
    out_.stored[known->second].hash.clear();
    at_.erase(known);
  }
  AttachmentList out_;
  std::unordered_map<std::string, std::size_t> at_;
};

}  // namespace

fs::path attachment_file(const fs::path& data, const std::string& hash) {
  return data / kAttachmentsFolder / hash.substr(0, 2) / hash;
}

Result<AttachmentList> read_attachment_index(const fs::path& data) {
  const fs::path file = index_file(data);
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(file, failed))) return AttachmentList{};
  std::string text;
  Result<void> read = read_through(file, [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  });
  if (!read) return read.error();
  std::string_view left = text;
  if (!left.starts_with("watchfloor attachments "))
    return Error{"this is no index of attachments", file.string(), "move it away; the attachments stay readable"};
  if (left.substr(0, std::min(left.find('\n'), left.size())) != kHead)
    return Error{"it was written by a newer Watchfloor", file.string(), "use the version that wrote it"};
  left.remove_prefix(kHead.size());
  Parser parser;
  left.remove_prefix(std::min<std::size_t>(1, left.size()));
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) {
      parser.unreadable();  // torn by a crash, or being written right now
      break;
    }
    parser.take(left.substr(0, end));
    left.remove_prefix(end + 1);
  }
  return parser.finish();
}

Result<void> write_attachment_index(const fs::path& data, const AttachmentList& list) {
  const fs::path file = index_file(data), fresh = file.string() + ".new";
  std::error_code ignored;
  fs::remove(fresh, ignored);
  const Descriptor out{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (out.number < 0) return file_error(fresh, "make it", errno);
  std::string text = std::string(kHead) + "\n";
  for (const auto& [hash, when] : list.removed) text += line_of(hash, when);
  for (const StoredAttachment& attachment : list.stored) text += line_of(attachment);
  for (std::string_view left = text; !left.empty();) {
    const ssize_t n = ::write(out.number, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return file_error(fresh, "write it", errno);
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(out.number) != 0) return file_error(fresh, "write it to the disk", errno);
  if (::rename(fresh.c_str(), file.c_str()) != 0) return file_error(file, "write it anew", errno);
  return sync_path(file.parent_path());
}

Result<AttachmentIndex> AttachmentIndex::open(const fs::path& data, AttachmentList& list) {
  const fs::path file = index_file(data);
  Result<AttachmentList> read = read_attachment_index(data);
  if (!read) return read.error();
  list = std::move(*read);
  std::error_code failed;
  const bool absent = !fs::exists(file, failed);
  // Removed ones weigh little; what was removed longest ago is forgotten first, what was lost last.
  const bool past = list.removed.size() > list.stored.size() + kWorthRewriting;
  if (past && list.removed.size() > kMostRemoved) {
    std::vector<UtcNs> times;
    const auto age = [](UtcNs when) { return when == kLost ? std::numeric_limits<UtcNs>::max() : when; };
    for (const auto& [hash, when] : list.removed) times.push_back(age(when));
    const auto bound = times.end() - static_cast<std::ptrdiff_t>(kMostRemoved);
    std::nth_element(times.begin(), bound, times.end());
    std::erase_if(list.removed, [&](const auto& one) { return age(one.second) < *bound; });
  }
  if (absent || past || list.unreadable > 0)
    if (Result<void> written = write_attachment_index(data, list); !written) return written.error();
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return file_error(file, "write it", errno);
  return AttachmentIndex(file, descriptor);
}

AttachmentIndex::AttachmentIndex(AttachmentIndex&& o) noexcept
    : file_(std::move(o.file_)), descriptor_(std::exchange(o.descriptor_, -1)) {}

AttachmentIndex::~AttachmentIndex() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> AttachmentIndex::append(const std::string& line) {
  struct stat before {};
  if (::fstat(descriptor_, &before) != 0) return file_error(file_, "write it", errno);
  const ssize_t n = ::write(descriptor_, line.data(), line.size());
  if (n == static_cast<ssize_t>(line.size())) return {};
  const int reason = n < 0 ? errno : ENOSPC;
  // Half a line would make one with the next: should this fail too, both are counted as unreadable and scanned anew.
  if (n > 0 && ::ftruncate(descriptor_, before.st_size) != 0) return file_error(file_, "write it", errno);
  return file_error(file_, "write it", reason);
}

Result<void> AttachmentIndex::add(const StoredAttachment& attachment) {
  if (Result<void> written = append(line_of(attachment)); !written) return written;
  if (::fdatasync(descriptor_) != 0) return file_error(file_, "write it to the disk", errno);
  return {};
}

Result<void> AttachmentIndex::remove(const std::string& hash, UtcNs now) { return append(line_of(hash, now)); }

}  // namespace wf::store
