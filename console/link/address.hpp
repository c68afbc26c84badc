#pragma once
#include <string_view>

namespace wf::link {

/// "tcp://HOST:PORT" to listen on: HOST may be `*`, PORT is 0 or `*` (a free one) to 65535. libzmq takes a larger port
/// modulo 65536 and says nothing.
[[nodiscard]] bool can_listen(std::string_view endpoint);

/// "tcp://HOST:PORT" that another machine can use: no wildcard, PORT is 1 to 65535.
[[nodiscard]] bool can_reach(std::string_view endpoint);

}  // namespace wf::link
