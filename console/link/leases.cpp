#include "console/link/leases.hpp"

#include <sodium.h>

#include <array>

namespace wf::link {
namespace {

constexpr std::size_t kSignatureBytes = 16;
constexpr std::size_t kRandomBytes = 16;
constexpr std::size_t kRandomText = 2 * kRandomBytes;  ///< hexadecimal
constexpr std::size_t kSignatureText = 2 * kSignatureBytes;
constexpr std::size_t kLeaseText = kRandomText + 2 * kSignatureText;
/// In place of a parent; none is that short.
constexpr std::string_view kOurs = "ours";

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void add(crypto_generichash_state& state, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  out.pop_back();  // the terminating zero
  return out;
}

std::string key_of(const std::string& secret) {
  // BLAKE2b takes keys of 16 to 64 bytes; a secret of any other length is made one.
  std::string key(crypto_generichash_KEYBYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(key.data()), key.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr, 0);
  return key;
}

}  // namespace

Leases::Leases(std::string secret, Stored stored) : secret_(key_of(secret)), stored_(std::move(stored)) {}

std::string Leases::current(const std::string& agent, std::uint64_t epoch) const {
  if (const auto found = taken_.find({agent, epoch}); found != taken_.end()) return found->second;
  return stored_ ? stored_(agent, epoch) : std::string();
}

std::string Leases::sign(const std::string& agent, std::uint64_t epoch, std::string_view what,
                         std::string_view random) const {
  crypto_generichash_state state;
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(secret_.data()), secret_.size(),
                          kSignatureBytes);
  add(state, agent);
  add(state, {reinterpret_cast<const char*>(&epoch), sizeof epoch});
  add(state, what);
  add(state, random);
  std::string out(kSignatureBytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), out.size());
  return hex(out);
}

bool Leases::follows(const std::string& agent, std::uint64_t epoch, std::string_view parent,
                     std::string_view lease) const {
  return given_here(agent, epoch, lease) &&
         same(sign(agent, epoch, parent, lease.substr(0, kRandomText)), lease.substr(kRandomText + kSignatureText));
}

bool Leases::given_here(const std::string& agent, std::uint64_t epoch, std::string_view lease) const {
  return lease.size() == kLeaseText &&
         same(sign(agent, epoch, kOurs, lease.substr(0, kRandomText)), lease.substr(kRandomText, kSignatureText));
}

Leases::Greeting Leases::hello(const std::string& agent, std::uint64_t epoch, std::string_view lease) const {
  const std::string in_use = current(agent, epoch);
  if (lease != in_use && !follows(agent, epoch, in_use, lease) && given_here(agent, epoch, lease) && !in_use.empty())
    return {true, {}};
  std::string random(kRandomBytes, '\0');
  randombytes_buf(random.data(), random.size());
  const std::string text = hex(random);
  return {false, text + sign(agent, epoch, kOurs, text) + sign(agent, epoch, in_use, text)};
}

Leases::Claim Leases::claim(const std::string& agent, std::uint64_t epoch, const std::string& lease) {
  const std::string in_use = current(agent, epoch);
  if (!in_use.empty() && lease == in_use) return Claim::held;
  if (!follows(agent, epoch, in_use, lease)) return Claim::superseded;
  taken_[{agent, epoch}] = lease;
  return Claim::taken;
}

}  // namespace wf::link
