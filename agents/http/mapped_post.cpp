#include "agents/http/mapped_post.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "agents/http/server.hpp"
#include "agents/kit/disk.hpp"
#include "agents/kit/mapped.hpp"
#include "agents/kit/mapped_record.hpp"
#include "agents/kit/secret_file.hpp"
#include "agents/kit/socket_listen.hpp"

namespace wf::http {
namespace {

constexpr std::int64_t kRetry = 5 * kSecond;
constexpr std::size_t kMostWaiting = 256;  ///< bodies that wait for the disk
constexpr std::size_t kShortestToken = 16;

class PostSource final : public kit::Source {
 public:
  PostSource(const kit::SourceSpec& spec, std::string host, std::uint16_t port, ServerOptions options,
             kit::Mapping mapping)
      : Source(spec), host_(std::move(host)), port_(port), options_(std::move(options)), mapping_(std::move(mapping)) {}

  std::vector<Error> check() override {
    if (server_ != nullptr) return {};
    Result<kit::Descriptor> socket = kit::listen_on(host_, port_, SOCK_STREAM, spec().where);
    // An agent that runs listens there already.
    if (!socket) return errno == EADDRINUSE ? std::vector<Error>() : std::vector<Error>{socket.error()};
    Result<std::unique_ptr<Server>> tried = Server::open(std::move(*socket), options_);
    return tried ? std::vector<Error>() : std::vector<Error>{tried.error()};
  }

  std::vector<std::string> remarks() const override {
    if (!options_.certificate.empty() || host_ == "127.0.0.1" || host_ == "::1") return {};
    return {
        "its token and its records can be read on the way: give cert= and key=, or listen on 127.0.0.1 behind a "
        "proxy that speaks TLS"};
  }

  Result<void> start(std::string_view, bool once, const kit::Moment& moment) override {
    if (once) return Error{"a receiver has no end at which it could stop", spec().name, "leave out --once"};
    open(moment);
    return {};
  }

  bool step(kit::Sink& sink, const kit::Moment& moment) override {
    if (server_ == nullptr && moment.mono >= retry_at_) open(moment);
    if (server_ == nullptr) return false;
    server_->step(posted_);
    std::size_t taken = 0;
    for (; taken < posted_.size() && !sink.full() && waiting_.size() < kMostWaiting; ++taken)
      take(posted_[taken], sink, moment);
    posted_.erase(posted_.begin(), posted_.begin() + static_cast<std::ptrdiff_t>(taken));
    now_ = moment.mono;
    say();
    return !posted_.empty() && !sink.full() && waiting_.size() < kMostWaiting;
  }

  void durable(const kit::Moment&) override {
    for (const Answer& answer : std::exchange(waiting_, {})) server_->reply(answer.id, answer.status, answer.text);
  }

