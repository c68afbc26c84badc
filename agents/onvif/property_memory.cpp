#include "agents/onvif/property_memory.hpp"

#include <algorithm>
#include <charconv>

namespace wf::onvif {
namespace {

constexpr std::size_t kMostSaved = 64;

/// FNV-1a: names a property, guards nothing.
struct Hash {
  std::uint64_t value = 14695981039346656037ULL;
  void add(std::string_view text) {
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    value = (value ^ 0xFFU) * 1099511628211ULL;
  }
};

std::uint64_t key_of(const Notice& notice) {
  Hash hash;
  hash.add(notice.topic);
  for (const auto& [name, value] : notice.source) {
    hash.add(name);
    hash.add(value);
  }
  return hash.value;
}

std::uint64_t value_of(const Notice& notice) {
  Hash hash;
  for (const auto& [name, value] : notice.data) {
    hash.add(name);
    hash.add(value);
  }
  return hash.value;
}

}  // namespace

PropertyMemory::Known PropertyMemory::compare(const Notice& notice) const {
  const auto it = last_.find(key_of(notice));
  if (it == last_.end()) return Known::no;
  return it->second.value == value_of(notice) ? Known::same : Known::other;
}

void PropertyMemory::remember(const Notice& notice, bool lasting) {
  const std::uint64_t key = key_of(notice);
  if (notice.operation == Notice::Operation::deleted) {
    last_.erase(key);
    return;
  }
  if (last_.size() < kMost || last_.contains(key)) last_[key] = {value_of(notice), lasting};
}

std::string PropertyMemory::save() const {
  std::string out;
  std::size_t count = 0;
  for (const auto& [key, last] : last_) {
    if (!last.lasting || ++count > kMostSaved) continue;
    out += (out.empty() ? "" : " ") + std::to_string(key) + "=" + std::to_string(last.value);
  }
  return out;
}

void PropertyMemory::load(std::string_view text) {
  last_.clear();
  while (!text.empty() && last_.size() < kMostSaved) {
    const std::string_view one = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) continue;
    std::uint64_t key = 0, value = 0;
    const char* const end = one.data() + one.size();
    if (std::from_chars(one.data(), one.data() + equals, key).ec != std::errc{}) continue;
    if (std::from_chars(one.data() + equals + 1, end, value).ec != std::errc{}) continue;
    last_[key] = {value, true};
  }
}

}  // namespace wf::onvif
