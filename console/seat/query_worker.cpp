#include "console/seat/query_worker.hpp"

#include <algorithm>

namespace wf::seat {

QueryWorker::QueryWorker(Run run) : run_(std::move(run)), thread_([this] { work(); }) {}

QueryWorker::~QueryWorker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const auto& job : waiting_) job->cancelled = true;
    waiting_.clear();
    if (running_) running_->cancelled = true;
  }
  changed_.notify_all();
  thread_.join();
}

void QueryWorker::ask(const std::string& asker, std::uint64_t token, Query query, Answer answer) {
  auto job = std::make_shared<Job>();
  job->asker = asker;
  job->token = token;
  job->query = std::move(query);
  job->answer = std::move(answer);
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMostWaiting) {
      waiting_.push_back(std::move(job));
      changed_.notify_one();
      return;
    }
  }
  QueryPage full;
  full.error = "too many queries wait; ask again in a moment";
  job->answer(std::move(full));
}

void QueryWorker::cancel(const std::string& asker, std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  const auto is = [&](const std::shared_ptr<Job>& j) { return j && j->asker == asker && j->token == token; };
  if (is(running_)) running_->cancelled = true;
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is), waiting_.end());
}

void QueryWorker::cancel(const std::string& asker) {
  const std::lock_guard lock(mutex_);
  const auto is = [&](const std::shared_ptr<Job>& j) { return j && j->asker == asker; };
  if (is(running_)) running_->cancelled = true;
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is), waiting_.end());
}

void QueryWorker::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    running_ = std::move(waiting_.front());
    waiting_.pop_front();
    const std::shared_ptr<Job> job = running_;
    lock.unlock();
    QueryPage page = run_(job->query, job->cancelled);
    if (!job->cancelled) job->answer(std::move(page));
    lock.lock();
    running_.reset();
  }
}

}  // namespace wf::seat
