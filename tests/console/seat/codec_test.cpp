#include <array>
#include <random>

#include "console/seat/seat_codec.hpp"
#include "tests/console/seat/samples.hpp"
#include "tests/support/catch.hpp"

using namespace wf;
using namespace wf::seat;

namespace {

std::shared_ptr<const Snapshot> pass(UpdateEncoder& encoder, UpdateDecoder& decoder,
                                     const std::shared_ptr<const Snapshot>& snapshot, std::size_t* bytes = nullptr) {
  std::string frame;
  encoder.encode_snapshot(snapshot, frame);
  encoder.sent(snapshot);
  if (bytes != nullptr) *bytes = frame.size();
  std::shared_ptr<const Snapshot> out;
  const Result<Update> update = decoder.decode(frame, out);
  REQUIRE(update.ok());
  REQUIRE(out);
  return out;
}

}  // namespace

TEST_CASE("every field of a snapshot comes through the wire") {
  UpdateEncoder encoder;
  UpdateDecoder decoder;
  const auto before = samples::full_snapshot();
  const auto after = pass(encoder, decoder, before);
  CHECK(samples::text_of(*after) == samples::text_of(*before));
  CHECK(*after->figures == *before->figures);
  CHECK(after->estate->find_device("cam27").device != nullptr);  // indexed at the other end
}

TEST_CASE("what did not change is neither sent again nor made anew") {
  UpdateEncoder encoder;
  UpdateDecoder decoder;
  std::size_t whole = 0, change = 0;
  const auto first = samples::full_snapshot();
  const auto first_out = pass(encoder, decoder, first, &whole);
  auto second = std::make_shared<Snapshot>(*first);
  second->version = 42;
  second->now = 2000;
  second->incidents[0] = samples::full_incident(17);
  const auto second_out = pass(encoder, decoder, second, &change);
  CHECK(samples::text_of(*second_out) == samples::text_of(*second));
  CHECK(second_out->estate == first_out->estate);
  CHECK(second_out->devices == first_out->devices);
  CHECK(second_out->incidents[1] == first_out->incidents[1]);
  CHECK(change < whole);
}

TEST_CASE("one attachment of thousands that goes on arriving costs a seat that one") {
  UpdateEncoder encoder;
  UpdateDecoder decoder;
  auto attachments = std::make_shared<std::map<std::string, AttachmentState>>();
  for (int i = 0; i < 4096; ++i) (*attachments)["hash-" + std::to_string(i)].bytes = 1000;
  auto first = std::make_shared<Snapshot>(*samples::full_snapshot());
  first->attachments = attachments;
  std::size_t whole = 0, change = 0;
  pass(encoder, decoder, first, &whole);
  auto second = std::make_shared<Snapshot>(*first);
  auto moved = std::make_shared<std::map<std::string, AttachmentState>>(*attachments);
  (*moved)["hash-77"].have = 500;
  second->attachments = moved;
  const auto out = pass(encoder, decoder, second, &change);
  CHECK(*out->attachments == *moved);
  auto third = std::make_shared<Snapshot>(*second);  // nothing new
  std::size_t still = 0;
  pass(encoder, decoder, third, &still);
  CHECK(change < still + 200);
  CHECK(change < whole / 20);
}

TEST_CASE("any row of changes gives the same picture as the whole") {
  std::mt19937 random(7);
  UpdateEncoder encoder;
  UpdateDecoder decoder;
  auto current = std::make_shared<const Snapshot>(*samples::full_snapshot());
  for (int step = 0; step < 200; ++step) {
    auto next = std::make_shared<Snapshot>(*current);
    next->version = current->version + 1;
    auto& incidents = next->incidents;
    const auto kind = random() % 6;
    if (kind == 0) incidents.push_back(samples::full_incident(100 + step));
    if (kind == 1 && !incidents.empty()) incidents.erase(incidents.begin() + random() % incidents.size());
    if (kind == 2 && incidents.size() > 1) std::swap(incidents.front(), incidents.back());
    if (kind == 3 && !incidents.empty()) {
      auto changed = std::make_shared<Incident>(*incidents[random() % incidents.size()]);
      ++changed->revision;
      for (auto& i : incidents)
        if (i->id == changed->id) i = changed;
    }
    if (kind == 4) {
      auto devices = std::make_shared<std::map<std::string, DeviceState>>(*next->devices);
      (*devices)["R-" + std::to_string(random() % 9)].state = "online";
      next->devices = devices;
    }
    if (kind == 5) {
      auto attachments = std::make_shared<std::map<std::string, AttachmentState>>(*next->attachments);
      for (int i = 0; i < 3; ++i) {
        const std::string hash(1, static_cast<char>('a' + random() % 12));
        if (random() % 2 == 0)
          attachments->erase(hash);
        else
          (*attachments)[hash].have = random() % 3;
      }
      next->attachments = attachments;
    }
    // A frame that found no room was never sent; the next one is told against the last that was.
    if (random() % 4 == 0) {
      std::string unsent;
      encoder.encode_snapshot(next, unsent);
    } else {
      REQUIRE(samples::text_of(*pass(encoder, decoder, next)) == samples::text_of(*next));
    }
    current = next;
  }
}

