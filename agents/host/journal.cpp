#include "agents/host/journal.hpp"

#include <systemd/sd-messages.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "agents/host/systemd_library.hpp"
#include "agents/kit/kinds.hpp"
#include "agents/kit/read/log_classify.hpp"
#include "agents/kit/read/log_line.hpp"
#include "agents/kit/read/log_record.hpp"

namespace wf::host {
namespace {

constexpr std::int64_t kRetry = 5 * kSecond;
constexpr int kStepEntries = 500;
constexpr std::size_t kMaxValue = 16U << 10U;

// systemd.journal-fields(7): what rules may want to see under its own name.
constexpr std::array<const char*, 10> kNative{
    "_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER", "_COMM",      "_EXE",       "_CMDLINE",
    "_UID",          "PRIORITY",          "_TRANSPORT", "MESSAGE_ID", "_BOOT_ID"};

// What the system's manager says of a unit, whatever its version and language (systemd.journal-fields(7), UNIT=).
struct UnitMessage {
  std::string_view id, state;
  std::uint8_t severity = 0;  ///< 0: the kind's
};
constexpr std::array<UnitMessage, 6> kUnitMessages{{{SD_MESSAGE_UNIT_STARTED_STR, "started"},
                                                    {SD_MESSAGE_UNIT_STOPPED_STR, "stopped"},
                                                    {SD_MESSAGE_UNIT_RELOADED_STR, "reloaded"},
                                                    {SD_MESSAGE_UNIT_FAILED_STR, "not started", 2},
                                                    {SD_MESSAGE_UNIT_FAILURE_RESULT_STR, "failed", 2},
                                                    {SD_MESSAGE_UNIT_OUT_OF_MEMORY_STR, "out of memory", 2}}};

struct CloseJournal {
  void operator()(sd_journal* journal) const { sd().journal_close(journal); }
};

class JournalSource final : public kit::Source {
 public:
  explicit JournalSource(const kit::SourceSpec& spec) : Source(spec), only_auth_(spec.option("only") == "auth") {}

  std::vector<Error> check() override {
    JournalPointer journal;
    if (const Result<void> opened = open(journal); !opened) return {opened.error()};
    if (sd().journal_next(journal.get()) <= 0) return {nothing_to_read()};
    return {};
  }

  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override {
    cursor_ = position;
    once_ = once;
    begin(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (journal_ == nullptr && !begin(moment)) return false;
    sd().journal_process(journal_.get());
    for (int i = 0; i < kStepEntries; ++i) {
      if (sink.full()) return true;
      // Behind a lost position the journal stands on an entry that was not read.
      const int found = std::exchange(unread_, false) ? 1 : sd().journal_next(journal_.get());
      if (found < 0) return lose(found, moment);
      if (found == 0) {
        if (once_) set_state(cursor_.empty() ? "failed" : "ended", cursor_.empty() ? nothing_to_read().text() : "");
        int timeout = -1;
        std::uint64_t until = 0;
        if (sd().journal_get_timeout(journal_.get(), &until) >= 0 && until != UINT64_MAX) timeout = 0;
        wake_ = timeout == 0 ? static_cast<std::int64_t>(until) * 1000 : moment.mono + kRetry;
        return false;
      }
      take(sink, moment);
    }
    return true;
  }

  std::string position() const override { return cursor_; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (journal_ == nullptr) return;
    const int fd = sd().journal_get_fd(journal_.get());
    const int events = sd().journal_get_events(journal_.get());
    if (fd >= 0) fds.push_back({fd, static_cast<short>(events > 0 ? events : POLLIN), 0});
  }
  std::int64_t next_wake() const override { return wake_; }

 private:
  using JournalPointer = std::unique_ptr<sd_journal, CloseJournal>;

  [[nodiscard]] std::string where() const { return spec().address.empty() ? "the journal" : spec().address; }
  [[nodiscard]] Error nothing_to_read() const {
    return {"nothing in it can be read", where(),
            "let the agent's user read it (group systemd-journal), and make it persistent (journald.conf, Storage=)"};
  }

  Result<void> open(JournalPointer& journal) const {
    if (const Result<const SystemdLibrary*> library = systemd_library(); !library) return library.error();
    sd_journal* raw = nullptr;
    const std::string& directory = spec().address;
    const int result = directory.empty() ? sd().journal_open(&raw, SD_JOURNAL_LOCAL_ONLY)
                                         : sd().journal_open_directory(&raw, directory.c_str(), 0);
    journal.reset(raw);
    if (result < 0)
      return Error{std::string("cannot be opened: ") + std::strerror(-result), where(),
                   "name a directory with journal files, or none for this machine's"};
    return {};
  }

  bool begin(const kit::Moment& moment) {
    wake_ = moment.mono + kRetry;
    if (const Result<void> opened = open(journal_); !opened) {
      journal_.reset();
      set_state(once_ ? "failed" : "waiting", opened.error().text());
      return false;
    }
    // Makes the journal watch its files; without it they are only looked at when asked.
    sd().journal_get_fd(journal_.get());
    std::string note;
    if (!cursor_.empty()) {
      if (sd().journal_seek_cursor(journal_.get(), cursor_.c_str()) < 0) {
        note = Error{"the saved position cannot be read", where(), "it is read from its beginning"}.text();
        sd().journal_seek_head(journal_.get());
      } else if (sd().journal_next(journal_.get()) > 0 &&
                 sd().journal_test_cursor(journal_.get(), cursor_.c_str()) <= 0) {
        // The entry itself was vacuumed away: we stand on the first one after it, which is not read yet.
        note = Error{"the entry read last is no longer kept", where(),
                     "entries between may be lost; keep the journal longer"}
                   .text();
        unread_ = true;
      }
    } else {
      sd().journal_seek_head(journal_.get());
    }
    set_state("running", note);
    return true;
  }

  bool lose(int result, const kit::Moment& moment) {
    journal_.reset();
    wake_ = moment.mono + kRetry;
    set_state(once_ ? "failed" : "waiting",
              Error{std::string("cannot be read: ") + std::strerror(-result), where(), "it is tried again"}.text());
    return false;
  }

  // "NAME=value" of the current entry without the name; empty if there is none or it is not text.
  std::string_view data(const char* name) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    if (sd().journal_get_data(journal_.get(), name, &bytes, &size) < 0) return {};
    std::string_view text(static_cast<const char*>(bytes), size);
    text.remove_prefix(std::min(text.find('=') + 1, text.size()));
    return text.substr(0, kMaxValue);
  }

