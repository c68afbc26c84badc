#include "console/watchdog/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iomanip>
#include <locale>
#include <memory>
#include <mutex>
#include <sstream>

#include "proto/version.hpp"

namespace wf::watchdog {
namespace {

constexpr long kWithinMs = 10'000, kConnectWithinMs = 5'000;
constexpr std::size_t kMostAnswer = 64 << 10;

std::size_t throw_away(char*, std::size_t, std::size_t bytes, void* counter) {
  std::size_t& taken = *static_cast<std::size_t*>(counter);
  taken += bytes;
  return taken > kMostAnswer ? 0 : bytes;
}

int go_on(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

/// Why a certificate is not accepted. `verdict` is OpenSSL's (x509_vfy.h); of the name libcurl alone says that it is
/// wrong.
std::string refusal_of(long verdict, std::string_view why) {
  if (why.find("subject name") != std::string_view::npos) return "its certificate is for another host";
  switch (verdict) {
    case 9:
      return "its certificate is not in force yet: look at this machine's clock";
    case 10:
      return "its certificate has expired";
    case 18:
    case 19:
    case 20:
    case 21:
      return "its certificate comes from nobody that is trusted here";
    default:
      return fmt::format("its certificate is not accepted ({})", why);
  }
}

/// When the server's own certificate ends, as libcurl tells it: "Nov 26 06:33:24 2026 GMT".
UtcNs end_of_certificate(CURL* curl) {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr || chain->num_of_certs < 1)
    return 0;
  constexpr std::string_view kName = "Expire date:";
  for (const curl_slist* line = chain->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    if (!text.starts_with(kName)) continue;
    std::istringstream in{std::string(text.substr(kName.size()))};
    in.imbue(std::locale::classic());
    std::tm time{};
    in >> std::get_time(&time, "%b %d %H:%M:%S %Y");
    return in.fail() ? 0 : static_cast<UtcNs>(::timegm(&time)) * kSecond;
  }
  return 0;
}

Reply exchange(const std::string& url, const std::string& json, const std::atomic<bool>& stop,
               const std::string& authorities, bool only_knock) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) return {Error{"libcurl cannot be used", shown(url), "look at the machine's memory"}, {}};
  CURL* const curl = handle.get();
  std::array<char, CURL_ERROR_SIZE> why{};
  std::size_t taken = 0;
  const std::string agent = std::string("watchfloor/") + kVersion;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kWithinMs);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectWithinMs);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &throw_away);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taken);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &go_on);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&stop));
  curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
  if (!authorities.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, authorities.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (only_knock) curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, &curl_slist_free_all);
  if (!json.empty()) {
    headers.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
  }
  const CURLcode code = curl_easy_perform(curl);
  long status = 0, verdict = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
  Reply out{{}, {end_of_certificate(curl), {}}};
  if (status >= 200 && status < 300) return out;  // it was taken, however long the answer is
  if (code == CURLE_OK && only_knock) return out;
  const std::string text = why[0] != '\0' ? std::string(why.data()) : std::string(curl_easy_strerror(code));
  if (code == CURLE_OK) {
    out.done = Error{fmt::format("it answers with HTTP status {}", status), shown(url), "look at the address"};
  } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
    out.certificate.problem = refusal_of(verdict, text);
    out.done = Error{out.certificate.problem, shown(url), "have its certificate renewed, or correct the address"};
  } else if (code == CURLE_SSL_CACERT_BADFILE) {
    out.done = Error{"the file with the authorities to trust cannot be read", authorities, "write them there as PEM"};
  } else {
    out.done = Error{text, shown(url), "look at the address and the way there"};
  }
  return out;
}

}  // namespace

bool is_http_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme != 0 && url.size() > scheme && url[scheme] != '/' &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
}

std::string shown(std::string_view url) {
  const std::size_t begin = url.find("//");
  if (begin == std::string_view::npos) return "an address";
  const std::size_t end = std::min(url.find_first_of("/?#", begin + 2), url.size());
  std::string_view host = url.substr(begin + 2, end - begin - 2);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return fmt::format("{}{}", url.substr(0, begin + 2), host);
}

std::string trouble_with(const Certificate& certificate, UtcNs now) {
  if (!certificate.problem.empty()) return certificate.problem;
  if (certificate.ends == 0 || certificate.ends - now > kCertificateNear) return {};
  const std::string day = format_rfc3339(certificate.ends).substr(0, 10);
  const std::int64_t days = (certificate.ends - now) / kDay;
  if (certificate.ends <= now) return fmt::format("its certificate ended on {}", day);
  return fmt::format("its certificate ends {}, on {}",
                     days == 0   ? std::string("within a day")
                     : days == 1 ? std::string("in a day")
                                 : fmt::format("in {} days", days),
                     day);
}

Reply request(const std::string& url, const std::string& json, const std::atomic<bool>& stop,
              const std::string& authorities) {
  return exchange(url, json, stop, authorities, false);
}

Reply knock(const std::string& url, const std::atomic<bool>& stop, const std::string& authorities) {
  return exchange(url, {}, stop, authorities, true);
}

}  // namespace wf::watchdog
