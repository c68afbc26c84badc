#include "console/fusion/timeliness.hpp"

namespace wf::fusion {

std::string span_in_words(std::int64_t span) {
  if (span < 90 * kMinute) return std::to_string(span / kMinute) + " min";
  if (span < 48 * kHour) return std::to_string(span / kHour) + " h";
  return std::to_string(span / kDay) + " days";
}

}  // namespace wf::fusion
