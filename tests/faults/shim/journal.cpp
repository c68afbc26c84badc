// Writes down what happens to the watched files, so that a test can make of it what a power cut could have left:
// tests/faults/power_cut.hpp reads it.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#include "tests/faults/shim/watched.hpp"

namespace wf::shim {
namespace {

int journal_file() {
  static const int fd = [] {
    const char* const path = std::getenv("WF_SHIM_JOURNAL");
    return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return fd;
}

std::recursive_mutex& mutex() {
  // Never destroyed: threads may still write while a process ends.
  static auto* const made = new std::recursive_mutex;
  return *made;
}
unsigned long g_number = 0;  ///< guarded by mutex()

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// One record: size of what follows, act, inode, offset or size, two lengths, two texts. Written by one call, so
/// that SIGKILL leaves it whole or, as the last one, torn.
void record(Act act, unsigned long inode, unsigned long offset, const char* a, std::size_t a_size, const char* b,
            std::size_t b_size) {
  const int kept = errno;
  std::string body;
  body.push_back(static_cast<char>(act));
  put<std::uint64_t>(body, inode);
  put<std::uint64_t>(body, offset);
  put<std::uint32_t>(body, static_cast<std::uint32_t>(a_size));
  put<std::uint32_t>(body, static_cast<std::uint32_t>(b_size));
  body.append(a, a_size);
  body.append(b, b_size);
  std::string out;
  put<std::uint32_t>(out, static_cast<std::uint32_t>(body.size()));
  out += body;
  ++g_number;
  if (::write(journal_file(), out.data(), out.size()) != static_cast<ssize_t>(out.size())) std::abort();
  errno = kept;
}

}  // namespace

bool journaling() { return journal_file() >= 0; }
void lock() { mutex().lock(); }
void unlock() { mutex().unlock(); }

void journal_path(Act act, unsigned long inode, const std::string& path, const std::string& other) {
  if (journaling()) record(act, inode, 0, path.data(), path.size(), other.data(), other.size());
}

void journal_data(Act act, unsigned long inode, unsigned long offset, const char* bytes, std::size_t size) {
  if (journaling()) record(act, inode, offset, bytes, size, "", 0);
}

unsigned long sync_begins() {
  const Hold hold;
  return g_number;
}

void sync_ended(unsigned long inode, unsigned long begun, bool failed) {
  const Hold hold;
  if (journaling()) record(failed ? Act::unsynced : Act::sync, inode, begun, "", 0, "", 0);
}

}  // namespace wf::shim
