#pragma once
#include <cstddef>
#include <string>

#include "console/model/backtest_report.hpp"

namespace wf::backtest {

using Report = BacktestReport;
using Wall = Report::Wall;
using NamedRow = Report::NamedRow;
using RuleLine = Report::RuleLine;

/// One JSON object, "v": 1.
[[nodiscard]] std::string to_json(const Report& report);
/// For people. Of each list the first `most`, the rest as a count.
[[nodiscard]] std::string to_text(const Report& report, std::size_t most = 10);

}  // namespace wf::backtest
