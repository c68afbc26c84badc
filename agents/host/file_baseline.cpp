#include "agents/host/file_baseline.hpp"

#include <algorithm>
#include <charconv>
#include <climits>
#include <limits>

namespace wf::host {
namespace {

constexpr std::string_view kVersion = "f1\n";
// More than a source watches; a text from elsewhere cannot take more memory.
constexpr std::size_t kMostFiles = 20'000;
constexpr std::string_view kDigits = "0123456789abcdef";

bool hex_digit(char c, unsigned& out) {
  const std::size_t at = kDigits.find(c);
  out = static_cast<unsigned>(at);
  return at != std::string_view::npos;
}

template <class Number>
void put(std::string& out, Number number) {
  std::array<char, 24> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, 36);
  out.append(text.data(), end).append(1, ' ');
}

template <class Number>
bool get(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 36);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

FileState FileState::of(const struct stat& st) {
  FileState out;
  out.mode = st.st_mode;
  out.uid = st.st_uid;
  out.gid = st.st_gid;
  out.size = static_cast<std::uint64_t>(st.st_size);
  out.inode = st.st_ino;
  out.changed = st.st_ctim.tv_sec > std::numeric_limits<std::int64_t>::max() / kSecond - 1
                    ? std::numeric_limits<std::int64_t>::max()
                    : std::int64_t{st.st_ctim.tv_sec} * kSecond + st.st_ctim.tv_nsec;
  return out;
}

std::string hex(const Sha256& hash) {
  std::string out;
  for (const std::uint8_t byte : hash) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

// A line each: how many bytes of the path before are kept, the numbers in base 36, the hash or '-', how long the rest
// of the path is, and that rest, which may be of any bytes.
std::string baseline_text(const FileBaseline& files) {
  std::string out(kVersion);
  out.reserve(files.size() * 112);
  std::string_view before;
  for (const auto& [path, f] : files) {
    const std::size_t kept = static_cast<std::size_t>(
        std::mismatch(path.begin(), path.end(), before.begin(), before.end()).first - path.begin());
    put(out, kept);
    put(out, f.mode);
    put(out, f.uid);
    put(out, f.gid);
    put(out, f.size);
    put(out, f.inode);
    put(out, f.changed);
    out.append(f.hashed ? hex(f.hash) : "-").append(1, ' ');
    put(out, path.size() - kept);
    out.append(path, kept, std::string::npos).append(1, '\n');
    before = path;
  }
  return out;
}

bool read_baseline_text(std::string_view text, FileBaseline& files) {
  files.clear();
  if (!text.starts_with(kVersion)) return false;
  text.remove_prefix(kVersion.size());
  std::string path;
  while (!text.empty() && files.size() < kMostFiles) {
    FileState f;
    std::size_t kept = 0, rest = 0;
    if (!get(text, kept) || !get(text, f.mode) || !get(text, f.uid) || !get(text, f.gid) || !get(text, f.size) ||
        !get(text, f.inode) || !get(text, f.changed) || kept > path.size())
      return false;
    if (text.starts_with("- ")) {
      text.remove_prefix(2);
    } else {
      if (text.size() < 2 * f.hash.size() + 1) return false;
      for (std::size_t i = 0; i < f.hash.size(); ++i) {
        unsigned high = 0, low = 0;
        if (!hex_digit(text[2 * i], high) || !hex_digit(text[2 * i + 1], low)) return false;
        f.hash[i] = static_cast<std::uint8_t>(high << 4U | low);
      }
      f.hashed = true;
      text.remove_prefix(2 * f.hash.size());
      if (!text.starts_with(' ')) return false;
      text.remove_prefix(1);
    }
    if (!get(text, rest) || text.size() <= rest || text[rest] != '\n' || kept + rest > PATH_MAX) return false;
    path.resize(kept);
    path.append(text.substr(0, rest));
    text.remove_prefix(rest + 1);
    files.emplace(path, f);
  }
  return true;
}

}  // namespace wf::host
