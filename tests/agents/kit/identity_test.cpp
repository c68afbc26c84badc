#include "agents/kit/link/identity.hpp"

#include <sys/stat.h>

#include <fstream>

#include "scratch.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::kit;

namespace {

// {"v":1,"engine":"tcp://10.0.0.5:7710","engine_key":"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
//  "public":"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID","secret":"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
//  "agent":"gate-1","expires":"2026-02-01T08:00:00Z"}; the keys are those of ZeroMQ's documentation.
constexpr const char* kToken =
    "wf1."
    "eyJ2IjoxLCJlbmdpbmUiOiJ0Y3A6Ly8xMC4wLjAuNTo3NzEwIiwiZW5naW5lX2tleSI6InJxOnJNPn1VP0BMbnM0N0UxJWtSLm9AbiVGY21tc0wv"
    "QHtIOF15ZjciLCJwdWJsaWMiOiJZbmVAJHctdm88ZlZ2aV1hPE5ZNlQxZWQ6TSRmQ0cqW0lhTFZ7aElEIiwic2VjcmV0IjoiRDopUVtJbEFXIWFo"
    "aEMyYWM6OSpBfWg6cD8oWzQld09USiVKUiVjcyIsImFnZW50IjoiZ2F0ZS0xIiwiZXhwaXJlcyI6IjIwMjYtMDItMDFUMDg6MDA6MDBaIn0";

}  // namespace

TEST_CASE("an invitation's token is read") {
  const Result<Invitation> read = parse_invitation(std::string("  ") + kToken + "\r\n");
  if (!read) FAIL(read.error().text());
  CHECK(read->engine == "tcp://10.0.0.5:7710");
  CHECK(read->engine_key == "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
  CHECK(read->public_key == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
  CHECK(read->secret_key == "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs");
  CHECK(read->agent == "gate-1");
  CHECK(format_rfc3339(read->expires) == "2026-02-01T08:00:00Z");
}

TEST_CASE("a broken invitation is refused in one line that shows nothing of it") {
  const std::string token = kToken;
  for (std::size_t size = 0; size < token.size(); ++size) {
    const Result<Invitation> read = parse_invitation(token.substr(0, size));
    REQUIRE_FALSE(read);
    REQUIRE(read.error().text() == "this is no invitation; copy the whole line that `watchfloor agent invite` wrote");
  }
  CHECK_FALSE(parse_invitation(token + "\xff"));
  CHECK_FALSE(parse_invitation("wf1." + token));
  const test::Scratch scratch;
  const std::string missing = (scratch / "none").string();
  const Result<Invitation> read = read_invitation(missing);
  REQUIRE_FALSE(read);
  CHECK(read.error().text() ==
        missing + ": cannot read it: No such file or directory; check that it exists, its owner and its mode");
}

TEST_CASE("an identity is kept for its owner only") {
  const test::Scratch scratch;
  const std::filesystem::path file = scratch / "identity.json";
  const Result<std::optional<Identity>> none = read_identity(file);
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  const Result<Invitation> invitation = parse_invitation(kToken);
  REQUIRE(invitation);
  Result<Identity> made = make_identity(*invitation);
  REQUIRE(made);
  CHECK(made->public_key != invitation->public_key);
  CHECK(made->engine_key == invitation->engine_key);
  CHECK(made->name == "gate-1");
  made->enrolled = true;
  REQUIRE(write_identity(file, *made));
  const Result<std::optional<Identity>> read = read_identity(file);
  REQUIRE(read);
  REQUIRE(read->has_value());
  CHECK((*read)->secret_key == made->secret_key);
  CHECK((*read)->enrolled);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const Result<std::optional<Identity>> open = read_identity(file);
  REQUIRE_FALSE(open);
  CHECK(open.error().text() == file.string() + ": others may read this agent's secret key; chmod 600 it");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  std::ofstream(file) << "{\"name\":\"x\"}";
  CHECK_FALSE(read_identity(file));
}
