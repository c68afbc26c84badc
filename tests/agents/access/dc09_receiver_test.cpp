#include "agents/access/dc09_receiver.hpp"

#include <sys/stat.h>

#include "panel_sender.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace wf::access {
namespace {

using namespace test;

constexpr const char* kKey = "00112233445566778899AABBCCDDEEFF";
constexpr const char* kOtherKey = "FF112233445566778899AABBCCDDEEFF";

constexpr const char* kConfig = R"(v: 1
listen: {tcp: 127.0.0.1:12128}
keys: /nowhere
accounts:
  - account: "1234"
    name: Main panel
    device: panel-1
    supervise: 180s
    zones:
      "012": {name: Loading dock, zone: unit-dock, device: PIR-12}
  - {account: "77AB", encrypted: false, supervise: 60s}
  - {account: "9999", encrypted: false, check_time: false}
)";

/// A receiver, and a clock that a test sets.
struct Bench {
  Bench() { restart(""); }
  void restart(std::string position) {
    std::vector<Error> problems;
    Dc09Config config = read_dc09_config(kConfig, "dc09.yaml", problems);
    for (const Error& problem : problems) FAIL(problem.text());
    Dc09Keys keys;
    keys.emplace("1234", key_of(kKey));
    receiver.emplace(std::move(config), std::move(keys), counted);
    receiver->start(position, moment());
  }
  [[nodiscard]] kit::Moment moment() const { return {utc_from_civil(2026, 3, 12, 22, 31, 5) + mono, mono}; }

  Message encrypted(std::string sequence, std::string data) {
    Message message;
    message.sequence = std::move(sequence);
    message.data = std::move(data);
    message.key = &key;
    message.time = moment().now;
    return message;
  }
  static Message clear(std::string sequence, std::string data) {
    Message message;
    message.account = "77AB";
    message.sequence = std::move(sequence);
    message.data = std::move(data);
    return message;
  }
  Dc09Answer send(const Message& message) { return send_bytes(message.bytes()); }
  Dc09Answer send_bytes(const std::string& bytes) {
    events.clear();
    return receiver->take(body_of(bytes), false, "10.1.2.3", moment(), events);
  }
  std::vector<Event> wait(std::int64_t ns) {
    mono += ns;
    events.clear();
    receiver->supervise(moment(), events);
    return events;
  }

  Dc09Key key = key_of(kKey), other_key = key_of(kOtherKey);
  std::int64_t mono = 1000 * kSecond;
  std::optional<Dc09Receiver> receiver;
  std::vector<Event> events;
};

TEST_CASE("an encrypted alarm is acknowledged encrypted, with its numbers, after its event is durable") {
  Bench bench;
  const Dc09Answer answer = bench.send(bench.encrypted("0042", "#1234|Nri1/BA12"));
  CHECK_FALSE(answer.refused);
  CHECK(answer.when_durable);
  REQUIRE(bench.events.size() == 1);
  const Event& event = bench.events[0];
  CHECK(event.kind == "intrusion.alarm");
  CHECK(event.time == bench.moment().now - bench.moment().now % kSecond);
  CHECK(event.field("zone.id") == "unit-dock");
  CHECK(event.field("device.id") == "PIR-12");
  CHECK(event.field("panel.sequence") == "0042");
  CHECK(event.field("panel.encrypted") == "true");
  CHECK(event.field("src.ip") == "10.1.2.3");
  const Dc09Cut cut = cut_frame(answer.bytes);
  REQUIRE(cut.what == Dc09Cut::What::frame);
  Dc09Frame ack = *parse_frame(cut.body);
  CHECK(ack.encrypted);
  CHECK(ack.id == "ACK");
  CHECK(ack.sequence == "0042");
  CHECK(ack.account == "1234");
  CHECK(ack.prefix == "0");
  REQUIRE(open_frame(ack, bench.key));
  CHECK(ack.data.empty());
  CHECK(ack.time == event.time);
}

