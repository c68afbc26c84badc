#include "console/store/audit_chain.hpp"

#include <sodium.h>

#include <array>

namespace wf::store {
namespace {

void add(crypto_generichash_state& state, std::string_view bytes) {
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void add_number(crypto_generichash_state& state, std::uint64_t number) {
  std::array<unsigned char, 8> bytes{};
  for (unsigned i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  crypto_generichash_update(&state, bytes.data(), bytes.size());
}

}  // namespace

std::string audit_chain_start() { return std::string(kAuditHashBytes, '\0'); }

std::string audit_hash(std::string_view previous, const AuditLine& line) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kAuditHashBytes);
  add(state, previous);
  add_number(state, line.number);
  add_number(state, static_cast<std::uint64_t>(line.time));
  for (const std::string* text : {&line.actor, &line.action, &line.subject, &line.detail}) {
    add_number(state, text->size());
    add(state, *text);
  }
  std::string out(kAuditHashBytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), out.size());
  return out;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace wf::store
