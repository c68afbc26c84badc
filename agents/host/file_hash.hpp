#pragma once
#include <sodium/crypto_hash_sha256.h>

#include <cstdint>
#include <string>

#include "agents/host/file_baseline.hpp"
#include "agents/kit/descriptor.hpp"

namespace wf::host {

/// SHA-256 of one file at a time, in slices, so that nobody waits for a large one.
class FileHash {
 public:
  static constexpr std::size_t kSlice = 1U << 20U;  ///< bytes that go() reads at most

  /// Begins with a regular file; never follows a symbolic link. 0 or an errno.
  [[nodiscard]] int begin(const std::string& path);
  enum class Went : std::uint8_t {
    on,       ///< there is more
    done,     ///< state() is what the file was, before and after reading
    changed,  ///< it was written to meanwhile: begin again later
    failed    ///< it cannot be read
  };
  [[nodiscard]] Went go();
  [[nodiscard]] bool busy() const { return file_.open(); }
  [[nodiscard]] const FileState& state() const { return state_; }
  void stop() { file_.reset(); }

 private:
  kit::Descriptor file_;
  FileState state_;
  crypto_hash_sha256_state hash_{};
};

}  // namespace wf::host
