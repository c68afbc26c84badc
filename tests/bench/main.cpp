// The benchmarks: one table on the terminal, and the same as JSON.
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/bench.hpp"

namespace wf::bench {

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(at, 1, values.size()) - 1];
}

double median_of(const std::function<double()>& run) {
  std::vector<double> values;
  for (int i = 0; i < kRuns; ++i) values.push_back(run());
  return median(std::move(values));
}

namespace {

std::string machine() {
  std::string model = "unknown processor", line;
  for (std::ifstream info("/proc/cpuinfo"); std::getline(info, line);)
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  utsname kernel{};
  ::uname(&kernel);
  return model + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, Linux " + kernel.release;
}

std::string number(double value) {
  char text[64];
  if (value >= 1000)
    std::snprintf(text, sizeof text, "%.0f", value);
  else
    std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string verdict(const Row& row) {
  if (!row.note.empty() && row.value == 0) return "not measured: " + row.note;
  if (!row.judged) return "-";
  return row.holds() ? "holds" : "FALLS SHORT";
}

void print(const Row& r) {
  const std::string goal = r.judged ? (r.at_least ? ">= " : "<= ") + number(r.goal) : "";
  const std::string peer = r.peer_value > 0 ? number(r.peer_value) : "";
  const std::string ratio = r.peer_value > 0 ? number(r.ratio()) : "";
  std::printf("%-4s %-62s %9s %-8s %9s %-27s %6s %9s  %s\n", r.number.c_str(), r.figure.c_str(),
              number(r.value).c_str(), r.unit.c_str(), peer.c_str(), r.peer.c_str(), ratio.c_str(), goal.c_str(),
              verdict(r).c_str());
  std::fflush(stdout);
}

nlohmann::ordered_json json_of(const Row& r) {
  nlohmann::ordered_json j = {{"number", r.number}, {"figure", r.figure}, {"value", r.value}, {"unit", r.unit}};
  if (!r.peer.empty()) j["peer"] = r.peer;
  if (r.peer_value > 0) {
    j["peer_value"] = r.peer_value;
    j["ratio"] = r.ratio();
  }
  if (r.judged) {
    j["goal"] = r.goal;
    j["goal_is"] = r.at_least ? "at least" : "at most";
    j["holds"] = r.holds();
  }
  if (!r.note.empty()) j["note"] = r.note;
  return j;
}

}  // namespace
}  // namespace wf::bench

int main(int argc, char** argv) {
  using namespace wf::bench;
  CLI::App app{"Watchfloor's benchmarks", "wf-bench"};
  std::string out;
  std::vector<std::string> names;
  app.add_option("--out", out, "write the table as JSON");
  app.add_option("names", names,
                 "only these: ingest, fused-ingest, search-ingest, link, latency, replay, matching, correlation, "
                 "grouping, backtest, "
                 "frames, pixel, cold-start, seat-memory, footprint, spool, attachments, flood");
  CLI11_PARSE(app, argc, argv);

  const std::vector<std::pair<const char*, Rows (*)()>> all = {{"ingest", ingest},
                                                               {"fused-ingest", fused_ingest},
                                                               {"search-ingest", search_ingest},
                                                               {"link", link_throughput},
                                                               {"latency", latency},
                                                               {"replay", replay},
                                                               {"matching", matching},
                                                               {"correlation", correlation},
                                                               {"grouping", grouping},
                                                               {"backtest", backtests},
                                                               {"frames", frames},
                                                               {"pixel", pixel},
                                                               {"cold-start", cold_start},
                                                               {"seat-memory", seat_memory},
                                                               {"footprint", footprint},
                                                               {"spool", spool},
                                                               {"attachments", attachments},
                                                               {"flood", flood}};
  std::printf("%s; medians of %d runs\n", machine().c_str(), kRuns);
  std::printf("%-4s %-62s %9s %-8s %9s %-27s %6s %9s\n", "#", "figure", "value", "", "", "limit or peer", "ratio",
              "goal");
  nlohmann::ordered_json report = {{"v", 1}, {"machine", machine()}, {"runs", kRuns}};
  report["rows"] = nlohmann::ordered_json::array();
  int status = 0;
  for (const auto& [name, run] : all) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    try {
      for (const Row& row : run()) {
        print(row);
        report["rows"].push_back(json_of(row));
      }
    } catch (const std::exception& e) {  // the others are measured nevertheless
      std::fprintf(stderr, "wf-bench: %s: cannot be measured: %s\n", name, e.what());
      report["not_measured"].push_back({{"name", name}, {"why", e.what()}});
      status = 1;
    }
  }
  if (!out.empty()) {
    std::ofstream file(out);
    file << report.dump(2) << "\n";
    if (!file) {
      std::fprintf(stderr, "wf-bench: %s: cannot be written\n", out.c_str());
      return 1;
    }
  }
  return status;
}
