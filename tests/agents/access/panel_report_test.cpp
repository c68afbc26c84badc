#include "agents/access/panel_report.hpp"

#include <set>

#include "agents/access/panel_codes.hpp"
#include "agents/access/panel_event.hpp"
#include "agents/kit/kinds.hpp"
#include "tests/support/catch.hpp"

namespace wf::access {
namespace {

using Turn = PanelReport::Turn;
using Format = PanelReport::Format;

std::vector<PanelReport> contact_id(std::string_view data) {
  Result<std::vector<PanelReport>> read = read_contact_id(data);
  if (!read) FAIL(read.error().text());
  return std::move(*read);
}

std::vector<PanelReport> sia(std::string_view data) {
  Result<std::vector<PanelReport>> read = read_sia(data);
  if (!read) FAIL(read.error().text());
  return std::move(*read);
}

PanelAccount sample_account() {
  PanelAccount account;
  account.account = "1234";
  account.name = "Main panel";
  account.device = "panel-1";
  account.zones["12"] = {"Loading dock", "PIR-12", "unit-dock", "D-011"};
  account.zones["15"] = {"Kitchen detector", "SMK-15", "unit-kitchen", ""};
  account.doors["3"] = {"Side door", "", "", "D-004"};
  account.partitions["1"] = {"Offices", "", "unit-office", ""};
  account.users["5"] = "88-2140";
  return account;
}

Event event_of(const PanelReport& report, ArmState& armed) {
  static const PanelCodes codes;
  return panel_event(report, sample_account(), codes, armed);
}

TEST_CASE("Contact ID is read with its blanks, without them, with the message type and whole") {
  for (const char* text : {"1130 01 015", "113001015", "18 1130 01 015", "18113001015", "123418113001015E"}) {
    INFO(text);
    const std::vector<PanelReport> reports = contact_id(text);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].turn == Turn::begins);
    CHECK(reports[0].code == "130");
    CHECK(reports[0].partition == "1");
    CHECK(reports[0].number == "15");
  }
  CHECK(contact_id("1234181131010158")[0].code == "131");  // SIA DC-05's own example
  CHECK(contact_id("3401 00 005")[0].turn == Turn::ends);
  CHECK(contact_id("3401 00 005")[0].partition.empty());
  CHECK(contact_id("6110 02 000")[0].turn == Turn::still);
  CHECK(contact_id("6110 02 000")[0].number == "0");
  // Some have more zones than the standard has digits for.
  CHECK(contact_id("1130 01 1015")[0].number == "1015");
  CHECK(contact_id("1130 101 0015")[0].partition == "101");
  CHECK(contact_id("1130 101 0015")[0].number == "15");
}

TEST_CASE("what is no Contact ID is refused") {
  for (const char* text : {"", "1130 01", "2130 01 015", "1130 01 0151x", "1130 01", "11301 01 015", "1130 01 015 1",
                           "113x 01 015", "1234181130010159", "NBA12"}) {
    INFO(text);
    CHECK_FALSE(read_contact_id(text));
  }
  CHECK_FALSE(read_contact_id(std::string(100, '1')));
}

TEST_CASE("a SIA report is read with its modifiers, several events and texts") {
  const std::vector<PanelReport> one = sia("Nti22:30/id005/ri01/pi007/BA012^Front door^");
  REQUIRE(one.size() == 1);
  CHECK(one[0].turn == Turn::begins);
  CHECK(one[0].code == "BA");
  CHECK(one[0].number == "12");
  CHECK(one[0].partition == "1");
  CHECK(one[0].user == "5");
  CHECK(one[0].peripheral == "7");
  CHECK(one[0].time == "22:30");
  CHECK(one[0].text == "Front door");
  const std::vector<PanelReport> more = sia("Nri1BA12/BA13|AWest wing");
  REQUIRE(more.size() == 2);
  CHECK(more[0].number == "12");
  CHECK(more[1].number == "13");
  CHECK(more[1].partition == "1");
  CHECK(more[0].text == "West wing");
  CHECK(sia("NHB0003")[0].code == "HB");
  CHECK(sia("NRR|Astart")[0].number.empty());
  CHECK(sia("Nri01^TOTAL^/LX901^centrale^")[0].number == "901");
  CHECK(sia("Nri04/OP001NM")[0].code == "OP");
  CHECK(sia("Nri04/OP001NM").size() == 1);
  CHECK(sia("Nri1OP0001*Family*")[0].text == "Family");
  CHECK(sia("Nri1/BA3*\"Hall\"NM")[0].text == "Hall");
  CHECK(sia("Nri1/NM3")[0].code == "NM");
  CHECK(sia("NCL001/id0007")[0].user == "7");
  CHECK(sia("Oda03-12-26/ti22:30/FA7")[0].date == "03-12-26");
  CHECK(sia("Oda03-12-26/ti22:30/FA7")[0].turn == Turn::still);
}

