#pragma once
#include <vector>

#include "console/link/crowds.hpp"

namespace wf::link {

/// Of new connections from these the listening socket takes about one in so many; 0: none at all.
inline constexpr unsigned kOneOf = 16;

/// Has the kernel throw away the first packet (SYN) of most connections from there, so that they cost this process
/// nothing: a filter on the listening socket (socket(7), SO_ATTACH_FILTER), for which no privilege is needed. A peer
/// sends that packet again after a second, so who waits gets in; connections that stand are not touched. An empty list
/// takes everybody again. False: the kernel does not take it (errno).
[[nodiscard]] bool filter_crowds(int listening, const std::vector<Origin>& crowds, unsigned one_of = kOneOf);

}  // namespace wf::link
