#include "console/link/key_text.hpp"

#include <sys/stat.h>

#include <cstdio>

#include "console/link/private_file.hpp"

namespace wf::link {
namespace {

constexpr std::string_view kSince = "since ";

}  // namespace

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find_first_of("\r\n"))); }

std::string secret_text(std::string_view secret, UtcNs since) {
  std::string out = std::string(secret) + '\n';
  if (since > 0) out.append(kSince).append(format_rfc3339(since)) += '\n';
  return out;
}

UtcNs since_of(std::string_view text) {
  const std::size_t at = text.find(kSince);
  if (at == std::string_view::npos) return 0;
  const Result<UtcNs> since = parse_rfc3339(first_line(text.substr(at + kSince.size())));
  return since ? *since : 0;
}

Result<void> check_private(const std::filesystem::path& file, const char* what) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0) return Error{what, file.string(), "chmod 600 it"};
  return {};
}

Result<void> exchange_key(const std::filesystem::path& next, const std::filesystem::path& key, const char* what) {
  if (::rename(next.c_str(), key.c_str()) != 0) return Error{what, key.string(), "check its owner and mode"};
  return sync_directory(key.parent_path());
}

std::string key_in_use(const std::filesystem::path& file) {
  const Result<std::string> text = read_private(file);
  return text ? first_line(*text) : std::string();
}

Result<void> keep_key_in_use(const std::filesystem::path& file, const std::string& public_key) {
  if (key_in_use(file) == public_key) return {};
  return write_private(file, public_key + "\n");
}

}  // namespace wf::link
