#include "agents/tls/credentials.hpp"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "agents/kit/secret_file.hpp"
#include "agents/kit/spool/disk.hpp"

namespace wf::tls {
namespace {

constexpr std::size_t kMostCertificates = 256U << 10U, kMostAuthorities = 4U << 20U, kMostKey = 64U << 10U;
constexpr std::int64_t kEndsSoon = 14 * kDay;
/// TLS 1.2 and 1.3 with forward secrecy (RFC 9662).
constexpr const char* kPriority = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA";
constexpr unsigned kMostNames = 64;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

gnutls_datum_t datum(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),  // NOLINT: the API takes no const
          static_cast<unsigned>(text.size())};
}

struct Certificate {
  explicit Certificate(const GnutlsLibrary& library) : library(library) { library.x509_crt_init(&get); }
  ~Certificate() { library.x509_crt_deinit(get); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  const GnutlsLibrary& library;
  gnutls_x509_crt_t get = nullptr;
};

/// Its dNSNames and iPAddresses; without any dNSName its common name.
std::vector<std::string> names_of(const GnutlsLibrary& library, gnutls_x509_crt_t certificate) {
  std::vector<std::string> out;
  bool dns = false;
  for (unsigned i = 0; i < kMostNames; ++i) {
    std::array<char, 512> bytes{};
    std::size_t size = bytes.size();
    const int kind = library.x509_crt_get_subject_alt_name(certificate, i, bytes.data(), &size, nullptr);
    if (kind == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (kind < 0) break;
    if (kind == GNUTLS_SAN_DNSNAME) {
      dns = true;
      out.emplace_back(bytes.data(), size);
    } else if (kind == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16)) {
      std::array<char, INET6_ADDRSTRLEN> text{};
      if (::inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size()) != nullptr)
        out.emplace_back(text.data());
    }
  }
  if (!dns) {
    std::array<char, 512> bytes{};
    std::size_t size = bytes.size();
    if (library.x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, bytes.data(), &size) == 0)
      out.emplace_back(bytes.data(), size);
  }
  return out;
}

/// "sha-256:AB:CD:…".
std::string fingerprint_of(const GnutlsLibrary& library, const gnutls_datum_t& der, bool sha1) {
  std::array<unsigned char, 64> bytes{};
  std::size_t size = bytes.size();
  if (library.fingerprint(sha1 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, &der, bytes.data(), &size) != 0) return {};
  std::string out = sha1 ? "sha-1" : "sha-256";
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < size; ++i) {
    out += ':';
    out += kHex[bytes[i] >> 4U];
    out += kHex[bytes[i] & 15U];
  }
  return out;
}

bool is_fingerprint(std::string_view text) { return text.starts_with("sha-1:") || text.starts_with("sha-256:"); }

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// "*.b.c" and "a.b.c".
bool covers(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return false;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && same_text(pattern.substr(1), name.substr(dot));
}

std::string date(UtcNs time) { return format_rfc3339(time).substr(0, 10); }

}  // namespace

bool same_name(std::string_view a, std::string_view b) { return same_text(a, b) || covers(a, b) || covers(b, a); }

Result<void> check_peer(std::string_view text, bool have_authorities) {
  const std::string shown(text);
  if (!is_fingerprint(text)) {
    if (text.empty()) return Error{"the name of a peer is empty", "", ""};
    if (!have_authorities)
      return Error{"'" + shown + "' is a name, and without ca= nobody vouches for names", "",
                   "give ca=FILE, or the fingerprint: sha-256:AB:CD:…"};
    return {};
  }
  const std::size_t bytes = text.starts_with("sha-1:") ? 20 : 32;
  const std::string_view hex = text.substr(text.find(':') + 1);
  bool good = hex.size() == bytes * 3 - 1;
  for (std::size_t i = 0; good && i < hex.size(); ++i)
    good = i % 3 == 2 ? hex[i] == ':' : std::isxdigit(static_cast<unsigned char>(hex[i])) != 0;
  if (!good)
    return Error{"'" + shown + "' is no fingerprint", "",
                 "openssl x509 -in CERT -noout -fingerprint -sha256 says it: sha-256:AB:CD:…"};
  return {};
}

Result<Term> term_of(const std::string& pem) {
  const Result<const GnutlsLibrary*> library = gnutls_library();
  if (!library) return library.error();
  const Certificate certificate(**library);
  const gnutls_datum_t bytes = datum(pem);
  if ((*library)->x509_crt_import(certificate.get, &bytes, GNUTLS_X509_FMT_PEM) != 0)
    return Error{"this is no certificate in PEM", "", ""};
  return Term{static_cast<UtcNs>((*library)->x509_crt_get_activation_time(certificate.get)) * kSecond,
              static_cast<UtcNs>((*library)->x509_crt_get_expiration_time(certificate.get)) * kSecond};
}

std::string say_term(const Term& term, UtcNs now, const std::string& what) {
  if (now >= term.to) return what + " ended on " + date(term.to) + ": nobody accepts it any more; renew it";
  if (now < term.from)
    return what + " is not in force before " + format_rfc3339(term.from) + ": look at this machine's clock";
  if (term.to - now < kEndsSoon) return what + " ends on " + date(term.to) + "; renew it before";
  return {};
}

