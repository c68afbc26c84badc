#include <mutex>
#include <utility>

#include "console/engine/trail.hpp"
#include "console/seat/backend.hpp"
#include "console/seat/query_worker.hpp"

namespace wf::seat {
namespace {

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
  LocalSeat(Backend backend, std::optional<std::string> post)
      : backend_(std::move(backend)),
        post_(std::move(post)),
        mailbox_(std::make_shared<Mailbox>()),
        worker_(backend_.query) {
    if (post_ && backend_.posts) {
      const std::shared_ptr<const Snapshot> now = backend_.snapshot();
      backend_.posts(this, {{now->user, now->role, *post_, now->seat}});
    }
    watch_ = backend_.watch([mailbox = mailbox_] { mailbox->tell(); });
  }
  ~LocalSeat() override {
    backend_.unwatch(watch_);
    if (post_ && backend_.posts) backend_.posts(this, {});
    set_on_change({});
  }
  LocalSeat(const LocalSeat&) = delete;
  LocalSeat& operator=(const LocalSeat&) = delete;

  std::shared_ptr<const Snapshot> snapshot() const override { return backend_.snapshot(); }

  void send(Command command) override {
    const std::shared_ptr<const Snapshot> now = backend_.snapshot();
    if (command.id.empty()) command.id = engine::random_id();
    if (command.actor.empty()) command.actor = now->user;
    if (command.seat.empty()) command.seat = now->seat;
    command.role = now->role;
    command.post = post_.value_or("");
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
    const std::uint64_t token = ++last_token_;
    if (query.actor.empty()) query.actor = backend_.snapshot()->user;
    worker_.ask({}, token, std::move(query), [answer = std::move(answer)](QueryPage page) {
      answer(std::make_shared<const QueryPage>(std::move(page)));
    });
    return token;
  }

  void cancel(std::uint64_t token) override { worker_.cancel({}, token); }

  void set_on_change(std::function<void()> on_change) override {
    const std::lock_guard hold(mailbox_->mutex);
    mailbox_->on_change = std::move(on_change);
  }

  std::string connection_problem() const override { return backend_.problem ? backend_.problem() : std::string(); }

 private:
  const Backend backend_;
  const std::optional<std::string> post_;
  const std::shared_ptr<Mailbox> mailbox_;
  QueryWorker worker_;
  std::uint64_t watch_ = 0;
  std::uint64_t last_token_ = 0;
};

}  // namespace

std::unique_ptr<Seat> make_local_seat(Backend backend, std::optional<std::string> post) {
  return std::make_unique<LocalSeat>(std::move(backend), std::move(post));
}

}  // namespace wf::seat
