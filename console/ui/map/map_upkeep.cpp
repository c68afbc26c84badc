// Maintenance, tests and tickets on the card of a device or a room.
#include "console/ui/map/map_upkeep.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "console/ui/draw/widgets.hpp"

namespace wf::ui {
namespace {

using Form = Upkeep::Form;

constexpr float kGap = 8, kRow = 28 + 6, kLine = 22;
/// An answer that does not come is not waited for any longer: the button can be pressed again.
constexpr double kAnswerWithin = 5;

struct Span {
  const char* name;  ///< of its area
  std::int64_t lasts;
};
constexpr std::array<Span, 4> kSpans{
    {{"30 min", 30 * kMinute}, {"1 h", kHour}, {"2 h", 2 * kHour}, {"8 h", 8 * kHour}}};

struct Words {
  Text title, field, go;
};
Words words_of(Form form) {
  switch (form) {
    case Form::maintenance:
      return {"Maintenance for"_tr, "Reason; it is recorded"_tr, "Begin"_tr};
    case Form::test:
      return {"Test for"_tr, "Reason; it is recorded"_tr, "Begin"_tr};
    case Form::symptom:
      return {"Symptom of"_tr, "Reason; it is recorded"_tr, "Begin"_tr};
    case Form::report:
      return {"Report a fault"_tr, "What does not work"_tr, "Report"_tr};
    default:
      return {"Close the ticket"_tr, "What was done"_tr, "Close it"_tr};
  }
}

bool lasts(Form form) { return form == Form::maintenance || form == Form::test || form == Form::symptom; }

/// Lays out from the left and goes on below; a dry pass measures.
class Flow {
 public:
  Flow(Frame& f, const Rect& r, float y, bool dry) : f_(f), r_(r), dry_(dry), x_(r.x + 16), y_(y) {}
  bool button(const std::string& name, std::string_view label, const ButtonStyle& style = {}) {
    const float w = button_width(f_.p, label, style);
    if (x_ > r_.x + 16 && x_ + w > r_.right() - 16) next_row();
    const bool clicked = !dry_ && ui::button(f_.p, name, x_, y_, label, style).clicked;
    x_ += w + kGap;
    any_ = true;
    return clicked;
  }
  void next_row() {
    x_ = r_.x + 16;
    y_ += kRow;
  }
  void end_row() {
    if (any_) next_row();
    any_ = false;
  }
  void line(std::string_view text, ImU32 color, Face face = Face::s) {
    if (!dry_) f_.p.text(r_.x + 16, y_ + 11, text, face, color, Align::left, r_.w - 32);
    y_ += kLine;
  }
  void skip(float h) { y_ += h; }
  [[nodiscard]] Rect row() const { return {r_.x + 16, y_, r_.w - 32, 28}; }
  [[nodiscard]] bool dry() const { return dry_; }
  [[nodiscard]] float y() const { return y_; }

