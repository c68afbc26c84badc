#include "memory_disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wf::kit::test {
namespace {

constexpr std::size_t kSector = 512;

std::string parent(const std::filesystem::path& file) { return file.parent_path().string(); }
std::string name(const std::filesystem::path& file) { return file.filename().string(); }

}  // namespace

bool MemoryDisk::begin() {
  if (dead_) throw PowerLoss();
  const std::uint64_t number = operations_++;
  if (number >= power_loss_at_) {
    dying_ = true;
    if (chance(2)) {  // before it did anything
      dead_ = true;
      throw PowerLoss();
    }
  }
  if (number >= fail_from_ && number < fail_until_) return errno = fail_reason_, false;
  return true;
}

void MemoryDisk::end() {
  if (!dying_) return;
  dead_ = true;
  throw PowerLoss();
}

void MemoryDisk::apply(std::string& content, const Change& change, bool torn) {
  if (change.truncation) {
    content.resize(change.at, '\0');
    return;
  }
  if (content.size() < change.at + change.bytes.size()) content.resize(change.at + change.bytes.size(), '\0');
  for (std::size_t done = 0; done < change.bytes.size();) {
    const std::size_t at = change.at + done;
    const std::size_t size = std::min(kSector - at % kSector, change.bytes.size() - done);
    if (!torn || chance(2)) content.replace(at, size, change.bytes, done, size);
    done += size;
  }
}

void MemoryDisk::apply(Names& names, const NameChange& change) {
  for (const std::string& gone : change.taken) names.erase(gone);
  for (const auto& [name, file] : change.put) names[name] = file;
}

void MemoryDisk::change_names(const std::string& directory, const NameChange& change) {
  Directory& in = directories_.at(directory);
  apply(in.now, change);
  in.changes.push_back(change);
}

MemoryDisk::Directory* MemoryDisk::find_directory(const std::string& directory) {
  const auto found = directories_.find(directory);
  return found == directories_.end() ? nullptr : &found->second;
}

std::uint64_t MemoryDisk::used() const {
  std::uint64_t out = 0;
  for (const auto& [path, directory] : directories_)
    for (const auto& [name, file] : directory.now)
      if (file) out += file->now.size();
  return out;
}

void MemoryDisk::restart_after_power_loss() {
  for (auto& [path, directory] : directories_) {
    for (const NameChange& change : directory.changes)
      if (chance(2)) apply(directory.durable, change);
    directory.changes.clear();
    directory.now = directory.durable;
    for (auto& [name, file] : directory.now) {
      if (!file) continue;
      for (const Change& change : file->changes)
        if (!chance(3)) apply(file->durable, change, chance(2));
      file->changes.clear();
      file->now = file->durable;
    }
  }
  // A directory whose name is gone is gone with what is in it.
  for (auto it = directories_.begin(); it != directories_.end();) {
    const std::filesystem::path path(it->first);
    const Directory* const above = path == "/" ? nullptr : find_directory(parent(path));
    const bool there = path == "/" || (above != nullptr && above->now.contains(name(path)));
    it = there ? std::next(it) : directories_.erase(it);
  }
  restart_after_kill();
}

void MemoryDisk::restart_after_kill() {
  open_.clear();
  dead_ = dying_ = false;
  power_loss_at_ = ~std::uint64_t{0};
  fail_from_ = fail_until_ = 0;
}

void MemoryDisk::damage(const std::string& path, std::size_t at) {
  File& file = *directories_.at(parent(path)).now.at(name(path));
  file.now.at(at) = static_cast<char>(file.now.at(at) ^ 1);
  file.durable = file.now;
  file.changes.clear();
}

std::vector<std::string> MemoryDisk::files(const std::string& directory) const {
  std::vector<std::string> out;
  if (const auto found = directories_.find(directory); found != directories_.end())
    for (const auto& [name, file] : found->second.now)
      if (file) out.push_back(directory + "/" + name);
  return out;
}

std::string MemoryDisk::content(const std::string& file) const {
  return directories_.at(parent(file)).now.at(name(file))->now;
}

int MemoryDisk::open(const std::filesystem::path& path, int flags) {
  const bool makes = (flags & O_CREAT) != 0;
  if (makes && !begin()) return -1;
  if (dead_) throw PowerLoss();
  Directory* const in = find_directory(parent(path));
  if (in == nullptr) return errno = ENOENT, -1;
  auto found = in->now.find(name(path));
  if (found != in->now.end() && !found->second) return errno = EISDIR, -1;
  if (found != in->now.end() && (flags & O_EXCL) != 0) return errno = EEXIST, -1;
  if (found == in->now.end()) {
    if (!makes) return errno = ENOENT, -1;
    change_names(parent(path), {{{name(path), std::make_shared<File>()}}, {}});
    found = in->now.find(name(path));
  }
  const int fd = next_fd_++;
  open_[fd] = found->second;
  if (makes) end();
  return fd;
}

