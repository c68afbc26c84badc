#include "agents/host/authlog.hpp"

#include <utility>

#include "agents/kit/read/follow_source.hpp"
#include "agents/kit/read/log_classify.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/kit/read/log_record.hpp"

namespace wf::host {
namespace {

class AuthlogSource final : public kit::FollowSource {
 public:
  AuthlogSource(const kit::SourceSpec& spec, kit::Zone zone)
      : FollowSource(spec, options()), zone_(zone), only_auth_(spec.option("only") == "auth") {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    const Result<kit::LogLine> line = kit::parse_log_line(record.text, {moment.now, &zone_, before_});
    if (!line) return line.error();
    before_ = line->time;
    if (shedder() != nullptr && !only_auth_) {
      kit::LogRecord raw(*line);
      if (raw.single() && !wanted(raw, moment)) return {};
    }
    for (Event& event : kit::events_of(*line))
      if (!only_auth_ || kit::about_authentication(event)) emit(sink, std::move(event), moment);
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.record_limit = 64U << 10U;
    return options;
  }
  kit::Zone zone_;
  bool only_auth_;
  std::optional<UtcNs> before_;
};

}  // namespace

kit::SourceMade make_authlog(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz", "only"});
  if (spec.address.empty())
    made.problems.push_back(
        {"an authlog source needs the path of a log", spec.where, "write authlog:/var/log/auth.log"});
  if (const std::string only = spec.option("only", "all"); only != "auth" && only != "all")
    made.problems.push_back({"only=" + only + " selects nothing", spec.where, "write only=auth or only=all"});
  const Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  if (made.problems.empty()) made.source = std::make_unique<AuthlogSource>(spec, *zone);
  return made;
}

}  // namespace wf::host
