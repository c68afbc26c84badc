#include "console/link/zap.hpp"

#include <string_view>

namespace wf::link {
namespace {

/// A metadata property as ZMTP encodes it (ZeroMQ RFC 23): name and value, each with its length.
std::string property(std::string_view name, std::string_view value) {
  std::string out;
  out += static_cast<char>(name.size());
  out += name;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value.size() >> shift) & 0xffU);
  out += value;
  return out;
}

}  // namespace

ZapAnswer answer_zap(const std::vector<std::string>& request, Admission& admission, bool plain) {
  // version, request id, domain, address, routing id, mechanism, credentials…
  if (request.size() < 6 || request[0] != "1.0") return {{}, false, {}, "a broken authentication request"};
  ZapAnswer out;
  out.address = request[3];
  std::string user, metadata;
  if (request[2] != kZapDomain) {
    out.why = "another authentication domain";
  } else if (request[5] == "CURVE" && !plain && request.size() == 7 && request[6].size() == 32) {
    const std::string key = z85(request[6]);
    Admission::Verdict verdict = admission.admit(key);
    out.admitted = verdict.admitted;
    out.why = std::move(verdict.why);
    user = std::move(verdict.user_id);
    if (out.admitted) metadata = property(kKeyProperty, key);
  } else if (request[5] == "NULL" && plain) {
    out.admitted = true;
  } else {
    out.why = "a connection without the link's encryption";
  }
  out.frames = {"1.0",           request[1], out.admitted ? "200" : "400", out.admitted ? "OK" : "not admitted",
                std::move(user), metadata};
  return out;
}

}  // namespace wf::link
