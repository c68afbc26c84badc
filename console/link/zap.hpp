#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "console/link/admission.hpp"

namespace wf::link {

/// Property of a connection's metadata that holds its CURVE public key as Z85, beside ZAP's own User-Id.
inline constexpr const char* kKeyProperty = "Watchfloor-Key";
/// And the number that the connection was admitted under.
inline constexpr const char* kNumberProperty = "Wf-Number";
/// That property as ZAP's answer carries it.
[[nodiscard]] std::string number_property(std::uint64_t number);
inline constexpr const char* kZapDomain = "watchfloor";

struct ZapAnswer {
  std::vector<std::string> frames;  ///< the reply; empty: the request was none and gets no answer
  bool admitted = false;
  std::string kept_out;  ///< not empty: it would be admitted, but that it flooded; its name or key
  bool later = false;    ///< nobody can say now whether it may come
  std::string address;   ///< of the peer
  std::string why;       ///< why it was refused
};

/// Answers one request of libzmq's authentication protocol (ZeroMQ RFC 27, version 1.0). CURVE keys are judged
/// by `admission`; with `plain` (an ipc endpoint in a private directory) the NULL mechanism is let in, without
/// a name. Everything else is refused. `number` goes into the metadata of who is let in. Who is kept out by
/// `kept_out` (an enrolled name, else a key), or cannot be looked up now, gets ZAP's 300, "later": libzmq says nothing
/// to the peer, so that an agent does not take its key for revoked, and drops it when its handshake has lasted too
/// long.
[[nodiscard]] ZapAnswer answer_zap(const std::vector<std::string>& request, Admission& admission, bool plain,
                                   std::uint64_t number = 0,
                                   const std::function<bool(const std::string& who)>& kept_out = {});

}  // namespace wf::link
