#include "agents/access/unifi.hpp"

#include "agents/access/unifi_event.hpp"
#include "agents/kit/read/document_framing.hpp"
#include "agents/kit/read/follow_source.hpp"

namespace wf::access {
namespace {

constexpr std::size_t kMostDocument = 4U << 20U;

class UnifiFile final : public kit::FollowSource {
 public:
  explicit UnifiFile(const kit::SourceSpec& spec) : FollowSource(spec, options()) {}

 protected:
  Result<void> take(const kit::FollowedRecord& record, kit::Sink& sink, const kit::Moment& moment) override {
    Result<UnifiReader::Read> read = reader_.read(record.text, moment.now);
    if (!read) return read.error();
    // A document of many messages is one record of the file.
    if (read->messages > 1) count_read(read->messages - 1);
    for (Event& event : read->events) emit(sink, std::move(event), moment);
    if (!read->broken.empty()) return read->broken.front();
    return {};
  }

 private:
  static kit::FollowOptions options() {
    kit::FollowOptions options;
    options.framing = kit::document_framing;
    options.record_limit = kMostDocument;
    return options;
  }
  UnifiReader reader_;
};

}  // namespace

const char* const kUnifiHelp =
    "FILE; messages of UniFi Protect and UniFi Access from a file of JSON; consoles are not asked";

kit::SourceMade make_unifi(const kit::SourceSpec& spec) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({});
  if (spec.address.find("://") != std::string::npos)
    made.problems.push_back(
        {"this agent asks no UniFi console", spec.where,
         "let UniFi Access send its webhooks to post:HOST:PORT,map=unifi-access.yaml, or name a file "
         "of stored messages"});
  else if (spec.address.empty())
    made.problems.push_back({"a unifi source needs a file", spec.where, "write unifi:FILE"});
  if (made.problems.empty()) made.source = std::make_unique<UnifiFile>(spec);
  return made;
}

}  // namespace wf::access
