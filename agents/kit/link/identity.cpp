#include "agents/kit/link/identity.hpp"

#include <fcntl.h>
#include <simdjson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "agents/kit/spool/disk.hpp"

namespace wf::kit {
namespace {

constexpr std::size_t kKeyText = 40;  ///< characters of a CURVE key as Z85 (ZeroMQ RFC 32)
constexpr std::size_t kMostBytes = 16U << 10U;
constexpr std::string_view kPrefix = "wf1.";

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

/// Like take(), but a member that is missing is empty: an older release did not write it.
bool take_if(const simdjson::dom::element& root, const char* key, std::string& out) {
  simdjson::dom::element found;
  return root[key].get(found) == simdjson::NO_SUCH_FIELD || take(root, key, out);
}

bool take_if(const simdjson::dom::element& root, const char* key, std::vector<std::string>& out) {
  simdjson::dom::array list;
  const simdjson::error_code found = root[key].get(list);
  if (found != simdjson::SUCCESS) return found == simdjson::NO_SUCH_FIELD;
  for (const simdjson::dom::element entry : list) {
    std::string_view text;
    if (entry.get(text) != simdjson::SUCCESS) return false;
    out.emplace_back(text);
  }
  return true;
}

bool key_or_none(const std::string& text) { return text.empty() || valid_key(text); }

}  // namespace

bool valid_key(std::string_view text) {
  std::array<std::uint8_t, 32> raw{};
  // zmq_z85_decode reads beyond its own table for bytes above 127; keep them from it.
  return text.size() == kKeyText && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }) &&
         zmq_z85_decode(raw.data(), std::string(text).c_str()) != nullptr;
}

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
      !valid_key(out.public_key) || !valid_key(out.secret_key) ||
      !take_if(root, "next_engine_key", out.next_engine_key) || !key_or_none(out.next_engine_key))
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
  struct stat info {};
  if (file != "-" && ::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    out->warning = file + ": others may read this invitation, and who reads it first may enrol with it; chmod 600 it";
  return out;
}

Result<KeyPair> make_key_pair() {
  std::array<char, kKeyText + 1> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    return Error{"this libzmq has no CURVE encryption", "", "install the distribution's libzmq5"};
  return KeyPair{public_key.data(), secret_key.data()};
}

Result<Identity> make_identity(const Invitation& invitation) {
  Result<KeyPair> pair = make_key_pair();
  if (!pair) return pair.error();
  Identity out;
  out.name = invitation.agent;
  out.engine = invitation.engine;
  out.engine_key = invitation.engine_key;
  out.next_engine_key = invitation.next_engine_key;
  out.public_key = std::move(pair->public_key);
  out.secret_key = std::move(pair->secret_key);
  out.invited_with = invitation.public_key;
  return out;
}

Result<Identity> parse_identity(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  Identity out;
  if (parser.parse(simdjson::padded_string(text)).get(root) != simdjson::SUCCESS || !take(root, "name", out.name) ||
      !take(root, "engine", out.engine) || !take(root, "engine_key", out.engine_key) ||
      !take(root, "public", out.public_key) || !take(root, "secret", out.secret_key) ||
      root["enrolled"].get(out.enrolled) != simdjson::SUCCESS || !take_if(root, "older_public", out.older.public_key) ||
      !take_if(root, "older_secret", out.older.secret_key) || !take_if(root, "next_engine_key", out.next_engine_key) ||
      !take_if(root, "invited_with", out.invited_with) || !take_if(root, "devices", out.devices) ||
      !take_if(root, "command_key", out.command_key) || !take_if(root, "next_command_key", out.next_command_key) ||
      !valid_key(out.engine_key) || !valid_key(out.public_key) || !valid_key(out.secret_key) ||
      !key_or_none(out.older.public_key) || !key_or_none(out.older.secret_key) ||
      out.older.public_key.empty() != out.older.secret_key.empty() || !key_or_none(out.next_engine_key))
    return Error{"this agent's identity is damaged", "",
                 "restore it from a backup, or remove it and enrol the agent again"};
  return out;
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
  Result<Identity> out = parse_identity(*text);
  if (!out) return Error{out.error().what, file.string(), out.error().to_do};
  return std::optional<Identity>(std::move(*out));
}

Result<void> write_identity(const std::filesystem::path& file, const Identity& identity) {
  std::string json = "{\"v\":1";
  const auto add = [&](const char* key, const std::string& value) {
    ((json += ",\"") += key) += "\":" + json_text(value);
  };
  add("name", identity.name);
  add("engine", identity.engine);
  add("engine_key", identity.engine_key);
  add("public", identity.public_key);
  add("secret", identity.secret_key);
  if (!identity.command_key.empty()) add("command_key", identity.command_key);
  if (!identity.next_command_key.empty()) add("next_command_key", identity.next_command_key);
  json += identity.enrolled ? ",\"enrolled\":true" : ",\"enrolled\":false";
  add("older_public", identity.older.public_key);
  add("older_secret", identity.older.secret_key);
  add("next_engine_key", identity.next_engine_key);
  add("invited_with", identity.invited_with);
  json += ",\"devices\":[";
  for (std::size_t i = 0; i < identity.devices.size(); ++i)
    json += (i == 0 ? "" : ",") + json_text(identity.devices[i]);
  return replace_file(file, json + "]}\n");
}

}  // namespace wf::kit
