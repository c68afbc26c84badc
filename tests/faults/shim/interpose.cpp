// libwf-shim-disk.so, for LD_PRELOAD: stands before the C library's calls that change files, for those below
// $WF_SHIM_DIRECTORY. It makes the k-th of them fail ($WF_SHIM_FAIL), or writes each down ($WF_SHIM_JOURNAL). Maps
// are not seen: SQLite's -shm is one, and is made anew after a crash.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "tests/faults/shim/watched.hpp"

using namespace wf::shim;

namespace {

template <class F>
F next(F, const char* name) {
  return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}
#define NEXT(name) (next(&::name, #name))

bool fails(Act act) {
  const int reason = failure(act);
  if (reason == 0) return false;
  errno = reason;
  return true;
}

bool creates(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

/// `really` opens it.
template <class Really>
int open_watched(int at, const char* path, int flags, const Really& really) {
  const std::string full = watched_path(at, path);
  if (full.empty()) return really();
  const Hold hold;
  struct stat info {};
  const bool fresh = creates(flags) && ::fstatat(AT_FDCWD, full.c_str(), &info, 0) != 0;
  if (fresh && fails(Act::create)) return -1;
  if (!fresh && (flags & O_TRUNC) != 0 && fails(Act::truncate)) return -1;
  const int fd = really();
  if (fd < 0) return fd;
  watch_descriptor(fd, inode_of(fd));
  journal_path(fresh ? Act::create : Act::open, inode_of(fd), full, "");
  if (!fresh && (flags & O_TRUNC) != 0) journal_data(Act::truncate, inode_of(fd), 0, "", 0);
  return fd;
}

template <class Really>
ssize_t write_watched(int fd, off_t offset, const struct iovec* parts, int count, const Really& really) {
  if (!watched_descriptor(fd)) return really();
  const Hold hold;
  if (fails(Act::write)) return -1;
  if (journaling()) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    if (offset < 0) {
      struct stat info {};
      const bool append = (::fcntl(fd, F_GETFL) & O_APPEND) != 0 && ::fstat(fd, &info) == 0;
      offset = append ? info.st_size : ::lseek(fd, 0, SEEK_CUR);
    }
    journal_data(Act::write, inode_of(fd), static_cast<unsigned long>(offset), bytes.data(), bytes.size());
  }
  return really();
}

template <class Really>
int sync_watched(int fd, const Really& really) {
  if (!watched_descriptor(fd)) return really();
  const unsigned long begun = sync_begins();
  if (const int reason = failure(Act::sync)) {
    sync_ended(inode_of(fd), begun, true);
    errno = reason;
    return -1;
  }
  // With a journal nothing needs the disk: the journal says what counts as synced.
  if (!journaling()) return really();
  sync_ended(inode_of(fd), begun, false);
  return 0;
}

template <class Really>
int truncate_watched(int fd, off_t size, const Really& really) {
  if (!watched_descriptor(fd)) return really();
  const Hold hold;
  if (fails(Act::truncate)) return -1;
  journal_data(Act::truncate, inode_of(fd), static_cast<unsigned long>(size), "", 0);
  return really();
}

template <class Really>
int allocate_watched(int fd, off_t end, const Really& really) {
  if (!watched_descriptor(fd)) return really();
  const Hold hold;
  if (const int reason = failure(Act::truncate)) return reason;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && info.st_size < end)
    journal_data(Act::truncate, info.st_ino, static_cast<unsigned long>(end), "", 0);
  return really();
}

