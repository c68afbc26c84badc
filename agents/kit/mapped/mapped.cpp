#include "agents/kit/mapped/mapped.hpp"

#include <fstream>
#include <sstream>
#include <utility>

#include "agents/kit/mapped/mapped_record.hpp"
#include "agents/kit/read/follow_source.hpp"

namespace wf::kit {
namespace {

class MappedSource final : public FollowSource {
 public:
  MappedSource(const SourceSpec& spec, RecordMapper mapper)
      : FollowSource(spec, options(mapper)), mapper_(std::move(mapper)) {
    if (const std::string from = spec.option("attachments_from"); !from.empty())
      mapper_.attach_from(AttachmentFolder(from));
  }

  std::vector<Error> check() override {
    std::vector<Error> problems = FollowSource::check();
    if (mapper_.folder())
      if (Result<void> good = mapper_.folder()->check(); !good) problems.push_back(good.error());
    if (!problems.empty() || !mapper_.has_header()) return problems;
    std::ifstream in(spec().address, std::ios::binary);
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (Result<void> header = mapper_.take_header(line); !header) problems.push_back(header.error());
    mapper_.forget_header();
    return problems;
  }

 protected:
  Result<void> take(const FollowedRecord& record, Sink& sink, const Moment& moment) override {
    return mapper_.take(record.text, record.first,
                        {[&](Event&& event) { emit(sink, std::move(event), moment); }, attachments(), moment.now});
  }

  std::string note() const override { return mapper_.note(); }

 private:
  static FollowOptions options(const RecordMapper& mapper) {
    FollowOptions options;
    options.record_limit = mapper.record_limit();
    options.repeat_first = mapper.has_header();
    switch (mapper.mapping().format) {
      case Mapping::Format::csv: {
        const char separator = mapper.mapping().separator;
        options.framing = [separator](std::string_view) { return csv_framing(separator); };
        break;
      }
      case Mapping::Format::json:
        options.framing = [](std::string_view) { return json_array_framing(); };
        break;
      case Mapping::Format::json_lines:
      case Mapping::Format::text:
        break;
    }
    return options;
  }

  RecordMapper mapper_;
};

}  // namespace

const char* const kMappedHelp =
    "FILE of CSV, JSON or text records; map=MAPPING that describes them, tz=ZONE instead of the mapping's, "
    "attachments_from=DIR with the files that they name";

std::optional<Mapping> load_mapping(const SourceSpec& spec, const std::string& domain, std::vector<Error>& problems) {
  const std::size_t before = problems.size();
  const std::string file = spec.option("map");
  if (file.empty()) {
    problems.push_back({"a mapped source needs a mapping", spec.where, "write map=MAPPING"});
    return std::nullopt;
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    problems.push_back({"the mapping cannot be read", file, "name a mapping file; assets/mappings has examples"});
    return std::nullopt;
  }
  Mapping mapping = read_mapping(text.str(), file, problems);
  if (mapping.logsource.product.empty()) mapping.logsource.product = "watchfloor";
  if (mapping.logsource.service.empty()) mapping.logsource.service = domain;
  if (mapping.logsource.category.empty()) mapping.logsource.category = domain;
  if (const std::string tz = spec.option("tz"); !tz.empty()) {
    const Result<Zone> zone = Zone::find(tz, spec.where);
    if (zone)
      mapping.zone = *zone;
    else
      problems.push_back(zone.error());
  }
  if (problems.size() > before) return std::nullopt;
  return mapping;
}

SourceMade make_mapped(const SourceSpec& spec, const std::string& domain) {
  SourceMade made;
  made.problems = spec.unknown_options({"map", "tz", "attachments_from"});
  if (spec.address.empty())
    made.problems.push_back({"a mapped source needs the path of a file", spec.where, "write mapped:FILE,map=MAPPING"});
  std::optional<Mapping> mapping = load_mapping(spec, domain, made.problems);
  if (mapping && mapping->arrival)
    made.problems.push_back({"records of a file did not happen when they are read", mapping->file,
                             "name the column that has the time; 'arrival' is for records that are posted"});
  if (mapping && !spec.option("attachments_from").empty() && mapping->attach.empty())
    made.problems.push_back({"this mapping names no files to attach", mapping->file,
                             "add attach: {path: COLUMN} to it, or leave out attachments_from"});
  if (made.problems.empty())
    made.source = std::make_unique<MappedSource>(spec, RecordMapper(std::move(*mapping), spec.address));
  return made;
}

}  // namespace wf::kit