TEST_CASE("a message in clear is acknowledged in clear, and its receiver and prefix come back") {
  Bench bench;
  const Dc09Answer answer = bench.send_bytes("\nB0770023\"ADM-CID\"0007R5L9#77AB[1110 01 015]\r");
  CHECK(answer.bytes.substr(9) == "\"ACK\"0007R5L9#77AB[]\r");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "fire.alarm");
}

TEST_CASE("a link test is acknowledged at once and is no event") {
  Bench bench;
  Message null = Bench::clear("0000", "");
  null.id = "NULL";
  const Dc09Answer answer = bench.send(null);
  CHECK(id_of(answer.bytes) == "ACK");
  CHECK_FALSE(answer.when_durable);
  CHECK(bench.events.empty());
  Message sealed = bench.encrypted("0000", "");
  sealed.id = "NULL";
  CHECK(id_of(bench.send(sealed).bytes) == "*ACK");
  CHECK(bench.events.empty());
}

TEST_CASE("a message that comes again is answered again and not reported twice") {
  Bench bench;
  const Message message = bench.encrypted("0042", "#1234|Nri1/BA12");
  CHECK(id_of(bench.send(message).bytes) == "*ACK");
  CHECK(bench.events.size() == 1);
  bench.mono += 10 * kSecond;
  Message again = message;
  again.time = bench.moment().now;  // a panel may stamp it anew
  CHECK(id_of(bench.send(again).bytes) == "*ACK");
  CHECK(bench.events.empty());
  CHECK(bench.receiver->repeated() == 1);
  // The same number with other data is another message.
  CHECK(id_of(bench.send(bench.encrypted("0042", "#1234|Nri1/BA13")).bytes) == "*ACK");
  CHECK(bench.events.size() == 1);
  // As is the same one much later: the panel was started anew.
  bench.mono += 6 * kMinute;
  (void)bench.send(bench.encrypted("0042", "#1234|Nri1/BA13"));
  CHECK(bench.events.size() == 1);
}

TEST_CASE("a panel that never counts on loses no alarm") {
  Bench bench;
  for (const char* data : {"NBA1", "NBR1", "NBA1", "NBR1"}) {
    (void)bench.send(Bench::clear("0001", data));
    CHECK(bench.events.size() == 1);
  }
}

TEST_CASE("repeats, states and who is late survive a restart") {
  Bench bench;
  (void)bench.send(bench.encrypted("0042", "#1234|Nri1/CL5"));
  (void)bench.wait(61 * kSecond);  // 77AB is late
  bench.restart(bench.receiver->position());
  (void)bench.send(bench.encrypted("0042", "#1234|Nri1/CL5"));
  CHECK(bench.events.empty());
  (void)bench.send(bench.encrypted("0043", "#1234|Nri1/BA12"));
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].field("panel.state") == "armed");
  (void)bench.send(Bench::clear("0001", "NRP0"));
  REQUIRE(bench.events.size() == 2);
  CHECK(bench.events[0].kind == "device.online");
  for (const char* bad : {"", "2\n1234 late", "1\n1234", "1\n1234 late x:y:z,,: =,==", "1\nnobody late", "\n\n\n",
                          "1\n1234 here 0042:99999999999999999999999:1,"}) {
    bench.restart(bad);
    (void)bench.send(Bench::clear("0001", "NRP0"));
    CHECK(bench.events.size() == 1);
  }
}

TEST_CASE("the position holds no more than the last messages of each account") {
  Bench bench;
  for (int i = 0; i < 1000; ++i) (void)bench.send(Bench::clear(std::to_string(1000 + i), "NBA1"));
  CHECK(bench.receiver->position().size() < 512);
}

