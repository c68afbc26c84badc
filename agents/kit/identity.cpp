#include "agents/kit/identity.hpp"

#include <fcntl.h>
#include <simdjson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "agents/kit/disk.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kKeyText = 40;  ///< characters of a CURVE key as Z85 (ZeroMQ RFC 32)
constexpr std::size_t kMostBytes = 16U << 10U;
constexpr std::string_view kPrefix = "wf1.";

bool valid_key(std::string_view text) {
  std::array<std::uint8_t, 32> raw{};
  // zmq_z85_decode reads beyond its own table for bytes above 127; keep them from it.
  return text.size() == kKeyText && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }) &&
         zmq_z85_decode(raw.data(), std::string(text).c_str()) != nullptr;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out += '"';
}

bool take(const simdjson::dom::element& root, const char* key, std::string& out) {
  std::string_view text;
  if (root[key].get(text) != simdjson::SUCCESS) return false;
  out = text;
  return true;
}

}  // namespace

Result<Invitation> parse_invitation(std::string_view token) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!token.empty() && blank(token.front())) token.remove_prefix(1);
  while (!token.empty() && blank(token.back())) token.remove_suffix(1);
  const Error bad{"this is no invitation", "", "copy the whole line that `watchfloor agent invite` wrote"};
  if (!token.starts_with(kPrefix)) return bad;
  token.remove_prefix(kPrefix.size());
  std::string json(token.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), token.data(), token.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return bad;
  json.resize(size);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return bad;
  std::uint64_t version = 0;
  if (root["v"].get(version) != simdjson::SUCCESS) return bad;
  if (version != 1) return Error{"this invitation is of a newer version", "", "update the agent"};
  Invitation out;
  std::string expires;
  if (!take(root, "engine", out.engine) || !take(root, "engine_key", out.engine_key) ||
      !take(root, "public", out.public_key) || !take(root, "secret", out.secret_key) ||
      !take(root, "agent", out.agent) || !take(root, "expires", expires) || !valid_key(out.engine_key) ||
      !valid_key(out.public_key) || !valid_key(out.secret_key))
    return bad;
  const Result<UtcNs> time = parse_rfc3339(expires);
  if (!time) return bad;
  out.expires = *time;
  return out;
}

Result<Invitation> read_invitation(const std::string& file) {
  Result<std::string> text = read_small_file(file == "-" ? "/dev/stdin" : file, kMostBytes);
  if (!text) return text.error();
  Result<Invitation> out = parse_invitation(*text);
  if (!out) return Error{out.error().what, file == "-" ? "standard input" : file, out.error().to_do};
  return out;
}

Result<Identity> make_identity(const Invitation& invitation) {
  std::array<char, kKeyText + 1> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    return Error{"this libzmq has no CURVE encryption", "", "install the distribution's libzmq5"};
  return Identity{invitation.agent,  invitation.engine, invitation.engine_key,
                  public_key.data(), secret_key.data(), false};
}

Result<std::optional<Identity>> read_identity(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::optional<Identity>();
    return file_error(file, "read it", errno);
  }
  if ((info.st_mode & 077U) != 0)
    return Error{"others may read this agent's secret key", file.string(), "chmod 600 it"};
  Result<std::string> text = read_small_file(file, kMostBytes);
  if (!text) return text.error();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  Identity out;
  if (parser.parse(*text).get(root) != simdjson::SUCCESS || !take(root, "name", out.name) ||
      !take(root, "engine", out.engine) || !take(root, "engine_key", out.engine_key) ||
      !take(root, "public", out.public_key) || !take(root, "secret", out.secret_key) ||
      root["enrolled"].get(out.enrolled) != simdjson::SUCCESS || !valid_key(out.engine_key) ||
      !valid_key(out.public_key) || !valid_key(out.secret_key))
    return Error{"this agent's identity is damaged", file.string(),
                 "restore it from a backup, or remove it and enrol the agent again"};
  return std::optional<Identity>(std::move(out));
}

Result<void> write_identity(const std::filesystem::path& file, const Identity& identity) {
  return replace_file(
      file, "{\"v\":1,\"name\":" + json_text(identity.name) + ",\"engine\":" + json_text(identity.engine) +
                ",\"engine_key\":" + json_text(identity.engine_key) + ",\"public\":" + json_text(identity.public_key) +
                ",\"secret\":" + json_text(identity.secret_key) +
                ",\"enrolled\":" + (identity.enrolled ? "true" : "false") + "}\n");
}

}  // namespace wf::kit