TEST_CASE("a change without its whole is refused, not guessed") {
  UpdateEncoder encoder;
  const auto snapshot = samples::full_snapshot();
  encoder.sent(snapshot);
  std::string frame;
  encoder.encode_snapshot(std::make_shared<Snapshot>(*snapshot), frame);
  UpdateDecoder decoder;
  std::shared_ptr<const Snapshot> out;
  CHECK(!decoder.decode(frame, out).ok());
  CHECK(!out);
}

TEST_CASE("broken frames never crash either end") {
  std::mt19937 random(11);
  UpdateEncoder encoder;
  std::string update, request;
  encoder.encode_snapshot(samples::full_snapshot(), update);
  Request r;
  r.command = Command{};
  r.command->incidents = {1, 2, 3};
  r.command->text = "why";
  encode_request(r, request);
  for (int n = 0; n < 3000; ++n) {
    std::string a = update, b = request;
    for (unsigned k = 0; k <= random() % 6; ++k) {
      a[random() % a.size()] = static_cast<char>(random());
      b[random() % b.size()] = static_cast<char>(random());
    }
    if (random() % 2 == 0) a.resize(random() % a.size());
    UpdateDecoder decoder;
    std::shared_ptr<const Snapshot> out;
    const Result<Update> decoded = decoder.decode(a, out);
    if (decoded.ok() && out) CHECK(!samples::text_of(*out).empty());
    (void)decode_request(b).ok();
  }
}

TEST_CASE("a command and a query come through the wire whole") {
  Request in;
  Command c;
  c.id = "abc";
  c.kind = CommandKind::shelve;
  c.time = 5;
  c.actor = "M. Okafor";
  c.seat = "Seat 2";
  c.incidents = {4, 9};
  c.seen_revisions = {2, 3};
  c.text = "cleaning until six";
  c.target = "T. Novak";
  c.cause = Cause::nuisance;
  c.until = 77;
  c.step = 3;
  c.action = "unlock";
  c.seconds = 5;
  c.valid_seconds = 20;
  in.command = c;
  in.ask = Request::Ask{12, {Query::What::audit, 3, 4, "actor=x", 9, 77}};
  in.cancel = 8;
  std::string bytes;
  encode_request(in, bytes);
  const Result<Request> out = decode_request(bytes);
  REQUIRE(out.ok());
  CHECK(*out->command == c);
  CHECK(out->ask->token == 12);
  CHECK(out->ask->query.what == Query::What::audit);
  CHECK(out->ask->query.where == "actor=x");
  CHECK(out->ask->query.limit == 9);
  CHECK(out->ask->query.known == 77);
  CHECK(out->cancel == 8);
}

TEST_CASE("a still comes through the wire byte for byte, and an empty one is still one") {
  for (const std::string& bytes : {std::string("\xFF\xD8\x00\x01", 4), std::string()}) {
    Update in;
    in.page = Update::Page{7, {}};
    in.page->page.attachment = std::make_shared<const AttachmentContent>(AttachmentContent{bytes, "image/jpeg"});
    std::string frame;
    UpdateEncoder().encode(in, frame);
    UpdateDecoder decoder;
    std::shared_ptr<const Snapshot> none;
    const Result<Update> out = decoder.decode(frame, none);
    REQUIRE(out.ok());
    REQUIRE(out->page);
    REQUIRE(out->page->page.attachment);
    CHECK(out->page->page.attachment->bytes == bytes);
    CHECK(out->page->page.attachment->media_type == "image/jpeg");
  }
}

