#include "agents/kit/spool/attachments.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <utility>

#include "agents/kit/descriptor.hpp"
#include "proto/attachment.hpp"

namespace wf::kit {
namespace {

constexpr const char* kIncoming = "incoming.part";
constexpr std::size_t kSerialDigits = 16, kHashDigits = 64;
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::int64_t kNewsEvery = 60 * kSecond;

Error no_attachment(std::string what, std::string to_do) { return {std::move(what), "attachment", std::move(to_do)}; }

Result<void> check_size(std::uint64_t size, std::uint64_t most) {
  if (size == 0) return no_attachment("it is empty", "attach a file that is written already");
  if (size > most)
    return no_attachment("it has " + std::to_string(size) + " bytes, more than the " + std::to_string(most >> 20U) +
                             " MiB that one may have",
                         "raise attachments.each_mib in the agent's configuration");
  return {};
}

Result<void> check_type(std::string_view first) {
  if (media_type_of(first).empty()) return no_attachment("it is no JPEG, PNG or MP4", "attach pictures and clips only");
  return {};
}

/// What an open file is at the moment.
Result<struct stat> look_at(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file_error("attachment", "read it", errno);
  if (!S_ISREG(info.st_mode)) return no_attachment("it is no regular file", "attach files only");
  return info;
}

/// Reads an open file a piece at a time and sees to it that nobody changes it meanwhile.
class FileReading {
 public:
  FileReading(int fd, const struct stat& before) : fd_(fd), before_(before), buffer_(kReadBytes, '\0') {}

  Result<std::string_view> next() {
    for (;;) {
      const ssize_t n = ::pread(fd_, buffer_.data(), buffer_.size(), at_);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return file_error("attachment", "read it", errno);
      at_ += n;
      if (at_ > before_.st_size) return changed();
      return std::string_view(buffer_.data(), static_cast<std::size_t>(n));
    }
  }
  Result<void> unchanged() const {
    struct stat now {};
    const bool same = ::fstat(fd_, &now) == 0 && at_ == before_.st_size && now.st_size == before_.st_size &&
                      now.st_mtim.tv_sec == before_.st_mtim.tv_sec && now.st_mtim.tv_nsec == before_.st_mtim.tv_nsec;
    if (!same) return changed();
    return {};
  }

 private:
  static Error changed() { return no_attachment("it is still being written", "name it in a record when it is whole"); }
  int fd_;
  struct stat before_;
  off_t at_ = 0;
  std::string buffer_;
};

}  // namespace

AttachmentHash::AttachmentHash() { crypto_generichash_init(&state_, nullptr, 0, kHashDigits / 2); }

void AttachmentHash::add(std::string_view bytes) {
  crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string AttachmentHash::hex() {
  std::array<unsigned char, kHashDigits / 2> hash{};
  crypto_generichash_final(&state_, hash.data(), hash.size());
  std::string out(kHashDigits + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), hash.data(), hash.size());
  out.pop_back();
  return out;
}

Result<Attachments> Attachments::open(AttachmentOptions options) {
  if (Result<void> made = make_private_directory(options.directory); !made) return made.error();
  Attachments out(std::move(options));
  out.disk_ = out.options_.disk != nullptr ? out.options_.disk : &real_disk();
  if (Result<void> scanned = out.scan(); !scanned) return scanned.error();
  return out;
}

Result<void> Attachments::scan() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(options_.directory.c_str()), &::closedir);
  if (!directory) return file_error(options_.directory, "read this directory", errno);
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == kIncoming) ::unlink((options_.directory / kIncoming).c_str());
    if (name.size() != kSerialDigits + 1 + kHashDigits || name[kSerialDigits] != '-') continue;
    Waiting found;
    const char* const end = name.data() + kSerialDigits;
    if (std::from_chars(name.data(), end, found.serial, 16).ptr != end) continue;
    found.hash = name.substr(kSerialDigits + 1);
    if (!valid_attachment_hash(found.hash)) continue;
    struct stat info {};
    if (::lstat((options_.directory / name).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    next_serial_ = std::max(next_serial_, found.serial + 1);
    if (info.st_size == 0) {
      remember_lost(found);
      continue;
    }
    found.bytes = static_cast<std::uint64_t>(info.st_size);
    bytes_ += found.bytes;
    waiting_.push_back(std::move(found));
  }
  std::sort(waiting_.begin(), waiting_.end(), [](const Waiting& a, const Waiting& b) { return a.serial < b.serial; });
  make_room(0);
  return {};
}

std::filesystem::path Attachments::file_of(const Waiting& waiting) const {
  std::array<char, kSerialDigits + 1> serial{};
  std::snprintf(serial.data(), serial.size(), "%016llx", static_cast<unsigned long long>(waiting.serial));
  return options_.directory / (std::string(serial.data()) + "-" + waiting.hash);
}

std::uint64_t Attachments::most_bytes() const { return std::min(options_.each_bytes, options_.limit_bytes); }

bool Attachments::has(std::string_view hash) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.hash == hash; });
}

Result<std::string> Attachments::add(std::string_view content) {
  return take(
      content.size(), [&]() -> Result<std::string_view> { return std::exchange(content, std::string_view()); },
      [] { return Result<void>(); });
}

Result<std::string> Attachments::add_file(int fd) {
  const Result<struct stat> info = look_at(fd);
  if (!info) return info.error();
  FileReading reading(fd, *info);
  return take(
      static_cast<std::uint64_t>(info->st_size), [&] { return reading.next(); }, [&] { return reading.unchanged(); });
}