TEST_CASE("a time stamp more than 20 s ahead or 40 s behind is answered with the time, and said once") {
  Bench bench;
  const auto at = [&](std::int64_t off, const char* sequence) {
    Message message = bench.encrypted(sequence, "#1234|Nri1/BA12");
    message.time = bench.moment().now + off;
    return bench.send(message);
  };
  CHECK(id_of(at(20 * kSecond, "0001").bytes) == "*ACK");
  CHECK(id_of(at(-40 * kSecond, "0002").bytes) == "*ACK");
  const Dc09Answer late = at(-41 * kSecond, "0003");
  CHECK(late.bytes.substr(9) == "\"NAK\"0000R0L0A0[]_" + format_stamp(bench.moment().now) + "\r");
  CHECK(late.refused);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "device.fault");
  CHECK(bench.events[0].field("reason") == "clock");
  CHECK(bench.events[0].field("device.id") == "panel-1");
  CHECK(bench.events[0].field("message") ==
        "Main panel: its clock is 41 s behind; what it sends is answered with the right time and not believed");
  CHECK(id_of(at(21 * kSecond, "0004").bytes) == "NAK");
  CHECK(bench.events.empty());
  CHECK(id_of(at(0, "0005").bytes) == "*ACK");
  REQUIRE(bench.events.size() == 2);
  CHECK(bench.events[0].kind == "device.restored");
  CHECK(bench.events[1].kind == "intrusion.alarm");
}

TEST_CASE("a time stamp that is none is answered with the time; of a panel without a clock it does not matter") {
  Bench bench;
  const auto framed = [](const std::string& body) { return "\n00000000" + body + "\r"; };
  const std::string stamp = "_9:05:01,4-1-2026";
  Dc09Answer answer = bench.send_bytes(framed("\"SIA-DCS\"0001L0#77AB[#77AB|Nri1/BA12]" + stamp));
  CHECK(answer.bytes.substr(9) == "\"NAK\"0000R0L0A0[]_" + format_stamp(bench.moment().now) + "\r");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "device.fault");
  CHECK(bench.events[0].field("reason") == "clock");
  CHECK(bench.events[0].field("message").find("cannot be read") != std::string_view::npos);
  answer = bench.send_bytes(framed("\"SIA-DCS\"0002L0#9999[#9999|Nri1/BA12]" + stamp));
  CHECK(answer.bytes.substr(9) == "\"ACK\"0002L0#9999[]\r");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "intrusion.alarm");
}

TEST_CASE("a known panel's message that cannot be read is told and answered: it may be an alarm") {
  Bench bench;
  const Dc09Answer answer = bench.send_bytes("\n00000000\"SIA-DCS\"0001L0#77AB[#77AB|Nri1/BA12]and more\r");
  CHECK(answer.bytes.substr(9) == "\"DUH\"0001L0#77AB[]\r");
  CHECK(answer.when_durable);
  REQUIRE(answer.refused);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "other");
  CHECK(bench.events[0].field("message").find("Nri1/BA12]and more") != std::string_view::npos);
}

TEST_CASE("a key of characters opens what a panel encrypted with it") {
  const wf::test::TemporaryFolder folder;
  const std::string file =
      folder.write("keys", "v: 1\nkeys: {\"1234\": {text: \"sixteen letters!\"}, \"2345\": {text: \"x\"}}\n");
  ::chmod(file.c_str(), 0600);
  std::vector<Error> problems;
  const Dc09Keys keys = read_dc09_keys(file, problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what.find("16, 24 or 32") != std::string::npos);
  Message message;
  const Dc09Key key = key_of("7369787465656e206c65747465727321");
  message.key = &key;
  Dc09Frame frame = *parse_frame(body_of(message.bytes()));
  REQUIRE(open_frame(frame, keys.at("1234")));
  CHECK(frame.data == "#1234|Nri1/BA12");
}

TEST_CASE("an encrypted message without a time stamp is not believed") {
  Bench bench;
  Message message = bench.encrypted("0001", "#1234|Nri1/BA12");
  message.time.reset();
  CHECK(id_of(bench.send(message).bytes) == "NAK");
  CHECK(bench.events.empty());
}

TEST_CASE("a panel without a clock may be told so") {
  Bench bench;
  Message message = Bench::clear("0001", "NBA1");
  message.account = "9999";
  message.time = 0;
  CHECK(id_of(bench.send(message).bytes) == "ACK");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].time == bench.moment().now);
}