TEST_CASE("a hello says whether the seat is a guard's post, and one of before says nothing of it") {
  for (const std::optional<std::string>& post :
       {std::optional<std::string>{}, std::optional<std::string>{""}, std::optional<std::string>{"Gate 3"}}) {
    Request in;
    in.hello = Request::Hello{kSeatWireVersion, "test", "gate-pc", post};
    std::string bytes;
    encode_request(in, bytes);
    const Result<Request> out = decode_request(bytes);
    REQUIRE(out.ok());
    CHECK(out->hello->post == post);
  }
}

TEST_CASE("a command of a newer seat does not become another one") {
  // SeatRequest { command: SeatCommand { kind: 99 } }
  const std::string bytes{"\x12\x02\x10\x63", 4};
  const Result<Request> out = decode_request(bytes);
  REQUIRE(!out.ok());
  CHECK(out.error().text().find("kind 99") != std::string::npos);
}

TEST_CASE("at version 2 the attachments are told whole when one changes, as that version takes them") {
  auto first = std::make_shared<Snapshot>(*samples::full_snapshot());
  std::map<std::string, AttachmentState> states;
  for (int i = 0; i < 5; ++i) states["hash-" + std::to_string(i)].have = 7;
  first->attachments = std::make_shared<const std::map<std::string, AttachmentState>>(states);
  auto second = std::make_shared<Snapshot>(*first);
  states["hash-1"].have = 8;
  states.erase("hash-2");
  second->attachments = std::make_shared<const std::map<std::string, AttachmentState>>(states);
  const std::uint32_t version = GENERATE(1U, 2U, 3U);
  UpdateEncoder encoder(version);
  UpdateDecoder decoder(version);
  CHECK(*pass(encoder, decoder, first)->attachments == *first->attachments);
  std::string frame;
  encoder.encode_snapshot(second, frame);
  CHECK((frame.find("hash-0") != std::string::npos) == (version < kAttachmentChangesVersion));
  CHECK((frame.find("hash-2") != std::string::npos) == (version >= kAttachmentChangesVersion));
  CHECK(*pass(encoder, decoder, second)->attachments == states);
  auto third = std::make_shared<Snapshot>(*second);  // the same attachments
  ++third->version;
  CHECK(*pass(encoder, decoder, third)->attachments == states);
}

TEST_CASE("all rules with their figures, and one in full, come through the wire whole") {
  RuleList list;
  list.version = ~0ULL;
  list.same = true;
  list.rules = {{"r1",
                 "Door forced",
                 "/rules/door.yml:3",
                 {"watchfloor", "access", "category"},
                 {"attack.t1200", "x"},
                 Priority::critical,
                 true,
                 true,
                 true,
                 true,
                 true,
                 true},
                {}};
  list.problems = {"one", "two"};
  list.since = 5;
  list.firings = {{"r1", 6, 7}, {}};
  AlarmFigures::Part part;
  part.id = "r1";
  part.rows = 8;
  part.acknowledged.add(kMinute);
  list.weeks = {{9, 10, {part, part}, {{"r1", "Door forced", 11, 12, "mend it"}}}, {}};
  list.changes = {{"r1", "Door forced", true, 20, true, "vera", 21, "too noisy", "its time was over"}, {}};
  list.roles = {"Supervisor", "Administrator"};
  RuleDetail detail;
  detail.id = "r1";
  detail.version = 13;
  detail.description = "why";
  detail.path = "/rules/door.yml";
  detail.line = 14;
  detail.text = "title: x\n";
  detail.text_absent = "too long";
  detail.file_text = "title: y\n";
  detail.rows = {{15, "D-2 forced", Priority::high, 16, IncidentState::resolved, Cause::nuisance}, {}};
  detail.more = true;
  Update in;
  in.page = Update::Page{17, {}};
  in.page->page.rules = std::make_shared<const RuleList>(list);
  in.page->page.rule = std::make_shared<const RuleDetail>(detail);
  std::string bytes;
  UpdateEncoder().encode(in, bytes);
  std::shared_ptr<const Snapshot> none;
  const Result<Update> out = UpdateDecoder().decode(bytes, none);
  REQUIRE(out.ok());
  REQUIRE(out->page);
  CHECK(out->page->token == 17);
  REQUIRE(out->page->page.rules);
  CHECK(*out->page->page.rules == list);
  REQUIRE(out->page->page.rule);
  CHECK(*out->page->page.rule == detail);
}

