#include "agents/host/machine.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <array>

namespace wf::host {

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

bool is_ip_address(const std::string& text) {
  const std::string address = text.substr(0, text.find('%'));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

}  // namespace wf::host
