#pragma once
#include <memory>
#include <string>
#include <vector>

#include "console/backtest/backtest.hpp"
#include "console/engine/watch.hpp"
#include "console/store/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::backtest::test {

inline constexpr UtcNs kBegin = 1'772'000'000 * kSecond;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return std::move(*result);
}

/// A rule that events match whose field `what` has that value.
[[nodiscard]] std::string rule(const std::string& id, const std::string& what, const std::string& level = "high");

/// A data directory whose log a test writes as an engine would, and the incidents that come of it. Times are of the
/// test; they never go back.
class Log {
 public:
  Log();
  /// Where all of it is stored now.
  [[nodiscard]] std::filesystem::path data();

  void configure(UtcNs at, const std::string& rules);
  /// An event of that moment, about a host.
  void event(UtcNs at, const std::string& what, const std::string& host);
  /// Any record, as it is.
  void put(store::Record record);
  /// A tick a second until then, while the watch waits for one, as an engine makes them.
  void pass(UtcNs until);
  /// A command about the newest revision of an incident; true if it was carried out.
  bool command(UtcNs at, CommandKind kind, std::uint64_t incident, Cause cause = Cause::none,
               const std::string& target = {});
  /// Acknowledged at `at`, resolved `work` later.
  void handle(UtcNs at, std::uint64_t incident, Cause cause, std::int64_t work = 4 * kMinute);

  /// The open incident that names this host; 0: none.
  [[nodiscard]] std::uint64_t at_host(const std::string& host) const;
  [[nodiscard]] std::vector<std::shared_ptr<const Incident>> open() const { return watch_.fusion().open_incidents(); }

  [[nodiscard]] Options options(const std::string& candidate);
  [[nodiscard]] Report run(const std::string& candidate);
  [[nodiscard]] Report run(const Options& options) const;

 private:
  void take(store::Record record);

  wf::test::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_;
  engine::Watch watch_;
  UtcNs now_ = 0;
  std::uint64_t position_ = 0, number_ = 0, commands_ = 0;
  std::vector<store::Record> unstored_;
};

}  // namespace wf::backtest::test
