#include <sys/stat.h>

#include <optional>
#include <utility>
#include <vector>

#include "agents/access/osdp/capture.hpp"
#include "agents/access/osdp/source.hpp"
#include "agents/kit/read/follow_source.hpp"

namespace wf::access {
namespace {

using namespace osdp;

class CaptureSource final : public kit::FollowSource {
 public:
  CaptureSource(const kit::SourceSpec& spec, LineFile file, std::optional<Key> key, std::optional<UtcNs> start)
      : FollowSource(spec, {}),
        start_(start),
        listener_(
            std::move(file), key, [this](Event&& event) { pending_.push_back(std::move(event)); },
            [this](const Error& error) { why_ = error; }) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    const Result<CaptureRecord> read = read_capture_line(record.text);
    if (!read) return read.error();
    const UtcNs time = read->time ? *read->time : base(read->after, moment) + read->after;
    why_.reset();
    const std::uint64_t sealed = listener_.sealed();
    const std::size_t frames = listener_.take(read->bytes, {time, time});
    for (Event& event : pending_) emit(sink, std::move(event), moment);
    pending_.clear();
    if (why_) return Error{why_->what, "", ""};
    if (listener_.sealed() != sealed)
      return Error{"a message of a secure channel that cannot be read", "",
                   "give key=FILE, and a capture from the channel's beginning on"};
    if (frames == 0) return Error{"no frame in these bytes", "", ""};
    return {};
  }

 private:
  // Records without a date begin at `start`, else when the file was last written.
  UtcNs base(std::int64_t after, const kit::Moment& moment) {
    if (!base_) {
      struct stat status {};
      const bool known = ::stat(spec().address.c_str(), &status) == 0;
      base_ = (start_  ? *start_
               : known ? status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec
                       : moment.now) -
              after;
    }
    return *base_;
  }

  const std::optional<UtcNs> start_;
  std::optional<UtcNs> base_;
  std::vector<Event> pending_;
  std::optional<Error> why_;
  CaptureListener listener_;
};

}  // namespace

kit::SourceMade make_osdp_capture(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"line", "key", "start"});
  if (spec.address.empty())
    made.problems.push_back({"the source names no file", spec.where, "write osdp_capture:FILE"});
  LineFile file;
  if (const std::string line = spec.option("line"); !line.empty()) file = LineFile::read(line, false, made.problems);
  std::optional<Key> key;
  if (const std::string path = spec.option("key"); !path.empty()) {
    if (const Result<Key> read = read_key_file(path))
      key = *read;
    else
      made.problems.push_back(read.error());
  }
  std::optional<UtcNs> start;
  if (const std::string text = spec.option("start"); !text.empty()) {
    if (const Result<UtcNs> time = parse_rfc3339(text))
      start = *time;
    else
      made.problems.push_back({"'" + text + "' is no time", spec.where, "write start=2026-01-31T08:00:00Z"});
  }
  if (made.problems.empty()) made.source = std::make_unique<CaptureSource>(spec, std::move(file), key, start);
  return made;
}

}  // namespace wf::access
