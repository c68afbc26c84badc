#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agents/kit/read/zone.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::kit {

/// Reads the times of one column: "rfc3339", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns" (whole or with a
/// fraction), "excel" (days since 30 December 1899, to the second, as spreadsheets keep local times), or a pattern of
/// %Y %y %m %d %e %b %a (a weekday, passed over) %H %I %M %S %f (fraction, any number of digits) %p %z %j %% and
/// literal text, where a blank stands for any number of blanks.
class TimeFormat {
 public:
  TimeFormat() = default;
  /// An error says which format letter is not known, or what a pattern lacks.
  [[nodiscard]] static Result<TimeFormat> parse(const std::string& format, const std::string& where);
  /// Times of this format need a zone.
  [[nodiscard]] bool is_local() const { return local_; }
  [[nodiscard]] Result<UtcNs> read(std::string_view text, Zone& zone, std::optional<UtcNs> before) const;

 private:
  enum class Kind { rfc3339, epoch, excel, pattern };
  Kind kind_ = Kind::rfc3339;
  std::int64_t unit_ = kSecond;
  std::string pattern_;
  bool local_ = false;
};

}  // namespace wf::kit
