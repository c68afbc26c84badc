#include "agents/http/mapped_post.hpp"

#include <optional>
#include <utility>

#include "agents/http/post_source.hpp"
#include "agents/kit/mapped/mapped.hpp"
#include "agents/kit/mapped/mapped_record.hpp"

namespace wf::http {
namespace {

class MappedPost final : public PostSource {
 public:
  MappedPost(const kit::SourceSpec& spec, Place place, kit::Mapping mapping)
      : PostSource(spec, std::move(place)), mapping_(std::move(mapping)) {}

 private:
  /// Each body is a document of its own: with a header if the mapping says so.
  void read(const Posted& posted, kit::Sink& sink, const kit::Moment& moment, const Outcome& outcome) override {
    kit::RecordMapper mapper(mapping_, "what " + posted.peer + " posted");
    const kit::RecordMapper::Out out{[&](Event&& event) { emit(sink, std::move(event), moment); }, nullptr, moment.now};
    const std::unique_ptr<kit::Framing> framing = mapper.framing();
    std::string_view rest = posted.body;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    // One object alone is a list of one.
    const std::size_t begins = rest.find_first_not_of(" \t\r\n");
    const bool alone =
        mapping_.format == kit::Mapping::Format::json && begins != std::string_view::npos && rest[begins] == '{';
    bool first = true;
    const auto one = [&](std::string_view record) {
      if (record.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
      const bool header = first && mapper.has_header();
      if (!header) count_read();
      Result<void> made =
          record.size() > mapper.record_limit()
              ? Error{"a record of more than " + std::to_string(mapper.record_limit()) + " bytes", "", ""}
              : mapper.take(record, std::exchange(first, false), out);
      if (!header || !made) outcome(made);
    };
    if (alone) {
      one(rest);
    } else {
      kit::Frame frame;
      while (!rest.empty() && framing->next(rest, true, frame)) {
        if (frame.record) one(rest.substr(frame.begin, frame.end - frame.begin));
        if (frame.consumed == 0) break;
        rest.remove_prefix(frame.consumed);
      }
    }
    if (const std::string note = mapper.note(); !note.empty()) note_ = note;
  }

  std::string note() const override { return note_; }

  kit::Mapping mapping_;
  std::string note_;
};

}  // namespace

const char* const kPostHelp =
    "HOST:PORT where records are posted over HTTP; map=MAPPING that describes them, token=FILE with the secret that "
    "senders "
    "must know, cert=FILE and key=FILE for TLS, tz=ZONE";

kit::SourceMade make_post(const kit::SourceSpec& spec, const std::string& domain) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"map", "tz", "token", "cert", "key"});
  std::optional<kit::Mapping> mapping = kit::load_mapping(spec, domain, made.problems);
  PostSource::Place place = read_place(spec, "post:127.0.0.1:8480,map=MAPPING,token=FILE", made.problems);
  if (made.problems.empty()) made.source = std::make_unique<MappedPost>(spec, std::move(place), std::move(*mapping));
  return made;
}

}  // namespace wf::http
