#include "agents/access/osdp/secure_channel.hpp"

#include <nettle/aes.h>
#include <nettle/memops.h>
#include <string.h>

#include <algorithm>

namespace wf::access::osdp {
namespace {

constexpr std::uint8_t kEnd = 0x80;  ///< begins the padding

class Encryption {
 public:
  explicit Encryption(const Block& key) { aes128_set_encrypt_key(&aes_, key.data()); }
  ~Encryption() { ::explicit_bzero(&aes_, sizeof aes_); }
  Encryption(const Encryption&) = delete;
  Encryption& operator=(const Encryption&) = delete;
  [[nodiscard]] Block operator()(const Block& in) const {
    Block out;
    aes128_encrypt(&aes_, out.size(), out.data(), in.data());
    return out;
  }

 private:
  aes128_ctx aes_{};
};

Block exclusive_or(const Block& one, const std::uint8_t* other) {
  Block out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = one[i] ^ other[i];
  return out;
}

Block joined(const Nonce& first, const Nonce& second) {
  Block out;
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), out.begin()));
  return out;
}

Block derived(const Encryption& encryption, std::uint8_t which, const Nonce& a) {
  Block in{0x01, which};
  std::copy_n(a.begin(), 6, in.begin() + 2);
  return encryption(in);
}

}  // namespace

SessionKeys session_keys(const Key& key, const Nonce& a) {
  const Encryption encryption(key);
  return {derived(encryption, 0x82, a), derived(encryption, 0x01, a), derived(encryption, 0x02, a)};
}

Block reader_cryptogram(const SessionKeys& keys, const Nonce& a, const Nonce& b) {
  return Encryption(keys.enc)(joined(a, b));
}

Block panel_cryptogram(const SessionKeys& keys, const Nonce& a, const Nonce& b) {
  return Encryption(keys.enc)(joined(b, a));
}

Block first_mac(const SessionKeys& keys, const Block& panel_cryptogram) {
  return Encryption(keys.mac2)(Encryption(keys.mac1)(panel_cryptogram));
}

bool same(Bytes one, Bytes other) {
  return one.size() == other.size() && memeql_sec(one.data(), other.data(), one.size()) != 0;
}

SecureSession::~SecureSession() { ::explicit_bzero(&keys_, sizeof keys_); }

Block SecureSession::vector_of(From from) const {
  Block out = from == From::panel ? of_reader_ : of_panel_;
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(~byte);
  return out;
}

Block SecureSession::mac(From from, Bytes covered) const {
  Block chain = from == From::panel ? of_reader_ : of_panel_;
  const Encryption first(keys_.mac1);
  while (covered.size() > chain.size()) {
    chain = first(exclusive_or(chain, covered.data()));
    covered = covered.subspan(chain.size());
  }
  Block last{};
  std::copy(covered.begin(), covered.end(), last.begin());
  if (covered.size() < last.size()) last[covered.size()] = kEnd;
  return Encryption(keys_.mac2)(exclusive_or(chain, last.data()));
}

std::size_t SecureSession::encrypt(From from, Bytes data, std::span<std::uint8_t> out) const {
  const std::size_t size = (data.size() / 16 + 1) * 16;
  if (out.size() < size) return 0;
  Block chain = vector_of(from);
  const Encryption encryption(keys_.enc);
  for (std::size_t at = 0; at < size; at += chain.size()) {
    const Bytes part = data.subspan(std::min(at, data.size()));
    Block in{};
    std::copy_n(part.begin(), std::min(part.size(), in.size()), in.begin());
    if (part.size() < in.size()) in[part.size()] = kEnd;
    chain = encryption(exclusive_or(chain, in.data()));
    std::copy(chain.begin(), chain.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return size;
}

std::optional<std::size_t> SecureSession::decrypt(From from, Bytes text, std::span<std::uint8_t> out) const {
  if (text.empty()) return 0;
  if (text.size() % 16 != 0 || out.size() < text.size()) return std::nullopt;
  Block chain = vector_of(from);
  aes128_ctx aes{};
  aes128_set_decrypt_key(&aes, keys_.enc.data());
  for (std::size_t at = 0; at < text.size(); at += chain.size()) {
    Block clear;
    aes128_decrypt(&aes, clear.size(), clear.data(), text.data() + at);
    clear = exclusive_or(clear, chain.data());
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), chain.size(), chain.begin());
    std::copy(clear.begin(), clear.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  ::explicit_bzero(&aes, sizeof aes);
  std::size_t size = text.size();
  while (size > 0 && out[size - 1] == 0) --size;
  if (size == 0 || out[size - 1] != kEnd || text.size() - size >= 16) return std::nullopt;
  return size - 1;
}

std::size_t build_frame(Outgoing frame, SecureSession* session, std::span<std::uint8_t> out) {
  std::array<std::uint8_t, kLargestFrame> text;
  const From from = frame.reply ? From::reader : From::panel;
  if (session != nullptr) {
    frame.block = frame.reply ? block::kReplyMac : block::kCommandMac;
    if (!frame.data.empty()) {
      frame.block = frame.reply ? block::kReplyEncrypted : block::kCommandEncrypted;
      const std::size_t size = session->encrypt(from, frame.data, text);
      if (size == 0) return 0;
      frame.data = Bytes(text.data(), size);
    }
  }
  std::size_t size = begin_frame(frame, out);
  if (size == 0) return 0;
  if (session != nullptr) {
    const Block mac = session->mac(from, Bytes(out).subspan(1, size - 1));
    std::copy_n(mac.begin(), 4, out.begin() + static_cast<std::ptrdiff_t>(size));
    session->advance(from, mac);
    size += 4;
  }
  return end_frame(frame.check, out, size);
}

Opened open_frame(const Frame& frame, SecureSession& session, std::span<std::uint8_t> scratch) {
  if (frame.mac.empty()) return {};
  const From from = frame.reply ? From::reader : From::panel;
  const Block mac = session.mac(from, frame.covered);
  if (!same(frame.mac, Bytes(mac).first(4))) return {Opened::Verdict::forged, {}};
  Opened out{Opened::Verdict::good, frame.data};
  if (frame.block == block::kCommandEncrypted || frame.block == block::kReplyEncrypted) {
    const std::optional<std::size_t> size = session.decrypt(from, frame.data, scratch);
    if (!size) return {Opened::Verdict::forged, {}};
    out.data = Bytes(scratch).first(*size);
  }
  session.advance(from, mac);
  return out;
}

}  // namespace wf::access::osdp
