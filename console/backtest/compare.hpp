#pragma once
#include "console/backtest/history.hpp"
#include "console/backtest/report.hpp"

namespace wf::backtest {

/// Compares rows that opened in [report.from, report.to) and fills in everything that is about rows. Both sides are
/// finished.
///
/// A row of then and one of the candidate are the **same** if an event is named by an alert of each; or, where one has
/// no such partner, if the same rule names both and they speak of the same thing within a quarter of an hour of event
/// time. A row that is on one side only is lost or gained. For a lost one `other` is a row of the candidate that speaks
/// of the same thing within that time by another rule: somebody would have been called to it.
void compare(const History& then, const History& candidate, Report& report);

}  // namespace wf::backtest
