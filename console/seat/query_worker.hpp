#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "console/model/query.hpp"

namespace wf::seat {

/// Runs queries one after the other on a thread of its own, for any number of askers. A cancelled query is not
/// answered. Any thread.
class QueryWorker {
 public:
  using Run = std::function<QueryPage(const Query&, const std::atomic<bool>& cancelled)>;
  using Answer = std::function<void(QueryPage)>;
  /// Most queries that may wait; one more is answered with an error at once.
  static constexpr std::size_t kMostWaiting = 64;

  explicit QueryWorker(Run run);
  ~QueryWorker();
  QueryWorker(const QueryWorker&) = delete;
  QueryWorker& operator=(const QueryWorker&) = delete;

  /// `answer` is called on the worker's thread. Asker and token name the query for cancel().
  void ask(const std::string& asker, std::uint64_t token, Query query, Answer answer);
  void cancel(const std::string& asker, std::uint64_t token);
  /// All of one asker.
  void cancel(const std::string& asker);

 private:
  struct Job {
    std::string asker;
    std::uint64_t token = 0;
    Query query;
    Answer answer;
    std::atomic<bool> cancelled{false};
  };
  void work();

  Run run_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::shared_ptr<Job> running_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace wf::seat
