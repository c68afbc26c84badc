#pragma once
#include <cstddef>
#include <string>

/// Which files a shim cares about: those below the directory of $WF_SHIM_DIRECTORY.
namespace wf::shim {

/// Absolute path of what a call names, lexically; empty: not below the watched directory.
[[nodiscard]] std::string watched_path(int directory, const char* path);
/// Descriptors of watched files and directories, each with its inode: the C library closes some where no shim sees it,
/// and the number is another's then. Any thread.
void watch_descriptor(int fd, unsigned long inode);
[[nodiscard]] bool watched_descriptor(int fd);
/// Of an open file or directory; 0 for anything else.
[[nodiscard]] unsigned long inode_of(int fd);

/// What is about to happen to a watched file.
enum class Act : char {
  create = 'c',    ///< path
  open = 'o',      ///< path; one that was there
  write = 'w',     ///< inode, offset, bytes
  truncate = 't',  ///< inode, offset is the new size
  sync = 's',      ///< inode; of a directory as well
  unsynced = 'f',  ///< a sync that failed: the kernel calls clean what it could not write, and forgets it
  rename = 'r',    ///< path, other
  link = 'l',      ///< path, other
  unlink = 'u',    ///< path
  make_directory = 'm',
  remove_directory = 'd',
};

/// Called before an act with errno to fail it with, or 0. Counts the acts of $WF_SHIM_FAIL.
[[nodiscard]] int failure(Act act);

/// The journal of $WF_SHIM_JOURNAL (journal.cpp). Nothing when there is none.
[[nodiscard]] bool journaling();
void journal_path(Act act, unsigned long inode, const std::string& path, const std::string& other);
void journal_data(Act act, unsigned long inode, unsigned long offset, const char* bytes, std::size_t size);
/// A sync covers what was journalled before it began, once it has ended.
[[nodiscard]] unsigned long sync_begins();
void sync_ended(unsigned long inode, unsigned long begun, bool failed);
/// Journal and act go together: held around both.
void lock();
void unlock();
class Hold {
 public:
  Hold() { lock(); }
  ~Hold() { unlock(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
};

}  // namespace wf::shim
