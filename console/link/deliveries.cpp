// Batches and given-up ranges on their way to the engine, and what is answered: what Sessions makes of Batches.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <span>
#include <utility>

#include "console/link/sessions.hpp"
#include "proto/utf8.hpp"

namespace wf::link {
namespace {

constexpr std::uint64_t kLastSequence = (std::uint64_t{1} << 63U) - 1;

}  // namespace

void Sessions::on_batch(Connection& connection, const LinkMessage& header, std::string& payload, std::int64_t mono) {
  if (const auto refusal = Batches::judge(header, payload)) return turn_away(connection, *refusal, mono);
  ReceivedBatch batch;
  if (!owns(connection, header, batch, mono)) return;
  batch.origin = {connection.agent, header.epoch, header.lane, header.first_sequence};
  batch.count = header.count;
  batch.payload = std::move(payload);
  keep_to_scope(batch, mono);
  hand_on(connection, std::move(batch), mono);
}

void Sessions::on_given_up(Connection& connection, const LinkMessage& header, std::int64_t mono) {
  // No agent can have made more than this: at a million events a second it is twelve days.
  constexpr std::uint64_t kMostGivenUp = std::uint64_t{1} << 40U;
  constexpr std::size_t kLongestReason = 120;
  static constexpr std::array<const char*, 3> kLanes{"life safety", "normal", "bulk"};
  const char* wrong = nullptr;
  Topic topic = Topic::numbers;
  if (connection.wire_version < 2) {
    wrong = "a message of a newer version than agreed";
    topic = Topic::broken;
  } else if (header.first_sequence == 0 || header.last_sequence < header.first_sequence ||
             header.last_sequence > kLastSequence || header.last_sequence - header.first_sequence >= kMostGivenUp) {
    wrong = "a given-up range with impossible numbers";
  }
  if (wrong != nullptr) {
    report(topic, connection, fmt::format("{}: {} was refused", connection.agent, wrong), mono);
    return refuse(connection, fmt::format("{}; update the agent", wrong), mono);
  }
  ReceivedBatch batch;
  if (!owns(connection, header, batch, mono)) return;
  batch.origin = {connection.agent, header.epoch, header.lane, header.first_sequence};
  batch.given_up_to = header.last_sequence;
  batch.reason = header.reason.empty() ? "no reason given" : one_line(header.reason.substr(0, kLongestReason));
  const std::uint64_t events = header.last_sequence - header.first_sequence + 1;
  report({Topic::given_up,
          connection.agent,
          connection.remote,
          fmt::format("{}: gave up {} events of lane {}, {} to {}: {}", connection.agent, events,
                      kLanes[header.lane % kLanes.size()], header.first_sequence, header.last_sequence, batch.reason),
          {{"lane", std::to_string(header.lane), ValueType::number},
           {"events", std::to_string(events), ValueType::number},
           {"reason", batch.reason}}},
         mono);
  hand_on(connection, std::move(batch), mono);
}

void Sessions::hand_on(Connection& connection, ReceivedBatch batch, std::int64_t mono) {
  if (!plain_) pace_.came(batch.origin, batch.payload.size(), mono);
  if (const auto refusal = batches_.take(connection, std::move(batch))) return turn_away(connection, *refusal, mono);
  const std::optional<std::string> shed = batches_.shed();
  if (!shed) return;
  report({Topic::flood,
          *shed,
          {},
          fmt::format("{}: the link's memory is used up, most of it by this agent; its connection was closed", *shed)},
         mono);
  if (Connection* const its = connections_.of_agent(*shed)) {
    close(*its);
    keep_out(*its, mono);
  }
}

void Sessions::turn_away(Connection& connection, const Batches::Refusal& refusal, std::int64_t mono) {
  report(refusal.topic, connection, fmt::format("{}: {} was refused", connection.agent, refusal.why), mono);
  const bool flood = refusal.topic == Topic::flood;
  if (refusal.retry)
    close(connection);
  else
    refuse(connection, fmt::format("{}; update the agent", refusal.why), mono);
  connection.flooded = flood && !plain_;
  if (flood) keep_out(connection, mono);
}

void Sessions::keep_to_scope(ReceivedBatch& batch, std::int64_t mono) {
  const std::string& agent = batch.origin.agent;
  const std::shared_ptr<const Scope> scope = admission_.scope(agent);
  if (scope == nullptr) return;
  // What cannot be read is believed by nobody: it is stored as it came, and counted, as of every agent.
  const Scope::Verdict verdict = scope->enforce(batch.payload, batch.origin, options_.clock(), handlers_.device_names);
  if (verdict.claims == 0) return;
  Fact fact{Topic::device,
            agent,
            {},
            fmt::format("{}: spoke for a device that it may not speak for: {} of {}, in {} of {} events", agent,
                        one_line(verdict.kind), one_line(verdict.device), verdict.claims, batch.count)};
  fact.fields.push_back({"claim.device", verdict.device});
  fact.fields.push_back({"claim.kind", verdict.kind});
  report(std::move(fact), mono);
}

void Sessions::acknowledge(std::span<const Acknowledgement> done, std::int64_t mono) {
  for (const Acknowledgement& one : done) {
    const bool stored = one.outcome == Acknowledgement::Outcome::stored;
    if (!stored || !pace_.hold(one, batches_.bytes_of(one.origin), mono)) confirm(one, mono);
  }
  say_answers(mono);
}

void Sessions::release(std::int64_t mono) {
  for (Acknowledgement done; pace_.next(done, mono);) confirm(done, mono);
  say_answers(mono);
}

std::optional<std::int64_t> Sessions::pause(std::int64_t mono) const {
  return pace_.holding() ? std::optional(pace_.wait(mono)) : std::nullopt;
}

void Sessions::confirm(const Acknowledgement& done, std::int64_t mono) {
  // Only now, so that who does not wait for it is over its window.
  batches_.acknowledged(done.origin);
  Connection* const connection = connections_.find(done.reply_to);
  if (connection == nullptr) return;  // it left; WELCOME will tell it
  if (connection->in_flight > 0) --connection->in_flight;
  if (answered_.empty() || answered_.back() != done.reply_to) answered_.push_back(done.reply_to);
  answer(*connection, done, mono);
}

void Sessions::say_answers(std::int64_t mono) {
  for (const std::uint64_t number : answered_) {
    Connection* const connection = connections_.find(number);
    if (connection == nullptr) continue;
    say_stored(*connection, mono);
    tell_renew(*connection, mono);
  }
  answered_.clear();
  bury();
}

void Sessions::answer(Connection& connection, const Acknowledgement& done, std::int64_t mono) {
  if (done.outcome == Acknowledgement::Outcome::stored && done.given_up_to == 0) {
    Connection::Stored& stored = connection.stored[done.origin.lane];
    const bool follows = stored.count > 0 && connection.wire_version >= 2 && stored.epoch == done.origin.epoch &&
                         stored.first + stored.count == done.origin.first_sequence &&
                         stored.count <= std::numeric_limits<std::uint32_t>::max() - done.count;
    if (!follows) {  // of version 1 each batch has its own
      if (stored.count > 0) say_stored(connection, mono);
      stored = {done.origin.epoch, done.origin.first_sequence, 0};
    }
    stored.count += done.count;
    return;
  }
  say_stored(connection, mono);
  switch (done.outcome) {
    case Acknowledgement::Outcome::stored: {
      LinkMessage out;
      out.kind = LinkKind::ack;
      out.epoch = done.origin.epoch;
      out.lane = done.origin.lane;
      out.first_sequence = done.origin.first_sequence;
      out.last_sequence = done.given_up_to;
      out.count = done.count;
      outbox_.send(connection, std::move(out), mono);
      break;
    }
    case Acknowledgement::Outcome::conflict:
      make_renew(connection,
                 fmt::format("{}: other events than before came under numbers from {} on: a copy of it speaks, or an "
                             "older copy of its spool was put back; it numbers anew",
                             connection.agent, done.origin.first_sequence),
                 mono);
      break;
    case Acknowledgement::Outcome::refused:
      report(Topic::flood, connection,
             fmt::format("{}: too many separate given-up ranges were refused", connection.agent), mono);
      refuse(connection, "too many separate given-up ranges; enrol it anew", mono);
      break;
  }
}

void Sessions::say_stored(Connection& connection, std::int64_t mono) {
  for (std::uint8_t lane = 0; lane < connection.stored.size(); ++lane) {
    const Connection::Stored stored = std::exchange(connection.stored[lane], {});
    if (stored.count == 0) continue;
    LinkMessage out;
    out.kind = LinkKind::ack;
    out.epoch = stored.epoch;
    out.lane = lane;
    out.first_sequence = stored.first;
    out.count = stored.count;
    outbox_.send(connection, std::move(out), mono);
  }
}

}  // namespace wf::link
