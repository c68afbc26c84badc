#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "console/store/attachment_store.hpp"
#include "console/store/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/program.hpp"

using namespace wf::test;
using Json = nlohmann::json;

namespace {

/// A data directory with one command in its log and one audit line.
void make_data(const std::string& data) {
  auto store = wf::store::Store::open(data);
  REQUIRE(store);
  std::vector<wf::store::AuditLine> lines(1);
  lines[0].actor = "operator";
  lines[0].action = "acknowledge";
  REQUIRE((*store)->append_audit(lines));
}

}  // namespace

TEST_CASE("an invitation is a secret file of its own, and the agents can be listed and revoked") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  const Outcome made = run("watchfloor", {"agent", "invite", "--data", data, "--engine", "tcp://192.0.2.1:7710",
                                          "--kinds", "network", "--out", scratch / "token"});
  CHECK(made.status == 0);
  CHECK(made.err.find("invitation to tcp://192.0.2.1:7710 until ") != std::string::npos);
  struct stat info {};
  REQUIRE(::stat((scratch / "token").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  CHECK(read_text(scratch / "token").starts_with("wf1."));
  CHECK(run("watchfloor",
            {"agent", "invite", "--data", data, "--engine", "tcp://192.0.2.1:7710", "--out", scratch / "token"})
            .err.find("name a file that does not exist") != std::string::npos);

  write_text(data + "/keys/agents/net-1.json",
             R"({"v":1,"name":"net-1","kind":"network","public_key":"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",)"
             R"("enrolled":"2026-01-31T08:00:00Z","revoked":false})");
  const Outcome list = run("watchfloor", {"agent", "list", "--data", data, "--json"});
  REQUIRE(list.status == 0);
  CHECK(Json::parse(list.out)["revoked"] == false);
  CHECK(run("watchfloor", {"agent", "revoke", "--data", data, "net-1"}).status == 0);
  CHECK(Json::parse(run("watchfloor", {"agent", "list", "--data", data, "--json"}).out)["revoked"] == true);
  const Outcome unknown = run("watchfloor", {"agent", "revoke", "--data", data, "net-2"});
  CHECK(unknown.status == 1);
  CHECK(unknown.err.find("no agent \"net-2\" is enrolled") != std::string::npos);
}

TEST_CASE("an invitation that no agent could use is refused with the reason") {
  const Scratch scratch;
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"agent", "invite", "--data", scratch / "data"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run("watchfloor", words);
    CHECK(outcome.status == 1);
    return outcome.err;
  };
  CHECK(refused({"--engine", "tcp://*:7710"}).find("agents cannot reach this address") != std::string::npos);
  CHECK(refused({"--kinds", "toaster"}).find("\"toaster\" is no kind of agent") != std::string::npos);
  CHECK(refused({"--name", "Net 1"}).find("cannot be an agent's name") != std::string::npos);
  CHECK(refused({"--expires", "soon"}).find("is no duration") != std::string::npos);
}

TEST_CASE("a backup holds database and keys, a restore gives both back, and verify vouches for the result") {
  const Scratch scratch;
  const std::string data = scratch / "data", back = scratch / "restored";
  make_data(data);
  REQUIRE(run("watchfloor", {"agent", "invite", "--data", data, "--out", scratch / "token"}).status == 0);
  const Outcome whole = run("watchfloor", {"verify", "--data", data});
  CHECK(whole.status == 0);
  CHECK(whole.out == "0 events in 0 batches, 1 audit lines: whole\n");
  REQUIRE(run("watchfloor", {"backup", "--data", data, scratch / "backup"}).status == 0);
  REQUIRE(run("watchfloor", {"restore", "--data", back, scratch / "backup"}).status == 0);
  CHECK(read_text(back + "/keys/engine.key") == read_text(data + "/keys/engine.key"));
  CHECK(run("watchfloor", {"verify", "--data", back}).out == whole.out);
  const Outcome full = run("watchfloor", {"restore", "--data", data, scratch / "backup"});
  CHECK(full.status == 1);
  CHECK(full.err.starts_with("watchfloor: "));
}

TEST_CASE("verify fails where nothing is, and where the audit chain was changed") {
  const Scratch scratch;
  const Outcome absent = run("watchfloor", {"verify", "--data", scratch / "absent"});
  CHECK(absent.status == 1);
  CHECK(absent.err.find("absent") != std::string::npos);
  const std::string data = scratch / "data";
  make_data(data);
  std::string bytes = read_text(data + "/watchfloor.db");
  const std::size_t at = bytes.find("acknowledge");  // the store's end moved it out of the WAL
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 11, "acknowlEdge");
  write_text(data + "/watchfloor.db", bytes);
  CHECK(run("watchfloor", {"verify", "--data", data}).status == 1);
}

