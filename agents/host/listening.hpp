#pragma once
#include "agents/kit/source.hpp"

namespace wf::host {

/// "listening:[,every=SECONDS]": TCP and UDP sockets that others can reach, asked of the kernel every 10 s. An event
/// host.service for each that appears or is gone, with the process where it may be seen; at the first start for each
/// that is there. UDP on a port that the system picks must be there twice in a row, since programs that ask have one
/// for a moment. position() is what was there.
[[nodiscard]] kit::SourceMade make_listening(const kit::SourceSpec& spec);

}  // namespace wf::host
