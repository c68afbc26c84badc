#include "console/link/key_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace wf::link {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyText = 40;    ///< characters of a key as Z85
constexpr std::size_t kKeyBytes = 32;   ///< bytes of a raw key
constexpr off_t kMostBytes = 64 << 10;  ///< of a key file that is read

Error file_error(const fs::path& path, std::string_view doing, int reason) {
  const char* to_do = reason == ENOSPC || reason == EDQUOT ? "free space on that disk"
                      : reason == EROFS                    ? "the disk is mounted read-only; choose another place"
                                                           : "check that it exists, its owner and its mode";
  return {fmt::format("cannot {}: {}", doing, std::strerror(reason)), path.string(), to_do};
}

struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Result<void> make_directory(const fs::path& directory) {
  if (directory.has_parent_path() && directory.parent_path() != directory) {
    struct stat above {};
    if (::stat(directory.parent_path().c_str(), &above) != 0)
      if (Result<void> made = make_directory(directory.parent_path()); !made) return made;
  }
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return file_error(directory, "make it", errno);
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) return file_error(directory, "use it", errno);
  if (!S_ISDIR(found.st_mode)) return file_error(directory, "use it", ENOTDIR);
  return {};
}

Result<std::string> read_file(const fs::path& file) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat info {};
  if (in.number < 0 || ::fstat(in.number, &info) != 0) return file_error(file, "read it", errno);
  if (!S_ISREG(info.st_mode) || info.st_size > kMostBytes)
    return Error{"this is no key file", file.string(), "remove it or restore it from a backup"};
  std::string out(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const ssize_t n = ::read(in.number, out.data() + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(file, "read it", errno);
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  out.resize(at);
  return out;
}

/// Writes a file of mode 0600 atomically. With `keep`, one that exists meanwhile is left as it is.
Result<void> write_file(const fs::path& file, std::string_view text, bool keep = false) {
  std::string temporary = file.string() + ".XXXXXX";
  const Descriptor out{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (out.number < 0) return file_error(file, "write it", errno);
  const auto fail = [&](std::string_view doing) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return file_error(file, doing, reason);
  };
  while (!text.empty()) {
    const ssize_t n = ::write(out.number, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail("write it");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fchmod(out.number, 0600) != 0 || ::fsync(out.number) != 0) return fail("write it");
  if (keep) {
    if (::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST) return fail("write it");
    ::unlink(temporary.c_str());
  } else if (::rename(temporary.c_str(), file.c_str()) != 0) {
    return fail("write it");
  }
  const Descriptor directory{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.number < 0 || ::fsync(directory.number) != 0)
    return file_error(file.parent_path(), "write it to the disk", errno);
  return {};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

Error damaged(const fs::path& file, std::string_view member) {
  return {fmt::format("\"{}\" is missing or cannot be read", member), file.string(),
          "remove the file and invite the agent again, or restore it from a backup"};
}

}  // namespace

FileStamp stamp_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {true, info.st_ino, info.st_ctim.tv_sec * kSecond + info.st_ctim.tv_nsec,
          info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec, info.st_size};
}

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
  const fs::path file = keys / "engine.key";
  if (!stamp_of(file).exists) {
    Result<KeyPair> pair = make_key_pair();
    if (!pair) return pair.error();
    // Two programs may come here at once: the first one's key stays.
    if (Result<void> written = write_file(file, pair->secret_key + "\n", true); !written) return written.error();
  }
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    return Error{"others may read the engine's secret key", file.string(), "chmod 600 it"};
  Result<std::string> text = read_file(file);
  if (!text) return text.error();
  KeyPair out;
  out.secret_key = first_line(*text);
  std::array<char, kKeyText + 1> public_key{};
  if (!valid_public_key(out.secret_key) || zmq_curve_public(public_key.data(), out.secret_key.c_str()) != 0)
    return Error{"this is no CURVE secret key", file.string(),
                 "restore it from a backup: with a new one every agent must enrol again"};
  out.public_key = public_key.data();
  const Result<std::string> published = read_file(keys / "engine.pub");
  if (!published || first_line(*published) != out.public_key)
    if (Result<void> written = write_file(keys / "engine.pub", out.public_key + "\n"); !written) return written.error();
  return out;
}

