// Syslog over TLS (RFC 5425) from real senders, and from those that mean harm.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "agents/kit/read/socket_listen.hpp"
#include "agents/network/syslog.hpp"
#include "tests/agents/network/sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collected.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tls_server.hpp"

extern char** environ;

namespace wf::network {
namespace {

using namespace wf::test;
namespace fs = std::filesystem;

void send_all(const kit::Descriptor& socket, std::string_view bytes) {
  REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// "NAME.pem" and "NAME.key", the latter for its owner alone.
struct Papers {
  std::string certificate, key;
};
Papers lay_down(const TemporaryFolder& folder, const std::string& name, const tls::Identity& identity) {
  Papers out{folder.file(name + ".pem"), folder.file(name + ".key")};
  FILE* file = std::fopen(out.certificate.c_str(), "w");
  REQUIRE(file != nullptr);
  PEM_write_X509(file, identity.paper.get());
  std::fclose(file);
  file = std::fopen(out.key.c_str(), "w");
  REQUIRE(file != nullptr);
  ::fchmod(::fileno(file), 0600);
  PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return out;
}

std::string fingerprint(const tls::Identity& identity) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  REQUIRE(X509_digest(identity.paper.get(), EVP_sha256(), bytes, &size) == 1);
  std::string out = "sha-256";
  for (unsigned i = 0; i < size; ++i) {
    char text[4];
    std::snprintf(text, sizeof text, ":%02x", bytes[i]);
    out += text;
  }
  return out;
}

/// A program that is ended with the test; what is written to it is its standard input.
class Program {
 public:
  explicit Program(const std::vector<std::string>& words) {
    int in[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const int failed = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    in_ = kit::Descriptor(in[1]);
    REQUIRE(failed == 0);
  }
  ~Program() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  void write(const std::string& text) const {
    REQUIRE(::write(in_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

 private:
  pid_t pid_ = 0;
  kit::Descriptor in_;
};

/// A receiver with a certificate of an authority of the test's own.
struct Listening {
  explicit Listening(const std::string& more = {}, std::int64_t days = 300) : port(free_port()) {
    server = lay_down(folder, "server", authority.vouch(-kDay, days * kDay));
    const std::string text = "syslog:tls://127.0.0.1:" + std::to_string(port) + ",tz=UTC,cert=" + server.certificate +
                             ",key=" + server.key + more;
    kit::SourceMade made = make_syslog(*kit::parse_source_spec(text));
    if (!made.problems.empty()) FAIL(problems_of(made));
    source = std::move(made.source);
    REQUIRE(source->check().empty());
    REQUIRE(source->start("", false, moment));
    if (source->status().state != "running") FAIL(source->status().problem);
  }
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience(std::chrono::seconds(20));
    while (!done() && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> fds;
      source->add_fds(fds);
      (void)::poll(fds.data(), fds.size(), source->next_wake() <= moment.mono ? 0 : 100);
      while (source->step(sink, moment)) {
      }
    }
    return done();
  }
  bool events(std::size_t count) {
    return until([&] { return sink.events.size() >= count; });
  }
  /// Waits for a refusal that says this.
  bool refused(const std::string& what) {
    const bool out = until([&] { return source->status().problem.find(what) != std::string::npos; });
    UNSCOPED_INFO("said: " << source->status().problem);
    return out;
  }
  std::vector<std::string> client(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + std::to_string(port)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  tls::Authority authority;
  TemporaryFolder folder;
  Papers server;
  kit::Moment moment{tls::now(), kSecond};
  std::uint16_t port;
  std::unique_ptr<kit::Source> source;
  Collected sink;
};

/// The first bytes of a client that is in order.
std::string client_hello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  (void)SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

constexpr const char* kLine = "<13>1 2026-03-12T22:31:05Z h app - - - ";

TEST_CASE("openssl's client sends in both framings, over TLS 1.2 and 1.3") {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    INFO(version);
    Listening at;
    const Program sender(at.client({version}));
    const std::string counted = std::string(kLine) + "two\nlines";
    sender.write(std::to_string(counted.size()) + " " + counted + kLine + "a line\n");
    REQUIRE(at.events(2));
    CHECK(at.sink.events[0].field("message") == "two\nlines");
    CHECK(at.sink.events[1].field("message") == "a line");
    CHECK(at.sink.events[0].field("syslog.peer") == "127.0.0.1");
    CHECK(at.sink.events[0].field("syslog.certificate").empty());
    CHECK(at.source->status().refused == 0);
    CHECK(at.source->can_wait());
  }
  Listening at;
  const Program old(at.client({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}));
  CHECK(at.refused("it offers no TLS that is safe"));
}

TEST_CASE("a burst of a TLS sender is read whole although the sink takes little at a time") {
  Listening at;
  at.sink.room = 7;
  const Program sender(at.client());
  std::string burst;
  constexpr int kCount = 800;
  for (int i = 0; i < kCount; ++i) burst += kLine + std::to_string(i) + "\n";
  sender.write(burst);
  std::vector<std::string> messages;
  // Once the burst has come nothing wakes the socket any more: what is left must be asked for all the same.
  REQUIRE(at.until([&] {
    for (const Event& e : at.sink.events) messages.emplace_back(e.field("message"));
    at.sink.events.clear();
    return messages.size() == kCount;
  }));
  for (int i = 0; i < kCount; ++i) CHECK(messages[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("rsyslog forwards two thousand lines over TLS, without and with a certificate of its own") {
  if (::access("/usr/sbin/rsyslogd", X_OK) != 0 || (!fs::exists("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so") &&
                                                    !fs::exists("/usr/lib/aarch64-linux-gnu/rsyslog/lmnsd_gtls.so"))) {
    WARN("rsyslog with its gtls driver (rsyslog, rsyslog-gnutls) is absent: not tried");
    return;
  }
  for (const bool mutual : {false, true}) {
    INFO(mutual);
    const tls::Authority people("People");
    Listening at(mutual ? ",ca=" + people.file() + ",peers=door-server.example" : "");
    constexpr std::size_t kLines = 2000;
    std::string text, papers;
    for (std::size_t i = 0; i < kLines; ++i) text += "line number " + std::to_string(i) + "\n";
    at.folder.write("app.log", text);
    if (mutual) {
      const Papers own = lay_down(at.folder, "client", people.vouch(-kDay, 9 * kDay, "DNS:door-server.example"));
      papers = " defaultNetstreamDriverCertFile=\"" + own.certificate + "\" defaultNetstreamDriverKeyFile=\"" +
               own.key + "\"";
    }
    at.folder.write("rsyslog.conf", "global(workDirectory=\"" + at.folder.path().string() +
                                        "\" defaultNetstreamDriverCAFile=\"" + at.authority.file() + "\"" + papers +
                                        ")\nmodule(load=\"imfile\" mode=\"polling\" PollingInterval=\"1\")\n"
                                        "input(type=\"imfile\" File=\"" +
                                        at.folder.file("app.log") + "\" Tag=\"app:\")\n" +
                                        "action(type=\"omfwd\" Target=\"127.0.0.1\" Port=\"" + std::to_string(at.port) +
                                        "\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" StreamDriver=\"gtls\" "
                                        "StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/certvalid\")\n");
    const Program sender(
        {"/usr/sbin/rsyslogd", "-n", "-f", at.folder.file("rsyslog.conf"), "-i", at.folder.file("pid")});
    if (!at.events(kLines)) FAIL(at.source->status().problem);
    std::map<std::string, int> seen;
    for (const Event& e : at.sink.events)
      if (e.field("process.name") == "app") ++seen[std::string(e.field("message"))];
    CHECK(seen.size() == kLines);
    CHECK(at.sink.events.back().field("syslog.certificate") == (mutual ? "door-server.example" : ""));
    CHECK(at.source->status().refused == 0);
  }
}

TEST_CASE("only those come in whose certificate an authority signed, and of whom one name or fingerprint fits") {
  const tls::Authority people("People"), strangers("Strangers");
  const TemporaryFolder folder;
  const tls::Identity known = people.vouch(-kDay, 9 * kDay, "DNS:a.site.example"),
                      other = people.vouch(-kDay, 9 * kDay, "DNS:b.elsewhere.example"),
                      wild = people.vouch(-kDay, 9 * kDay, "DNS:*.site.example"),
                      old = people.vouch(-9 * kDay, -kDay, "DNS:a.site.example"),
                      forged = strangers.vouch(-kDay, 9 * kDay, "DNS:a.site.example");
  const Papers k = lay_down(folder, "known", known), o = lay_down(folder, "other", other),
               w = lay_down(folder, "wild", wild), x = lay_down(folder, "old", old),
               f = lay_down(folder, "forged", forged);
  const auto with = [](const Papers& p) { return std::vector<std::string>{"-cert", p.certificate, "-key", p.key}; };
  struct Case {
    std::string options;
    std::vector<std::string> words;
    std::string let_in, refused;
  };
  const std::string ca = ",ca=" + people.file();
  for (const Case& one : std::vector<Case>{
           {ca, with(k), "a.site.example", ""},
           {ca, {}, "", "it showed no certificate; give the sender one"},
           {ca, with(f), "", "its certificate (a.site.example) is not accepted"},
           {ca, with(x), "", "expired"},
           {ca + ",peers=a.site.example", with(k), "a.site.example", ""},
           {ca + ",peers=A.SITE.example", with(w), "*.site.example", ""},
           {ca + ",peers=x+*.site.example", with(k), "a.site.example", ""},
           {ca + ",peers=*.site.example", with(o), "", "b.elsewhere.example is none of peers="},
           {ca + ",peers=a.site.example+" + fingerprint(other), with(o), fingerprint(other), ""},
           {",peers=" + fingerprint(forged), with(f), fingerprint(forged), ""},
           {",peers=" + fingerprint(forged), with(k), "", "is none of peers="},
       }) {
    INFO(one.options << " " << (one.words.empty() ? "" : one.words[1]));
    Listening at(one.options);
    const Program sender(at.client(one.words));
    sender.write(std::string(kLine) + "in\n");
    if (one.refused.empty()) {
      REQUIRE(at.events(1));
      CHECK(at.sink.events[0].field("syslog.certificate") == one.let_in);
      CHECK(at.source->status().refused == 0);
    } else {
      CHECK(at.refused(one.refused));
      CHECK(at.source->status().refused == 1);
      CHECK(at.sink.events.empty());
    }
  }
}

TEST_CASE("peers that mean harm are named in one line each, and harm nobody else") {
  Listening at;
  const Program good(at.client());
  std::size_t sent = 0;
  const auto unharmed = [&] {
    good.write(std::string(kLine) + std::to_string(sent++) + "\n");
    return at.events(sent);
  };
  REQUIRE(unharmed());

  SECTION("plain syslog where TLS is spoken") {
    const kit::Descriptor plain = connected(at.port);
    send_all(plain, std::string(kLine) + "x\n");
    CHECK(at.refused("127.0.0.1: what it sends is no TLS (it begins with '<'); let the sender use TLS"));
  }
  SECTION("garbage that begins like a handshake") {
    const kit::Descriptor garbage = connected(at.port);
    send_all(garbage, std::string("\x16\x03\x01\x02\x00", 5) + std::string(600, '\x5a'));
    CHECK(at.refused("TLS failed during the TLS handshake: "));
  }
  SECTION("one that ends in the middle of the handshake") {
    {
      const kit::Descriptor half = connected(at.port);
      send_all(half, client_hello().substr(0, 40));
    }
    CHECK(at.refused("it ended the connection during the TLS handshake"));
  }
  SECTION("one that says nothing, one that stops half way, one that never reads") {
    const std::string hello = client_hello();
    const kit::Descriptor silent = connected(at.port), half = connected(at.port), deaf = connected(at.port);
    send_all(half, hello.substr(0, 40));
    send_all(deaf, hello);
    REQUIRE(unharmed());
    CHECK(at.source->next_wake() > at.moment.mono);
    CHECK(at.source->next_wake() <= at.moment.mono + 10 * kSecond);
    at.moment.mono += 11 * kSecond;
    REQUIRE(at.until([&] { return at.source->status().refused == 3; }));
    CHECK(at.refused("it did not end the TLS handshake within 10 s"));
  }
  SECTION("one that wants to negotiate anew, again and again") {
    const Program again([&] {
      std::vector<std::string> words = at.client({"-tls1_2"});
      std::erase(words, "-quiet");  // then its commands are heard
      return words;
    }());
    again.write("R\n");
    CHECK(at.refused("it wanted to negotiate TLS anew"));
  }
  SECTION("one that does not trust this certificate") {
    const tls::Authority others("Others");
    const Program wary(at.client({"-CAfile", others.file(), "-verify_return_error"}));
    CHECK(at.refused("let the sender trust the authority of this agent's certificate"));
  }
  SECTION("many that open connections and say nothing") {
    std::vector<kit::Descriptor> many;
    for (int i = 0; i < 40; ++i) {
      many.push_back(connected(at.port));
      (void)at.source->step(at.sink, at.moment);
    }
    CHECK(at.refused("more than 32 connections"));
    CHECK(at.source->status().refused == 9);  // one place is the good one's
  }
  SECTION("one that says how long its message is and does not send it") {
    const Program slow(at.client());
    slow.write("5000 <13>1 2026-03-12T22:31:05Z h app - - - never");
    REQUIRE(at.until([&] {
      at.moment.mono += kSecond;
      return at.source->status().refused == 1;
    }));
    CHECK(at.refused("a message was not finished within a minute"));
  }
  CHECK(unharmed());
  CHECK(at.sink.events.size() == sent);
}

TEST_CASE("a certificate that ends is told two weeks ahead, and one that was renewed is used without a start") {
  Listening at({}, 9);
  CHECK(at.source->warning().find("ends on ") != std::string::npos);
  CHECK(at.source->remarks().back().find("renew it before") != std::string::npos);
  // Half of a renewal: the certificate is there, its key is not yet.
  const tls::Identity fresh = at.authority.vouch(-kDay, 90 * kDay);
  const TemporaryFolder next;
  const Papers papers = lay_down(next, "server", fresh);
  fs::rename(papers.certificate, at.server.certificate);
  at.moment.mono += 61 * kSecond;
  (void)at.source->step(at.sink, at.moment);
  CHECK(at.source->warning().find("the one of before is still used") != std::string::npos);
  CHECK(at.source->status().state == "running");
  fs::rename(papers.key, at.server.key);
  at.moment.mono += 61 * kSecond;
  (void)at.source->step(at.sink, at.moment);
  CHECK(at.source->warning().empty());
  const Program sender(at.client({"-CAfile", at.authority.file(), "-verify_return_error"}));
  sender.write(std::string(kLine) + "in\n");
  REQUIRE(at.events(1));
  // One that ended meanwhile is told too.
  at.moment.now += 100 * kDay;
  at.moment.mono += 61 * kSecond;
  (void)at.source->step(at.sink, at.moment);
  CHECK(at.source->warning().find("nobody accepts it any more") != std::string::npos);
}

TEST_CASE("what is wrong with a receiver of TLS is said") {
  const tls::Authority authority;
  const TemporaryFolder folder;
  const Papers papers = lay_down(folder, "server", authority.vouch(-kDay, 90 * kDay));
  const Papers other = lay_down(folder, "other", authority.vouch(-kDay, 90 * kDay));
  const auto said = [&](const std::string& options) {
    kit::SourceMade made = make_syslog(*kit::parse_source_spec("syslog:tls://127.0.0.1:1" + options));
    if (made.source == nullptr) return problems_of(made);
    std::string out;
    for (const Error& error : made.source->check())
      if (error.what.find("cannot listen") == std::string::npos) out += error.text() + "\n";
    return out;
  };
  const std::string own = ",cert=" + papers.certificate + ",key=" + papers.key;
  CHECK(said(own).empty());
  CHECK(said("").find("TLS needs a certificate and its key") != std::string::npos);
  CHECK(said(own + ",peers=a.example").find("without ca= nobody vouches for names") != std::string::npos);
  CHECK(said(own + ",peers=sha-256:AB").find("is no fingerprint") != std::string::npos);
  CHECK(said(own + ",ca=" + papers.key).find("there is no certificate of an authority in it") != std::string::npos);
  CHECK(said(",cert=" + papers.certificate + ",key=" + other.key).find("cannot be used") != std::string::npos);
  CHECK(said(",cert=" + papers.key + ",key=" + papers.key).find("no certificate in PEM") != std::string::npos);
  ::chmod(papers.key.c_str(), 0644);
  CHECK(said(own).find("others than its owner may use this file") != std::string::npos);
  kit::SourceMade plain = make_syslog(*kit::parse_source_spec("syslog:tcp://127.0.0.1:1,ca=x"));
  CHECK(problems_of(plain).find("are for TLS") != std::string::npos);
}

}  // namespace
}  // namespace wf::network
