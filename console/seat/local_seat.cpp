#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "console/engine/queue.hpp"
#include "console/engine/trail.hpp"
#include "console/seat/backend.hpp"

namespace wf::seat {
namespace {

constexpr std::size_t kMostQuestions = 64;
constexpr std::chrono::nanoseconds kIdle = std::chrono::seconds(60);

/// What engine and seat share: a reply may come when the seat is gone already.
struct Mailbox {
  std::mutex mutex;
  std::vector<CommandReply> replies;  ///< guarded by mutex
  std::function<void()> on_change;    ///< guarded by mutex, which is held while it is called
  void tell() {
    const std::lock_guard hold(mutex);
    if (on_change) on_change();
  }
};

class LocalSeat final : public Seat {
 public:
  explicit LocalSeat(Backend backend)
      : backend_(std::move(backend)), mailbox_(std::make_shared<Mailbox>()), questions_(kMostQuestions) {
    watch_ = backend_.watch([mailbox = mailbox_] { mailbox->tell(); });
    asking_ = std::thread([this] { answer_questions(); });
  }
  ~LocalSeat() override {
    backend_.unwatch(watch_);
    set_on_change({});
    {
      const std::lock_guard hold(mutex_);
      for (const auto& [token, cancelled] : open_) *cancelled = true;
    }
    questions_.close();
    asking_.join();
  }
  LocalSeat(const LocalSeat&) = delete;
  LocalSeat& operator=(const LocalSeat&) = delete;

  std::shared_ptr<const Snapshot> snapshot() const override { return backend_.snapshot(); }

  void send(Command command) override {
    if (command.id.empty()) command.id = engine::random_id();
    const std::shared_ptr<const Snapshot> now = backend_.snapshot();
    if (command.actor.empty()) command.actor = now->user;
    if (command.seat.empty()) command.seat = now->seat;
    backend_.submit(std::move(command), [mailbox = mailbox_](CommandReply reply) {
      const std::lock_guard hold(mailbox->mutex);
      mailbox->replies.push_back(std::move(reply));
      if (mailbox->on_change) mailbox->on_change();
    });
  }

  std::vector<CommandReply> replies() override {
    const std::lock_guard hold(mailbox_->mutex);
    return std::exchange(mailbox_->replies, {});
  }

  std::uint64_t ask(Query query, std::function<void(std::shared_ptr<const QueryPage>)> answer) override {
    Question question{0, std::move(query), std::move(answer), std::make_shared<std::atomic<bool>>(false)};
    bool room = false;
    {
      const std::lock_guard hold(mutex_);
      question.token = ++last_token_;
      // More open questions than a person can have asked: push() would wait, and the ui's thread must not.
      room = open_.size() < kMostQuestions;
      if (room) open_.emplace(question.token, question.cancelled);
    }
    const std::uint64_t token = question.token;
    if (room) {
      questions_.push(std::move(question));
      return token;
    }
    auto page = std::make_shared<QueryPage>();
    page->error = "Too many questions wait for an answer";
    question.answer(std::move(page));
    return token;
  }

  void cancel(std::uint64_t token) override {
    const std::lock_guard hold(mutex_);
    if (const auto open = open_.find(token); open != open_.end()) *open->second = true;
  }

  void set_on_change(std::function<void()> on_change) override {
    const std::lock_guard hold(mailbox_->mutex);
    mailbox_->on_change = std::move(on_change);
  }

  std::string connection_problem() const override { return {}; }

 private:
  struct Question {
    std::uint64_t token = 0;
    Query query;
    std::function<void(std::shared_ptr<const QueryPage>)> answer;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };

  void answer_questions() {
    std::deque<Question> taken;
    while (questions_.pop(taken, 1, kIdle)) {
      for (Question& question : taken) {
        if (!*question.cancelled) {
          auto page = std::make_shared<QueryPage>(backend_.query(question.query, *question.cancelled));
          if (!*question.cancelled) question.answer(std::move(page));
        }
        const std::lock_guard hold(mutex_);
        open_.erase(question.token);
      }
    }
  }

  const Backend backend_;
  const std::shared_ptr<Mailbox> mailbox_;
  engine::BoundedQueue<Question> questions_;
  std::uint64_t watch_ = 0;
  std::mutex mutex_;
  std::uint64_t last_token_ = 0;                                      ///< guarded by mutex_
  std::map<std::uint64_t, std::shared_ptr<std::atomic<bool>>> open_;  ///< guarded by mutex_
  std::thread asking_;
};

}  // namespace

std::unique_ptr<Seat> make_local_seat(Backend backend) { return std::make_unique<LocalSeat>(std::move(backend)); }

}  // namespace wf::seat
