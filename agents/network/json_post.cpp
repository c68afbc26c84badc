#include "agents/network/json_post.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "agents/http/bulk.hpp"
#include "agents/http/post_source.hpp"
#include "agents/kit/read/follow.hpp"
#include "agents/network/syslog_event.hpp"

namespace wf::network {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kBlank);
  return from == std::string_view::npos ? std::string_view()
                                        : text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

/// An object that is laid out over several lines, and not one of several that have a line each.
bool is_one_object(std::string_view body) {
  const std::string_view line = trimmed(body.substr(0, body.find('\n')));
  return body.starts_with('{') && !line.ends_with('}');
}

class JsonPost final : public http::PostSource {
 public:
  JsonPost(const kit::SourceSpec& spec, Place place, kit::Zone zone)
      : PostSource(spec, std::move(place)), reader_(zone) {}

 private:
  void read(const http::Posted& posted, kit::Sink& sink, const kit::Moment& moment, const Outcome& outcome) override {
    std::string_view rest = posted.body;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    rest = trimmed(rest);
    const auto one = [&](std::string_view record) {
      record = trimmed(record);
      if (record.empty()) return;
      count_read();
      if (shedder() != nullptr) {
        SyslogMessage message;
        message.form = SyslogMessage::Form::json;
        message.text = record;
        SyslogRecord raw(message, posted.peer);
        if (!wanted(raw, moment)) return outcome({});
      }
      events_.clear();
      const Result<void> made = reader_.read_json(record, posted.peer, moment.now, events_);
      if (made)
        for (Event& event : events_) emit(sink, std::move(event), moment);
      outcome(made);
    };
    if (posted.bulk) return read_bulk(rest, one, outcome);
    if (is_one_object(rest)) return one(rest);
    const std::unique_ptr<kit::Framing> framing = kit::json_framing(rest.substr(0, 256));
    kit::Frame frame;
    while (!rest.empty() && framing->next(rest, true, frame)) {
      if (frame.record) one(rest.substr(frame.begin, frame.end - frame.begin));
      if (frame.consumed == 0) break;
      rest.remove_prefix(frame.consumed);
    }
  }

  /// A line that says what becomes of the next, and the record.
  static void read_bulk(std::string_view rest, const std::function<void(std::string_view)>& one,
                        const Outcome& outcome) {
    bool action = true;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.empty()) continue;
      if (!action) {
        one(line);
      } else if (const Result<void> known = http::bulk_action(line); !known) {
        outcome(known);
        continue;
      }
      action = !action;
    }
  }

  SyslogReader reader_;
  std::vector<Event> events_;
};

}  // namespace

const char* const kJsonPostHelp =
    "HOST:PORT where Windows events and other records in JSON are posted over HTTP; token=FILE with the secret that "
    "senders must know, cert=FILE and key=FILE for TLS, tz=ZONE of time stamps without an offset (this machine's "
    "otherwise)";

kit::SourceMade make_json_post(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"tz", "token", "cert", "key"});
  Result<kit::Zone> zone = kit::Zone::find(spec.option("tz", "local"), spec.where);
  if (!zone) made.problems.push_back(zone.error());
  http::PostSource::Place place = http::read_place(spec, "post:127.0.0.1:8480,token=FILE", made.problems);
  place.options.bulk = true;
  if (made.problems.empty()) made.source = std::make_unique<JsonPost>(spec, std::move(place), *zone);
  return made;
}

}  // namespace wf::network