Credentials::~Credentials() {
  if (credentials_ != nullptr) library_.certificate_free_credentials(credentials_);
  if (priority_ != nullptr) library_.priority_deinit(priority_);
}

Result<std::shared_ptr<const Credentials>> Credentials::load(const Files& files) {
  const Result<const GnutlsLibrary*> library = gnutls_library();
  if (!library) return library.error();
  const Result<std::string> certificate = kit::read_small_file(files.certificate, kMostCertificates);
  if (!certificate) return certificate.error();
  const Result<std::string> key = kit::read_secret(files.key, kMostKey);
  if (!key) return key.error();
  std::shared_ptr<Credentials> out(new Credentials(**library));
  Result<Term> term = term_of(*certificate);
  if (!term) return Error{term.error().what, files.certificate, "give the certificate as PEM"};
  out->term_ = *term;
  if ((*library)->certificate_allocate_credentials(&out->credentials_) != 0 ||
      (*library)->priority_init(&out->priority_, kPriority, nullptr) != 0)
    return Error{"GnuTLS does not start", files.certificate, ""};
  const gnutls_datum_t certificate_bytes = datum(*certificate), key_bytes = datum(*key);
  if (const int failed = (*library)->certificate_set_x509_key_mem2(out->credentials_, &certificate_bytes, &key_bytes,
                                                                   GNUTLS_X509_FMT_PEM, nullptr, 0);
      failed < 0)
    return Error{std::string("the certificate or its key cannot be used: ") + (*library)->strerror(failed),
                 files.certificate, "give both as PEM, of each other, the key without a password"};
  if (!files.authorities.empty()) {
    const Result<std::string> authorities = kit::read_small_file(files.authorities, kMostAuthorities);
    if (!authorities) return authorities.error();
    const gnutls_datum_t bytes = datum(*authorities);
    if ((*library)->certificate_set_x509_trust_mem(out->credentials_, &bytes, GNUTLS_X509_FMT_PEM) <= 0)
      return Error{"there is no certificate of an authority in it", files.authorities, "give it as PEM"};
  }
  out->authorities_ = !files.authorities.empty();
  out->mutual_ = files.mutual();
  out->peers_ = files.peers;
  return std::shared_ptr<const Credentials>(std::move(out));
}

Result<std::string> Credentials::admit(gnutls_session_t session) const {
  unsigned count = 0;
  const gnutls_datum_t* const list = library_.certificate_get_peers(session, &count);
  if (list == nullptr || count == 0) return Error{"it showed no certificate", "", "give the sender one"};
  for (const std::string& peer : peers_)
    if (is_fingerprint(peer) && same_text(peer, fingerprint_of(library_, list[0], peer.starts_with("sha-1:"))))
      return peer;
  const Certificate certificate(library_);
  if (library_.x509_crt_import(certificate.get, list, GNUTLS_X509_FMT_DER) != 0)
    return Error{"its certificate cannot be read", "", ""};
  const std::vector<std::string> names = names_of(library_, certificate.get);
  const std::string shown = names.empty() ? fingerprint_of(library_, list[0], false) : names.front();
  if (!authorities_)
    return Error{"its certificate (" + shown + ", " + fingerprint_of(library_, list[0], false) + ") is none of peers=",
                 "", "add the fingerprint if it belongs there"};
  unsigned status = 0;
  if (library_.certificate_verify_peers2(session, &status) != 0)
    return Error{"its certificate (" + shown + ") cannot be checked", "", ""};
  if (status != 0) {
    gnutls_datum_t why{};
    std::string text = "it is not valid";
    if (library_.certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0) == 0 && why.data != nullptr)
      text = reinterpret_cast<const char*>(why.data);
    std::free(why.data);
    while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
    return Error{"its certificate (" + shown + ") is not accepted: " + text, "", ""};
  }
  if (peers_.empty()) return shown;
  for (const std::string& peer : peers_)
    for (const std::string& name : names)
      if (!is_fingerprint(peer) && same_name(peer, name)) return name;
  return Error{"its certificate is good, but " + shown + " is none of peers=", "", "add it if it belongs there"};
}

std::string CredentialFiles::stamp() const {
  std::string out;
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  for (std::string file : {files_.certificate, files_.key, files_.authorities}) {
    if (file.find('/') == std::string::npos && folder != nullptr) file = std::string(folder) + "/" + file;
    struct stat info {};
    if (file.empty() || ::stat(file.c_str(), &info) != 0) {
      out += "-;";
      continue;
    }
    out += std::to_string(info.st_ino) + "," + std::to_string(info.st_size) + "," +
           std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + ";";
  }
  return out;
}

Result<void> CredentialFiles::look() {
  std::string stamp = this->stamp();
  if (current_ != nullptr && stamp == stamp_) return {};
  Result<std::shared_ptr<const Credentials>> loaded = Credentials::load(files_);
  if (!loaded) {
    // A renewal replaces two files, one after the other: this is tried again at the next look.
    if (current_ != nullptr) problem_ = "the one of before is still used: " + loaded.error().text();
    return loaded.error();
  }
  current_ = std::move(*loaded);
  stamp_ = std::move(stamp);
  problem_.clear();
  return {};
}

std::string CredentialFiles::warning(UtcNs now) const {
  if (!problem_.empty()) return problem_;
  if (current_ == nullptr) return {};
  return say_term(current_->term(), now, "the certificate " + files_.certificate);
}

}  // namespace wf::tls
