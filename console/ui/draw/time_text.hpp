#pragma once
#include <string>
#include <string_view>

#include "console/ui/draw/language.hpp"
#include "proto/time.hpp"

namespace date {
class time_zone;
}

namespace wf::ui {

/// Times as people of one site read them, in the language that is spoken. The clock has 24 hours in every language, and
/// what goes into a log or a file is RFC 3339. An unknown zone is read as UTC and says so.
class SiteTime {
 public:
  /// IANA name; cheap when it did not change.
  void set_zone(std::string_view name);
  [[nodiscard]] std::string clock(UtcNs t) const;    ///< "04:10:37"
  [[nodiscard]] std::string minutes(UtcNs t) const;  ///< "04:10"
  [[nodiscard]] std::string day(UtcNs t) const;      ///< "Tue 24 Nov", "Di 24. Nov"
  [[nodiscard]] std::string date(UtcNs t) const;     ///< "24 Nov", "24. Nov"
  [[nodiscard]] std::string zone(UtcNs t) const;     ///< "CET"
  /// Nanoseconds to add to UTC at `t`.
  [[nodiscard]] std::int64_t offset(UtcNs t) const;

 private:
  const date::time_zone* zone_ = nullptr;
  std::string name_;
  mutable UtcNs begin_ = 1, end_ = 0;  // the cached offset is good between them
  mutable std::int64_t offset_ = 0;
  mutable std::string abbreviation_ = "UTC";
  void look_up(UtcNs t) const;
};

/// "2026-11-24 03:10:37 UTC".
[[nodiscard]] std::string utc_text(UtcNs t);
/// A running time: "0:38", "52:17", "3 h 12", "2 d 4 h".
[[nodiscard]] std::string duration(std::int64_t ns);
/// "now", "16 s ago", "4 min ago", "3 h ago", "2 d ago".
[[nodiscard]] std::string ago(std::int64_t ns);
/// In whole minutes, for what is redrawn once a minute: "just now", "5 min ago", "3 h ago".
[[nodiscard]] std::string ago_in_minutes(std::int64_t ns);
/// A span in words: "45 s", "15 min", "4 h", "2 d".
[[nodiscard]] std::string span(std::int64_t ns);
/// Short age with one decimal under ten seconds: "0.4 s", "31 s", "5 min".
[[nodiscard]] std::string lag(std::int64_t ns);
/// "1.2 MiB".
[[nodiscard]] std::string bytes_text(std::uint64_t n);

}  // namespace wf::ui
