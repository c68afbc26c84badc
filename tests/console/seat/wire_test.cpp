#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <zmq.hpp>

#include "console/seat/remote_seat.hpp"
#include "console/seat/seat_codec.hpp"
#include "console/seat/seat_server.hpp"
#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

using namespace wf;
using namespace wf::seat;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kPatience = wf::test::patience(std::chrono::seconds(20));

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "wf-seat-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

/// An engine as a seat sees it.
struct FakeEngine {
  std::mutex mutex;
  std::shared_ptr<const Snapshot> current = samples::full_snapshot();
  std::map<std::uint64_t, std::function<void()>> watchers;
  std::uint64_t next = 1;
  std::vector<Command> commands;
  bool answers = true;
  std::map<const void*, std::vector<GuardPost>> posts;

  Backend backend() {
    Backend out;
    out.snapshot = [this] {
      const std::lock_guard lock(mutex);
      return current;
    };
    out.submit = [this](Command c, const std::function<void(CommandReply)>& reply) {
      bool answer = false;
      {
        const std::lock_guard lock(mutex);
        commands.push_back(c);
        answer = answers;
      }
      if (answer) reply({c.id, true, "done"});
    };
    out.query = [](const Query& q, const std::atomic<bool>&) {
      QueryPage page;
      page.lines = {"{\"where\":\"" + q.where + "\"}"};
      return page;
    };
    out.watch = [this](std::function<void()> f) {
      const std::lock_guard lock(mutex);
      watchers.emplace(next, std::move(f));
      return next++;
    };
    out.posts = [this](const void* door, std::vector<GuardPost> there) {
      {
        const std::lock_guard lock(mutex);
        posts[door] = std::move(there);
      }
      tell();
    };
    out.unwatch = [this](std::uint64_t token) {
      const std::lock_guard lock(mutex);
      watchers.erase(token);
    };
    return out;
  }
  /// Wakes who waits for what a seat cannot see.
  void tell() {
    const std::lock_guard lock(mutex);
    for (const auto& [token, f] : watchers) f();
  }
  std::vector<GuardPost> connected_posts() {
    const std::lock_guard lock(mutex);
    std::vector<GuardPost> out;
    for (const auto& [door, there] : posts) out.insert(out.end(), there.begin(), there.end());
    return out;
  }
  /// A copy: the server's thread may still add to them.
  std::vector<Command> taken() {
    const std::lock_guard lock(mutex);
    return commands;
  }
  void publish(std::shared_ptr<const Snapshot> s) {
    const std::lock_guard lock(mutex);
    current = std::move(s);
    for (const auto& [token, f] : watchers) f();
  }
};

/// Waits until a condition on the seat holds; woken by the seat itself.
class Waiter {
 public:
  explicit Waiter(Seat& seat) : seat_(seat) {
    seat_.set_on_change([this] {
      const std::lock_guard lock(mutex_);
      ++changes_;
      changed_.notify_all();
    });
  }
  ~Waiter() {
    seat_.set_on_change([] {});
  }
  template <class F>
  bool until(F holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto seen = changes_;
      lock.unlock();
      if (holds()) return true;
      lock.lock();
      if (!changed_.wait_until(lock, deadline, [&] { return changes_ != seen; })) return false;
    }
  }

 private:
  Seat& seat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;
};

Query asking(Query::What what) {
  Query query;
  query.what = what;
  return query;
}

std::unique_ptr<Seat> connect(const SeatToken& token) {
  Result<std::unique_ptr<Seat>> seat = make_remote_seat({token, "test", "Seat 9"});
  REQUIRE(seat.ok());
  return std::move(*seat);
}

std::unique_ptr<SeatServer> serve(Backend backend, const std::string& endpoint, const fs::path& keys = {}) {
  Result<std::unique_ptr<SeatServer>> server = SeatServer::start({endpoint, keys, "test"}, std::move(backend));
  INFO((server.ok() ? std::string() : server.error().text()));
  REQUIRE(server.ok());
  return std::move(*server);
}
std::unique_ptr<SeatServer> serve(FakeEngine& engine, const std::string& endpoint, const fs::path& keys = {}) {
  return serve(engine.backend(), endpoint, keys);
}

}  // namespace

