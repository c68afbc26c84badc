#include "console/cli/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <numeric>

namespace wf::cli {
namespace {
constexpr std::size_t kBlock = 512;
}

void Tar::add(std::string_view name, std::string_view content) {
  assert(!name.empty() && name.size() < 100);
  std::array<char, kBlock> header{};
  const auto put = [&](std::size_t at, std::string_view text) {
    std::memcpy(header.data() + at, text.data(), text.size());
  };
  put(0, name);
  put(100, "0000600");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", content.size()));
  put(136, fmt::format("{:011o}", static_cast<std::uint64_t>(std::max<UtcNs>(time_, 0) / kSecond)));
  put(148, "        ");  // the checksum counts as blanks in itself
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  put(265, "root");
  put(297, "root");
  const unsigned sum = std::accumulate(header.begin(), header.end(), 0U,
                                       [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  put(148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  bytes_.append(header.data(), header.size());
  bytes_.append(content);
  bytes_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

std::string Tar::finish() const { return bytes_ + std::string(2 * kBlock, '\0'); }

}  // namespace wf::cli
