#include "console/cli/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "proto/utf8.hpp"

namespace wf::cli {
namespace {

constexpr std::size_t kFileBytes = 8U << 20U;
constexpr std::size_t kFiles = 5;

/// sd-daemon(3): the journal reads a line's importance from "<N>" before it.
class Importance final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string_view text = message.level >= spdlog::level::err    ? "<3>"
                                  : message.level == spdlog::level::warn ? "<4>"
                                                                         : "<6>";
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<Importance>();
  }
};

}  // namespace

Result<Log> Log::open(const std::string& file) {
  try {
    spdlog::sink_ptr sink;
    if (file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, kFileBytes, kFiles - 1);
    auto logger = std::make_shared<spdlog::logger>("watchfloor", std::move(sink));
    if (file.empty() && std::getenv("JOURNAL_STREAM") != nullptr) {
      auto pattern = std::make_unique<spdlog::pattern_formatter>();
      pattern->add_flag<Importance>('*').set_pattern("%*%v");
      logger->set_formatter(std::move(pattern));
    } else {
      logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l: %v", spdlog::pattern_time_type::utc);
    }
    logger->flush_on(spdlog::level::info);
    return Log(std::move(logger));
  } catch (const spdlog::spdlog_ex& e) {
    return Error{std::string("the log cannot be written: ") + e.what(), file, "name a file in a folder that exists"};
  }
}

void Log::information(const std::string& line) { logger_->info("{}", one_line(line)); }
void Log::warning(const std::string& line) { logger_->warn("{}", one_line(line)); }
void Log::error(const std::string& line) { logger_->error("{}", one_line(line)); }

}  // namespace wf::cli