template <class Really>
int path_watched(Act act, int at, const char* path, const Really& really) {
  const std::string full = watched_path(at, path);
  if (full.empty()) return really();
  const Hold hold;
  struct stat info {};
  const bool there = ::fstatat(AT_FDCWD, full.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  const bool makes = act == Act::make_directory;
  if (there == makes) return really();  // it fails by itself
  if (fails(act)) return -1;
  const int done = really();
  if (done == 0) {
    if (makes) (void)::fstatat(AT_FDCWD, full.c_str(), &info, AT_SYMLINK_NOFOLLOW);
    journal_path(act, info.st_ino, full, "");
  }
  return done;
}

template <class Really>
int rename_watched(int from_at, const char* from, int to_at, const char* to, const Really& really) {
  const std::string a = watched_path(from_at, from), b = watched_path(to_at, to);
  if (a.empty() || b.empty()) return really();
  const Hold hold;
  if (fails(Act::rename)) return -1;
  const int done = really();
  if (done == 0) journal_path(Act::rename, 0, a, b);
  return done;
}

template <class Really>
int temporary_watched(char* name, const Really& really) {
  if (watched_path(AT_FDCWD, name).empty()) return really();
  const Hold hold;
  if (fails(Act::create)) return -1;
  const int fd = really();
  if (fd < 0) return fd;
  watch_descriptor(fd, inode_of(fd));
  journal_path(Act::create, inode_of(fd), watched_path(AT_FDCWD, name), "");
  return fd;
}

template <class Really>
FILE* stream_watched(const char* path, const char* mode, const Really& really) {
  const std::string full = watched_path(AT_FDCWD, path);
  if (full.empty()) return really();
  const Hold hold;
  struct stat info {};
  const bool writes = mode[0] == 'w' || mode[0] == 'a';
  const bool there = ::fstatat(AT_FDCWD, full.c_str(), &info, 0) == 0;
  if (writes && fails(there ? Act::truncate : Act::create)) return nullptr;
  FILE* const file = really();
  if (file == nullptr) return file;
  const int fd = ::fileno(file);
  watch_descriptor(fd, inode_of(fd));
  if (writes && !there)
    journal_path(Act::create, inode_of(fd), full, "");
  else if (mode[0] == 'w')
    journal_data(Act::truncate, inode_of(fd), 0, "", 0);
  return file;
}

mode_t mode_of(int flags, va_list arguments) {
  return creates(flags) ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

}  // namespace

// NOLINTBEGIN: the C library's names and signatures
extern "C" {

#define WF_OPEN(name)                                                                          \
  int name(const char* path, int flags, ...) {                                                 \
    va_list arguments;                                                                         \
    va_start(arguments, flags);                                                                \
    const mode_t mode = mode_of(flags, arguments);                                             \
    va_end(arguments);                                                                         \
    return open_watched(AT_FDCWD, path, flags, [&] { return NEXT(name)(path, flags, mode); }); \
  }
WF_OPEN(open)
WF_OPEN(open64)

#define WF_OPENAT(name)                                                                      \
  int name(int at, const char* path, int flags, ...) {                                       \
    va_list arguments;                                                                       \
    va_start(arguments, flags);                                                              \
    const mode_t mode = mode_of(flags, arguments);                                           \
    va_end(arguments);                                                                       \
    return open_watched(at, path, flags, [&] { return NEXT(name)(at, path, flags, mode); }); \
  }
WF_OPENAT(openat)
WF_OPENAT(openat64)

// What fortified callers use when there is no mode.
int __open_2(const char* path, int flags) { return open(path, flags); }
int __open64_2(const char* path, int flags) { return open64(path, flags); }
int __openat_2(int at, const char* path, int flags) { return openat(at, path, flags); }
int __openat64_2(int at, const char* path, int flags) { return openat64(at, path, flags); }

int creat(const char* path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int mkstemp(char* name) {
  return temporary_watched(name, [&] { return NEXT(mkstemp)(name); });
}
int mkostemp(char* name, int flags) {
  return temporary_watched(name, [&] { return NEXT(mkostemp)(name, flags); });
}
int mkstemp64(char* name) { return mkstemp(name); }
int mkostemp64(char* name, int flags) { return mkostemp(name, flags); }

FILE* fopen(const char* path, const char* mode) {
  return stream_watched(path, mode, [&] { return NEXT(fopen)(path, mode); });
}
FILE* fopen64(const char* path, const char* mode) {
  return stream_watched(path, mode, [&] { return NEXT(fopen64)(path, mode); });
}

int close(int fd) {
  watch_descriptor(fd, 0);
  return NEXT(close)(fd);
}

int dup(int fd) noexcept {
  const int made = NEXT(dup)(fd);
  watch_descriptor(made, watched_descriptor(fd) ? inode_of(fd) : 0);
  return made;
}
int dup2(int fd, int to) noexcept {
  const int made = NEXT(dup2)(fd, to);
  if (made >= 0) watch_descriptor(made, watched_descriptor(fd) ? inode_of(fd) : 0);
  return made;
}
int dup3(int fd, int to, int flags) noexcept {
  const int made = NEXT(dup3)(fd, to, flags);
  if (made >= 0) watch_descriptor(made, watched_descriptor(fd) ? inode_of(fd) : 0);
  return made;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  const struct iovec part { const_cast<void*>(bytes), size };
  return write_watched(fd, -1, &part, 1, [&] { return NEXT(write)(fd, bytes, size); });
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  const struct iovec part { const_cast<void*>(bytes), size };
  return write_watched(fd, offset, &part, 1, [&] { return NEXT(pwrite)(fd, bytes, size, offset); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  const struct iovec part { const_cast<void*>(bytes), size };
  return write_watched(fd, offset, &part, 1, [&] { return NEXT(pwrite64)(fd, bytes, size, offset); });
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return write_watched(fd, -1, parts, count, [&] { return NEXT(writev)(fd, parts, count); });
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) {
  return write_watched(fd, offset, parts, count, [&] { return NEXT(pwritev)(fd, parts, count, offset); });
}

int ftruncate(int fd, off_t size) noexcept {
  return truncate_watched(fd, size, [&] { return NEXT(ftruncate)(fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept {
  return truncate_watched(fd, size, [&] { return NEXT(ftruncate64)(fd, size); });
}
int posix_fallocate(int fd, off_t offset, off_t size) {
  return allocate_watched(fd, offset + size, [&] { return NEXT(posix_fallocate)(fd, offset, size); });
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return allocate_watched(fd, offset + size, [&] { return NEXT(posix_fallocate64)(fd, offset, size); });
}

int fsync(int fd) {
  return sync_watched(fd, [&] { return NEXT(fsync)(fd); });
}
int fdatasync(int fd) {
  return sync_watched(fd, [&] { return NEXT(fdatasync)(fd); });
}

int rename(const char* from, const char* to) noexcept {
  return rename_watched(AT_FDCWD, from, AT_FDCWD, to, [&] { return NEXT(rename)(from, to); });
}
int renameat(int from_at, const char* from, int to_at, const char* to) noexcept {
  return rename_watched(from_at, from, to_at, to, [&] { return NEXT(renameat)(from_at, from, to_at, to); });
}

int link(const char* from, const char* to) noexcept {
  const std::string full = watched_path(AT_FDCWD, to);
  if (full.empty()) return NEXT(link)(from, to);
  const Hold hold;
  if (fails(Act::create)) return -1;
  const int done = NEXT(link)(from, to);
  if (done == 0) journal_path(Act::link, 0, watched_path(AT_FDCWD, from), full);
  return done;
}

int unlink(const char* path) noexcept {
  return path_watched(Act::unlink, AT_FDCWD, path, [&] { return NEXT(unlink)(path); });
}
int unlinkat(int at, const char* path, int flags) noexcept {
  const Act act = (flags & AT_REMOVEDIR) != 0 ? Act::remove_directory : Act::unlink;
  return path_watched(act, at, path, [&] { return NEXT(unlinkat)(at, path, flags); });
}
int remove(const char* path) noexcept {
  struct stat info {};
  const bool directory = ::lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
  return path_watched(directory ? Act::remove_directory : Act::unlink, AT_FDCWD, path,
                      [&] { return NEXT(remove)(path); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  return path_watched(Act::make_directory, AT_FDCWD, path, [&] { return NEXT(mkdir)(path, mode); });
}
int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return path_watched(Act::make_directory, at, path, [&] { return NEXT(mkdirat)(at, path, mode); });
}
int rmdir(const char* path) noexcept {
  return path_watched(Act::remove_directory, AT_FDCWD, path, [&] { return NEXT(rmdir)(path); });
}

}  // extern "C"
// NOLINTEND
