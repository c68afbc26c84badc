#include "agents/http/post_source.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <utility>

#include "agents/http/bulk.hpp"
#include "agents/kit/code_pages.hpp"
#include "agents/kit/read/socket_listen.hpp"
#include "agents/kit/secret_file.hpp"
#include "agents/kit/spool/disk.hpp"
#include "agents/tls/credentials.hpp"

namespace wf::http {
namespace {

constexpr std::int64_t kRetry = 5 * kSecond;
constexpr std::int64_t kForgetEvery = kSecond;
constexpr std::size_t kMostWaiting = 256;  ///< bodies that wait for the disk
constexpr std::size_t kShortestToken = 16;

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

PostSource::PostSource(const kit::SourceSpec& spec, Place place) : Source(spec), place_(std::move(place)) {}
PostSource::~PostSource() = default;

std::vector<Error> PostSource::check() {
  if (server_ != nullptr) return {};
  Result<kit::Descriptor> socket = kit::listen_on(place_.host, place_.port, SOCK_STREAM, spec().where);
  // An agent that runs listens there already.
  if (!socket) return errno == EADDRINUSE ? std::vector<Error>() : std::vector<Error>{socket.error()};
  Result<std::unique_ptr<Server>> tried = Server::open(std::move(*socket), place_.options);
  return tried ? std::vector<Error>() : std::vector<Error>{tried.error()};
}

std::vector<std::string> PostSource::remarks() const {
  if (!place_.options.certificate.empty())
    if (const Result<tls::Term> term = tls::term_of(place_.options.certificate))
      if (std::string text = tls::say_term(*term, static_cast<UtcNs>(::time(nullptr)) * kSecond,
                                           "the certificate " + place_.certificate_file);
          !text.empty())
        return {std::move(text)};
  if (!place_.options.certificate.empty() || place_.host == "127.0.0.1" || place_.host == "::1") return {};
  return {
      "its token and its records can be read on the way: give cert= and key=, or listen on 127.0.0.1 behind a "
      "proxy that speaks TLS"};
}

Result<void> PostSource::start(std::string_view, bool once, const kit::Moment& moment) {
  if (once) return Error{"a receiver has no end at which it could stop", spec().name, "leave out --once"};
  open(moment);
  return {};
}

bool PostSource::step(kit::Sink& sink, const kit::Moment& moment) {
  if (server_ == nullptr && moment.mono >= retry_at_) open(moment);
  if (server_ == nullptr) return false;
  server_->step(posted_);
  std::size_t taken = 0;
  for (; taken < posted_.size() && !sink.full() && waiting_.size() < kMostWaiting; ++taken)
    take(posted_[taken], sink, moment);
  posted_.erase(posted_.begin(), posted_.begin() + static_cast<std::ptrdiff_t>(taken));
  now_ = moment.mono;
  look_at_certificate(moment);
  if (!place_.options.certificate.empty()) forget_handshakes(taken, moment);
  say();
  return !posted_.empty() && !sink.full() && waiting_.size() < kMostWaiting;
}

void PostSource::durable(const kit::Moment&) {
  for (const Answer& answer : std::exchange(waiting_, {})) server_->reply(answer.id, answer.status, answer.text);
}

void PostSource::add_fds(std::vector<pollfd>& fds) const {
  if (server_ != nullptr) server_->add_fds(fds);
}

std::int64_t PostSource::next_wake() const {
  if (server_ == nullptr) return retry_at_;
  const std::int64_t wake = server_->next_wake(now_);
  return place_.options.certificate.empty() ? wake : std::min(wake, look_at_);
}

void PostSource::look_at_certificate(const kit::Moment& moment) {
  if (place_.options.certificate.empty() || moment.mono < look_at_) return;
  look_at_ = moment.mono + kHour;
  // What HTTP's library uses for TLS is loaded with it.
  const Result<tls::Term> term = tls::term_of(place_.options.certificate);
  std::string warning = term ? tls::say_term(*term, moment.now, "the certificate " + place_.certificate_file) : "";
  if (!warning.empty()) warning += "; start the agent anew once it is renewed";
  set_warning(std::move(warning));
}

/// A handshake of TLS goes through a megabyte and a half of code, which reading a body needs none of.
void PostSource::forget_handshakes(std::size_t taken, const kit::Moment& moment) {
  if (taken == 0 || moment.mono < forget_at_) return;
  forget_at_ = moment.mono + kForgetEvery;
  kit::release_code_pages();
}

void PostSource::open(const kit::Moment& moment) {
  retry_at_ = moment.mono + kRetry;
  // TLS begins with tests of all that it knows, on top of what the agent's own start took.
  const bool sealed = !place_.options.certificate.empty();
  if (sealed) kit::release_code_pages();
  Result<kit::Descriptor> socket = kit::listen_on(place_.host, place_.port, SOCK_STREAM, spec().where);
  if (!socket) return set_state("waiting", socket.error().text());
  const std::uint16_t port = kit::port_of(*socket);
  Result<std::unique_ptr<Server>> opened = Server::open(std::move(*socket), place_.options);
  if (sealed) kit::release_code_pages();
  if (!opened) return set_state("waiting", opened.error().text());
  server_ = std::move(*opened);
  place_.port = port;
  set_state("running");
}

void PostSource::take(const Posted& posted, kit::Sink& sink, const kit::Moment& moment) {
  std::uint64_t good = 0, bad = 0;
  std::string reason;
  std::vector<std::string> outcomes;
  read(posted, sink, moment, [&](const Result<void>& made) {
    if (posted.bulk) outcomes.push_back(made ? std::string() : made.error().what);
    if (made) {
      ++good;
      return;
    }
    ++bad;
    Error error = made.error();
    if (error.where.empty()) error.where = posted.peer;
    refuse(error);
    if (reason.empty()) reason = error.what;
  });
  if (posted.bulk) {
    waiting_.push_back({posted.id, 200U, bulk_answer(outcomes)});
    return;
  }
  std::string text = std::to_string(good) + " taken, " + std::to_string(bad) + " refused";
  if (!reason.empty()) text += ": " + reason;
  waiting_.push_back({posted.id, good == 0 && bad > 0 ? 422U : 200U, std::move(text)});
}

/// What somebody should look at: strangers first.
void PostSource::say() {
  const TurnedAway& away = server_->turned_away();
  std::string said = note();
  if (away.without_token > 0)
    said = std::to_string(away.without_token) + " without the token, the last from " + away.last_peer;
  else if (away.too_large > 0)
    said = std::to_string(away.too_large) + " bodies of more than " + std::to_string(place_.options.most) + " bytes";
  else if (away.compressed > 0)
    said = std::to_string(away.compressed) + " bodies by another compression than gzip; tell their senders to use that";
  else if (away.without_zlib > 0)
    said = std::to_string(away.without_zlib) + " bodies by gzip, for which zlib is missing: install Debian's zlib1g";
  else if (away.damaged > 0)
    said = std::to_string(away.damaged) + " bodies whose gzip is not whole or damaged, the last from " + away.last_peer;
  else if (away.too_many > 0)
    said = std::to_string(away.too_many) + " told to come again: too much waited";
  if (said == said_) return;
  said_ = said;
  set_state("running", said);
}

PostSource::Place read_place(const kit::SourceSpec& spec, const std::string& example, std::vector<Error>& problems) {
  PostSource::Place out;
  if (!read_address(spec.address, out.host, out.port))
    problems.push_back({"a place to listen is HOST:PORT", spec.where, "write " + example});
  ServerOptions& options = out.options;
  const std::size_t before = problems.size();
  const auto secret = [&](const char* name, std::string& to, std::size_t most) {
    const std::string file = spec.option(name);
    if (file.empty()) return;
    Result<std::string> read = kit::read_secret(file, most);
    if (read)
      to = std::move(*read);
    else
      problems.push_back(read.error());
  };
  if (spec.option("token").empty())
    problems.push_back({"a receiver of posts needs a token", spec.where, "write token=FILE; the file has the secret"});
  secret("token", options.token, 4096);
  if (!spec.option("token").empty() && problems.size() == before && options.token.size() < kShortestToken)
    problems.push_back({"the token is shorter than 16 bytes", spec.option("token"), "openssl rand -hex 24 makes one"});
  secret("key", options.key, 64U << 10U);
  out.certificate_file = spec.option("cert");
  if (!out.certificate_file.empty()) {
    // A certificate is no secret, but it is as small.
    Result<std::string> read = kit::read_small_file(out.certificate_file, 256U << 10U);
    if (read)
      options.certificate = std::move(*read);
    else
      problems.push_back(read.error());
  }
  if (spec.option("cert").empty() != spec.option("key").empty())
    problems.push_back({"TLS needs both cert and key", spec.where, "give both, or neither"});
  return out;
}

}  // namespace wf::http
