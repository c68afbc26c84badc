// absence, an extension of our own: an event of the first rule that no event of the others follows within the timespan.
#include <algorithm>
#include <list>
#include <map>
#include <unordered_map>

#include "console/fusion/sigma/windows.hpp"

namespace wf::sigma {
namespace {

class Absences final : public Windows {
 public:
  Absences(const Correlation& c, EventIds& ids) : Windows(c, ids), alone_(c.bases.size() == 1) {}

  bool take(const Hit& hit, const Arrival& arrival, Hit& /*out*/) override {
    if (!find_group(hit, arrival.base)) return false;
    Place& place = open(arrival.now);
    forget(place, arrival.now);
    if (alone_ || arrival.base > 0) answer(place, hit.time, arrival);
    if (alone_ || arrival.base == 0) wait(place, hit, arrival);
    return false;
  }

  [[nodiscard]] UtcNs due() const override { return due_.empty() ? 0 : due_.begin()->first.first; }

  bool overdue(UtcNs now, Hit& out) override {
    while (!due_.empty() && due_.begin()->first.first < now) {
      const auto first = due_.begin();
      Place& place = *first->second;
      const auto it = std::find_if(place.waits.begin(), place.waits.end(),
                                   [&](const Wait& w) { return w.number == first->first.second; });
      Wait wait = std::move(*it);
      place.waits.erase(it);
      due_.erase(first);
      const UtcNs limit = wait.hit.time + c_->timespan;
      forget(place, now);
      if (std::any_of(place.fired.begin(), place.fired.end(),
                      [&](const Past& f) { return !may_fire({f.time}, limit, c_->timespan); }))
        continue;
      place.fired.push_back({limit, 0, now});
      group_values_ = std::move(wait.group_values);
      complete(wait.hit, out);
      out.time = limit;
      out.ids = std::move(wait.hit.ids);
      return true;
    }
    return false;
  }

  void clear() override {
    due_.clear();
    index_.clear();
    places_.clear();
  }

 private:
  struct Wait {
    Hit hit;  ///< with an event of its own
    std::uint64_t sequence = 0, number = 0;
    UtcNs due = 0;
    std::vector<std::string> group_values;
  };
  /// An answer or a firing.
  struct Past {
    UtcNs time = 0;
    std::uint64_t sequence = 0;
    UtcNs came = 0;
  };
  struct Place {
    std::string key;
    std::vector<Wait> waits;    ///< as they came
    std::vector<Past> answers;  ///< that a late event of the first rule may still need
    std::vector<Past> fired;
  };
  using Places = std::list<Place>;

  void forget(Place& place, UtcNs now) const {
    const auto over = [&](const Past& p) { return now - std::max(p.time, p.came) > c_->timespan + c_->lateness; };
    std::erase_if(place.answers, over);
    std::erase_if(place.fired, over);
  }

  Place& open(UtcNs now) {
    while (!places_.empty() && places_.back().waits.empty()) {
      Place& last = places_.back();
      forget(last, now);
      if (!last.answers.empty() || !last.fired.empty()) break;
      drop_oldest();
    }
    if (const auto it = index_.find(key_); it != index_.end()) {
      places_.splice(places_.begin(), places_, it->second);
    } else {
      places_.emplace_front().key = key_;
      index_.emplace(places_.front().key, places_.begin());
      if (places_.size() > kMostGroups) drop_oldest();
    }
    return places_.front();
  }

  void drop_oldest() {
    Place& place = places_.back();
    for (const Wait& w : place.waits) due_.erase({w.due, w.number});
    index_.erase(place.key);
    places_.pop_back();
  }

  [[nodiscard]] bool answers(UtcNs waits, std::uint64_t waiting, UtcNs time, std::uint64_t sequence) const {
    if (sequence == waiting || time < waits || time - waits > c_->timespan) return false;
    // Of one rule's events with the same time the later one follows; another rule's follows either way, since a
    // source's clock may be too coarse to tell.
    return !alone_ || time > waits || sequence > waiting;
  }

  void answer(Place& place, UtcNs time, const Arrival& arrival) {
    std::erase_if(place.waits, [&](const Wait& w) {
      const bool answered = answers(w.hit.time, w.sequence, time, arrival.sequence);
      if (answered) due_.erase({w.due, w.number});
      return answered;
    });
    place.answers.push_back({time, arrival.sequence, arrival.now});
    if (place.answers.size() > kMostParts) place.answers.erase(place.answers.begin());
  }

  void wait(Place& place, const Hit& hit, const Arrival& arrival) {
    for (const Past& a : place.answers)
      if (answers(hit.time, arrival.sequence, a.time, a.sequence)) return;
    if (due_.size() >= kMostWaiting) give_up_oldest();
    Wait wait;
    wait.hit = hit;
    if (!wait.hit.absent) wait.hit.absent = std::make_shared<const Event>(*hit.event);
    wait.hit.event = wait.hit.absent.get();
    if (wait.hit.ids.empty()) wait.hit.ids = {hit.event->id};
    wait.hit.group_names = nullptr;  // its own group is what counts from here
    wait.hit.group_values.clear();
    wait.sequence = arrival.sequence;
    wait.number = ++waited_;
    wait.group_values = group_values_;
    // One that comes later than the lateness allows has its answer behind it on the same way: it waits from now.
    const bool in_time = arrival.now - hit.time <= c_->lateness;
    wait.due = (in_time ? hit.time : arrival.now) + c_->timespan + c_->lateness;
    due_.emplace(std::pair(wait.due, wait.number), &place);
    place.waits.push_back(std::move(wait));
  }

  void give_up_oldest() {
    Place& place = *due_.begin()->second;
    std::erase_if(place.waits, [&](const Wait& w) { return w.number == due_.begin()->first.second; });
    due_.erase(due_.begin());
  }

  const bool alone_;
  std::uint64_t waited_ = 0;
  Places places_;  ///< touched last first
  std::unordered_map<std::string, Places::iterator> index_;
  std::map<std::pair<UtcNs, std::uint64_t>, Place*> due_;  ///< by when, then as they came
};

}  // namespace

std::unique_ptr<Windows> make_absences(const Correlation& c, EventIds& ids) {
  return std::make_unique<Absences>(c, ids);
}

}  // namespace wf::sigma