TEST_CASE("the time at which it happened may be earlier than the message") {
  Bench bench;
  Message message = bench.encrypted("0001", "#1234|Nri1/BA12");
  const UtcNs happened = utc_from_civil(2026, 3, 12, 20, 0, 0);
  message.extended = {"H" + format_stamp(happened)};
  (void)bench.send(message);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].time == happened);
}

TEST_CASE("an account that nobody knows is answered DUH, and is said once a minute with its count") {
  Bench bench;
  Message message = Bench::clear("0001", "NBA1");
  message.account = "6666";
  const Dc09Answer answer = bench.send(message);
  CHECK(answer.bytes.substr(9) == "\"DUH\"0001L0#6666[]\r");
  REQUIRE(answer.refused);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "device.refused");
  CHECK(bench.events[0].field("reason") == "unknown account");
  CHECK(bench.events[0].field("panel.account") == "6666");
  CHECK(bench.events[0].field("src.ip") == "10.1.2.3");
  for (int i = 0; i < 500; ++i) {
    message.account = std::to_string(10000 + i);
    CHECK(id_of(bench.send(message).bytes) == "DUH");
    CHECK(bench.events.empty());
  }
  // One that is encrypted too: no key of ours would open it, and DUH is in clear.
  message = bench.encrypted("0001", "NBA1");
  message.account = "6666";
  CHECK(id_of(bench.send(message).bytes) == "DUH");
  CHECK(bench.receiver->next_wake() <= bench.mono + 60 * kSecond);
  std::vector<Event> later = bench.wait(60 * kSecond);
  std::erase_if(later, [](const Event& event) { return event.kind == "device.offline"; });
  REQUIRE(later.size() == 1);
  CHECK(later[0].field("count") == "501");
  CHECK(bench.receiver->position().find("6666") == std::string::npos);
}

TEST_CASE("an account is the same in small letters, and a shorter sequence number is answered as it came") {
  Bench bench;
  Message message = Bench::clear("0001", "#77ab|Nri1/BA12");
  message.account = "77ab";
  CHECK(bench.send(message).bytes.substr(9) == "\"ACK\"0001L0#77ab[]\r");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].field("panel.account") == "77AB");
  CHECK(bench.events[0].field("panel.inner_account").empty());
  // Its repeats are known whichever way it is written, after a restart too.
  for (const char* sequence : {"7", "12", "012"}) {
    message.sequence = sequence;
    message.data = std::string("#77AB|Nri1/BR") + sequence;
    for (const bool again : {false, true}) {
      if (again) bench.restart(bench.receiver->position());
      message.account = again ? "77aB" : "77ab";
      CHECK(bench.send(message).bytes.find("\"ACK\"" + std::string(sequence) + "L0#") == 9);
      CHECK(bench.events.size() == (again ? 0 : 1));
    }
  }
}

TEST_CASE("a receiver's answer, RSP too, is no message of a panel and is not answered") {
  Bench bench;
  for (const char* id : {"ACK", "NAK", "DUH", "RSP"}) {
    Message message = Bench::clear("0001", "");
    message.id = id;
    const Dc09Answer answer = bench.send(message);
    CHECK(answer.bytes.empty());
    REQUIRE(answer.refused);
    CHECK(answer.refused->what.find("is a receiver's answer") != std::string::npos);
    CHECK(bench.events.empty());
  }
}

TEST_CASE("a wrong key is said and answered NAK; nothing of the message is believed") {
  Bench bench;
  Message message = bench.encrypted("0001", "#1234|Nri1/BA12");
  message.key = &bench.other_key;
  const Dc09Answer answer = bench.send(message);
  CHECK(id_of(answer.bytes) == "NAK");
  REQUIRE(answer.refused);
  CHECK(answer.refused->text().find("key") != std::string::npos);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "device.refused");
  CHECK(bench.events[0].field("reason") == "wrong key");
  CHECK(bench.events[0].field("device.id") == "panel-1");
  // One of an account that has no key at all.
  message.account = "77AB";
  CHECK(id_of(bench.send(message).bytes) == "NAK");
}

