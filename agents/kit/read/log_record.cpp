#include "agents/kit/read/log_record.hpp"

#include "agents/kit/read/log_classify.hpp"

namespace wf::kit {

LogRecord::LogRecord(const LogLine& line, std::string_view plain)
    : line_(line), program_(log_program(line.program)), service_(log_service(program_, line.facility)), kind_(plain) {
  message_ = log_message(line);
  single_ = !message_.starts_with("message repeated ");
  plain_ = single_ && !log_patterned(line);
}

RawRecord::Known LogRecord::field(std::string_view name, std::string_view& value) {
  if (name == "process.name") return known(program_, value);
  if (name == "host.name") return known(line_.host, value);
  if (name == "process.pid") return known(line_.pid, value);
  if (name == "message") {
    value = message_;
    return Known::value;
  }
  if (name == "logsource.product") return known("linux", value);
  if (name == "logsource.service") return known(service_, value);
  if (!plain_) return Known::unknown;
  if (name == "kind") return known(kind_, value);
  return name == "logsource.category" ? Known::unknown : Known::absent;
}

}  // namespace wf::kit
