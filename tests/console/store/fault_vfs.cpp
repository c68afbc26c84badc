#include "tests/console/store/fault_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <limits>
#include <new>

namespace wf::store::test {
namespace {

struct Faults {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs shim{};
  // An engine's threads write while the test's thread breaks the disk.
  std::atomic<int> done = 0;
  std::atomic<int> good = std::numeric_limits<int>::max();
  std::atomic<int> code = SQLITE_OK;
  int check() { return done++ < good ? SQLITE_OK : code.load(); }
};
Faults faults;

struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
sqlite3_file* real(sqlite3_file* f) { return reinterpret_cast<File*>(f)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* f) { return real(f)->pMethods; }

int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
  if (const int code = faults.check(); code != SQLITE_OK) return code;
  return methods(f)->xWrite(real(f), data, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (const int code = faults.check(); code != SQLITE_OK) return SQLITE_IOERR_TRUNCATE;
  return methods(f)->xTruncate(real(f), size);
}
int sync(sqlite3_file* f, int flags) {
  if (const int code = faults.check(); code != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  return methods(f)->xSync(real(f), flags);
}

const sqlite3_io_methods kMethods = {
    2,
    [](sqlite3_file* f) { return methods(f)->xClose(real(f)); },
    [](sqlite3_file* f, void* p, int n, sqlite3_int64 at) { return methods(f)->xRead(real(f), p, n, at); },
    write,
    truncate,
    sync,
    [](sqlite3_file* f, sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); },
    [](sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); },
    [](sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); },
    [](sqlite3_file* f, int* out) { return methods(f)->xCheckReservedLock(real(f), out); },
    [](sqlite3_file* f, int op, void* arg) { return methods(f)->xFileControl(real(f), op, arg); },
    [](sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return methods(f)->xShmMap(real(f), page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int n, int flags) { return methods(f)->xShmLock(real(f), offset, n, flags); },
    [](sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); },
    nullptr,
    nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  auto* file = reinterpret_cast<File*>(f);
  std::memset(file->real(), 0, static_cast<std::size_t>(faults.real->szOsFile));
  const int code = faults.real->xOpen(faults.real, name, file->real(), flags, out_flags);
  f->pMethods = file->real()->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

}  // namespace

FaultVfs::FaultVfs() {
  faults.shim = {};
  fail_after(std::numeric_limits<int>::max(), SQLITE_OK);
  faults.real = sqlite3_vfs_find(nullptr);
  faults.shim = *faults.real;
  faults.shim.pNext = nullptr;
  faults.shim.zName = "wf-faults";
  faults.shim.szOsFile = static_cast<int>(sizeof(File)) + faults.real->szOsFile;
  faults.shim.xOpen = open;
  sqlite3_vfs_register(&faults.shim, 1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&faults.shim);
  sqlite3_vfs_register(faults.real, 1);
}

void FaultVfs::fail_after(int good, int code) {
  faults.done = 0;
  faults.good = good;
  faults.code = code;
}
void FaultVfs::heal() { fail_after(std::numeric_limits<int>::max(), SQLITE_OK); }
int FaultVfs::operations() const { return faults.done; }

}  // namespace wf::store::test