TEST_CASE("a message in clear from a panel that must encrypt is refused and said") {
  Bench bench;
  Message message = bench.encrypted("0001", "#1234|Nri1/OP5");
  message.key = nullptr;
  CHECK(id_of(bench.send(message).bytes) == "DUH");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].field("reason") == "not encrypted");
  CHECK(bench.receiver->position() == "1");
}

TEST_CASE("what cannot be understood is answered DUH, again too, and a person sees it once") {
  Bench bench;
  for (const bool again : {false, true}) {
    const Dc09Answer answer = bench.send(Bench::clear("0001", "something else"));
    CHECK(answer.bytes.substr(9) == "\"DUH\"0001L0#77AB[]\r");
    REQUIRE(bench.events.size() == (again ? 0 : 1));
    if (again) break;
    CHECK(bench.events[0].kind == "other");
    CHECK(bench.events[0].field("message") == "panel 77AB: it reports what cannot be read: 'something else'");
  }
  Message other = Bench::clear("0002", "NBA1");
  other.id = "ADM-HS";
  CHECK(id_of(bench.send(other).bytes) == "DUH");
  Message sealed = bench.encrypted("0003", "#1234|?");
  CHECK(id_of(bench.send(sealed).bytes) == "DUH");
  for (const char* answer : {"ACK", "NAK", "DUH", "RSP"}) {
    other.id = answer;
    CHECK(bench.send(other).bytes.empty());
    CHECK(bench.events.empty());
  }
}

TEST_CASE("a code that stands in no table is acknowledged and reported") {
  Bench bench;
  CHECK(id_of(bench.send(Bench::clear("0001", "NQQ1")).bytes) == "ACK");
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "other");
  CHECK(bench.events[0].field("panel.code") == "QQ");
}

TEST_CASE("a panel that must be heard and is not is late, and then back, once each") {
  Bench bench;
  CHECK(bench.receiver->next_wake() == bench.mono + 60 * kSecond);
  CHECK(bench.wait(59 * kSecond).empty());
  std::vector<Event> late = bench.wait(kSecond);
  REQUIRE(late.size() == 1);
  CHECK(late[0].kind == "device.offline");
  CHECK(late[0].field("panel.account") == "77AB");
  CHECK(late[0].field("message") == "panel 77AB: nothing was heard of it for 60 s; it must report every 60 s");
  CHECK(bench.wait(100 * kSecond).empty());
  late = bench.wait(20 * kSecond);
  REQUIRE(late.size() == 1);
  CHECK(late[0].field("panel.account") == "1234");
  Message null = Bench::clear("0000", "");
  null.id = "NULL";
  (void)bench.send(null);
  REQUIRE(bench.events.size() == 1);
  CHECK(bench.events[0].kind == "device.online");
  (void)bench.send(null);
  CHECK(bench.events.empty());
  CHECK(bench.wait(59 * kSecond).empty());
  CHECK(bench.wait(2 * kSecond).size() == 1);
}

TEST_CASE("a stranger's message in another's name is no sign of life") {
  Bench bench;
  bench.mono += 179 * kSecond;
  Message message = bench.encrypted("0001", "");
  message.id = "NULL";
  message.key = &bench.other_key;
  (void)bench.send(message);
  std::vector<Event> late = bench.wait(kSecond);
  CHECK(std::count_if(late.begin(), late.end(), [](const Event& e) { return e.field("panel.account") == "1234"; }) ==
        1);
}

