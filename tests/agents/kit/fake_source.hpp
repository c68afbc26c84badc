#pragma once
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "agents/kit/source.hpp"

namespace wf::kit::test {

/// A source whose input is a list of lines that the test holds; its position is the number of lines read. A line
/// is an event's kind, or "!TEXT" for one that cannot be used. It ends when `once` is set and all is read.
struct FakeInput {
  std::vector<std::string> lines;
  std::string fails;    ///< what start() answers; empty: it starts
  std::string trouble;  ///< as long as it is not empty, the source waits with this problem
  bool can_wait = true;
  std::string started_at = "(never)";
  std::size_t durable = 0;  ///< lines whose events are on the disk, as far as the source was told
};

class FakeSource final : public Source {
 public:
  FakeSource(SourceSpec spec, FakeInput& input) : Source(std::move(spec)), input_(input) {}

  std::vector<Error> check() override {
    if (input_.fails.empty()) return {};
    return {Error{input_.fails, spec().name, ""}};
  }
  Result<void> start(std::string_view position, bool once, const Moment&) override {
    input_.started_at = position;
    if (!input_.fails.empty()) return Error{input_.fails, spec().name, "mend it"};
    std::from_chars(position.data(), position.data() + position.size(), at_);
    once_ = once;
    set_state("running");
    return {};
  }
  bool step(Sink& sink, const Moment& moment) override {
    if (!input_.trouble.empty()) {
      set_state("waiting", input_.trouble);
      return false;
    }
    set_state("running");
    while (at_ < input_.lines.size() && !sink.full()) {
      const std::string& line = input_.lines[at_++];
      count_read();
      if (line.starts_with("!")) {
        refuse({line.substr(1), spec().name + ":" + std::to_string(at_), ""});
        continue;
      }
      Event event;
      event.kind = line.substr(0, line.find(' '));
      event.time = moment.now;
      event.severity = 1;
      event.add("message", line);
      emit(sink, std::move(event), moment);
    }
    if (once_ && at_ == input_.lines.size()) set_state("ended");
    return at_ < input_.lines.size();
  }
  std::string position() const override { return std::to_string(at_); }
  void durable(const Moment&) override { input_.durable = at_; }
  bool can_wait() const override { return input_.can_wait; }

 private:
  FakeInput& input_;
  std::size_t at_ = 0;
  bool once_ = false;
};

}  // namespace wf::kit::test
