#include "agents/onvif/file_source.hpp"

#include "agents/kit/read/document_framing.hpp"
#include "agents/kit/read/follow_source.hpp"
#include "agents/onvif/notice_event.hpp"

namespace wf::onvif {
namespace {

constexpr std::size_t kMostDocument = 4U << 20U;

class OnvifFile final : public kit::FollowSource {
 public:
  OnvifFile(const kit::SourceSpec& spec, Role role) : FollowSource(spec, options()), role_(role) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    std::vector<Error> broken;
    const bool json = record.text.starts_with("{");
    Result<std::vector<Notice>> notices = json ? read_axis_log(record.text, broken) : read_notices(record.text);
    if (!notices) return notices.error();
    for (const Notice& notice : *notices)
      if (std::optional<Event> event = event_of(notice, role_, moment.now)) emit(sink, std::move(*event), moment);
    if (!broken.empty()) return broken.front();
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.framing = kit::document_framing;
    options.record_limit = kMostDocument;
    return options;
  }
  Role role_;
};

}  // namespace

const char* const kOnvifHelp =
    "http(s)://HOST[:PORT][/PATH] of a device that is asked for its events; or a FILE of them";
const char* const kAxisHelp = "the same; a FILE may be the answer of an Axis door controller's event log";

kit::SourceMade make_onvif_file(const kit::SourceSpec& spec, Role role) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.empty())
    made.problems.push_back(
        {"this source needs a file or an address", spec.where, "write " + spec.kind + ":FILE or http://HOST"});
  if (made.problems.empty()) made.source = std::make_unique<OnvifFile>(spec, role);
  return made;
}

}  // namespace wf::onvif
