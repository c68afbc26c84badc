#include "console/link/command_key.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "console/link/changes.hpp"
#include "console/link/key_files.hpp"
#include "console/link/key_text.hpp"

namespace wf::link {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommandKeyInUse = "command.used";

using Seed = std::array<unsigned char, crypto_sign_SEEDBYTES>;

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string out(2 * size + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, size);
  out.pop_back();
  return out;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// A fresh seed as a file's text.
std::string seed_text(UtcNs since) {
  Seed seed{};
  randombytes_buf(seed.data(), seed.size());
  std::string out = secret_text(hex(seed.data(), seed.size()), since);
  sodium_memzero(seed.data(), seed.size());
  return out;
}

Result<void> ready() {
  if (sodium_init() < 0) return Error{"libsodium cannot start", "", "install the distribution's libsodium"};
  return {};
}

}  // namespace

Result<CommandKey> CommandKey::read(const fs::path& file) {
  if (Result<void> own = check_private(file, "others may read the key that signs commands to devices"); !own)
    return own.error();
  const Result<std::string> text = read_private(file);
  if (!text) return text.error();
  const std::string line = first_line(*text);
  Seed seed{};
  std::size_t size = 0;
  if (line.size() != 2 * seed.size() ||
      sodium_hex2bin(seed.data(), seed.size(), line.data(), line.size(), nullptr, &size, nullptr) != 0 ||
      size != seed.size())
    return Error{"this is no Ed25519 seed", file.string(),
                 "restore it from a backup: agents do not take commands signed by another key until they are enrolled "
                 "anew"};
  CommandKey out;
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  out.secret_.resize(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(public_key.data(), reinterpret_cast<unsigned char*>(out.secret_.data()), seed.data());
  sodium_memzero(seed.data(), seed.size());
  out.public_text_ = hex(public_key.data(), public_key.size());
  out.since_ = since_of(*text);
  if (out.since_ == 0) out.since_ = stamp_of(file).modified;
  return out;
}

Result<CommandKey> CommandKey::open(const fs::path& keys) {
  if (Result<void> able = ready(); !able) return able.error();
  if (Result<void> made = make_key_folders(keys); !made) return made.error();
  const fs::path file = keys / kCommandKey;
  // Two programs may come here at once: the first one's key stays.
  if (!stamp_of(file).exists)
    if (Result<void> written = write_private(file, seed_text(0), true); !written) return written.error();
  Result<CommandKey> out = read(file);
  if (!out) return out;
  const fs::path shown = keys / "command.pub";
  const Result<std::string> published = read_private(shown);
  if (!published || *published != out->public_text_ + "\n")
    if (Result<void> written = write_private(shown, out->public_text_ + "\n"); !written) return written.error();
  return out;
}

Result<std::optional<CommandKey>> CommandKey::find(const fs::path& keys, std::string_view file) {
  if (Result<void> able = ready(); !able) return able.error();
  if (!stamp_of(keys / file).exists) return std::optional<CommandKey>();
  Result<CommandKey> key = read(keys / file);
  if (!key) return key.error();
  return std::optional<CommandKey>(std::move(*key));
}

std::string CommandKey::signature_of(std::string_view text) const {
  std::string out(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr, bytes_of(text), text.size(),
                       bytes_of(secret_));
  return out;
}

std::string CommandKey::sign(const DeviceCommand& command) const {
  SignedCommand whole;
  encode_device_command(command, whole.command);
  whole.signature = signature_of(signed_text(whole.command));
  std::string out;
  encode_signed_command(whole, out);
  return out;
}

std::string CommandKey::vouch_for(std::string_view next_key) const { return signature_of(vouched_text(next_key)); }

Result<CommandKey> prepare_command_key(const fs::path& keys, UtcNs now) {
  if (Result<CommandKey> current = CommandKey::open(keys); !current) return current.error();
  const Result<KeyLock> lock = KeyLock::take(keys, kKeyPatience);
  if (!lock) return lock.error();
  if (!stamp_of(keys / kNextCommandKey).exists)
    if (Result<void> noted = note_change(keys, "", "the next key of commands to devices was prepared"); !noted)
      return noted.error();
  // One that was prepared before stays: agents may have it already.
  if (Result<void> written = write_private(keys / kNextCommandKey, seed_text(now), true); !written)
    return written.error();
  Result<std::optional<CommandKey>> next = CommandKey::find(keys, kNextCommandKey);
  if (!next) return next.error();
  if (!*next) return Error{"the key that was just prepared is gone", (keys / kNextCommandKey).string(), "try again"};
  return std::move(**next);
}

Result<void> switch_command_key(const fs::path& keys) {
  const Result<KeyLock> lock = KeyLock::take(keys, kKeyPatience);
  if (!lock) return lock.error();
  const Result<std::optional<CommandKey>> next = CommandKey::find(keys, kNextCommandKey);
  if (!next) return next.error();
  if (!*next)
    return Error{"no next key of commands was prepared", keys.string(),
                 "run `watchfloor key rotate --commands --prepare` first"};
  if (Result<void> noted =
          note_change(keys, "", "the key of commands to devices was exchanged for the one that was prepared");
      !noted)
    return noted;
  if (Result<void> done = exchange_key(keys / kNextCommandKey, keys / kCommandKey,
                                       "cannot make the next key the one that signs commands");
      !done)
    return done;
  // command.pub is made anew from it.
  if (Result<CommandKey> now = CommandKey::open(keys); !now) return now.error();
  return {};
}

std::string command_key_in_use(const fs::path& keys) { return key_in_use(keys / kCommandKeyInUse); }

Result<void> keep_command_key_in_use(const fs::path& keys, const std::string& public_key) {
  return keep_key_in_use(keys / kCommandKeyInUse, public_key);
}

bool valid_command_key(std::string_view text) {
  return text.size() == 2 * crypto_sign_PUBLICKEYBYTES &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace wf::link