TEST_CASE("an event counts though something behind it cannot be read; what that was is kept") {
  const std::vector<PanelReport> one = sia("Nri1/BA12!x|Qodd");
  REQUIRE(one.size() == 1);
  CHECK(one[0].code == "BA");
  CHECK(one[0].number == "12");
  CHECK(one[0].unread == "Qodd");
  CHECK(sia("Nri1/BA12A")[0].number == "12");
  CHECK(sia("Nri1/BA12A")[0].unread == "A");
  CHECK(sia("N id7/ri1/BA 12")[0].number == "12");
  CHECK(sia("Nri1/BA3*'Hall'NM")[0].text == "Hall");
  CHECK(sia("Nri1/BA3*'Hall'NM")[0].unread.empty());
  ArmState armed;
  const Event event = event_of(sia("Nri1/BA12!")[0], armed);
  CHECK(event.kind == "intrusion.alarm");
  CHECK(event.field("panel.unread") == "!");
}

TEST_CASE("a text stands with the event, beside the zone's name, or alone") {
  ArmState armed;
  const Event both = event_of(sia("Nri1/BA77^Cellar^|AThird time today")[0], armed);
  CHECK(both.field("panel.text") == "Cellar");
  CHECK(both.field("panel.note") == "Third time today");
  const Event alone = event_of(sia("AService is on site")[0], armed);
  CHECK(alone.kind == "other");
  CHECK(alone.field("message") == "The panel says: Service is on site");
  CHECK(alone.field("panel.code").empty());
}

TEST_CASE("what is no SIA report is refused, and so are more reports than a message may hold") {
  for (const char* text : {"", "N", "BA12", "Nba12", "NB12", "N?BA12", "?BA12", "A", "|"}) {
    INFO(text);
    CHECK_FALSE(read_sia(text));
  }
  std::string many = "N";
  for (std::size_t i = 0; i < kMostReports; ++i) many += "BA1/";
  CHECK(read_sia(many));
  CHECK_FALSE(read_sia(many + "BA1"));
}

TEST_CASE("the account may stand before the data") {
  CHECK(split_account("#1234|NBA1", "1234").account == "1234");
  CHECK(split_account("#1234|NBA1", "1234").data == "NBA1");
  CHECK(split_account("|NBA1", "1234").account.empty());
  CHECK(split_account("|NBA1", "1234").data == "NBA1");
  CHECK(split_account("NBA1|Atext", "1234").data == "NBA1|Atext");
  // Some leave out its mark.
  CHECK(split_account("1234|NBA1", "1234").account == "1234");
  CHECK(split_account("1234|NBA1", "1234").data == "NBA1");
  CHECK(split_account("4321|NBA1", "1234").data == "4321|NBA1");
}

TEST_CASE("every code of the tables has a kind that exists, and words") {
  const PanelCodes codes;
  CHECK(PanelCodes::built_in(Format::contact_id) == 234);
  CHECK(PanelCodes::built_in(Format::sia) == 320);
  const auto look = [&](Format format, const std::string& code) {
    PanelReport report;
    report.format = format;
    report.code = code;
    const PanelCode* const row = codes.find(report);
    if (row == nullptr) return 0;
    INFO(code);
    CHECK(kit::find_kind(row->kind) != nullptr);
    if (!row->ends.empty()) CHECK(kit::find_kind(row->ends) != nullptr);
    // Contact ID has one code for both: each says what its end is.
    if (format == Format::contact_id) CHECK_FALSE(row->ends.empty());
    CHECK_FALSE(row->what.empty());
    return 1;
  };
  int contact_ids = 0, sias = 0;
  for (int i = 0; i < 1000; ++i) contact_ids += look(Format::contact_id, std::to_string(1000 + i).substr(1));
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b) sias += look(Format::sia, {a, b});
  CHECK(contact_ids == 234);
  CHECK(sias == 320);
}

