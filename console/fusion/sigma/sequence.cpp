// temporal and temporal_ordered: events of several rules within one timespan. Once complete, what was used and what
// is older is forgotten.
#include <algorithm>

#include "console/fusion/sigma/windows.hpp"

namespace wf::sigma {
namespace {

constexpr std::uint32_t kNone32 = 0xFFFFFFFF;
// The third word of an entry: its base in the highest 16 bits, then the event's sequence.
constexpr unsigned kBaseShift = 48;
constexpr std::uint64_t kSequenceMask = (1ULL << kBaseShift) - 1;

class Sequences final : public BucketWindows {
 public:
  Sequences(const Correlation& c, EventIds& ids) : BucketWindows(c, ids, 3) {}

  bool take(const Hit& hit, const Arrival& arrival, Hit& out) override {
    if (!find_group(hit, arrival.base)) return false;
    Bucket* const b = open(hit.time, arrival.now);
    if (b == nullptr) return false;
    const std::uint64_t more = std::uint64_t{arrival.base} << kBaseShift | (arrival.sequence & kSequenceMask);
    std::uint32_t at = b->entries.insert(hit.time, id_of(hit), more);
    if (const std::uint32_t gone = stale(*b, kMostParts); gone > 0) {
      forget_front(*b, gone);
      if (at < gone) return false;  // of too many the oldest itself
      at -= gone;
    }
    const bool completes = c_->type == CorrelationType::temporal ? any_order(b->entries, at) : in_order(b->entries);
    if (!completes) return false;
    std::sort(parts_.begin(), parts_.end());
    complete(hit, out);
    for (const std::uint32_t part : parts_) ids_.append(b->entries.id(part), out.ids);
    out.time = b->entries.time(parts_.back());
    forget_front(*b, parts_.back() + 1);
    return true;
  }

 private:
  static std::uint32_t base(const Entries& e, std::uint32_t i) {
    return static_cast<std::uint32_t>(e.more(i) >> kBaseShift);
  }
  /// Those of one event stand side by side.
  static bool same_event(const Entries& e, std::uint32_t i, std::uint32_t j) {
    return e.time(i) == e.time(j) && (e.more(i) & kSequenceMask) == (e.more(j) & kSequenceMask);
  }

  /// Do the rules that have an event suffice?
  bool enough() {
    const std::size_t seen =
        static_cast<std::size_t>(std::count_if(latest_.begin(), latest_.end(), [](auto l) { return l != kNone32; }));
    if (!c_->logic.empty()) {
      truth_.assign(c_->logic.size(), 0);
      for (std::size_t i = 0; i < c_->logic.size(); ++i) {
        const Node& n = c_->logic[i];
        if (n.kind == Expr::Kind::atom) {
          truth_[i] = latest_[n.first] != kNone32 ? 1 : 0;
          continue;
        }
        const bool all = n.kind == Expr::Kind::all;
        bool result = all;
        for (std::uint32_t j = 0; j < n.count; ++j) {
          const bool child = truth_[c_->logic_children[n.first + j]] != 0;
          result = all ? result && child : result || child;
        }
        truth_[i] = result ? 1 : 0;
      }
      return truth_.back() != 0;
    }
    if (c_->condition.empty()) return seen == latest_.size();
    return std::all_of(c_->condition.begin(), c_->condition.end(),
                       [&](const auto& test) { return holds(test.first, static_cast<double>(seen), test.second); });
  }

  /// The windows that hold the entry and begin with one, the earliest first: of each rule its latest event.
  bool any_order(const Entries& e, std::uint32_t at) {
    const UtcNs time = e.time(at);
    std::uint32_t begin = at;
    while (begin > 0 && time - e.time(begin - 1) <= c_->timespan) --begin;
    latest_.assign(c_->bases.size(), kNone32);
    std::uint32_t end = begin;
    for (; begin <= at; ++begin) {
      if (begin > 0)
        for (std::uint32_t& l : latest_)
          if (l < begin) l = kNone32;
      for (; end < e.size() && e.time(end) - e.time(begin) <= c_->timespan; ++end) latest_[base(e, end)] = end;
      if (!enough()) continue;
      parts_.clear();
      for (const std::uint32_t l : latest_)
        if (l != kNone32) parts_.push_back(l);
      return !parts_.empty();
    }
    return false;
  }

  /// The order that is complete first, in its shortest form: from the latest event that can begin it.
  bool in_order(const Entries& e) {
    const std::size_t bases = c_->bases.size();
    // For each rule, the latest begin (as index + 1; 0: none) of an order that has come as far as it; `before_`: up to
    // the event before, since one event does not follow itself.
    begins_.assign(bases, 0);
    before_.assign(bases, 0);
    for (std::uint32_t i = 0; i < e.size(); ++i) {
      if (i > 0 && !same_event(e, i, i - 1)) before_ = begins_;
      const std::uint32_t b = base(e, i);
      const std::uint32_t begin = b == 0 ? i + 1 : before_[b - 1];
      begins_[b] = std::max(begins_[b], begin);
      if (b + 1 < bases || begin == 0 || e.time(i) - e.time(begin - 1) > c_->timespan) continue;
      parts_.assign(1, begin - 1);
      for (std::uint32_t k = begin; parts_.size() < bases; ++k)
        if (base(e, k) == parts_.size() && !same_event(e, k, parts_.back())) parts_.push_back(k);
      return true;
    }
    return false;
  }

  std::vector<std::uint32_t> latest_, parts_, begins_, before_;
  std::vector<std::uint8_t> truth_;
};

}  // namespace

std::unique_ptr<Windows> make_sequences(const Correlation& c, EventIds& ids) {
  return std::make_unique<Sequences>(c, ids);
}

}  // namespace wf::sigma
