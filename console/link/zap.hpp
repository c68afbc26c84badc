#pragma once
#include <string>
#include <vector>

#include "console/link/admission.hpp"

namespace wf::link {

/// Property of a connection's metadata that holds its CURVE public key as Z85, beside ZAP's own User-Id.
inline constexpr const char* kKeyProperty = "Watchfloor-Key";
inline constexpr const char* kZapDomain = "watchfloor";

struct ZapAnswer {
  std::vector<std::string> frames;  ///< the reply; empty: the request was none and gets no answer
  bool admitted = false;
  std::string address;  ///< of the peer
  std::string why;      ///< why it was refused
};

/// Answers one request of libzmq's authentication protocol (ZeroMQ RFC 27, version 1.0). CURVE keys are judged
/// by `admission`; with `plain` (an ipc endpoint in a private directory) the NULL mechanism is let in, without
/// a name. Everything else is refused.
[[nodiscard]] ZapAnswer answer_zap(const std::vector<std::string>& request, Admission& admission, bool plain);

}  // namespace wf::link
