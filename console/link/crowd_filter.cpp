#include "console/link/crowd_filter.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

namespace wf::link {
namespace {

constexpr std::uint32_t kKeep = ~std::uint32_t{0}, kDrop = 0;

sock_filter load(std::uint16_t size, std::uint32_t at) {
  return BPF_STMT(static_cast<std::uint16_t>(BPF_LD | size | BPF_ABS), at);
}
/// Goes on `skip` instructions further unless the loaded value is this one.
sock_filter unless(std::uint32_t value, std::uint8_t skip) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}
sock_filter end(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }

/// bpf(4)'s old instructions. A TCP socket's filter sees the packet from its TCP header on; that of IP lies at
/// SKF_NET_OFF.
std::vector<sock_filter> program_of(const std::vector<Origin>& crowds, unsigned one_of) {
  constexpr std::uint32_t kIp = static_cast<std::uint32_t>(SKF_NET_OFF),
                          kRandom = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM);
  std::vector<sock_filter> six, out;
  // Only a packet that opens a connection: those that stand have the filter of the time when they were opened.
  out.push_back(load(BPF_B, 13));
  out.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12));
  out.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 1, 0));
  out.push_back(end(kKeep));
  if (one_of > 0) {
    out.push_back(load(BPF_W, kRandom));
    out.push_back(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, one_of));
    out.push_back(unless(0, 1));
    out.push_back(end(kKeep));
  }
  for (const Origin& crowd : crowds) {
    if (!crowd.six) continue;
    six.push_back(load(BPF_W, kIp + 8));
    six.push_back(unless(crowd.words[0], 3));
    six.push_back(load(BPF_W, kIp + 12));
    six.push_back(unless(crowd.words[1], 1));
    six.push_back(end(kDrop));
  }
  six.push_back(end(kKeep));
  out.push_back(load(BPF_B, kIp));
  out.push_back(BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4));
  out.push_back(unless(6, 1));
  out.push_back(BPF_STMT(BPF_JMP | BPF_JA, 0));  // to `six`, once it is known where that begins
  const std::size_t jump = out.size() - 1;
  out.push_back(load(BPF_W, kIp + 12));
  for (const Origin& crowd : crowds) {
    if (crowd.six) continue;
    out.push_back(unless(crowd.words[0], 1));
    out.push_back(end(kDrop));
  }
  out.push_back(end(kKeep));
  out[jump].k = static_cast<std::uint32_t>(out.size() - jump - 1);
  out.insert(out.end(), six.begin(), six.end());
  return out;
}

}  // namespace

bool filter_crowds(int listening, const std::vector<Origin>& crowds, unsigned one_of) {
  if (crowds.empty()) {
    const int none = 0;
    // With none there it says ENOENT.
    (void)::setsockopt(listening, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none);
    return true;
  }
  std::vector<sock_filter> program = program_of(crowds, one_of);
  sock_fprog whole{};
  whole.len = static_cast<unsigned short>(program.size());
  whole.filter = program.data();
  return ::setsockopt(listening, SOL_SOCKET, SO_ATTACH_FILTER, &whole, sizeof whole) == 0;
}

}  // namespace wf::link