TEST_CASE("what concerns life goes in the lane that nothing is dropped from") {
  ArmState armed;
  for (const char* text : {"1100 01 001", "1110 01 001", "1111 01 001", "1115 01 001", "1113 01 001", "1120 01 001",
                           "1121 01 005", "1122 01 001", "1124 01 001", "1151 01 001", "1162 01 001"}) {
    INFO(text);
    CHECK(kit::lane_of(event_of(contact_id(text)[0], armed).kind) == 0);
    CHECK(event_of(contact_id(text)[0], armed).severity == 5);
  }
  for (const char* text : {"NFA1", "NHA1", "NPA1", "NMA1", "NQA1", "NGA1", "NKA1", "NSA1", "NFM1", "NND1"}) {
    INFO(text);
    CHECK(kit::lane_of(event_of(sia(text)[0], armed).kind) == 0);
  }
  for (const char* text : {"NBA1", "NTA1", "NRP0", "NCL5", "NFT1", "NAT0"}) {
    INFO(text);
    CHECK(kit::lane_of(event_of(sia(text)[0], armed).kind) == 1);
  }
}

// The qualifiers and meanings of SIA DC-05, those of the letters of SIA DC-03; compared by eye.
TEST_CASE("a code becomes the kind that it means, and its restore the other") {
  const auto [text, kind, reason] = GENERATE(table<std::string, std::string, std::string>({
      {"1130 01 012", "intrusion.alarm", ""},
      {"3130 01 012", "intrusion.restored", ""},
      {"1110 01 015", "fire.alarm", ""},
      {"3110 01 015", "fire.restored", ""},
      {"1121 01 005", "intrusion.holdup", "duress"},
      {"1144 01 012", "device.tamper", ""},
      {"3144 01 012", "device.restored", ""},
      {"1301 00 000", "device.fault", "mains power"},
      {"3301 00 000", "device.restored", "mains power"},
      {"1302 00 000", "device.fault", "battery"},
      {"1384 00 012", "device.fault", "battery"},
      {"1401 01 005", "intrusion.disarmed", ""},
      {"3401 01 005", "intrusion.armed", ""},
      {"1406 01 005", "intrusion.cancelled", ""},
      {"3441 01 005", "intrusion.armed", ""},
      {"1423 01 012", "door.forced", ""},
      {"1426 01 012", "door.held", ""},
      {"1461 01 012", "access.denied", "invalid PIN"},
      {"1570 01 012", "device.bypassed", ""},
      {"3570 01 012", "device.unbypassed", ""},
      {"1602 00 000", "device.test", ""},
      {"1154 01 012", "device.alarm", ""},
      {"3154 01 012", "device.normal", ""},
      {"1750 01 012", "other", ""},
  }));
  ArmState armed;
  INFO(text);
  const Event event = event_of(contact_id(text)[0], armed);
  CHECK(event.kind == kind);
  CHECK(event.field("reason") == reason);
}

TEST_CASE("a letter code becomes the kind that it means") {
  const auto [text, kind, reason] = GENERATE(table<std::string, std::string, std::string>({
      {"NBA12", "intrusion.alarm", ""},
      {"NBR12", "intrusion.restored", ""},
      {"NBH12", "intrusion.restored", ""},
      {"NFA15", "fire.alarm", ""},
      {"NFH15", "fire.restored", ""},
      {"NFT15", "fire.fault", "zone"},
      {"NFJ15", "fire.restored", ""},
      {"NHA12", "intrusion.holdup", ""},
      {"NCL5", "intrusion.armed", ""},
      {"NOP5", "intrusion.disarmed", ""},
      {"NCG1", "intrusion.armed", ""},
      {"NDF3", "door.forced", ""},
      {"NDG3", "access.granted", ""},
      {"NDD3", "access.denied", "credential unknown"},
      {"NDI3", "access.passback", ""},
      {"NDX3", "door.rex", ""},
      {"NTA12", "device.tamper", ""},
      {"NTR12", "device.restored", ""},
      {"NAT0", "device.fault", "mains power"},
      {"NAR0", "device.restored", "mains power"},
      {"NYT0", "device.fault", "battery"},
      {"NYR0", "device.restored", "battery"},
      {"NYC0", "device.fault", "communication"},
      {"NRP0", "device.test", ""},
      {"NBB12", "device.bypassed", ""},
      {"NWA12", "device.alarm", ""},
      {"NGA12", "fire.gas", ""},
      {"NJA1", "access.lockout", ""},
      {"NQQ1", "other", ""},
  }));
  ArmState armed;
  INFO(text);
  const Event event = event_of(sia(text)[0], armed);
  CHECK(event.kind == kind);
  CHECK(event.field("reason") == reason);
}