TEST_CASE("what an engine thinks of a text, and a trial with all that came of it, come through the wire whole") {
  RuleCheck check;
  check.problems = {{4, "level 'urgent' is not known"}, {}};
  check.title = "Door forced";
  check.level = Priority::high;
  check.informational = check.life_safety = true;
  BacktestReport report;
  report.from = 1;
  report.to = 2;
  report.records = 3;
  report.events = 4;
  report.commands = 5;
  report.commands_without_row = 6;
  report.handled_for_nobody = 7;
  report.then = {8, 9, {10, 11, 12, 13}, 14, 15.5};
  report.candidate = {16, 17, {18, 19, 20, 21}, 22, 23.5};
  report.kept_then = 24;
  report.kept_candidate = 25;
  const BacktestReport::NamedRow row{26,   "r1", "Door forced",     "D-2 forced", Priority::critical,
                                     true, 27,   Cause::true_alarm, 28,           "2 min later"};
  report.lost = {row, {}};
  report.gained = {{}, row};
  report.confirmed = 29;
  report.missed = {row};
  report.weaker = {row, row};
  report.rules = {{"r1", "Door forced", 30, 31, 32, 33, 34, 35, 36, 37.5, 38.5, 39.5}, {}};
  report.minutes_a_row = 40.5;
  report.minutes_assumed = true;
  report.left_out = {"one", "two"};
  report.problem = "a record cannot be used";
  Trial trial;
  trial.state = Trial::State::done;
  trial.number = 41;
  trial.edit = {"r1", true, "title: x\n"};
  trial.title = "Door forced";
  trial.by = "vera";
  trial.asked = 42;
  trial.from = 43;
  trial.share = 0.5;
  trial.at = 44;
  trial.took = 45;
  trial.problem = "why not";
  trial.report = std::make_shared<const BacktestReport>(report);
  trial.lost = 46;
  trial.gained = 47;
  trial.missed = 48;
  trial.weaker = 49;
  Update in;
  in.page = Update::Page{50, {}};
  in.page->page.check = std::make_shared<const RuleCheck>(check);
  in.page->page.trial = std::make_shared<const Trial>(trial);
  std::string bytes;
  UpdateEncoder().encode(in, bytes);
  std::shared_ptr<const Snapshot> none;
  const Result<Update> out = UpdateDecoder().decode(bytes, none);
  REQUIRE(out.ok());
  REQUIRE(out->page);
  REQUIRE(out->page->page.check);
  CHECK(*out->page->page.check == check);
  REQUIRE(out->page->page.trial);
  const Trial& told = *out->page->page.trial;
  REQUIRE(told.report);
  CHECK(*told.report == report);
  CHECK(told.state == trial.state);
  CHECK(told.number == trial.number);
  CHECK(told.edit == trial.edit);
  CHECK(told.title == trial.title);
  CHECK(told.by == trial.by);
  CHECK(told.asked == trial.asked);
  CHECK(told.from == trial.from);
  CHECK(told.share == trial.share);
  CHECK(told.at == trial.at);
  CHECK(told.took == trial.took);
  CHECK(told.problem == trial.problem);
  CHECK(std::array{told.lost, told.gained, told.missed, told.weaker} ==
        std::array{trial.lost, trial.gained, trial.missed, trial.weaker});
}

TEST_CASE("a command about a rule and a question about a text come through the wire whole") {
  Request in;
  Command command;
  command.id = "1";
  command.kind = CommandKind::rule;
  command.target = "r1";
  command.action = "text";
  command.text = "too noisy";
  command.document = "title: \"ä\"\n";
  command.basis = ~0ULL;
  in.command = command;
  Request::Ask ask;
  ask.token = 2;
  ask.query.what = Query::What::trial_stop;
  ask.query.known = 3;
  ask.query.days = 90;
  ask.query.edit = {"r1", true, "title: x\n"};
  ask.query.actor = "somebody else";
  in.ask = ask;
  std::string bytes;
  encode_request(in, bytes);
  const Result<Request> out = decode_request(bytes);
  REQUIRE(out.ok());
  CHECK(*out->command == command);
  CHECK(out->ask->query.what == Query::What::trial_stop);
  CHECK(out->ask->query.known == 3);
  CHECK(out->ask->query.days == 90);
  CHECK(out->ask->query.edit == ask.query.edit);
  CHECK(out->ask->query.actor.empty());  // the engine's to say
}
