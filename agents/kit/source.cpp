#include "agents/kit/source.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "agents/kit/outputs/output.hpp"

namespace wf::kit {

std::string SourceSpec::option(const std::string& key, std::string_view otherwise) const {
  const auto it = options.find(key);
  return it == options.end() ? std::string(otherwise) : it->second;
}

std::vector<Error> SourceSpec::unknown_options(std::initializer_list<std::string_view> known) const {
  std::vector<Error> out;
  std::string list;
  for (std::string_view k : known) list += (list.empty() ? "" : ", ") + std::string(k);
  for (const auto& [key, value] : options) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    out.push_back({"a source of kind " + kind + " has no option '" + key + "'", where,
                   list.empty() ? "it has none" : "it has: " + list});
  }
  return out;
}

Result<SourceSpec> parse_source_spec(std::string_view text) {
  SourceSpec spec;
  spec.where = "--source " + std::string(text);
  const std::size_t colon = text.find(':');
  const auto word = [](std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(),
                                     [](unsigned char c) { return std::islower(c) || c == '_' || std::isdigit(c); });
  };
  if (colon == std::string_view::npos || !word(text.substr(0, colon))) {
    return Error{"'" + std::string(text) + "' names no source", "--source", "write KIND:ADDRESS[,key=value…]"};
  }
  spec.kind = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  for (;;) {
    const std::size_t comma = rest.rfind(',');
    if (comma == std::string_view::npos) break;
    const std::string_view option = rest.substr(comma + 1);
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos || !word(option.substr(0, equals))) break;
    spec.options.emplace(option.substr(0, equals), option.substr(equals + 1));
    rest = rest.substr(0, comma);
  }
  spec.address = rest;
  spec.name = spec.kind + ":" + spec.address;
  if (const auto name = spec.options.find("name"); name != spec.options.end()) {
    if (name->second.empty())
      return Error{"the name of this source is empty", spec.where, "write name=NAME, or leave it out"};
    spec.name = name->second;
    spec.options.erase(name);
  }
  return spec;
}

Source::Source(SourceSpec spec) : spec_(std::move(spec)) {
  status_.name = spec_.name;
  status_.state = "starting";
}

Result<std::unique_ptr<Output>> Source::output(const OutputSpec& spec) {
  return Error{"a source of kind " + spec_.kind + " drives no outputs", spec.where, "give it 'run' with a program"};
}

void Source::refuse(const Error& error, std::uint64_t records) {
  status_.refused += records;
  last_refusal_ = error.text();
  status_.problem = last_refusal_;
}

void Source::set_state(std::string_view state, std::string problem) {
  status_.state = state;
  status_.problem = problem.empty() ? last_refusal_ : std::move(problem);
}

bool Source::wanted(RawRecord& record, const Moment& moment) {
  decided_ = false;
  if (shedder_ == nullptr) return true;
  const Shedder::Verdict verdict = shedder_->early(record, moment);
  decided_ = verdict == Shedder::Verdict::keep;
  return verdict != Shedder::Verdict::shed;
}

void Source::emit(Sink& sink, Event&& event, const Moment& moment) {
  if (shedder_ != nullptr) {
    if (std::exchange(decided_, false))
      shedder_->made();
    else if (!shedder_->late(event, moment))
      return;
  }
  event.source = spec_.name;
  if (event.seen == 0) event.seen = moment.now;
  if (companion_) companion_(event, moment, attachments_);
  ++status_.events;
  ahead_ = event.time - moment.now;
  status_.last_event = std::max(status_.last_event, event.time);
  sink.take(std::move(event));
}

}  // namespace wf::kit
