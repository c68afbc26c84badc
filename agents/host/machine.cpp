#include "agents/host/machine.hpp"

#include <unistd.h>

#include <array>

namespace wf::host {

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace wf::host