TEST_CASE("a seat over ipc sees the engine's picture, its changes, and gets its commands answered") {
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  Waiter wait(*seat);
  REQUIRE(wait.until([&] { return seat->snapshot()->version == 41; }));
  CHECK(seat->snapshot()->seat == "Seat 9");
  CHECK(seat->snapshot()->user == "M. Okafor");
  CHECK(seat->connection_problem().empty());

  auto next = std::make_shared<Snapshot>(*engine.current);
  next->version = 50;
  next->incidents.push_back(samples::full_incident(77));
  engine.publish(next);
  REQUIRE(wait.until([&] { return seat->snapshot()->incident(77) != nullptr; }));

  Command command;
  command.kind = CommandKind::acknowledge;
  command.incidents = {77};
  command.actor = "somebody else";
  seat->send(command);
  std::vector<CommandReply> replies;
  REQUIRE(wait.until([&] {
    for (CommandReply& r : seat->replies()) replies.push_back(std::move(r));
    return !replies.empty();
  }));
  CHECK(replies[0].accepted);
  const std::vector<Command> taken = engine.taken();
  CHECK(taken[0].actor == "M. Okafor");  // never what a peer calls itself
  CHECK(taken[0].seat == "Seat 9");
  CHECK(taken[0].id == replies[0].command_id);
}

TEST_CASE("a guard's post is known while it is connected, and its commands carry it") {
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint);
  const auto other = connect({endpoint, {}, {}, {}});
  Waiter wait(*other);
  const auto until = [&](auto&& holds) {
    return wait.until([&] {
      auto next = std::make_shared<Snapshot>(*engine.current);
      ++next->version;
      engine.publish(next);
      return holds();
    });
  };
  {
    Result<std::unique_ptr<Seat>> made = make_remote_seat({{endpoint, {}, {}, {}}, "test", "gate-pc", "Gate 3"});
    REQUIRE(made.ok());
    REQUIRE(until([&] { return !engine.connected_posts().empty(); }));
    CHECK(engine.connected_posts() == std::vector<GuardPost>{{"M. Okafor", "Operator", "Gate 3", "gate-pc"}});
    Command panic;
    panic.kind = CommandKind::panic;
    panic.post = "somebody's";
    (*made)->send(panic);
    REQUIRE(until([&] { return !engine.taken().empty(); }));
    CHECK(engine.taken()[0].post == "Gate 3");
  }
  // It went without a word; the engine finds out by its silence.
  CHECK(until([&] { return engine.connected_posts().empty(); }));
  Command note;
  note.kind = CommandKind::note;
  note.post = "Gate 3";
  other->send(note);
  REQUIRE(until([&] { return engine.taken().size() == 2; }));
  CHECK(engine.taken()[1].post.empty());
}

TEST_CASE("once a seat over the wire was told to call another, nobody is in the call of the one before") {
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  std::promise<void> entered, replaced;
  bool replaced_meanwhile = false, first = true, left = false;
  seat->set_on_change([&, replacement = replaced.get_future().share()] {
    if (!std::exchange(first, false)) return;
    entered.set_value();
    replaced_meanwhile = replacement.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready;
    left = true;
  });
  REQUIRE(entered.get_future().wait_for(kPatience) == std::future_status::ready);
  seat->set_on_change({});
  replaced.set_value();
  CHECK(left);
  CHECK(!replaced_meanwhile);
}

TEST_CASE("a query over the wire is answered in one page") {
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  std::mutex mutex;
  std::condition_variable answered;
  std::shared_ptr<const QueryPage> page;
  Query query;
  query.where = "door.id=D-1";
  seat->ask(query, [&](std::shared_ptr<const QueryPage> p) {
    const std::lock_guard lock(mutex);
    page = std::move(p);
    answered.notify_all();
  });
  std::unique_lock lock(mutex);
  REQUIRE(answered.wait_for(lock, kPatience, [&] { return page != nullptr; }));
  CHECK(page->lines == std::vector<std::string>{"{\"where\":\"door.id=D-1\"}"});
}