  /// An entry before an event is made of it: its line, and the journal's own fields.
  class Raw final : public kit::LogRecord {
   public:
    Raw(const kit::LogLine& line, JournalSource& source) : LogRecord(line), source_(source) {}
    [[nodiscard]] Known field(std::string_view name, std::string_view& value) override {
      for (const char* native : kNative)
        if (name == native) return known(source_.data(native), value);
      return LogRecord::field(name, value);
    }

   private:
    JournalSource& source_;
  };

  void take(kit::Sink& sink, const kit::Moment& moment) {
    count_read();
    char* cursor = nullptr;
    if (sd().journal_get_cursor(journal_.get(), &cursor) >= 0) cursor_ = cursor;
    std::free(cursor);
    std::uint64_t microseconds = 0;
    if (sd().journal_get_realtime_usec(journal_.get(), &microseconds) < 0) {
      refuse({"an entry has no time", where(), ""});
      return;
    }
    // Each text is valid until the next is asked for.
    const std::string host(data("_HOSTNAME")), message(data("MESSAGE")), pid(data("_PID"));
    std::string program(data("SYSLOG_IDENTIFIER"));
    if (program.empty()) program = data("_COMM");
    const std::string facility(data("SYSLOG_FACILITY"));
    kit::LogLine line;
    line.time = static_cast<std::int64_t>(microseconds) * 1000;
    line.host = host;
    line.program = program;
    line.pid = pid;
    line.message = message;
    line.facility = facility.empty() ? -1 : std::atoi(facility.c_str());
    if (shedder() != nullptr && !only_auth_ && pid != "1") {
      Raw raw(line, *this);
      if (raw.single() && !wanted(raw, moment)) return;
    }
    for (Event& event : kit::events_of(line)) {
      if (only_auth_ && !kit::about_authentication(event)) continue;
      for (const char* name : kNative)
        if (const std::string_view value = data(name); !value.empty()) event.add(name, std::string(value));
      if (pid == "1") add_unit(event);
      emit(sink, std::move(event), moment);
    }
  }

  // Called for what process 1 said: its number is the kernel's word, what else stands in an entry anybody may write.
  void add_unit(Event& event) {
    const std::string id(data("MESSAGE_ID")), unit(data("UNIT")), result(data("UNIT_RESULT"));
    const auto* const it =
        std::find_if(kUnitMessages.begin(), kUnitMessages.end(), [&](const UnitMessage& m) { return m.id == id; });
    if (it == kUnitMessages.end() || unit.empty()) return;
    event.kind = "host.service";
    event.severity = it->severity;
    if (const kit::KindInfo* info = kit::find_kind(event.kind); info != nullptr && event.severity == 0)
      event.severity = info->severity;
    std::erase_if(event.fields, [](const Field& f) { return f.name == "service" || f.name == "reason"; });
    event.add("service", unit);
    event.add("service.state", std::string(it->state));
    if (!result.empty()) event.add("reason", result);
  }

  JournalPointer journal_;
  std::string cursor_;
  bool once_ = false, only_auth_, unread_ = false;
  std::int64_t wake_ = 0;
};

}  // namespace

kit::SourceMade make_journal(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"only"});
  if (const std::string only = spec.option("only", "all"); only != "auth" && only != "all")
    made.problems.push_back({"only=" + only + " selects nothing", spec.where, "write only=auth or only=all"});
  if (made.problems.empty()) made.source = std::make_unique<JournalSource>(spec);
  return made;
}

}  // namespace wf::host