  std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override {
    if (server_ != nullptr) server_->add_fds(fds);
  }
  std::int64_t next_wake() const override { return server_ == nullptr ? retry_at_ : server_->next_wake(now_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Answer {
    std::uint64_t id = 0;
    unsigned status = 0;
    std::string text;
  };

  void open(const kit::Moment& moment) {
    retry_at_ = moment.mono + kRetry;
    Result<kit::Descriptor> socket = kit::listen_on(host_, port_, SOCK_STREAM, spec().where);
    if (!socket) return set_state("waiting", socket.error().text());
    const std::uint16_t port = kit::port_of(*socket);
    Result<std::unique_ptr<Server>> opened = Server::open(std::move(*socket), options_);
    if (!opened) return set_state("waiting", opened.error().text());
    server_ = std::move(*opened);
    port_ = port;
    set_state("running");
  }

  /// Each body is a document of its own: with a header if the mapping says so.
  void take(const Posted& posted, kit::Sink& sink, const kit::Moment& moment) {
    kit::RecordMapper mapper(mapping_, "what " + posted.peer + " posted");
    const kit::RecordMapper::Out out{[&](Event&& event) { emit(sink, std::move(event), moment); }, nullptr, moment.now};
    const std::unique_ptr<kit::Framing> framing = mapper.framing();
    std::string_view rest = posted.body;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    // One object alone is a list of one.
    const std::size_t begins = rest.find_first_not_of(" \t\r\n");
    const bool alone =
        mapping_.format == kit::Mapping::Format::json && begins != std::string_view::npos && rest[begins] == '{';
    std::uint64_t good = 0, bad = 0;
    std::string reason;
    bool first = true;
    const auto one = [&](std::string_view record) {
      if (record.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
      const bool header = first && mapper.has_header();
      if (!header) count_read();
      Result<void> made =
          record.size() > mapper.record_limit()
              ? Error{"a record of more than " + std::to_string(mapper.record_limit()) + " bytes", "", ""}
              : mapper.take(record, std::exchange(first, false), out);
      if (made) {
        good += header ? 0 : 1;
        return;
      }
      ++bad;
      Error error = made.error();
      if (error.where.empty()) error.where = posted.peer;
      refuse(error);
      if (reason.empty()) reason = error.what;
    };
    if (alone) {
      one(rest);
    } else {
      kit::Frame frame;
      while (!rest.empty() && framing->next(rest, true, frame)) {
        if (frame.record) one(rest.substr(frame.begin, frame.end - frame.begin));
        if (frame.consumed == 0) break;
        rest.remove_prefix(frame.consumed);
      }
    }
    if (const std::string note = mapper.note(); !note.empty()) note_ = note;
    std::string text = std::to_string(good) + " taken, " + std::to_string(bad) + " refused";
    if (!reason.empty()) text += ": " + reason;
    waiting_.push_back({posted.id, good == 0 && bad > 0 ? 422U : 200U, std::move(text)});
  }

  /// What somebody should look at: strangers first.
  void say() {
    const TurnedAway& away = server_->turned_away();
    std::string said = note_;
    if (away.without_token > 0)
      said = std::to_string(away.without_token) + " without the token, the last from " + away.last_peer;
    else if (away.too_large > 0)
      said = std::to_string(away.too_large) + " bodies of more than " + std::to_string(options_.most) + " bytes";
    else if (away.too_many > 0)
      said = std::to_string(away.too_many) + " told to come again: too much waited";
    if (said == said_) return;
    said_ = said;
    set_state("running", said);
  }

  std::string host_;
  std::uint16_t port_;
  ServerOptions options_;
  kit::Mapping mapping_;
  std::unique_ptr<Server> server_;
  std::vector<Posted> posted_;
  std::vector<Answer> waiting_;  ///< their events are on the way to the disk
  std::int64_t retry_at_ = 0, now_ = 0;
  std::string note_, said_;
};

/// "HOST:PORT", "[V6]:PORT", "PORT".
bool read_address(std::string_view text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  const std::string_view digits = colon == std::string_view::npos ? text : text.substr(colon + 1);
  std::string_view name = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  host = name;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return failed == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
}

}  // namespace

const char* const kPostHelp =
    "HOST:PORT where records are posted over HTTP; map=MAPPING that describes them, token=FILE with the secret that "
    "senders "
    "must know, cert=FILE and key=FILE for TLS, tz=ZONE";

kit::SourceMade make_post(const kit::SourceSpec& spec, const std::string& domain) {
  kit::SourceMade made;
  made.problems = spec.unknown_options({"map", "tz", "token", "cert", "key"});
  std::string host;
  std::uint16_t port = 0;
  if (!read_address(spec.address, host, port))
    made.problems.push_back(
        {"a place to listen is HOST:PORT", spec.where, "write post:127.0.0.1:8480,map=MAPPING,token=FILE"});
  std::optional<kit::Mapping> mapping = kit::load_mapping(spec, domain, made.problems);
  ServerOptions options;
  const auto secret = [&](const char* name, std::string& out, std::size_t most) {
    const std::string file = spec.option(name);
    if (file.empty()) return;
    Result<std::string> read = kit::read_secret(file, most);
    if (read)
      out = std::move(*read);
    else
      made.problems.push_back(read.error());
  };
  if (spec.option("token").empty())
    made.problems.push_back(
        {"a receiver of posts needs a token", spec.where, "write token=FILE; the file has the secret"});
  secret("token", options.token, 4096);
  if (!spec.option("token").empty() && made.problems.empty() && options.token.size() < kShortestToken)
    made.problems.push_back(
        {"the token is shorter than 16 bytes", spec.option("token"), "openssl rand -hex 24 makes one"});
  secret("key", options.key, 64U << 10U);
  if (const std::string file = spec.option("cert"); !file.empty()) {
    // A certificate is no secret, but it is as small.
    Result<std::string> read = kit::read_small_file(file, 256U << 10U);
    if (read)
      options.certificate = std::move(*read);
    else
      made.problems.push_back(read.error());
  }
  if (spec.option("cert").empty() != spec.option("key").empty())
    made.problems.push_back({"TLS needs both cert and key", spec.where, "give both, or neither"});
  if (made.problems.empty())
    made.source = std::make_unique<PostSource>(spec, std::move(host), port, std::move(options), std::move(*mapping));
  return made;
}

}  // namespace wf::http
