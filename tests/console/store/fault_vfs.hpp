#pragma once

namespace wf::store::test {

/// While it lives, SQLite's files go through it, and writes, syncs and truncations can be made to fail.
/// Databases opened through it must be closed before it ends.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  /// The next `good` operations work, all later ones fail with `code`.
  void fail_after(int good, int code);
  void heal();
  /// Operations counted since the last fail_after() or heal().
  [[nodiscard]] int operations() const;
};

}  // namespace wf::store::test
