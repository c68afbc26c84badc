#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "console/link/key_files.hpp"

namespace wf::bench {

/// What eight enrolled agents in collusion, or strangers, do to the link.
enum class Attack : std::uint8_t {
  none_but_busy,  ///< the same work of encryption, and nothing is sent: what the machine alone costs
  large_batches,  ///< the largest batches that are taken, without waiting for an answer, and again at once when ended
  endless,        ///< one message of frames of one byte that never ends, and again at once when ended
  tiny_batches,   ///< messages of one frame of one byte, and again at once when ended
  within_window,  ///< the largest batches as fast as the engine allows, as an honest agent may
  usual_batches,  ///< likewise batches of 256 KiB, as our own agents make them, a full window of them
  strangers       ///< silent sockets by hundreds, and handshakes with keys that nobody enrolled
};

/// The half of the processors that this process may use that the attackers get, so that what they compute is not taken
/// from the engine, as if they were on machines of their own; or the other half. With one processor both are all.
void use_half(bool attackers);
/// All of those that it was started with.
void use_all();

/// A process of its own that attacks when it is told to. Made before anything else has threads.
class Attackers {
 public:
  Attackers();
  ~Attackers();  ///< ends it
  Attackers(const Attackers&) = delete;
  Attackers& operator=(const Attackers&) = delete;
  void begin(Attack attack, const std::string& endpoint, const std::string& engine_key,
             const std::vector<link::KeyPair>& keys);
  /// Returns when all of them have stopped; how many bytes they got rid of.
  std::uint64_t end();

 private:
  pid_t pid_ = -1;
  int control_ = -1;
};

}  // namespace wf::bench