 private:
  Frame& f_;
  Rect r_;
  bool dry_, any_ = false;
  float x_, y_;
};

void send(Frame& f, MapMemory& m, Command command) {
  f.commands.push_back(std::move(command));
  m.upkeep.sent = f.input.seconds;
  m.upkeep.version = f.snapshot.version;
  f.wake(kAnswerWithin);
}

void open_form(Frame& f, MapMemory& m, const std::string& id, Form form) {
  m.upkeep = {};
  m.upkeep.of = id;
  m.upkeep.form = form;
  m.upkeep.focus = true;
  f.wake(0);
}

/// What is missing, or what will happen.
std::string will_be(const Frame& f, const Upkeep& u, const std::string& id) {
  if (u.form == Form::test && u.who.text.empty()) return "Say which technician tests."_tr;
  if (u.text.text.empty()) return lasts(u.form) ? "Say why."_tr : "Say what."_tr;
  const std::string until = f.time.minutes(f.input.now + kSpans[u.span].lasts);
  if (u.form == Form::maintenance) return text_of<"Until {} it calls nobody, but for life safety.">(until);
  if (u.form == Form::test) return text_of<"Until {} its signals go to {}.">(until, u.who.text);
  if (u.form == Form::symptom)
    return text_of<"Until {} at most it counts in {}, and calls nobody by itself.">(until, incident_name(u.cause));
  return u.form == Form::report ? text_of<"Opens a ticket for {}.">(id) : "The ticket's record stays."_tr.str();
}

Command command_of(const Frame& f, const Upkeep& u, const std::string& id, const Ticket* ticket) {
  Command c;
  c.text = u.text.text;
  c.target = id;
  if (lasts(u.form)) {
    c.kind = u.form == Form::test      ? CommandKind::test
             : u.form == Form::symptom ? CommandKind::inhibit
                                       : CommandKind::suppress;
    c.until = f.input.now + kSpans[u.span].lasts;
    if (u.form == Form::test) c.action = u.who.text;
    if (const Incident* const cause = u.form == Form::symptom ? f.snapshot.incident(u.cause) : nullptr) {
      c.incidents = {cause->id};
      c.seen_revisions = {cause->revision};
    }
    return c;
  }
  c.kind = CommandKind::ticket;
  c.action = u.form == Form::report ? "open" : "close";
  if (u.form == Form::close && ticket != nullptr) c.target = ticket_name(ticket->id);
  return c;
}

void draw_form(Frame& f, Flow& flow, MapMemory& m, const std::string& id, const Ticket* ticket) {
  Upkeep& u = m.upkeep;
  const Words words = words_of(u.form);
  flow.line(
      u.form == Form::symptom ? text_of<"Its alarms belong to {}, for">(incident_name(u.cause)) : words.title.str(),
      f.p.t.t1, Face::s_semibold);
  if (lasts(u.form)) {
    for (std::size_t i = 0; i < kSpans.size(); ++i) {
      ButtonStyle style;
      style.kind = i == u.span ? ButtonKind::primary : ButtonKind::normal;
      if (flow.button("map/upkeep/" + std::string(kSpans[i].name), span(kSpans[i].lasts), style)) u.span = i;
    }
    flow.end_row();
  }
  bool entered = false;
  const bool focus = !flow.dry() && std::exchange(u.focus, false);
  if (u.form == Form::test) {
    if (!flow.dry()) entered |= text_field(f.p, "map/upkeep/who", flow.row(), u.who, "Technician"_tr, focus);
    flow.next_row();
  }
  if (!flow.dry())
    entered |= text_field(f.p, "map/upkeep/text", flow.row(), u.text, words.field, focus && u.form != Form::test);
  flow.next_row();
  const bool ready = !u.text.text.empty() && (u.form != Form::test || !u.who.text.empty());
  flow.line(will_be(f, u, id), ready ? f.p.t.t2 : f.p.t.t3);
  flow.skip(6);
  ButtonStyle go;
  go.kind = ButtonKind::primary;
  go.enabled = ready;
  const bool pressed = flow.button("map/upkeep/go", words.go, go);
  if (flow.button("map/upkeep/cancel", "Cancel"_tr)) {
    u = {};
    f.wake(0);
  } else if (ready && (pressed || entered)) {
    Command command = command_of(f, u, id, ticket);
    u = {};
    send(f, m, std::move(command));
  }
  flow.end_row();
}

/// Of the selected incident, as far as it can be a cause: what somebody looks at is what they mean.
const Incident* possible_cause(const Frame& f, const std::string& id) {
  const Incident* const i = f.selected();
  if (i == nullptr || !i->open() || i->drill || i->rule_id.starts_with("works:")) return nullptr;
  return std::find(i->inhibits.begin(), i->inhibits.end(), id) == i->inhibits.end() ? i : nullptr;
}

void end_of(Frame& f, MapMemory& m, const Incident& row) {
  Command command;
  command.kind = CommandKind::end_works;
  command.incidents = {row.id};
  command.seen_revisions = {row.revision};
  send(f, m, std::move(command));
}

void draw_ticket_buttons(Frame& f, Flow& flow, MapMemory& m, const std::string& id, const Ticket* ticket,
                         const ButtonStyle& style) {
  if (ticket == nullptr) {
    if (flow.button("map/upkeep/report", "Report a fault"_tr, style)) open_form(f, m, id, Form::report);
    return;
  }
  const auto tend = [&](const char* action) {
    Command command;
    command.kind = CommandKind::ticket;
    command.action = action;
    command.target = ticket_name(ticket->id);
    send(f, m, std::move(command));
  };
  if (ticket->state == Ticket::State::open && flow.button("map/upkeep/take", "Take it"_tr, style)) tend("take");
  if (ticket->patrol_due != 0 && flow.button("map/upkeep/patrol", "Walked past"_tr, style)) tend("patrol");
  if (flow.button("map/upkeep/close", "Close ticket"_tr, style)) open_form(f, m, id, Form::close);
}

}  // namespace

const Incident* works_at(const Standing& standing, std::string_view id) {
  for (const Standing::Row& r : standing.rows())
    if (r.works && r.open && !r.incident->entities.empty() && r.incident->entities.front().id == id) return r.incident;
  return nullptr;
}

const Incident* cause_of(const Standing& standing, std::string_view id) {
  for (const Standing::Row& r : standing.rows()) {
    if (!r.inhibits || !r.open) continue;
    const auto& kept_back = r.incident->inhibits;
    if (std::find(kept_back.begin(), kept_back.end(), id) != kept_back.end()) return r.incident;
  }
  return nullptr;
}

const Ticket* open_ticket(const Snapshot& s, std::string_view device) {
  if (!s.tickets) return nullptr;
  for (const Ticket& ticket : *s.tickets)
    if (ticket.open_still() && !ticket.agent && ticket.device == device) return &ticket;
  return nullptr;
}

float draw_upkeep(Frame& f, const Rect& r, float y, bool dry, MapMemory& m, const std::string& id, bool device) {
  Flow flow(f, r, y, dry);
  const Incident* const works = works_at(f.standing, id);
  const Ticket* const ticket = device ? open_ticket(f.snapshot, id) : nullptr;
  if (m.upkeep.form != Form::none && m.upkeep.of == id) {
    draw_form(f, flow, m, id, ticket);
    return flow.y() - y;
  }
  ButtonStyle style;
  // What was sent shows with the next snapshot; until then it is not sent twice.
  style.enabled = f.input.seconds - m.upkeep.sent >= kAnswerWithin || m.upkeep.version != f.snapshot.version;
  if (works != nullptr) {
    if (!works->shelf_reason.empty()) flow.line(works->shelf_reason, f.p.t.t2);
    if (flow.button("map/upkeep/end", works->in_test ? "End the test"_tr : "End maintenance"_tr, style))
      end_of(f, m, *works);
  } else {
    if (flow.button("map/upkeep/maintenance", "Maintenance"_tr, style)) open_form(f, m, id, Form::maintenance);
    if (flow.button("map/upkeep/test", "Test"_tr, style)) open_form(f, m, id, Form::test);
  }
  if (const Incident* const cause = cause_of(f.standing, id); cause != nullptr) {
    const std::string name = incident_name(cause->id);
    // The engine ends all of one cause at once.
    const std::string label = cause->inhibits.size() < 2 ? text_of<"No symptom of {} any more">(name)
                                                         : text_of<"{} has no symptoms any more">(name);
    if (flow.button("map/upkeep/no-symptom", label, style)) end_of(f, m, *cause);
  } else if (const Incident* const possible = possible_cause(f, id); possible != nullptr) {
    if (flow.button("map/upkeep/symptom", text_of<"Symptom of {}">(incident_name(possible->id)), style)) {
      open_form(f, m, id, Form::symptom);
      m.upkeep.cause = possible->id;
    }
  }
  if (device) draw_ticket_buttons(f, flow, m, id, ticket, style);
  flow.end_row();
  return flow.y() - y;
}

}  // namespace wf::ui
