#include "console/fusion/sigma/texts.hpp"

namespace wf::sigma {
namespace {

// The two highest bits say what it is, the next fourteen a name's number, the rest the number behind the name.
constexpr unsigned kKindShift = 62, kNameShift = 48;
constexpr std::uint64_t kNumbered = 0, kText = 1, kList = 2;
constexpr std::uint64_t kNumberMask = (1ULL << kNameShift) - 1;
constexpr std::size_t kMostDigits = 14;  // less than 2^48

/// Where the number at the end of an id begins: digits that say nothing else than a number when written again.
std::size_t number_at(std::string_view id) {
  std::size_t at = id.size();
  while (at > 0 && id.size() - at < kMostDigits && id[at - 1] >= '0' && id[at - 1] <= '9') --at;
  while (at + 1 < id.size() && id[at] == '0') ++at;
  return at;
}

}  // namespace

std::uint32_t Texts::add(std::string_view text) {
  if (const auto it = index_.find(text); it != index_.end()) {
    ++slots_[it->second].uses;
    return it->second;
  }
  std::uint32_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  slots_[number] = {std::string(text), 1};
  index_.emplace(slots_[number].text, number);
  return number;
}

void Texts::release(std::uint32_t number) {
  Slot& slot = slots_[number];
  if (--slot.uses > 0) return;
  index_.erase(slot.text);
  slot.text = std::string();
  free_.push_back(number);
}

std::uint64_t EventIds::add(std::string_view id) {
  const std::size_t at = number_at(id);
  const std::string_view name = id.substr(0, at);
  if (at < id.size() && name.size() <= kLongestName) {
    bool known = name == last_name_ && !names_.empty();
    if (!known) {
      last_name_ = name;
      const auto it = name_index_.find(last_name_);
      known = it != name_index_.end();
      if (known) {
        last_ = it->second;
      } else if (names_.size() < kMostNames) {
        last_ = static_cast<std::uint32_t>(names_.size());
        names_.push_back(last_name_);
        name_index_.emplace(last_name_, last_);
        known = true;
      } else {
        last_name_ = names_[last_ = 0];
      }
    }
    if (known) {
      std::uint64_t number = 0;
      for (const char c : id.substr(at)) number = number * 10 + static_cast<std::uint64_t>(c - '0');
      return kNumbered << kKindShift | std::uint64_t{last_} << kNameShift | number;
    }
  }
  return kText << kKindShift | texts_.add(id);
}

std::uint64_t EventIds::add_list(const std::vector<std::string>& ids) {
  if (ids.size() == 1) return add(ids.front());
  std::string all;
  for (const std::string& id : ids) {
    all += std::to_string(id.size());
    all += ':';
    all += id;
  }
  return kList << kKindShift | texts_.add(all);
}

void EventIds::release(std::uint64_t id) {
  if (id >> kKindShift != kNumbered) texts_.release(static_cast<std::uint32_t>(id));
}

void EventIds::append(std::uint64_t id, std::vector<std::string>& out) const {
  if (id >> kKindShift == kNumbered) {
    out.push_back(names_[(id >> kNameShift) & (kMostNames - 1)] + std::to_string(id & kNumberMask));
    return;
  }
  const std::string& text = texts_.text(static_cast<std::uint32_t>(id));
  if (id >> kKindShift == kText) {
    out.push_back(text);
    return;
  }
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    for (; text[at] != ':'; ++at) size = size * 10 + static_cast<std::size_t>(text[at] - '0');
    out.push_back(text.substr(at + 1, size));
    at += 1 + size;
  }
}

}  // namespace wf::sigma