TEST_CASE("each mistake of a configuration is named with its line") {
  const auto [text, why] = GENERATE(table<std::string, std::string>({
      {"", "no configuration"},
      {"v: 2\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234'}]\n", "version 1"},
      {"v: 1\naccounts: [{account: '1234'}]\n", "where to listen"},
      {"v: 1\nlisten: {}\naccounts: [{account: '1234'}]\n", "listens on nothing"},
      {"v: 1\nlisten: {tcp: nowhere}\naccounts: [{account: '1234'}]\n", "no address"},
      {"v: 1\nlisten: {tcp: '0.0.0.0:70000'}\naccounts: [{account: '1234'}]\n", "no address"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\n", "no account"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '12'}]\n", "'12' is no account"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: 'ABCD'}, {account: 'abcd'}]\n", "comes twice"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234', key: abc}]\n", "unknown key 'key'"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234', zones: {1: {colour: red}}}]\n",
       "unknown key 'colour'"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234', zones: {1: {}, '001': {}}}]\n", "comes twice"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234', supervise: 1s}]\n", "'1s' is no supervise"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234'}]\ncodes: {sia: {BAA: {kind: other}}}\n",
       "no code of SIA"},
      {"v: 1\nlisten: {tcp: 0.0.0.0:1}\naccounts: [{account: '1234'}]\ncodes: {sia: {BA: {kind: intrusion.alram}}}\n",
       "did you mean 'intrusion.alarm'"},
      {"v: 1\n  listen: x: y", "no YAML"},
  }));
  std::vector<Error> problems;
  (void)read_dc09_config(text, "dc09.yaml", problems);
  REQUIRE_FALSE(problems.empty());
  std::string all;
  for (const Error& problem : problems) all += problem.text() + "\n";
  INFO(all);
  CHECK(all.find(why) != std::string::npos);
  CHECK(all.find("dc09.yaml") != std::string::npos);
}

TEST_CASE("an installation changes what a code means") {
  std::vector<Error> problems;
  const Dc09Config config = read_dc09_config(
      "v: 1\nlisten: {udp: ':12128'}\naccounts: [{account: '1234', encrypted: false}]\n"
      "codes:\n  contact_id: {'750': {kind: door.forced, ends: door.restored, of: door, what: Gate forced}}\n"
      "  sia: {BA: {kind: intrusion.holdup, of: zone, what: Teller}}\n",
      "dc09.yaml", problems);
  CHECK(problems.empty());
  CHECK(config.udp.host.empty());
  CHECK(config.udp.port == 12128);
  ArmState armed;
  CHECK(panel_event((*read_contact_id("1750 01 003"))[0], config.accounts[0], config.codes, armed).kind ==
        "door.forced");
  CHECK(panel_event((*read_sia("NBA1"))[0], config.accounts[0], config.codes, armed).kind == "intrusion.holdup");
}

TEST_CASE("keys are read only from a file that nobody else may read, and no message shows one") {
  const wf::test::TemporaryFolder folder;
  const std::string file = folder.write("keys", std::string("v: 1\nkeys: {\"1234\": \"") + kKey + "\"}\n");
  std::vector<Error> problems;
  ::chmod(file.c_str(), 0640);
  CHECK(read_dc09_keys(file, problems).empty());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text().find("chmod 600") != std::string::npos);
  problems.clear();
  ::chmod(file.c_str(), 0600);
  const Dc09Keys keys = read_dc09_keys(file, problems);
  CHECK(problems.empty());
  REQUIRE(keys.contains("1234"));
  CHECK(keys.find("1234")->second.bytes().size() == 16);
  for (const char* bad :
       {"v: 1\nkeys: {\"1234\": \"00112233445566778899AABBCCDDEEFX\"}\n",
        "v: 1\nkeys: {\"1234\": \"00112233445566778899AABBCCDDEE\"}\n", "v: 1\n", "- 1", "v: 1\nkeys: {1234: [a]}\n"}) {
    problems.clear();
    folder.write("keys", bad);
    CHECK(read_dc09_keys(file, problems).empty());
    REQUIRE_FALSE(problems.empty());
    for (const Error& problem : problems) CHECK(problem.text().find("0011") == std::string::npos);
  }
  problems.clear();
  CHECK(read_dc09_keys(folder.file("absent"), problems).empty());
  CHECK(problems.size() == 1);
}

}  // namespace
}  // namespace wf::access
