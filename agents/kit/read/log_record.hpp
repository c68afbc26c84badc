#pragma once
#include <string_view>

#include "agents/kit/read/log_line.hpp"
#include "agents/kit/shed/shed_rule.hpp"

namespace wf::kit {

/// What the event of a line of a system log (events_of) will say, as far as the line says it without the patterns being
/// tried: for shedding before an event is made. One thread.
class LogRecord : public RawRecord {
 public:
  /// `line` must outlive it. `plain`: the kind of what no pattern knows.
  explicit LogRecord(const LogLine& line, std::string_view plain = "host.log");
  /// Whether exactly one event is made of the line; of others nothing may be decided before.
  [[nodiscard]] bool single() const { return single_; }
  [[nodiscard]] Known field(std::string_view name, std::string_view& value) override;
  [[nodiscard]] UtcNs time() override { return line_.time; }

 protected:
  [[nodiscard]] static Known known(std::string_view text, std::string_view& value) {
    value = text;
    return text.empty() ? Known::absent : Known::value;
  }
  /// Whether no pattern can know the line.
  [[nodiscard]] bool is_plain() const { return plain_; }
  [[nodiscard]] const LogLine& line() const { return line_; }
  [[nodiscard]] std::string_view service() const { return service_; }

 private:
  const LogLine& line_;
  std::string_view program_, service_, message_, kind_;
  bool single_ = true, plain_ = false;
};

}  // namespace wf::kit