TEST_CASE("a seat that does not read what it asks for costs the engine a bounded memory, and is told") {
  constexpr int kAsked = 60;
  const Folder folder;
  FakeEngine engine;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  Backend backend = engine.backend();
  std::atomic<int> asked{0};
  const auto still =
      std::make_shared<const AttachmentContent>(AttachmentContent{std::string(kMostStill, 's'), "image/jpeg"});
  backend.query = [&](const Query&, const std::atomic<bool>&) {
    QueryPage page;
    page.attachment = still;
    ++asked;
    return page;
  };
  const auto server = serve(std::move(backend), endpoint);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::rcvhwm, 1);
  socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPatience.count()));
  socket.connect(endpoint);
  std::string bytes;
  Request hello;
  hello.hello = Request::Hello{kSeatWireVersion, "test", "Seat 2"};
  encode_request(hello, bytes);
  socket.send(zmq::buffer(bytes), zmq::send_flags::none);
  Request ask;
  ask.ask = Request::Ask{};
  ask.ask->query.what = Query::What::attachment;
  for (std::uint64_t token = 1; token <= kAsked; ++token) {
    ask.ask->token = token;
    encode_request(ask, bytes);
    socket.send(zmq::buffer(bytes), zmq::send_flags::none);
  }
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (asked < kAsked && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  REQUIRE(asked == kAsked);
  UpdateDecoder decoder;
  int stills = 0, refused = 0;
  for (zmq::message_t frame; stills + refused < kAsked && socket.recv(frame, zmq::recv_flags::none);) {
    std::shared_ptr<const Snapshot> snapshot;
    const Result<Update> update = decoder.decode(frame.to_string_view(), snapshot);
    REQUIRE(update.ok());
    if (!update->page) continue;
    if (update->page->page.attachment)
      ++stills;
    else if (update->page->page.error.find("reads too slowly") != std::string::npos)
      ++refused;
  }
  CHECK(stills + refused == kAsked);
  // What the sockets of both ends hold, and 64 MiB.
  CHECK(stills >= 8);
  CHECK(stills < 30);
  // Once it has read, it gets what it asks for.
  ask.ask->token = 99;
  encode_request(ask, bytes);
  socket.send(zmq::buffer(bytes), zmq::send_flags::none);
  bool got = false;
  for (zmq::message_t frame; !got && socket.recv(frame, zmq::recv_flags::none);) {
    std::shared_ptr<const Snapshot> snapshot;
    const Result<Update> update = decoder.decode(frame.to_string_view(), snapshot);
    REQUIRE(update.ok());
    got = update->page && update->page->token == 99 && update->page->page.attachment != nullptr;
  }
  CHECK(got);
}

TEST_CASE("an older engine is not asked what it would take for another question") {
  const auto [version, new_there, known_there] =
      GENERATE(table<std::uint32_t, Query::What, Query::What>({{3, Query::What::rules, Query::What::audit},
                                                               {4, Query::What::check, Query::What::rules},
                                                               {4, Query::What::trial, Query::What::rule},
                                                               {5, Query::What::attachment, Query::What::trial}}));
  const Folder folder;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  zmq::context_t context(1);
  zmq::socket_t engine(context, zmq::socket_type::router);
  engine.set(zmq::sockopt::linger, 0);
  engine.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPatience.count()));
  engine.bind(endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  std::promise<std::shared_ptr<const QueryPage>> answered;
  seat->ask(asking(new_there), [&](std::shared_ptr<const QueryPage> page) { answered.set_value(std::move(page)); });
  std::string id;
  const auto receive = [&] {
    zmq::message_t from, body;
    REQUIRE(engine.recv(from));
    REQUIRE(engine.recv(body));
    id = from.to_string();
    const Result<Request> request = decode_request({body.data<char>(), body.size()});
    REQUIRE(request.ok());
    return *request;
  };
  REQUIRE(receive().hello);
  Update welcome;
  welcome.welcome = Update::Welcome{version, "older"};
  std::string bytes;
  UpdateEncoder().encode(welcome, bytes);
  engine.send(zmq::buffer(id), zmq::send_flags::sndmore);
  engine.send(zmq::buffer(bytes));
  auto page = answered.get_future();
  REQUIRE(page.wait_for(kPatience) == std::future_status::ready);
  CHECK(page.get()->error.find("older than this seat") != std::string::npos);
  // What it knows it is asked as before.
  seat->ask(asking(known_there), [](std::shared_ptr<const QueryPage>) {});
  Request request = receive();
  while (!request.ask) request = receive();  // signs of life
  CHECK(request.ask->query.what == known_there);
}

