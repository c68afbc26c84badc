#pragma once
#include <poll.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/clock.hpp"
#include "agents/kit/shed/shedder.hpp"
#include "agents/kit/spool/attachment_sink.hpp"
#include "proto/event.hpp"
#include "proto/link_message.hpp"
#include "proto/result.hpp"

namespace wf::kit {

class Output;
struct OutputSpec;

/// A source as the user named it: "suricata:/var/log/suricata/eve.json,tz=UTC", or an entry of the
/// configuration's `sources`.
struct SourceSpec {
  std::string kind;
  std::string address;
  std::map<std::string, std::string> options;
  std::string name;            ///< what events call it; "kind:address" unless the user gave one
  std::string where;           ///< where the user wrote it, for messages
  std::vector<ShedRule> shed;  ///< what need not be sent

  [[nodiscard]] std::string option(const std::string& key, std::string_view otherwise = {}) const;
  /// One error for each option that is not in `known`.
  [[nodiscard]] std::vector<Error> unknown_options(std::initializer_list<std::string_view> known) const;
};

/// Reads "KIND:ADDRESS[,key=value…]". Commas that are not followed by "word=" belong to the address.
[[nodiscard]] Result<SourceSpec> parse_source_spec(std::string_view text);

/// Takes what a source observed. full() is a request to return from step() soon; events taken after it are
/// kept nevertheless.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void take(Event&& event) = 0;
  [[nodiscard]] virtual bool full() const = 0;
};

/// One thing that an agent reads. All calls come from the agent's one thread; none may block.
class Source {
 public:
  explicit Source(SourceSpec spec);
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// What is wrong with it right now, without starting it; for --check.
  [[nodiscard]] virtual std::vector<Error> check() { return {}; }
  /// What works and is still worth telling whoever set it up, each in one line; for --check.
  [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
  /// Begins after `position` (as position() gave it in an earlier run; empty: from the beginning). With
  /// `once` the source ends at the end of its input. A source that cannot start yet says so in its status
  /// and tries again in step(); an error means that it never can.
  [[nodiscard]] virtual Result<void> start(std::string_view position, bool once, const Moment& moment) = 0;
  /// Hands over what there is, until the sink is full. Returns true when there is more to read at once.
  virtual bool step(Sink& sink, const Moment& moment) = 0;
  /// Everything that step() has handed over, as an opaque text for start().
  [[nodiscard]] virtual std::string position() const = 0;
  /// All that step() has handed over so far is on the agent's disk, together with position() (with --print: written).
  /// Where a device waits for an acknowledgement, this is the moment to give it.
  virtual void durable(const Moment& moment) { (void)moment; }
  /// The agent ends: what the source holds back is handed over now. Nothing is stepped after it.
  virtual void finish(Sink& sink, const Moment& moment) { (void)sink, (void)moment; }
  /// Descriptors that wake the source, appended.
  virtual void add_fds(std::vector<pollfd>& fds) const { (void)fds; }
  /// False: what is not read now is lost (datagrams). Such a source is stepped even when nothing can be
  /// spooled; what has to be given up then is counted and said.
  [[nodiscard]] virtual bool can_wait() const { return true; }
  /// CLOCK_MONOTONIC at which step() wants to be called even if no descriptor woke it.
  [[nodiscard]] virtual std::int64_t next_wake() const { return kNever; }
  /// What drives an output that names this source with `through`; an error if it drives none, or not that. It is
  /// destroyed before the source.
  [[nodiscard]] virtual Result<std::unique_ptr<Output>> output(const OutputSpec& spec);

  /// Where the source may keep stills and clips, set before start(); null: nowhere.
  void set_attachments(AttachmentSink* sink) { attachments_ = sink; }
  /// Sees each event before it is handed over, and may add to it; set before start().
  using Companion = std::function<void(Event&, const Moment&, AttachmentSink*)>;
  void set_companion(Companion companion) { companion_ = std::move(companion); }
  [[nodiscard]] const SourceSpec& spec() const { return spec_; }
  [[nodiscard]] const SourceStatus& status() const { return status_; }
  /// What its rules shed, set before start(); null: it has none.
  void set_shedder(std::unique_ptr<Shedder> shedder) { shedder_ = std::move(shedder); }
  [[nodiscard]] Shedder* shedder() { return shedder_.get(); }
  [[nodiscard]] const Shedder* shedder() const { return shedder_.get(); }
  /// What will be wrong with it, or may be, although it reads: a certificate that ends. Empty: nothing.
  [[nodiscard]] const std::string& warning() const { return warning_; }
  /// How far the newest event's time is ahead of the agent's clock; negative: behind it.
  [[nodiscard]] std::int64_t ahead() const { return ahead_; }
  /// No more will come: the end of the input with `once`, or a failure that cannot heal.
  [[nodiscard]] bool over() const { return status_.state == "ended" || status_.state == "failed"; }
  /// Counts a record that could not be used (or several), and keeps why.
  void refuse(const Error& error, std::uint64_t records = 1);
  /// A failure that does not concern one record; an empty text clears it, and the last refusal shows again.
  void set_state(std::string_view state, std::string problem = {});

 protected:
  /// Whether an event need be made of a record that cannot be life safety, for sources that make one event of each:
  /// the one that is made is then not decided of again. Cheap where there are no rules.
  [[nodiscard]] bool wanted(RawRecord& record, const Moment& moment);
  /// Counts the event, fills source and seen, and hands it over, unless it is shed.
  void emit(Sink& sink, Event&& event, const Moment& moment);
  void count_read(std::uint64_t records = 1) { status_.read += records; }
  [[nodiscard]] AttachmentSink* attachments() const { return attachments_; }
  void set_warning(std::string text) { warning_ = std::move(text); }

 private:
  SourceSpec spec_;
  AttachmentSink* attachments_ = nullptr;
  Companion companion_;
  std::unique_ptr<Shedder> shedder_;
  bool decided_ = false;  ///< of the record of which an event is made now
  SourceStatus status_;
  std::string last_refusal_, warning_;
  std::int64_t ahead_ = 0;
};

/// What a factory made of a spec: a source, or everything that is wrong with the spec.
struct SourceMade {
  std::unique_ptr<Source> source;
  std::vector<Error> problems;
};
using SourceFactory = std::function<SourceMade(const SourceSpec&)>;

}  // namespace wf::kit
