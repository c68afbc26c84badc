#include "console/fusion/sigma/event_view.hpp"

namespace wf::sigma {

void EventView::add(std::uint32_t field, std::string_view raw, ValueType type) {
  char* const low = folded_.data() + used_;
  Value value{raw, {low, raw.size()}, type, false, kNone};
  if (!fold_case(raw, low))  // the Kelvin sign and the long s
    value.odd = raw.find("\xE2\x84\xAA") != std::string_view::npos || raw.find("\xC5\xBF") != std::string_view::npos;
  used_ += raw.size();
  const auto index = static_cast<std::uint32_t>(values_.size());
  values_.push_back(value);
  if (field == kNoField) return;
  if (seen_[field] == now_) {
    values_[last_[field]].next = index;
  } else {
    seen_[field] = now_;
    first_[field] = index;
    present_.push_back(field);
  }
  last_[field] = index;
}

void EventView::read(const Event& event, const Compiled& rules, const std::vector<bool>& needed, bool all) {
  ++now_;
  values_.clear();
  present_.clear();
  used_ = 0;
  std::size_t total = event.kind.size();
  for (const Field& f : event.fields) total += f.value.size();
  if (folded_.size() < total) folded_.resize(total * 2);
  for (const Field& f : event.fields) {
    const std::uint32_t field = rules.fields.find(f.name);
    if (field != kNone && needed[field])
      add(field, f.value, f.type);
    else if (all)
      add(kNoField, f.value, f.type);
  }
  own_ = static_cast<std::uint32_t>(values_.size());
  // The event's kind is a field for rules unless the source has one of that name.
  if (rules.kind_field != kNoField && needed[rules.kind_field] && seen_[rules.kind_field] != now_ &&
      !event.kind.empty() && event.kind != "other")
    add(rules.kind_field, event.kind, ValueType::string);
}

}  // namespace wf::sigma
