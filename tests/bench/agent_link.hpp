#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agents/kit/link/link_client.hpp"
#include "agents/kit/spool/spool.hpp"
#include "tests/bench/load.hpp"

namespace wf::bench {

/// A CURVE key pair as Z85 text.
struct CurveKeys {
  CurveKeys();
  std::string public_key, secret_key;
};

/// A spool with room for a whole run.
[[nodiscard]] kit::Spool open_spool(const std::filesystem::path& directory);
/// Appends the batches to lane 1, up to `each` of them in a commit.
void fill(kit::Spool& spool, const std::vector<EncodedBatch>& batches, std::size_t each = 16);

/// Adds an agent of kind "network" to an engine's keys, as enrolment would.
[[nodiscard]] CurveKeys enrol(const std::filesystem::path& engine_keys, const std::string& name);

/// An enrolled agent's end of the link as an agent runs it: on the caller's thread, asleep when there is nothing to do.
class AgentLink {
 public:
  AgentLink(const std::string& endpoint, const std::string& engine_key, const CurveKeys& keys, const std::string& name,
            kit::Spool& spool);
  /// One turn; sleeps up to `sleep_ms` if it found nothing to do and `done`, if there is one, does not hold.
  void turn(int sleep_ms, const std::function<bool()>& done = {});
  /// Turns until `done`; throws after a minute.
  void until(const std::function<bool()>& done);
  void until_connected();

 private:
  kit::Spool& spool_;
  kit::LinkClient client_;
  std::vector<pollfd> fds_;
};

}  // namespace wf::bench
