#pragma once
#include <functional>
#include <string>
#include <vector>

namespace wf::bench {

/// One line of the table: a figure beside the limit or the peer that was measured in the same run.
struct Row {
  std::string number;  ///< in benchmarks, "1", "10a"…
  std::string figure;  ///< what was measured
  double value = 0;
  std::string unit;
  std::string peer;       ///< limit or peer, in words
  double peer_value = 0;  ///< 0: the goal is absolute
  double goal = 0;        ///< of the ratio where there is a peer, else of the value
  bool at_least = true;   ///< else: at most
  bool judged = true;     ///< false: shown for the reader, without a goal
  std::string note;       ///< why it was not measured, or how

  [[nodiscard]] double ratio() const { return peer_value > 0 ? value / peer_value : 0; }
  [[nodiscard]] bool holds() const {
    const double measured = peer_value > 0 ? ratio() : value;
    return at_least ? measured >= goal : measured <= goal;
  }
};

inline constexpr int kRuns = 5;

/// Median of kRuns runs.
[[nodiscard]] double median_of(const std::function<double()>& run);
[[nodiscard]] double median(std::vector<double> values);
/// The value that `share` (0…1) of them do not exceed.
[[nodiscard]] double percentile(std::vector<double> values, double share);

using Rows = std::vector<Row>;
Rows ingest();           // 1
Rows fused_ingest();     // 2
Rows search_ingest();    // 3
Rows replay();           // recovery, in console/engine/README.md
Rows matching();         // 6
Rows correlation();      // 7
Rows grouping();         // 8
Rows backtests();        // 15
Rows frames();           // 10
Rows pixel();            // 9
Rows cold_start();       // 11
Rows seat_memory();      // 12
Rows footprint();        // 13
Rows spool();            // 14
Rows link_throughput();  // 4
Rows latency();          // 5
Rows attachments();      // events' latency while an attachment travels
Rows flood();            // an honest agent's latency while others attack the link

}  // namespace wf::bench
