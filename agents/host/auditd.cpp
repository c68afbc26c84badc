#include "agents/host/auditd.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "agents/audit/audit_event.hpp"
#include "agents/audit/audit_join.hpp"
#include "agents/host/machine.hpp"
#include "agents/kit/read/follow.hpp"

namespace wf::host {
namespace {

constexpr const char* kLog = "/var/log/audit/audit.log";
// MAX_AUDIT_MESSAGE_LENGTH is 8970; enriched it is less than twice that.
constexpr std::size_t kRecordLimit = 64U << 10U;
constexpr std::size_t kStepBytes = 512U << 10U;

std::string log_of(const std::string& address) {
  if (address.empty()) return kLog;
  struct stat st {};
  if (::stat(address.c_str(), &st) == 0 && S_ISDIR(st.st_mode))
    return address + (address.ends_with('/') ? "" : "/") + "audit.log";
  return address;
}

class AuditdSource final : public kit::Source {
 public:
  AuditdSource(const kit::SourceSpec& spec, kit::Zone zone)
      : Source(spec), follower_(log_of(spec.address), options()), zone_(zone) {
    dates_ = {&zone_, spec.option("dates") == "day-first"};
    words_.host = spec.option("host", machine_name());
    words_.logins = spec.option("logins", "yes") == "yes";
  }

  std::vector<Error> check() override {
    std::vector<Error> out = follower_.check();
    for (Error& error : out)
      if (error.to_do.starts_with("let the agent's user"))
        error.to_do = "set log_group in auditd.conf to a group of the agent's user and let it enter the folder";
    return out;
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment&) override {
    std::string where;
    if (!join_.resume(position, where))
      lost_ = Error{"the saved position cannot be read", follower_.path(), "it is read from its beginning"}.text();
    follower_.start(where, once);
    before_ = where;
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    kit::FollowedRecord record;
    Error error;
    std::size_t bytes = 0;
    while (!sink.full() && bytes < kStepBytes) {
      switch (follower_.next(moment, record, error)) {
        case kit::FileFollower::Next::record:
          bytes += record.text.size() + 1;
          take(record, moment);
          break;
        case kit::FileFollower::Next::refused:
          count_read();
          refuse(error);
          break;
        case kit::FileFollower::Next::idle:
          join_.flush_older(moment.mono, false, ready_);
          hand_over(sink, moment);
          show(follower_.reading() ? "running" : "waiting");
          return false;
        case kit::FileFollower::Next::ended:
          join_.flush_older(moment.mono, true, ready_);
          hand_over(sink, moment);
          show(follower_.reached_end() ? "ended" : "failed");
          return false;
      }
      before_ = follower_.position();
      hand_over(sink, moment);
    }
    show("running");
    return true;
  }

  std::string position() const override {
    const std::string here = follower_.position();
    return here.empty() ? here : join_.position(here);
  }
  void add_fds(std::vector<pollfd>& fds) const override { follower_.add_fds(fds); }
  std::int64_t next_wake() const override { return std::min(follower_.next_wake(), join_.next_wake()); }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.record_limit = kRecordLimit;
    return options;
  }

  void take(const kit::FollowedRecord& record, const kit::Moment& moment) {
    std::string_view text = record.text;
    if (record.first && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
    // What ausearch writes between two events, and before each.
    if (text.starts_with("----") || text.starts_with("time->")) return;
    count_read();
    Result<audit::AuditRecord> parsed = audit::parse_audit_record(text, dates_);
    if (!parsed) {
      Error why = parsed.error();
      why.where = follower_.path() + ":" + std::to_string(record.number);
      refuse(why);
      return;
    }
    join_.take(std::move(*parsed), record.text.size(), record.first ? follower_.start_of_file() : before_, moment.mono,
               ready_);
  }

  void hand_over(kit::Sink& sink, const kit::Moment& moment) {
    for (audit::AuditEvent& one : ready_) {
      if (shedder() != nullptr)
        if (audit::AuditRaw raw(one); !wanted(raw, moment)) continue;
      emit(sink, audit::event_of(std::move(one), words_), moment);
    }
    ready_.clear();
  }

  void show(std::string_view state) {
    const std::string& problem = follower_.problem().empty() ? lost_ : follower_.problem();
    set_state(state, problem);
  }

  kit::FileFollower follower_;
  kit::Zone zone_;
  audit::AuditDates dates_;
  audit::AuditJoin join_;
  audit::AuditWords words_;
  std::vector<audit::AuditEvent> ready_;
  std::string before_, lost_;
};

}  // namespace

kit::SourceMade make_auditd(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"host", "logins", "tz", "dates"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  if (const std::string dates = spec.option("dates", "month-first"); dates != "month-first" && dates != "day-first")
    made.problems.push_back({"dates=" + dates + " is neither month-first nor day-first", spec.where,
                             "write dates=day-first if 12/03/26 is in March"});
  if (const std::string logins = spec.option("logins", "yes"); logins != "yes" && logins != "no")
    made.problems.push_back({"logins=" + logins + " is neither yes nor no", spec.where, "write logins=no"});
  if (made.problems.empty()) made.source = std::make_unique<AuditdSource>(spec, *zone);
  return made;
}

}  // namespace wf::host
