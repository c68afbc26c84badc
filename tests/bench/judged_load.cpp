#include "tests/bench/judged_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proto/event_codec.hpp"

namespace wf::bench {
namespace {

constexpr int kPlain = 496;
constexpr std::uint64_t kAlertEach = 1'000, kBadgeEach = 100;

const char* const kCorrelations = R"(
title: Many flows to one service
id: bench-many
level: low
correlation: {type: event_count, rules: [bench-ssh], group-by: [src.ip], timespan: 60s, condition: {gte: 500}}
---
title: One host looks everywhere
id: bench-wide
level: low
correlation: {type: value_count, rules: [bench-web], group-by: [dst.port], timespan: 60s, condition: {field: src.ip, gte: 100000}}
---
title: A flow to SSH
id: bench-ssh
logsource: {product: suricata}
detection: {s: {dst.port: 22}, condition: s}
---
title: A flow to the web
id: bench-web
logsource: {product: suricata}
detection: {s: {dst.port: 443}, condition: s}
)";

}  // namespace

std::vector<sigma::RuleFile> plain_rules(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format(
        "title: Bench {0}\nid: bench-{0}\nlevel: low\nlogsource: {{product: suricata}}\n"
        "detection:\n  flow:\n    proto: TCP\n    payload_printable|contains: ['needle{0}', 'thread{0}']\n"
        "  port:\n    dst.port: [{1}, {2}]\n  condition: flow or (port and not flow)\n---\n",
        i, 70'000 + i, 80'000 + i);
  return {{"bench.yml", text}};
}

std::vector<sigma::RuleFile> judged_rules() {
  std::vector<sigma::RuleFile> out = plain_rules(kPlain);
  out.push_back({"correlations.yml", kCorrelations});
  return out;
}

std::vector<Event> judged_events(std::uint64_t first, std::uint32_t count, std::int64_t step) {
  constexpr std::array kHosts{"10.30.2.11", "10.30.4.11", "10.30.4.12"};
  std::vector<Event> out = make_events(first, count);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Event& e = out[i];
    const std::uint64_t n = first + i;
    e.time = kLoadBegins + static_cast<UtcNs>(n) * step;
    e.seen = e.time + kMillisecond;
    const auto set = [&](std::string_view name, std::string value) {
      for (Field& f : e.fields)
        if (f.name == name) f.value = std::move(value);
    };
    if (n % kBadgeEach == 3) {
      e.kind = "access.granted";
      e.source = "osdp:/dev/ttyUSB0";
      e.logsource = {"watchfloor", "", "access"};
      const std::string payload = e.fields.back().value;
      e.fields.clear();
      e.add("door.id", fmt::format("A-0{}", n / kBadgeEach % 6 + 1));
      e.add("credential.id", fmt::format("88-{}", 1001 + n / kBadgeEach % 40));
      e.add("credential.format", "26-bit Wiegand");
      e.add("raw", payload);
      continue;
    }
    if (n % 4 == 0) set("src.ip", kHosts[n / 4 % kHosts.size()]);
    if (n % 50 == 7) set("dst.port", n % 100 == 7 ? "22" : "443");
    if (n % kAlertEach == 50)
      for (Field& f : e.fields)
        if (f.name == "payload_printable") f.value.replace(20, 9, fmt::format("needle{:03}", n / kAlertEach % kPlain));
  }
  return out;
}

std::vector<EncodedBatch> judged_batches(std::size_t count, std::int64_t step) {
  std::vector<EncodedBatch> out(count);
  BatchEncoder encoder;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Event> events = judged_events(i * kBatchEvents + 1, kBatchEvents, step);
    out[i].first = i * kBatchEvents + 1;
    out[i].min_time = events.front().time;
    out[i].max_time = events.back().time;
    encoder.encode(events, out[i].payload);
  }
  return out;
}

double matching_rate(const std::shared_ptr<const sigma::RuleSet>& rules, const std::vector<Event>& events) {
  sigma::Matcher matcher(rules);
  std::vector<sigma::Match> matches;
  const double begin = thread_seconds();
  for (const Event& event : events) {
    matches.clear();
    matcher.match(event, matches);
  }
  return static_cast<double>(events.size()) / (thread_seconds() - begin);
}

double matching_rate(const std::vector<sigma::RuleFile>& files, const std::vector<Event>& events) {
  sigma::LoadReport report;
  return matching_rate(sigma::RuleSet::compile(files, report), events);
}

}  // namespace wf::bench
