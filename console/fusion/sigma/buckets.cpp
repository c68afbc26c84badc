#include "console/fusion/sigma/buckets.hpp"

#include <cstring>

#include "console/fusion/sigma/hash.hpp"

namespace wf::sigma {

void Entries::make_room() {
  if (begin_ + size_ < capacity_) return;
  const bool roomy = capacity_ > 2 * size_ + 4;  // it was larger once
  if (begin_ > capacity_ / 4 && !roomy) {        // what is gone at the front is room enough
    std::memmove(block_.get(), at(0), std::size_t{size_} * words_ * sizeof(std::uint64_t));
    begin_ = 0;
    return;
  }
  const std::uint32_t capacity = size_ + size_ / 4 + 1;
  auto block = std::make_unique<std::uint64_t[]>(std::size_t{capacity} * words_);
  if (size_ > 0) std::memcpy(block.get(), at(0), std::size_t{size_} * words_ * sizeof(std::uint64_t));
  block_ = std::move(block);
  capacity_ = capacity;
  begin_ = 0;
}

std::uint32_t Entries::insert(UtcNs when, std::uint64_t id, std::uint64_t more) {
  make_room();
  std::uint32_t i = size_;
  while (i > 0 && time(i - 1) > when) --i;
  if (i < size_) std::memmove(at(i + 1), at(i), std::size_t{size_ - i} * words_ * sizeof(std::uint64_t));
  ++size_;
  std::uint64_t* const entry = at(i);
  entry[0] = static_cast<std::uint64_t>(when);
  entry[1] = id;
  if (words_ > 2) entry[2] = more;
  return i;
}

void Entries::pop_front(std::uint32_t count) {
  begin_ += count;
  size_ -= count;
  if (size_ > 0) return;
  block_.reset();
  begin_ = capacity_ = 0;
}

std::size_t Buckets::slot_of(std::string_view key) const {
  std::size_t i = hash_text(key) & (slots_.size() - 1);
  while (slots_[i] != kNobody && buckets_[slots_[i]].key != key) i = (i + 1) & (slots_.size() - 1);
  return i;
}

void Buckets::link(std::uint32_t bucket) {
  buckets_[bucket].newer = kNobody;
  buckets_[bucket].older = newest_;
  if (newest_ != kNobody) buckets_[newest_].newer = bucket;
  newest_ = bucket;
  if (oldest_ == kNobody) oldest_ = bucket;
}

void Buckets::unlink(std::uint32_t bucket) {
  const Bucket& g = buckets_[bucket];
  (g.newer == kNobody ? newest_ : buckets_[g.newer].older) = g.older;
  (g.older == kNobody ? oldest_ : buckets_[g.older].newer) = g.newer;
}

void Buckets::grow() {
  const std::vector<std::uint32_t> old = std::move(slots_);
  slots_.assign(old.size() * 2, kNobody);
  for (const std::uint32_t bucket : old)
    if (bucket != kNobody) slots_[slot_of(buckets_[bucket].key)] = bucket;
}

Bucket& Buckets::touch(const std::string& key, UtcNs now) {
  std::size_t slot = slot_of(key);
  std::uint32_t bucket = slots_[slot];
  if (bucket == kNobody) {
    if ((size_ + 1) * 4 > slots_.size() * 3) {
      grow();
      slot = slot_of(key);
    }
    if (free_.empty()) {
      bucket = static_cast<std::uint32_t>(buckets_.size());
      buckets_.emplace_back();
    } else {
      bucket = free_.back();
      free_.pop_back();
    }
    Bucket& fresh = buckets_[bucket];
    fresh.key = key;
    fresh.entries = Entries(words_);
    slots_[slot] = bucket;
    link(bucket);
    ++size_;
  } else if (bucket != newest_) {
    unlink(bucket);
    link(bucket);
  }
  buckets_[bucket].touched = now;
  return buckets_[bucket];
}

void Buckets::drop_oldest() {
  const std::uint32_t bucket = oldest_;
  std::size_t hole = slot_of(buckets_[bucket].key);
  unlink(bucket);
  // Those behind it in the same run move up, so that they are still found.
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = (hole + 1) & mask; slots_[i] != kNobody; i = (i + 1) & mask) {
    const std::size_t home = hash_text(buckets_[slots_[i]].key) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = kNobody;
  buckets_[bucket] = Bucket();
  free_.push_back(bucket);
  --size_;
}

}  // namespace wf::sigma