Result<std::string> Attachments::take(std::uint64_t size, const Reading& next,
                                      const std::function<Result<void>()>& unchanged) {
  if (Result<void> good = check_size(size, most_bytes()); !good) return good.error();
  const std::filesystem::path part = options_.directory / kIncoming;
  Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.open()) return file_error(part, "write it", errno);
  const auto failed = [&](Error error) -> Result<std::string> {
    ::unlink(part.c_str());
    return error;
  };
  AttachmentHash hash;
  std::uint64_t at = 0;
  for (;;) {
    Result<std::string_view> bytes = next();
    if (!bytes) return failed(bytes.error());
    if (bytes->empty()) break;
    if (at == 0)
      if (Result<void> good = check_type(*bytes); !good) return failed(good.error());
    hash.add(*bytes);
    while (!bytes->empty()) {
      const ssize_t n = disk_->write(out.get(), bytes->data(), bytes->size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return failed(file_error(part, "write it", n < 0 ? errno : EIO));
      at += static_cast<std::uint64_t>(n);
      bytes->remove_prefix(static_cast<std::size_t>(n));
    }
  }
  if (Result<void> same = unchanged(); !same) return failed(same.error());
  Waiting made{next_serial_, hash.hex(), at};
  if (has(made.hash)) {
    ::unlink(part.c_str());
    return made.hash;
  }
  if (disk_->sync(out.get()) != 0) return failed(file_error(part, "make it durable", errno));
  make_room(at);
  if (::rename(part.c_str(), file_of(made).c_str()) != 0) return failed(file_error(part, "name it", errno));
  if (Result<void> synced = sync_directory(options_.directory); !synced) {
    ::unlink(file_of(made).c_str());
    return synced.error();
  }
  ++next_serial_;
  bytes_ += made.bytes;
  waiting_.push_back(made);
  return made.hash;
}

void Attachments::make_room(std::uint64_t bytes) {
  while (!waiting_.empty() && bytes_ + bytes > options_.limit_bytes) {
    // What is on its way would have been sent for nothing.
    const std::size_t oldest = waiting_.size() > 1 && waiting_.front().hash == busy_ ? 1 : 0;
    lose(oldest);
  }
}

void Attachments::lose(std::size_t index) {
  const auto it = waiting_.begin() + static_cast<std::ptrdiff_t>(index);
  const Waiting lost = *it;
  bytes_ -= lost.bytes;
  waiting_.erase(it);
  if (::truncate(file_of(lost).c_str(), 0) != 0) ::unlink(file_of(lost).c_str());
  remember_lost(lost);
}

void Attachments::remember_lost(const Waiting& lost) {
  ++given_up_;
  unsaid_.push_back(lost);
  if (unsaid_.size() <= kMostNamed) return;
  ::unlink(file_of(unsaid_.front()).c_str());
  unsaid_.pop_front();
}

void Attachments::spooled() {
  for (const Waiting& told : told_) ::unlink(file_of(told).c_str());
  told_.clear();
}

void Attachments::drop(const std::string& hash) {
  const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.hash == hash; });
  if (it == waiting_.end()) return;
  ::unlink(file_of(*it).c_str());
  bytes_ -= it->bytes;
  waiting_.erase(it);
}

void Attachments::give_up(const std::string& hash) {
  const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.hash == hash; });
  if (it != waiting_.end()) lose(static_cast<std::size_t>(it - waiting_.begin()));
}

Result<void> Attachments::read(const Waiting& waiting, std::uint64_t offset, std::size_t size, std::string& out) const {
  const std::filesystem::path file = file_of(waiting);
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!in.open()) return file_error(file, "read it", errno);
  out.resize(size);
  for (std::size_t got = 0; got < size;) {
    const ssize_t n = ::pread(in.get(), out.data() + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return file_error(file, "read it", n < 0 ? errno : EIO);
    got += static_cast<std::size_t>(n);
  }
  return {};
}

std::optional<Attachments::News> Attachments::news(const Moment& moment) {
  if (!told_.empty()) return std::nullopt;
  if (given_up_ == said_ || (said_at_ && moment.mono - *said_at_ < kNewsEvery)) return std::nullopt;
  const std::uint64_t more = given_up_ - said_;
  said_ = given_up_;
  said_at_ = moment.mono;
  News out;
  out.line = std::to_string(more) + (more == 1 ? " attachment was" : " attachments were") +
             " given up before the engine had it: the limit is " + std::to_string(options_.limit_bytes >> 20U) + " MiB";
  for (const Waiting& lost : unsaid_)
    // The same content may have come again since, and waits.
    if (!has(lost.hash)) out.hashes.push_back(lost.hash);
  told_ = std::exchange(unsaid_, {});
  return out;
}

Result<std::string> AttachmentNames::add(std::string_view content) {
  if (Result<void> good = check_size(content.size(), most_bytes_); !good) return good.error();
  if (Result<void> good = check_type(content); !good) return good.error();
  AttachmentHash hash;
  hash.add(content);
  return hash.hex();
}

Result<std::string> AttachmentNames::add_file(int fd) {
  const Result<struct stat> info = look_at(fd);
  if (!info) return info.error();
  if (Result<void> good = check_size(static_cast<std::uint64_t>(info->st_size), most_bytes_); !good)
    return good.error();
  FileReading reading(fd, *info);
  AttachmentHash hash;
  for (bool first = true;; first = false) {
    const Result<std::string_view> bytes = reading.next();
    if (!bytes) return bytes.error();
    if (bytes->empty()) break;
    if (first)
      if (Result<void> good = check_type(*bytes); !good) return good.error();
    hash.add(*bytes);
  }
  if (Result<void> same = reading.unchanged(); !same) return same.error();
  return hash.hex();
}

}  // namespace wf::kit