TEST_CASE("a command that was not answered goes to the restarted engine under the same id") {
  const Folder folder;
  FakeEngine engine;
  engine.answers = false;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  auto server = serve(engine, endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  Waiter wait(*seat);
  REQUIRE(wait.until([&] { return seat->snapshot()->version == 41; }));
  Command command;
  command.kind = CommandKind::note;
  command.text = "once";
  seat->send(command);
  const auto arrived = [&](std::size_t n) { return engine.taken().size() >= n; };
  // The engine takes it without an answer; a new picture wakes the waiter up.
  const auto poke = [&] {
    auto next = std::make_shared<Snapshot>(*engine.current);
    ++next->version;
    engine.publish(next);
  };
  REQUIRE(wait.until([&] {
    poke();
    return arrived(1);
  }));
  server.reset();
  {
    const std::lock_guard lock(engine.mutex);
    engine.answers = true;
  }
  server = serve(engine, endpoint);
  std::vector<CommandReply> replies;
  REQUIRE(wait.until([&] {
    for (CommandReply& r : seat->replies()) replies.push_back(std::move(r));
    return !replies.empty();
  }));
  const std::vector<Command> taken = engine.taken();
  CHECK(taken.size() >= 2);
  CHECK(taken.front().id == taken.back().id);
}

TEST_CASE("over TCP only a user's key is let in, under the user's own name") {
  const Folder folder;
  const fs::path keys = folder.path / "keys";
  fs::create_directories(keys);
  fs::permissions(keys, fs::perms::owner_all);
  FakeEngine engine;
  const auto server = serve(engine, "tcp://127.0.0.1:*", keys);

  const Result<std::string> text = add_user(keys, server->endpoint(), {"lindqvist", "Supervisor", {}});
  REQUIRE(text.ok());
  const Result<SeatToken> token = parse_token(*text, "test");
  REQUIRE(token.ok());
  const auto seat = connect(*token);
  Waiter wait(*seat);
  REQUIRE(wait.until([&] { return seat->snapshot()->version == 41; }));
  CHECK(seat->snapshot()->user == "lindqvist");
  CHECK(seat->snapshot()->role == "Supervisor");

  // The same engine, a key that nobody admitted: its problem says so before long, and no picture comes.
  const Folder other;
  const fs::path strange = other.path / "keys";
  fs::create_directories(strange);
  fs::permissions(strange, fs::perms::owner_all);
  const Result<std::string> forged = add_user(strange, server->endpoint(), {"lindqvist", "Supervisor", {}});
  REQUIRE(forged.ok());
  SeatToken stranger = *parse_token(*forged, "test");
  stranger.engine_key = token->engine_key;
  const auto outside = connect(stranger);
  Waiter waiting(*outside);
  REQUIRE(waiting.until([&] { return !outside->connection_problem().empty(); }));
  CHECK(outside->snapshot()->version == 0);

  CHECK(!add_user(keys, server->endpoint(), {"lindqvist", "Operator", {}}).ok());  // taken
  REQUIRE(remove_user(keys, "lindqvist").ok());
  CHECK(!remove_user(keys, "lindqvist").ok());
}

TEST_CASE("a socket in a folder that others may enter is refused") {
  const Folder folder;
  ::chmod(folder.path.c_str(), 0755);
  FakeEngine engine;
  const auto server = SeatServer::start({"ipc://" + (folder.path / "seat.ipc").string(), {}, "test"}, engine.backend());
  REQUIRE(!server.ok());
  CHECK(server.error().to_do.find("chmod 700") != std::string::npos);
}

TEST_CASE("what follows --connect is checked before anything is connected to") {
  const Folder folder;
  CHECK(read_connection("ipc:///run/watchfloor/seat.ipc").ok());
  CHECK(!read_connection("tcp://10.0.0.1:7711").ok());  // needs its token
  CHECK(!read_connection((folder.path / "absent").string()).ok());
  const fs::path file = folder.path / "token";
  std::ofstream(file) << "nonsense\n";
  ::chmod(file.c_str(), 0644);
  CHECK(read_connection(file.string()).error().to_do.find("chmod 600") != std::string::npos);
  ::chmod(file.c_str(), 0600);
  CHECK(read_connection(file.string()).error().what == "holds no seat's token");
}

namespace {

/// A snapshot of two attachments, and one in which the first has gone on and the second is gone.
std::pair<std::shared_ptr<Snapshot>, std::shared_ptr<Snapshot>> attachments_move() {
  using States = std::map<std::string, AttachmentState>;
  auto first = std::make_shared<Snapshot>(*samples::full_snapshot());
  States states;
  for (const char* hash : {"one", "two", "three"}) states[hash].have = 1;
  first->attachments = std::make_shared<const States>(states);
  auto second = std::make_shared<Snapshot>(*first);
  ++second->version;
  states["one"].have = 2;
  states.erase("two");
  second->attachments = std::make_shared<const States>(states);
  return {first, second};
}

}  // namespace

TEST_CASE("a seat of version 2 is welcomed as one and is told the attachments as it takes them") {
  const Folder folder;
  FakeEngine engine;
  const auto [first, second] = attachments_move();
  engine.current = first;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  const auto server = serve(engine, endpoint);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPatience.count()));
  socket.connect(endpoint);
  Request hello;
  hello.hello = Request::Hello{2, "older", "Seat 2"};
  std::string bytes;
  encode_request(hello, bytes);
  socket.send(zmq::buffer(bytes), zmq::send_flags::none);
  UpdateDecoder decoder(2);
  std::uint32_t agreed = 0;
  // The frame that brought a snapshot of this version.
  const auto until = [&](std::uint64_t version) {
    for (zmq::message_t frame; socket.recv(frame, zmq::recv_flags::none);) {
      std::shared_ptr<const Snapshot> snapshot;
      const Result<Update> update = decoder.decode(frame.to_string_view(), snapshot);
      REQUIRE(update.ok());
      if (update->welcome) agreed = update->welcome->wire_version;
      if (snapshot && snapshot->version == version) return snapshot;
    }
    return std::shared_ptr<const Snapshot>();
  };
  const auto before = until(first->version);
  REQUIRE(before);
  CHECK(agreed == 2);
  CHECK(*before->attachments == *first->attachments);
  engine.publish(second);
  const auto after = until(second->version);
  REQUIRE(after);
  CHECK(*after->attachments == *second->attachments);
}