void MemoryDisk::close(int fd) { open_.erase(fd); }

ssize_t MemoryDisk::read(int fd, char* to, std::size_t size, off_t at) {
  if (dead_) throw PowerLoss();
  const std::string& from = open_.at(fd)->now;
  const auto begin = std::min<std::size_t>(static_cast<std::size_t>(at), from.size());
  const std::size_t n = std::min(size, from.size() - begin);
  std::memcpy(to, from.data() + begin, n);
  return static_cast<ssize_t>(n);
}

ssize_t MemoryDisk::write(int fd, const char* bytes, std::size_t size, off_t at) {
  if (!begin()) return -1;
  File& file = *open_.at(fd);
  const std::size_t end_at = static_cast<std::size_t>(at) + size;
  if (end_at > file.now.size()) {
    const std::uint64_t left = room - std::min(room, used());
    const std::uint64_t over = end_at - file.now.size();
    if (over > left) {
      // A disk takes what still fits.
      if (over - left >= size) return errno = ENOSPC, -1;
      size -= static_cast<std::size_t>(over - left);
    }
  }
  Change change{false, static_cast<std::size_t>(at), std::string(bytes, size)};
  apply(file.now, change, false);
  file.changes.push_back(std::move(change));
  end();
  return static_cast<ssize_t>(size);
}

off_t MemoryDisk::size(int fd) { return static_cast<off_t>(open_.at(fd)->now.size()); }

int MemoryDisk::sync(int fd) {
  File& file = *open_.at(fd);
  if (!begin()) {
    for (const Change& change : file.changes)
      if (!chance(3)) apply(file.durable, change, chance(2));
    file.changes.clear();
    return -1;
  }
  for (const Change& change : file.changes) apply(file.durable, change, false);
  file.changes.clear();
  end();
  return 0;
}

int MemoryDisk::truncate(int fd, off_t size) {
  if (!begin()) return -1;
  File& file = *open_.at(fd);
  Change change{true, static_cast<std::size_t>(size), {}};
  apply(file.now, change, false);
  file.changes.push_back(std::move(change));
  end();
  return 0;
}

int MemoryDisk::allocate(int fd, off_t size) {
  if (!begin()) return -1;
  File& file = *open_.at(fd);
  const auto wanted = static_cast<std::size_t>(size);
  if (wanted > file.now.size()) {
    if (wanted - file.now.size() > room - std::min(room, used())) return errno = ENOSPC, -1;
    Change change{true, wanted, {}};
    apply(file.now, change, false);
    file.changes.push_back(std::move(change));
  }
  end();
  return 0;
}

int MemoryDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (!begin()) return -1;
  Directory* const in = find_directory(parent(from));
  if (in == nullptr || parent(from) != parent(to)) return errno = ENOENT, -1;
  const auto found = in->now.find(name(from));
  if (found == in->now.end()) return errno = ENOENT, -1;
  change_names(parent(from), {{{name(to), found->second}}, {name(from)}});
  end();
  return 0;
}

int MemoryDisk::remove(const std::filesystem::path& file) {
  if (!begin()) return -1;
  Directory* const in = find_directory(parent(file));
  if (in == nullptr || !in->now.contains(name(file))) return errno = ENOENT, -1;
  change_names(parent(file), {{}, {name(file)}});
  end();
  return 0;
}

int MemoryDisk::make_directory(const std::filesystem::path& directory) {
  if (!begin()) return -1;
  Directory* const in = find_directory(parent(directory));
  if (in == nullptr) return errno = ENOENT, -1;
  if (in->now.contains(name(directory))) return errno = EEXIST, -1;
  change_names(parent(directory), {{{name(directory), nullptr}}, {}});
  directories_[directory.string()].inode = ++inodes_;
  end();
  return 0;
}

int MemoryDisk::list(const std::filesystem::path& directory, std::vector<std::string>& names) {
  if (dead_) throw PowerLoss();
  const Directory* const in = find_directory(directory.string());
  if (in == nullptr) return errno = ENOENT, -1;
  for (const auto& [name, file] : in->now) names.push_back(name);
  return 0;
}

int MemoryDisk::sync_directory(const std::filesystem::path& directory) {
  if (!begin()) return -1;
  Directory* const in = find_directory(directory.string());
  if (in == nullptr) return errno = ENOENT, -1;
  for (const NameChange& change : in->changes) apply(in->durable, change);
  in->changes.clear();
  end();
  return 0;
}

int MemoryDisk::place(const std::filesystem::path& directory, DirectoryPlace& out) {
  if (dead_) throw PowerLoss();
  const Directory* const in = find_directory(directory.string());
  if (in == nullptr) return errno = ENOENT, -1;
  out = {in->inode + places_ * 1000, 0};
  return 0;
}

}  // namespace wf::kit::test