TEST_CASE("a seat's user gets a token of mode 0600, is listed, and can be removed") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  const Outcome made = run("watchfloor", {"user", "add", "alice", "--role", "Supervisor", "--data", data, "--engine",
                                          "tcp://192.0.2.1:7711", "--out", scratch / "token"});
  CHECK(made.err.find("the seat's token for alice is in ") != std::string::npos);
  REQUIRE(made.status == 0);
  struct stat info {};
  REQUIRE(::stat((scratch / "token").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  const Outcome list = run("watchfloor", {"user", "list", "--data", data});
  CHECK(list.out.find("alice") != std::string::npos);
  CHECK(list.out.find("Supervisor") != std::string::npos);
  CHECK(run("watchfloor", {"user", "remove", "alice", "--data", data}).status == 0);
  CHECK(run("watchfloor", {"user", "list", "--data", data}).out.find("alice") == std::string::npos);
  CHECK(run("watchfloor", {"user", "remove", "alice", "--data", data}).status == 1);
  const Outcome nowhere = run("watchfloor", {"user", "add", "bob", "--data", data});
  CHECK(nowhere.status == 1);
  CHECK(nowhere.err.find("where seats reach this engine is not known") != std::string::npos);
  for (const char* address : {"foo", "tcp://*:7711", "tcp://192.0.2.1:70000"}) {
    const Outcome lost = run("watchfloor", {"user", "add", "bob", "--data", data, "--engine", address});
    CHECK(lost.status == 1);
    CHECK(lost.err.find("seats cannot reach this address") != std::string::npos);
  }
}

TEST_CASE("lists say which data directory is not there and which key file cannot be read") {
  const Scratch scratch;
  for (const char* what : {"agent", "user"}) {
    const Outcome nowhere = run("watchfloor", {what, "list", "--data", scratch / "nowhere"});
    CHECK(nowhere.status == 1);
    CHECK(nowhere.err.find("there is no such data directory") != std::string::npos);
  }
  std::filesystem::create_directories(scratch / "data/keys/agents");
  write_text(scratch / "data/keys/agents/gate-1.json", "{\"v\": 1, \"na");
  const Outcome torn = run("watchfloor", {"agent", "list", "--data", scratch / "data"});
  CHECK(torn.status == 1);
  CHECK(torn.err.find("keys/agents/gate-1.json: ") != std::string::npos);
}

TEST_CASE("where no window can be opened the exit status says so, for whoever can go on without one") {
  const Scratch scratch;
  ::setenv("DISPLAY", "nonsense", 1);
  ::unsetenv("WAYLAND_DISPLAY");
  const Outcome demo = run("watchfloor", {"demo"});
  const Outcome console = run(
      "watchfloor", {"--data", scratch / "data", "--listen", "tcp://127.0.0.1:0", "--rules", scratch.path().string()});
  ::unsetenv("DISPLAY");
  for (const Outcome& outcome : {demo, console}) {
    CHECK(outcome.status == 3);
    CHECK(outcome.err.find("watchfloor: display: no display can be opened") != std::string::npos);
  }
}

TEST_CASE("site check names a folder that is no site") {
  const Scratch scratch;
  const Outcome outcome = run("watchfloor", {"site", "check", scratch.path().string()});
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find(scratch.path().string()) != std::string::npos);
}

TEST_CASE("attachments can be listed and read, verify hashes them, and backup and restore have them") {
  const Scratch scratch;
  const std::string data = scratch / "data";
  make_data(data);
  const std::string content = "\xff\xd8\xff\xe0" + std::string(5000, 'x');
  wf::store::ContentHash hash;
  hash.add(content);
  const std::string name = hash.hex();
  {
    auto store = wf::store::AttachmentStore::open(data, {});
    REQUIRE(store);
    REQUIRE((*store)->take({"cam-1", name, "image/jpeg", 0, content.size(), content}, wf::kSecond).stored ==
            content.size());
  }
  const Outcome list = run("watchfloor", {"attachment", "list", "--data", data, "--json"});
  REQUIRE(list.status == 0);
  const Json line = Json::parse(list.out);
  CHECK(line["hash"] == name);
  CHECK(line["agent"] == "cam-1");
  CHECK(line["bytes"] == 5004);
  CHECK(line["received"] == "1970-01-01T00:00:01Z");
  CHECK(run("watchfloor", {"attachment", "list", "--data", data}).out.find(name + " cam-1") != std::string::npos);
  CHECK(run("watchfloor", {"attachment", "get", name, "--data", data}).out == content);
  CHECK(
      run("watchfloor", {"attachment", "get", name.substr(0, 8), "--data", data, "--out", scratch / "still"}).status ==
      0);
  CHECK(read_text(scratch / "still") == content);
  CHECK(run("watchfloor", {"attachment", "get", name, "--data", data, "--out", scratch / "still"}).status == 1);
  CHECK(run("watchfloor", {"attachment", "get", "0123456789abcdef", "--data", data})
            .err.find("no attachment of this name is stored") != std::string::npos);

  CHECK(run("watchfloor", {"verify", "--data", data}).out ==
        "0 events in 0 batches, 1 audit lines, 1 attachments: whole\n");
  REQUIRE(run("watchfloor", {"backup", "--data", data, scratch / "backup"}).status == 0);
  const std::string file = data + "/attachments/" + name.substr(0, 2) + "/" + name;
  write_text(file, content + "!");
  const Outcome verified = run("watchfloor", {"verify", "--data", data});
  CHECK(verified.status == 1);
  CHECK(verified.out.find("damage: attachment " + name + ": its content was changed") != std::string::npos);
  const Outcome got = run("watchfloor", {"attachment", "get", name, "--data", data});
  CHECK(got.status == 1);
  CHECK(got.out.empty());
  REQUIRE(run("watchfloor", {"restore", "--data", scratch / "restored", scratch / "backup"}).status == 0);
  CHECK(run("watchfloor", {"attachment", "get", name, "--data", scratch / "restored"}).out == content);
}
