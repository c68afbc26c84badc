#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "console/seat/backend.hpp"
#include "proto/result.hpp"

namespace wf::seat {

struct SeatServerOptions {
  /// ipc://… in a directory of mode 0700, plain: whoever may enter it is the engine's own user. tcp://… with CURVE;
  /// only keys of keys/seats are admitted.
  std::string endpoint;
  std::filesystem::path keys;  ///< the engine's; used for tcp
  std::string program;         ///< version, for people
};

/// The engine's end of seats over the wire: one ROUTER on one thread, and one thread for queries. A seat gets the
/// newest snapshot as what changed since the one that it got last; a slow seat skips, it is never waited for.
class SeatServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SeatServer>> start(SeatServerOptions options, Backend backend);
  virtual ~SeatServer() = default;                          ///< stops and joins its threads
  [[nodiscard]] virtual std::string endpoint() const = 0;   ///< really bound; any thread
  [[nodiscard]] virtual std::size_t connected() const = 0;  ///< seats; any thread
};

/// How long either end waits for a sign of life, which comes every two seconds.
inline constexpr double kSeatSilence = 8.0;

}  // namespace wf::seat