bool valid_agent_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
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

fs::path agent_file(const fs::path& keys, std::string_view name) {
  return keys / "agents" / (std::string(name) + ".json");
}

Result<EnrolledAgent> read_agent(const fs::path& file) {
  Result<std::string> text = read_file(file);
  if (!text) return text.error();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(*text).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", file.string(), "remove it and invite the agent again"};
  std::string_view name, kind, key, enrolled;
  EnrolledAgent out;
  if (root["name"].get(name) != simdjson::SUCCESS || !valid_agent_name(name)) return damaged(file, "name");
  if (root["kind"].get(kind) != simdjson::SUCCESS) return damaged(file, "kind");
  if (root["public_key"].get(key) != simdjson::SUCCESS || !valid_public_key(key)) return damaged(file, "public_key");
  if (root["revoked"].get(out.revoked) != simdjson::SUCCESS) return damaged(file, "revoked");
  if (root["enrolled"].get(enrolled) != simdjson::SUCCESS) return damaged(file, "enrolled");
  const Result<UtcNs> time = parse_rfc3339(enrolled);
  if (!time) return damaged(file, "enrolled");
  if (file.filename() != std::string(name) + ".json") return damaged(file, "name");
  out.name = name;
  out.kind = kind;
  out.public_key = key;
  out.enrolled = *time;
  return out;
}

Result<void> write_agent(const fs::path& keys, const EnrolledAgent& agent) {
  if (Result<void> made = make_key_folders(keys); !made) return made;
  return write_file(agent_file(keys, agent.name),
                    fmt::format(R"({{"v":1,"name":{},"kind":{},"public_key":{},"enrolled":{},"revoked":{}}})"
                                "\n",
                                json_text(agent.name), json_text(agent.kind), json_text(agent.public_key),
                                json_text(format_rfc3339(agent.enrolled)), agent.revoked));
}

fs::path invitation_file(const fs::path& keys, std::string_view public_key) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(public_key.data()),
                     public_key.size(), nullptr, 0);
  std::string name;
  for (const unsigned char byte : hash) name += fmt::format("{:02x}", byte);
  return keys / "invitations" / (name + ".json");
}

Result<StoredInvitation> read_invitation(const fs::path& file) {
  Result<std::string> text = read_file(file);
  if (!text) return text.error();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(*text).get(root) != simdjson::SUCCESS)
    return Error{"this is no JSON", file.string(), "remove it and make a new invitation"};
  std::string_view key, agent, kinds, expires;
  std::uint64_t uses = 0;
  if (root["public"].get(key) != simdjson::SUCCESS || !valid_public_key(key)) return damaged(file, "public");
  if (root["agent"].get(agent) != simdjson::SUCCESS) return damaged(file, "agent");
  if (root["kinds"].get(kinds) != simdjson::SUCCESS) return damaged(file, "kinds");
  if (root["uses"].get(uses) != simdjson::SUCCESS || uses > UINT32_MAX) return damaged(file, "uses");
  if (root["expires"].get(expires) != simdjson::SUCCESS) return damaged(file, "expires");
  const Result<UtcNs> time = parse_rfc3339(expires);
  if (!time) return damaged(file, "expires");
  StoredInvitation out;
  out.public_key = key;
  out.invitation.agent = agent;
  out.invitation.kinds = kinds;
  out.invitation.expires = *time;
  out.invitation.uses = static_cast<std::uint32_t>(uses);
  return out;
}

Result<void> write_invitation(const fs::path& keys, const StoredInvitation& stored) {
  if (Result<void> made = make_key_folders(keys); !made) return made;
  const Invitation& i = stored.invitation;
  return write_file(invitation_file(keys, stored.public_key),
                    fmt::format(R"({{"v":1,"public":{},"agent":{},"kinds":{},"expires":{},"uses":{}}})"
                                "\n",
                                json_text(stored.public_key), json_text(i.agent), json_text(i.kinds),
                                json_text(format_rfc3339(i.expires)), i.uses));
}

}  // namespace wf::link