TEST_CASE("at an engine of version 2 a seat takes the attachments of each snapshot for all that there are") {
  const Folder folder;
  const std::string endpoint = "ipc://" + (folder.path / "seat.ipc").string();
  zmq::context_t context;
  zmq::socket_t engine(context, zmq::socket_type::router);
  engine.set(zmq::sockopt::linger, 0);
  engine.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPatience.count()));
  engine.bind(endpoint);
  const auto seat = connect({endpoint, {}, {}, {}});
  Waiter wait(*seat);
  zmq::message_t route, frame;
  REQUIRE(engine.recv(route, zmq::recv_flags::none));
  REQUIRE(engine.recv(frame, zmq::recv_flags::none));
  const Result<Request> request = decode_request(frame.to_string_view());
  REQUIRE(request.ok());
  REQUIRE(request->hello);
  CHECK(request->hello->wire_version == kSeatWireVersion);
  const auto say = [&](const std::string& bytes) {
    engine.send(zmq::buffer(route.to_string()), zmq::send_flags::sndmore);
    engine.send(zmq::buffer(bytes), zmq::send_flags::none);
  };
  UpdateEncoder encoder(2);
  Update welcome;
  welcome.welcome = Update::Welcome{2, "older"};
  std::string bytes;
  encoder.encode(welcome, bytes);
  say(bytes);
  const auto [first, second] = attachments_move();
  for (const auto& snapshot : {first, second}) {
    encoder.encode_snapshot(snapshot, bytes);
    encoder.sent(snapshot);
    say(bytes);
    REQUIRE(wait.until([&] { return seat->snapshot()->version == snapshot->version; }));
    CHECK(*seat->snapshot()->attachments == *snapshot->attachments);
  }
}
