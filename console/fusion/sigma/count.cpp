// event_count, value_count, value_sum, value_avg, value_percentile: sliding windows that end with an event. One fires
// if its condition holds and the group has not fired within a timespan of it.
#include <algorithm>
#include <bit>
#include <cmath>

#include "console/fusion/sigma/windows.hpp"

namespace wf::sigma {
namespace {

/// `sum += x`, with what the sum is too coarse for kept in `rest`: what is added and taken away again leaves nothing.
void add_exactly(double& sum, double& rest, double x) {
  const double next = sum + x;
  rest += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
  sum = next;
}

class Counts final : public BucketWindows {
 public:
  Counts(const Correlation& c, EventIds& ids)
      : BucketWindows(c, ids, c.type == CorrelationType::event_count ? 2 : 3), most_(kMostEvents) {
    if (c.type == CorrelationType::value_percentile) most_ = kMostParts;
    if (c.type == CorrelationType::event_count)
      for (const auto& [compare, number] : c.condition)
        most_ = std::max(most_, static_cast<std::size_t>(std::max(0.0, number)) * 2);
  }

  bool take(const Hit& hit, const Arrival& arrival, Hit& out) override {
    std::uint64_t more = 0;
    if (!find_group(hit, arrival.base) || !read_value(hit, arrival.base, more)) return false;
    Bucket* const open_one = open(hit.time, arrival.now);
    // An event is counted once, however many of the rules it matches.
    if (open_one == nullptr || open_one->sequence == arrival.sequence) {
      if (distinct()) ids_.texts().release(static_cast<std::uint32_t>(more));
      return false;
    }
    Bucket& b = *open_one;
    b.sequence = arrival.sequence;
    forget_stale(b, hit.time);
    const std::uint32_t at = b.entries.insert(hit.time, id_of(hit), more);
    std::uint32_t from = 0, to = 0;
    const bool fires = at + 1 == b.entries.size() ? newest(b, from, to) : late(b, at, from, to);
    if (fires) {
      complete(hit, out);
      out.time = b.entries.time(to - 1);
      for (std::uint32_t i = from; i < to; ++i) ids_.append(b.entries.id(i), out.ids);
      b.more().fired.push_back(out.time);
    }
    return fires;
  }

 protected:
  void release(const Bucket& b, std::uint32_t entry) override {
    ids_.release(b.entries.id(entry));
    if (distinct()) ids_.texts().release(static_cast<std::uint32_t>(b.entries.more(entry)));
  }

 private:
  /// Before an event of that time comes: what is too old for any that may still come, and one too many.
  void forget_stale(Bucket& b, UtcNs time) {
    Entries& e = b.entries;
    if (e.empty()) return;
    const UtcNs oldest = std::max(time, e.newest()) - c_->timespan - c_->lateness;
    std::uint32_t gone = e.size() >= most_ ? e.size() + 1 - static_cast<std::uint32_t>(most_) : 0;
    while (gone < e.size() && e.time(gone) < oldest) ++gone;
    for (; b.begin < gone; ++b.begin) remove(b.extras.get(), e.more_or_none(b.begin));
    b.begin -= gone;
    forget_front(b, gone);
    if (!b.extras) return;
    std::erase_if(b.extras->fired, [&](UtcNs f) { return f < oldest; });
    if (c_->type == CorrelationType::event_count && b.extras->fired.empty()) b.extras.reset();
  }

  [[nodiscard]] bool distinct() const { return c_->type == CorrelationType::value_count; }

  bool read_value(const Hit& hit, std::uint32_t base, std::uint64_t& more) {
    if (c_->type == CorrelationType::event_count) return true;
    tuple_.clear();
    double number = 0;
    for (const std::string& field : c_->value_fields[base]) {
      const std::string_view value = value_of(hit, field);
      if (value.empty() || (!distinct() && !parse_number(value, number))) return false;
      append_part(tuple_, value);
    }
    more = distinct() ? ids_.texts().add(tuple_) : std::bit_cast<std::uint64_t>(number);
    return true;
  }

  void add(Extras* x, std::uint64_t more) const {
    switch (c_->type) {
      case CorrelationType::value_count: {
        const auto value = static_cast<std::uint32_t>(more);
        const auto it = std::lower_bound(x->values.begin(), x->values.end(), std::pair(value, 0U));
        if (it != x->values.end() && it->first == value)
          ++it->second;
        else
          x->values.insert(it, {value, 1});
        break;
      }
      case CorrelationType::value_sum:
      case CorrelationType::value_avg:
        add_exactly(x->sum, x->rest, std::bit_cast<double>(more));
        break;
      case CorrelationType::value_percentile: {
        const double number = std::bit_cast<double>(more);
        x->numbers.insert(std::upper_bound(x->numbers.begin(), x->numbers.end(), number), number);
        break;
      }
      default:
        break;
    }
  }

