#include "console/fusion/sigma/windows.hpp"

#include <algorithm>

namespace wf::sigma {

std::string_view value_of(const Hit& hit, const std::string& field) {
  if (hit.group_names != nullptr)
    for (std::size_t i = 0; i < hit.group_names->size(); ++i)
      if ((*hit.group_names)[i] == field) return hit.group_values[i];
  return hit.event->field(field);
}

void append_part(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

bool may_fire(const std::vector<UtcNs>& fired, UtcNs time, std::int64_t timespan) {
  return std::none_of(fired.begin(), fired.end(), [&](UtcNs f) { return (f < time ? time - f : f - time) < timespan; });
}

std::unique_ptr<Windows> Windows::make(const Correlation& c, EventIds& ids) {
  switch (c.type) {
    case CorrelationType::temporal:
    case CorrelationType::temporal_ordered:
      return make_sequences(c, ids);
    case CorrelationType::absence:
      return make_absences(c, ids);
    default:
      return make_counts(c, ids);
  }
}

bool Windows::find_group(const Hit& hit, std::uint32_t base) {
  key_.assign(hit.event->drill ? "d" : "");  // drill and reality never meet
  const std::vector<std::string>& fields = c_->group_fields[base];
  group_values_.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view value = value_of(hit, fields[i]);
    if (value.empty()) return false;  // without a group-by field an event belongs to no group
    append_part(key_, value);
    group_values_[i].assign(value);
  }
  return true;
}

void Windows::complete(const Hit& by, Hit& out) const {
  out.rule = c_->rule;
  out.event = by.event;
  out.absent = by.absent;
  out.group_names = &c_->group_by;
  out.group_values = group_values_;
  out.ids.clear();
}

void BucketWindows::forget_front(Bucket& b, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) release(b, i);
  b.entries.pop_front(count);
}

void BucketWindows::drop_oldest() {
  Bucket& b = *buckets_.oldest();
  forget_front(b, b.entries.size());
  buckets_.drop_oldest();
}

void BucketWindows::clear() {
  while (buckets_.oldest() != nullptr) drop_oldest();
}

Bucket* BucketWindows::open(UtcNs time, UtcNs now) {
  while (buckets_.oldest() != nullptr && now - buckets_.oldest()->touched > c_->timespan + c_->lateness) drop_oldest();
  Bucket& b = buckets_.touch(key_, now);
  if (buckets_.size() > kMostGroups) drop_oldest();
  return !b.entries.empty() && time < b.entries.newest() - c_->lateness ? nullptr : &b;
}

std::uint32_t BucketWindows::stale(const Bucket& b, std::size_t most) const {
  const Entries& e = b.entries;
  std::uint32_t count = e.size() > most ? e.size() - static_cast<std::uint32_t>(most) : 0;
  const UtcNs oldest = e.newest() - c_->timespan - c_->lateness;
  while (count < e.size() && e.time(count) < oldest) ++count;
  return count;
}

}  // namespace wf::sigma
