#pragma once
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "proto/time.hpp"
#include "tests/support/catch.hpp"

/// A real TLS server, with an authority and certificates of the tests' own.
namespace wf::test::tls {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Paper = std::unique_ptr<X509, decltype(&X509_free)>;

inline UtcNs now() { return static_cast<UtcNs>(std::time(nullptr)) * kSecond; }

/// A certificate with its key.
struct Identity {
  Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  Paper paper{X509_new(), &X509_free};
};

inline void extend(X509* paper, int what, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(paper, extension, -1);
  X509_EXTENSION_free(extension);
}

/// RFC 5280: signed by `by`, or by itself if that is null.
inline Identity issue(const Identity* by, const std::string& name, std::int64_t from, std::int64_t to,
                      const std::string& host = {}) {
  Identity out;
  X509* const paper = out.paper.get();
  X509_set_version(paper, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(paper), by == nullptr ? 1 : 2);
  X509_time_adj_ex(X509_getm_notBefore(paper), 0, static_cast<long>(from / kSecond), nullptr);
  X509_time_adj_ex(X509_getm_notAfter(paper), 0, static_cast<long>(to / kSecond), nullptr);
  X509_set_pubkey(paper, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(paper), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(paper, X509_get_subject_name(by == nullptr ? paper : by->paper.get()));
  if (host.empty()) {
    extend(paper, NID_basic_constraints, "critical,CA:TRUE");
    extend(paper, NID_key_usage, "critical,keyCertSign");
  } else {
    extend(paper, NID_subject_alt_name, host);
  }
  REQUIRE(X509_sign(paper, (by == nullptr ? out : *by).key.get(), EVP_sha256()) > 0);
  return out;
}

class Authority {
 public:
  explicit Authority(const std::string& called = "Test authority") : self_(issue(nullptr, called, -kDay, 365 * kDay)) {
    std::string name = (std::filesystem::temp_directory_path() / "wf-tls-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    FILE* const out = std::fopen(file().c_str(), "w");
    REQUIRE(out != nullptr);
    PEM_write_X509(out, self_.paper.get());
    std::fclose(out);
  }
  ~Authority() {
    std::error_code failed;
    std::filesystem::remove_all(folder_, failed);
  }
  [[nodiscard]] std::string file() const { return (folder_ / "ca.pem").string(); }
  [[nodiscard]] Identity vouch(std::int64_t from, std::int64_t to, const std::string& host = "IP:127.0.0.1") const {
    return issue(&self_, "Pager", from, to, host);
  }

 private:
  Identity self_;
  std::filesystem::path folder_;
};

/// A server that takes whatever is asked or POSTed, and counts it.
class Server {
 public:
  /// `port`: 0: any.
  explicit Server(Identity identity, int port = 0)
      : identity_(std::move(identity)), http_(identity_.paper.get(), identity_.key.get()) {
    REQUIRE(http_.is_valid());
    const auto take = [this](const httplib::Request&, httplib::Response&) { ++taken; };
    http_.Get(".*", take);
    http_.Post(".*", take);
    port_ = port == 0 ? http_.bind_to_any_port("127.0.0.1") : port;
    if (port != 0) REQUIRE(http_.bind_to_port("127.0.0.1", port));
    thread_ = std::thread([this] { http_.listen_after_bind(); });
    while (!http_.is_running()) std::this_thread::yield();  // stop() before it would be forgotten
  }
  ~Server() {
    http_.stop();
    thread_.join();
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/secret"; }
  std::atomic<int> taken{0};

 private:
  Identity identity_;
  httplib::SSLServer http_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace wf::test::tls