  void remove(Extras* x, std::uint64_t more) const {
    switch (c_->type) {
      case CorrelationType::value_count: {
        const auto it =
            std::lower_bound(x->values.begin(), x->values.end(), std::pair(static_cast<std::uint32_t>(more), 0U));
        if (--it->second == 0) x->values.erase(it);
        break;
      }
      case CorrelationType::value_sum:
      case CorrelationType::value_avg:
        add_exactly(x->sum, x->rest, -std::bit_cast<double>(more));
        break;
      case CorrelationType::value_percentile:
        x->numbers.erase(std::lower_bound(x->numbers.begin(), x->numbers.end(), std::bit_cast<double>(more)));
        break;
      default:
        break;
    }
  }

  static void forget(Extras& x) {
    x.sum = x.rest = 0;
    x.values.clear();
    x.numbers.clear();
  }

  /// Of the window [begin, end), which is what `x` holds.
  [[nodiscard]] bool satisfied(const Bucket& b, std::uint32_t begin, std::uint32_t end, const Extras* x) const {
    const double count = end - begin;
    double value = count;
    switch (c_->type) {
      case CorrelationType::value_count:
        value = static_cast<double>(x->values.size());
        break;
      case CorrelationType::value_sum:
      case CorrelationType::value_avg: {
        double sum = x->sum + x->rest;
        if (!std::isfinite(sum)) {  // it was beyond all numbers once; is it still?
          sum = 0;
          for (std::uint32_t i = begin; i < end; ++i) sum += std::bit_cast<double>(b.entries.more(i));
        }
        value = c_->type == CorrelationType::value_sum ? sum : sum / count;
        break;
      }
      case CorrelationType::value_percentile: {
        // Nearest rank: the smallest value that at least this share of the values does not exceed.
        const double rank = std::ceil(c_->percentile * count / 100.0 - 1e-9);
        value = x->numbers[static_cast<std::size_t>(std::clamp(rank, 1.0, count)) - 1];
        break;
      }
      default:
        break;
    }
    return std::all_of(c_->condition.begin(), c_->condition.end(),
                       [&](const auto& test) { return holds(test.first, value, test.second); });
  }

  [[nodiscard]] bool fires_at(const Bucket& b, UtcNs time) const {
    return !b.extras || may_fire(b.extras->fired, time, c_->timespan);
  }

  bool newest(Bucket& b, std::uint32_t& from, std::uint32_t& to) {
    const Entries& e = b.entries;
    Extras* const x = c_->type == CorrelationType::event_count ? nullptr : &b.more();
    const std::uint32_t last = e.size() - 1;
    add(x, e.more_or_none(last));
    while (e.newest() - e.time(b.begin) > c_->timespan) remove(x, e.more_or_none(b.begin++));
    if (b.begin == last && x != nullptr) {  // alone again: nothing of what was is left in a sum
      forget(*x);
      add(x, e.more(last));
    }
    from = b.begin;
    to = e.size();
    return satisfied(b, from, to, x) && fires_at(b, e.newest());
  }

  /// Slides over every window that holds entry `at` and ends with it or a later one; the first that fires is it.
  bool late(Bucket& b, std::uint32_t at, std::uint32_t& from, std::uint32_t& to) {
    const Entries& e = b.entries;
    const UtcNs time = e.time(at);
    forget(scratch_);
    std::uint32_t begin = at;
    while (begin > 0 && time - e.time(begin - 1) <= c_->timespan) --begin;
    bool found = false;
    for (std::uint32_t end = begin; end < e.size() && e.time(end) - time <= c_->timespan; ++end) {
      add(&scratch_, e.more_or_none(end));
      while (e.time(end) - e.time(begin) > c_->timespan) remove(&scratch_, e.more_or_none(begin++));
      if (end < at || !fires_at(b, e.time(end)) || !satisfied(b, begin, end + 1, &scratch_)) continue;
      found = true;
      from = begin;
      to = end + 1;
      break;
    }
    if (e.newest() - time > c_->timespan)
      ++b.begin;
    else if (c_->type != CorrelationType::event_count)
      add(&b.more(), e.more(at));
    return found;
  }

  std::size_t most_;
  std::string tuple_;
  Extras scratch_;
};

}  // namespace

std::unique_ptr<Windows> make_counts(const Correlation& c, EventIds& ids) { return std::make_unique<Counts>(c, ids); }

}  // namespace wf::sigma
