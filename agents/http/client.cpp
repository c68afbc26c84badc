#include "agents/http/client.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include "agents/http/curl_library.hpp"
#include "agents/kit/clock.hpp"
#include "proto/utf8.hpp"

namespace wf::http {
namespace {

constexpr std::size_t kMostHeaders = 64U << 10U;
constexpr long kConnectTimeoutMs = 5000;

bool header_is(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         ::strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string value_of(std::string_view line) {
  line.remove_prefix(std::min(line.find(':') + 1, line.size()));
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos || last < first ? std::string()
                                                        : std::string(line.substr(first, last - first + 1));
}

}  // namespace

/// libcurl's handles, and where its callbacks write.
class Client::Exchange {
 public:
  Exchange(const CurlLibrary& curl, Trust trust) : curl_(curl), trust_(std::move(trust)) {
    multi_ = curl_.multi_init();
    easy_ = curl_.easy_init();
    if (multi_ == nullptr || easy_ == nullptr) return;
    curl_.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Exchange::on_socket);
    curl_.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Exchange::on_timer);
    curl_.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 2L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 10L);
    set(CURLOPT_TCP_KEEPINTVL, 5L);
    set(CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    set(CURLOPT_BUFFERSIZE, 16L << 10);
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_ERRORBUFFER, words_.data());
    if (!trust_.ca_file.empty()) set(CURLOPT_CAINFO, trust_.ca_file.c_str());
    if (!trust_.pin.empty()) {
      // The key says who it is; whoever signed it and whatever it is called for are of no interest.
      set(CURLOPT_PINNEDPUBLICKEY, trust_.pin.c_str());
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }
  ~Exchange() {
    cancel();
    if (easy_ != nullptr) curl_.easy_cleanup(easy_);
    if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void ask(Question question) {
    question_ = std::move(question);
    answer_ = {};
    words_[0] = '\0';
    headers_seen_ = 0;
    too_large_ = false;
    curl_.slist_free_all(std::exchange(headers_, nullptr));
    for (const std::string& header : question_.headers) headers_ = curl_.slist_append(headers_, header.c_str());
    headers_ = curl_.slist_append(headers_, "Expect:");
    set(CURLOPT_URL, question_.url.c_str());
    set(CURLOPT_HTTPHEADER, headers_);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(question_.timeout / kMillisecond));
    if (question_.post) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE, static_cast<long>(question_.body.size()));
      set(CURLOPT_POSTFIELDS, question_.body.c_str());
    } else {
      set(CURLOPT_HTTPGET, 1L);
    }
    const bool digest = !question_.user.empty();
    set(CURLOPT_HTTPAUTH, digest ? static_cast<long>(CURLAUTH_DIGEST) : static_cast<long>(CURLAUTH_NONE));
    set(CURLOPT_USERNAME, digest ? question_.user.c_str() : nullptr);
    set(CURLOPT_PASSWORD, digest ? question_.password.c_str() : nullptr);
    busy_ = curl_.multi_add_handle(multi_, easy_) == CURLM_OK;
    if (!busy_) broken_ = true;
  }

  [[nodiscard]] bool busy() const { return busy_ || broken_; }

  std::optional<Result<Answer>> step() {
    if (std::exchange(broken_, false)) return Result<Answer>(Error{"libcurl cannot begin", "", ""});
    if (!busy_) return std::nullopt;
    int running = 0;
    if (kit::monotonic_ns() >= wake_) {
      wake_ = kit::kNever;
      curl_.multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    std::vector<pollfd> ready = fds_;
    if (!ready.empty() && ::poll(ready.data(), ready.size(), 0) > 0) {
      for (const pollfd& one : ready) {
        if (one.revents == 0) continue;
        const int what = ((one.revents & POLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                         ((one.revents & POLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                         ((one.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? CURL_CSELECT_ERR : 0);
        curl_.multi_socket_action(multi_, one.fd, what, &running);
      }
    }
    int left = 0;
    while (const CURLMsg* const message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      end();
      return outcome(code);
    }
    return std::nullopt;
  }

  void cancel() {
    if (busy_) end();
    broken_ = false;
    curl_.slist_free_all(std::exchange(headers_, nullptr));
  }

  void add_fds(std::vector<pollfd>& fds) const { fds.insert(fds.end(), fds_.begin(), fds_.end()); }
  [[nodiscard]] std::int64_t next_wake() const {
    // What failed at once is told at once.
    return broken_ ? 0 : busy_ ? wake_ : kit::kNever;
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    (void)curl_.easy_setopt(easy_, option, value);
  }

  void end() {
    curl_.multi_remove_handle(multi_, easy_);
    busy_ = false;
    question_.password.clear();
  }

  Result<Answer> outcome(CURLcode code) {
    if (too_large_) return Error{"the answer is larger than " + std::to_string(question_.most) + " bytes", "", ""};
    if (code != CURLE_OK)
      return Error{words_[0] != '\0' ? one_line(words_.data()) : curl_.easy_strerror(code), "", advice(code)};
    (void)curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &answer_.status);
    return std::move(answer_);
  }

  static std::string advice(CURLcode code) {
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR)
      return "name its certificate with ca=FILE, or its key with pin=sha256//…";
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) return "another device answers there, or it was given a new key";
    if (code == CURLE_SSL_CACERT_BADFILE) return "see that the agent's user can read the file";
    return "";
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    std::vector<pollfd>& fds = static_cast<Exchange*>(self)->fds_;
    std::erase_if(fds, [&](const pollfd& one) { return one.fd == socket; });
    if (what == CURL_POLL_REMOVE) return 0;
    const int events = ((what & CURL_POLL_IN) != 0 ? POLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? POLLOUT : 0);
    fds.push_back({socket, static_cast<short>(events), 0});
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Exchange*>(self)->wake_ =
        timeout_ms < 0 ? kit::kNever : kit::monotonic_ns() + timeout_ms * kMillisecond;
    return 0;
  }

  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.answer_.body.size() + size > exchange.question_.most) {
      exchange.too_large_ = true;
      return 0;
    }
    exchange.answer_.body.append(bytes, size);
    return size;
  }

  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.headers_seen_ += size;
    if (exchange.headers_seen_ > kMostHeaders) {
      exchange.too_large_ = true;
      return 0;
    }
    const std::string_view line(bytes, size);
    Answer& answer = exchange.answer_;
    if (header_is(line, "Content-Type")) answer.content_type = value_of(line);
    if (header_is(line, "Date")) {
      const std::time_t date = exchange.curl_.getdate(value_of(line).c_str(), nullptr);
      if (date > 0 && date < 32503680000) answer.date = date * kSecond;
    }
    if (header_is(line, "WWW-Authenticate") && ::strncasecmp(value_of(line).c_str(), "Digest", 6) == 0)
      answer.digest_offered = true;
    return size;
  }

  const CurlLibrary& curl_;
  Trust trust_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::vector<pollfd> fds_;
  std::int64_t wake_ = kit::kNever;
  Question question_;
  Answer answer_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::size_t headers_seen_ = 0;
  bool busy_ = false, broken_ = false, too_large_ = false;
};

Client::Client(std::unique_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::make(Trust trust) {
  const Result<const CurlLibrary*> curl = curl_library();
  if (!curl) return curl.error();
  return std::unique_ptr<Client>(new Client(std::make_unique<Exchange>(**curl, std::move(trust))));
}

void Client::ask(Question question) { exchange_->ask(std::move(question)); }
bool Client::busy() const { return exchange_->busy(); }
std::optional<Result<Answer>> Client::step() { return exchange_->step(); }
void Client::cancel() { exchange_->cancel(); }
void Client::add_fds(std::vector<pollfd>& fds) const { exchange_->add_fds(fds); }
std::int64_t Client::next_wake() const { return exchange_->next_wake(); }

}  // namespace wf::http