TEST_CASE("zones, doors, partitions and users are the site's") {
  ArmState armed;
  const Event alarm = event_of(contact_id("1130 01 012")[0], armed);
  CHECK(alarm.field("zone.id") == "unit-dock");
  CHECK(alarm.field("device.id") == "PIR-12");
  CHECK(alarm.field("door.id") == "D-011");
  CHECK(alarm.field("panel.zone") == "12");
  CHECK(alarm.field("panel.partition") == "1");
  CHECK(alarm.field("panel.account") == "1234");
  CHECK(alarm.field("alarm.point") == "1234/12");
  CHECK(alarm.field("alarm.unit") == "panel-1");
  CHECK(alarm.field("message") == "Burglary: Loading dock");
  const Event door = event_of(sia("NDF3")[0], armed);
  CHECK(door.field("door.id") == "D-004");
  CHECK(door.field("device.id") == "panel-1");
  const Event unknown = event_of(sia("Nri1/BA77^Cellar^")[0], armed);
  CHECK(unknown.field("zone.id") == "unit-office");  // all that is known is the partition's
  CHECK(unknown.field("device.id") == "panel-1");
  CHECK(unknown.field("message") == "Burglary: Cellar");
  const Event user = event_of(contact_id("3401 01 005")[0], armed);
  CHECK(user.field("credential.id") == "88-2140");
  CHECK(user.field("panel.user") == "5");
  CHECK(user.field("zone.id") == "unit-office");
  CHECK(user.field("panel.zone").empty());
  const Event nothing = event_of(sia("NZQ9")[0], armed);
  CHECK(nothing.kind == "other");
  CHECK(nothing.field("panel.number") == "9");
  CHECK(nothing.field("message") == "SIA code ZQ");
}

TEST_CASE("the state of a partition is kept and stands with what happens in it") {
  ArmState armed;
  CHECK(event_of(sia("Nri1/BA12")[0], armed).field("panel.state").empty());
  CHECK(event_of(sia("Nri1/CL5")[0], armed).field("panel.state") == "armed");
  CHECK(event_of(sia("Nri2/NL2")[0], armed).field("panel.state") == "stay");
  CHECK(event_of(sia("Nri1/BA12")[0], armed).field("panel.state") == "armed");
  CHECK(event_of(sia("Nri1/OP5")[0], armed).field("panel.state") == "disarmed");
  CHECK(armed == ArmState{{"1", "disarmed"}, {"2", "stay"}});
  CHECK(event_of(contact_id("3456 02 005")[0], armed).field("panel.state") == "partial");
  // The area may stand in the number.
  CHECK(event_of(sia("NOG2")[0], armed).field("panel.partition") == "2");
  // The whole panel: every partition.
  (void)event_of(sia("NCL5")[0], armed);
  CHECK(armed == ArmState{{"", "armed"}, {"1", "armed"}, {"2", "armed"}});
  for (int i = 0; i < 1000; ++i) (void)event_of(sia("Nri" + std::to_string(i) + "/CL5")[0], armed);
  CHECK(armed.size() == kMostPartitions);
}

TEST_CASE("extended data stand in fields of their own, but keys do not") {
  Event event;
  add_extended(
      {"Vhttps://cam-3/clip", "X4.43", "Y51.89", "IDoor left open", "KAAAABBBB", "A0123", "Qodd", "?", "M0026B9"},
      event);
  CHECK(event.field("panel.verification") == "https://cam-3/clip");
  CHECK(event.field("panel.longitude") == "4.43");
  CHECK(event.field("panel.latitude") == "51.89");
  CHECK(event.field("panel.alarm_text") == "Door left open");
  CHECK(event.field("panel.extra_Q") == "odd");
  CHECK(event.field("panel.mac") == "0026B9");
  CHECK(event.fields.size() == 6);
}

}  // namespace
}  // namespace wf::access
