#include "console/fusion/sigma/index.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace wf::sigma {

void KeyTable::finish() {
  if (pending_.empty()) return;
  std::size_t size = 4;
  while (size < pending_.size() * 2) size *= 2;
  slots_.assign(size, {});
  mask_ = size - 1;
  // Sixteen bits a key or more, but never more than a quarter of the nearest cache.
  const std::size_t bits = std::clamp<std::size_t>(size * 8, 512, 1U << 16U);
  filter_.assign(bits / 64, 0);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(bits));
  for (const auto& [key, items] : pending_) {
    filter_[bit_of(key) >> 6U] |= 1ULL << (bit_of(key) & 63U);
    std::size_t i = mix(key) & mask_;
    while (slots_[i].count != 0) i = (i + 1) & mask_;
    slots_[i] = {key, static_cast<std::uint32_t>(items_.size()), static_cast<std::uint32_t>(items.size())};
    items_.insert(items_.end(), items.begin(), items.end());
  }
  pending_.clear();
}

std::uint32_t FieldIndex::add(Place place, std::string text) {
  const auto [it, fresh] = known_.emplace(std::pair(place, text), static_cast<std::uint32_t>(literals_.size()));
  if (fresh) {
    literals_.push_back(std::move(text));
    places_.push_back(place);
  }
  return it->second;
}

void FieldIndex::finish_windows() {
  std::unordered_map<std::uint64_t, std::uint32_t> often;  // how many literals have a window
  for (std::size_t i = 0; i < literals_.size(); ++i)
    if (places_[i] == Place::anywhere)
      for (std::size_t at = 0; at + 4 <= literals_[i].size(); ++at) ++often[load(literals_[i].data() + at, 4)];
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    if (places_[i] != Place::anywhere) continue;
    const std::string& text = literals_[i];
    if (text.size() < 4) {
      (text.size() == 3 ? three_ : two_).add(load(text.data(), text.size()), {i, 0});
      continue;
    }
    const std::size_t step = text.size() >= 7 ? 4 : text.size() >= 5 ? 2 : 1;
    std::size_t best = 0;
    std::uint64_t fewest = ~0ULL;
    for (std::size_t at = 0; at + step + 3 <= text.size(); ++at) {
      std::uint64_t sum = 0;
      for (std::size_t j = 0; j < step; ++j) sum += often[load(text.data() + at + j, 4)];
      if (sum < fewest) {
        fewest = sum;
        best = at;
      }
    }
    KeyTable& table = step == 4 ? wide_ : step == 2 ? middle_ : four_;
    for (std::size_t j = 0; j < step; ++j)
      table.add(load(text.data() + best + j, 4), {i, static_cast<std::uint32_t>(best + j)});
  }
}

void FieldIndex::finish() {
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const std::string& text = literals_[i];
    const std::size_t length = std::min(text.size(), kEdge);
    switch (places_[i]) {
      case Place::whole:
        whole_.add(hash_text(text), {i, 0});
        longest_whole_ = std::max(longest_whole_, text.size());
        break;
      case Place::start:
        starts_.add(edge_key(text.data(), length), {i, 0});
        start_lengths_ |= 1U << length;
        break;
      case Place::end:
        ends_.add(edge_key(text.data() + text.size() - length, length), {i, 0});
        end_lengths_ |= 1U << length;
        break;
      case Place::anywhere:
        break;
    }
  }
  finish_windows();
  for (KeyTable* table : {&whole_, &starts_, &ends_, &wide_, &middle_, &four_, &three_, &two_}) table->finish();
  known_.clear();
  places_.clear();
}

}  // namespace wf::sigma
