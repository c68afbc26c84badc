#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "console/fusion/state.hpp"

namespace wf::fusion {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// An alert on its way into an incident.
struct Fusion::Impl::Alarmed {
  std::string rule_id, rule_title, description, title;
  Priority level = Priority::low;
  bool life_safety = false, correlation = false;
  std::vector<std::string> confirm, refute, join;
  std::shared_ptr<const Plan> plan;
  const std::vector<sigma::Expectation>* expect = nullptr;  ///< of its rule
  std::vector<Remembered> parts;                            ///< by time; the completing event is among them
  std::size_t events = 1;
  std::string condition;  ///< that the completing event began
  UtcNs time = 0;
  bool in_flood = false;  ///< it goes into the flood's row of its area
  /// A sweep over many things is one cause and its single targets tie nothing: beyond a few parts only what at
  /// least half of them share counts.
  bool sweep = false;
  std::map<std::string, std::size_t> shared;
  std::vector<Link> links;  ///< by which it looks for its incident

  [[nodiscard]] std::vector<Link> ties_of(const Digest& part) const {
    std::vector<Link> out;
    for (const Link& l : part.links)
      if (may_join(join, l.tie) && (!sweep || shared.at(l.key) * 2 >= parts.size())) out.push_back(l);
    return out;
  }
  void find_links() {
    std::stable_sort(parts.begin(), parts.end(), [](const auto& x, const auto& y) { return x->time < y->time; });
    sweep = parts.size() > kFewParts;
    if (sweep)
      for (const Remembered& p : parts)
        for (const Link& l : p->links) ++shared[l.key];
    for (const Remembered& p : parts)
      for (const Link& l : ties_of(*p)) add_once(links, l);
  }
  /// Life safety by a rule: its event is told for itself, as one is that is life safety by its kind.
  [[nodiscard]] static Remembered alone(const Remembered& part) {
    auto out = std::make_shared<Digest>(*part);
    out->fold.clear();
    out->life_safety = true;
    return out;
  }
  /// The part as one of many: all of a sweep fold into one line.
  [[nodiscard]] Remembered coarse(const Remembered& part, const std::vector<Link>& ties) const {
    auto out = std::make_shared<Digest>(*part);
    out->fold = rule_id + '|' + part->kind;
    out->many = rule_title + ": {n} events";
    std::erase_if(out->entities, [&](const EntityRef& e) {
      return std::none_of(ties.begin(), ties.end(), [&](const Link& l) { return l.key.ends_with(' ' + e.id); });
    });
    return out;
  }
};

}  // namespace wf::fusion
