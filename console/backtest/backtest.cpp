#include "console/backtest/backtest.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "console/backtest/side.hpp"
#include "console/engine/queue.hpp"
#include "console/engine/site_archive.hpp"

namespace wf::backtest {
namespace {

/// What goes from one thread to the next at once, and how many of them wait there.
constexpr std::size_t kStepsAtOnce = 256;
constexpr std::size_t kBytesAtOnce = 1U << 20U;
constexpr std::size_t kWaiting = 8;

using Steps = std::vector<Step>;
using Queue = engine::BoundedQueue<Steps>;

/// Takes from `queue` until it is closed or `each` says false; then it takes no more.
template <class Each>
void drain(Queue& queue, const Each& each) {
  std::deque<Steps> some;
  while (queue.pop(some, 1, std::chrono::seconds(1)))
    for (Steps& steps : some)
      if (!each(steps)) return queue.close();
}

/// The log's way through both sides, on one to three threads: read → then → candidate.
class Way {
 public:
  Way(const Options& options, unsigned threads)
      : sites_(options.data),
        then_([this](const std::string& site) { return sites_.find(site); }),
        candidate_(options, [this](const std::string& site) { return sites_.find(site); }),
        to_then_(kWaiting),
        to_candidate_(kWaiting) {
    if (threads > 1)
      candidate_thread_ =
          std::thread([this] { drain(to_candidate_, [this](Steps& steps) { return compare(steps); }); });
    if (threads > 2)
      then_thread_ = std::thread([this] {
        drain(to_then_, [this](Steps& steps) { return judge(steps); });
        to_candidate_.close();
      });
  }
  ~Way() { end(); }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;

  /// False: nothing more is wanted.
  bool put(store::Record&& record) {
    bytes_ += record.payload.size();
    steps_.push_back({std::move(record), {}});
    return steps_.size() < kStepsAtOnce && bytes_ < kBytesAtOnce ? true : hand_on();
  }
  bool hand_on() {
    Steps steps = std::exchange(steps_, {});
    bytes_ = 0;
    if (steps.empty()) return true;
    return then_thread_.joinable() ? to_then_.push(std::move(steps)) : judge(steps);
  }
  /// Waits until everything went through. Nothing goes in afterwards.
  void end() {
    (void)hand_on();
    to_then_.close();
    if (then_thread_.joinable()) then_thread_.join();
    to_candidate_.close();
    if (candidate_thread_.joinable()) candidate_thread_.join();
  }
  /// Leaves what waits.
  void abandon() {
    left_ = true;
    steps_.clear();
  }
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] UtcNs at() const { return at_; }
  [[nodiscard]] Report report() { return candidate_.report(); }

 private:
  bool judge(Steps& steps) {
    if (left_) return false;
    for (Step& step : steps) then_.take(step);
    return candidate_thread_.joinable() ? to_candidate_.push(std::move(steps)) : compare(steps);
  }
  bool compare(Steps& steps) {
    for (Step& step : steps) {
      if (left_) return false;
      if (!candidate_.take(step)) {
        left_ = true;
        return false;
      }
    }
    position_ = steps.back().record.position;
    at_ = candidate_.now();
    return true;
  }

  engine::SiteArchive sites_;
  Then then_;
  Candidate candidate_;
  Queue to_then_, to_candidate_;
  Steps steps_;
  std::size_t bytes_ = 0;
  std::atomic<bool> left_{false};
  std::atomic<std::uint64_t> position_{0};
  std::atomic<UtcNs> at_{0};
  std::thread candidate_thread_, then_thread_;
};

}  // namespace

Result<Report> run(const Options& options, const std::function<void(const Progress&)>& progress,
                   const std::atomic<bool>& cancelled) {
  if (options.from != 0 && options.to != 0 && options.from >= options.to)
    return Error{"the time asked for ends before it begins", "", "give a --from that is before --to"};
  const Result<std::unique_ptr<store::Reader>> reader = store::Reader::open(options.data);
  if (!reader) return reader.error();
  const Result<std::uint64_t> newest = (*reader)->newest();
  if (!newest) return newest.error();
  if (*newest == 0) return Error{"nothing is stored there yet", options.data.string(), "let an engine run on it first"};
  Way way(options, options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency()));
  std::uint64_t reported = 0;
  const Result<void> read = (*reader)->read_log(0, [&](store::Record& record) {
    if (cancelled) return false;
    const std::uint64_t position = record.position;
    const bool more = way.put(std::move(record));
    if (progress && way.position() != reported) {
      reported = way.position();
      progress({reported, *newest, way.at()});
    }
    return more && position < *newest;
  });
  if (!read || cancelled) way.abandon();
  way.end();
  if (!read) return read.error();
  if (cancelled) return Error{"the backtest was stopped before its end", "", "nothing is changed by it; run it again"};
  return way.report();
}

}  // namespace wf::backtest
