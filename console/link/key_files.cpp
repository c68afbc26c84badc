#include "console/link/key_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "console/link/changes.hpp"
#include "console/link/key_text.hpp"

namespace wf::link {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyText = 40;  ///< characters of a key as Z85
constexpr const char* kEngineKeyInUse = "engine.used";
constexpr std::size_t kKeyBytes = 32;  ///< bytes of a raw key

Result<EngineKey> read_engine_key(const fs::path& file) {
  if (Result<void> own = check_private(file, "others may read the engine's secret key"); !own) return own.error();
  Result<std::string> text = read_private(file);
  if (!text) return text.error();
  Result<EngineKey> key = parse_engine_key(*text);
  if (!key) return Error{key.error().what, file.string(), key.error().to_do};
  if (key->since == 0) key->since = stamp_of(file).modified;
  return key;
}

}  // namespace

Result<void> make_key_folders(const fs::path& keys) {
  for (const fs::path& directory : {keys, keys / "agents", keys / "invitations"}) {
    if (Result<void> made = make_directory(directory); !made) return made;
    struct stat info {};
    if (::stat(directory.c_str(), &info) == 0 && (info.st_mode & 077U) != 0 && ::chmod(directory.c_str(), 0700) != 0)
      return Error{"others may read the directory of the keys", directory.string(), "chmod 700 it, as its owner"};
  }
  return {};
}

Result<KeyPair> make_key_pair() {
  std::array<char, kKeyText + 1> public_key{};
  std::array<char, kKeyText + 1> secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    return Error{"this libzmq has no CURVE encryption", "", "install the distribution's libzmq5"};
  return KeyPair{public_key.data(), secret_key.data()};
}

Result<KeyPair> engine_keys(const fs::path& keys) {
  if (Result<void> made = make_key_folders(keys); !made) return made.error();
  const fs::path file = keys / kEngineKey;
  if (!stamp_of(file).exists) {
    Result<KeyPair> pair = make_key_pair();
    if (!pair) return pair.error();
    // Two programs may come here at once: the first one's key stays.
    if (Result<void> written = write_private(file, secret_text(pair->secret_key, 0), true); !written)
      return written.error();
  }
  Result<EngineKey> key = read_engine_key(file);
  if (!key) return key.error();
  const Result<std::string> published = read_private(keys / "engine.pub");
  if (!published || first_line(*published) != key->pair.public_key)
    if (Result<void> written = write_private(keys / "engine.pub", key->pair.public_key + "\n"); !written)
      return written.error();
  return std::move(key->pair);
}

Result<std::optional<EngineKey>> find_engine_key(const fs::path& keys, std::string_view file) {
  if (!stamp_of(keys / file).exists) return std::optional<EngineKey>();
  Result<EngineKey> key = read_engine_key(keys / file);
  if (!key) return key.error();
  return std::optional<EngineKey>(std::move(*key));
}

Result<EngineKey> prepare_engine_key(const fs::path& keys, UtcNs now) {
  if (Result<KeyPair> current = engine_keys(keys); !current) return current.error();
  Result<KeyPair> pair = make_key_pair();
  if (!pair) return pair.error();
  const Result<KeyLock> lock = KeyLock::take(keys, kKeyPatience);
  if (!lock) return lock.error();
  if (!stamp_of(keys / kNextEngineKey).exists)
    if (Result<void> noted = note_change(keys, "", "the engine's next key was prepared"); !noted) return noted.error();
  // One that was prepared before stays: agents may have it already.
  if (Result<void> written = write_private(keys / kNextEngineKey, secret_text(pair->secret_key, now), true); !written)
    return written.error();
  return read_engine_key(keys / kNextEngineKey);
}

Result<void> switch_engine_key(const fs::path& keys) {
  Result<std::optional<EngineKey>> next = find_engine_key(keys, kNextEngineKey);
  if (!next) return next.error();
  if (!*next) return Error{"no next key was prepared", keys.string(), "run `watchfloor key rotate --prepare` first"};
  const Result<KeyLock> lock = KeyLock::take(keys, kKeyPatience);
  if (!lock) return lock.error();
  if (Result<void> noted = note_change(keys, "", "the engine's key was exchanged for the one that was prepared");
      !noted)
    return noted.error();
  if (Result<void> done =
          exchange_key(keys / kNextEngineKey, keys / kEngineKey, "cannot make the next key the engine's");
      !done)
    return done;
  // engine.pub is made anew from it.
  if (Result<KeyPair> now = engine_keys(keys); !now) return now.error();
  return {};
}

std::string engine_key_in_use(const fs::path& keys) { return key_in_use(keys / kEngineKeyInUse); }

Result<void> keep_engine_key_in_use(const fs::path& keys, const std::string& public_key) {
  return keep_key_in_use(keys / kEngineKeyInUse, public_key);
}

Result<EngineKey> parse_engine_key(std::string_view text) {
  EngineKey out;
  out.pair.secret_key = first_line(text);
  std::array<char, kKeyText + 1> public_key{};
  if (!valid_public_key(out.pair.secret_key) || zmq_curve_public(public_key.data(), out.pair.secret_key.c_str()) != 0)
    return Error{"this is no CURVE secret key", "",
                 "restore it from a backup: with a new one every agent must enrol again"};
  out.pair.public_key = public_key.data();
  out.since = since_of(text);
  return out;
}

bool valid_agent_name(std::string_view name) {
  return name != kEngineName && !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool valid_public_key(std::string_view text) {
  std::array<std::uint8_t, kKeyBytes> raw{};
  // zmq_z85_decode reads its own table out of bounds for some bytes above 127; keep them from it.
  return text.size() == kKeyText && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }) &&
         zmq_z85_decode(raw.data(), std::string(text).c_str()) != nullptr;
}

std::string z85(std::string_view raw) {
  std::array<char, kKeyText + 1> text{};
  if (raw.size() != kKeyBytes ||
      zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()) == nullptr)
    return {};
  return text.data();
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out += '"';
}

}  // namespace wf::link
