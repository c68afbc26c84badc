#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "console/model/command.hpp"
#include "console/model/health.hpp"
#include "console/model/query.hpp"
#include "console/model/snapshot.hpp"
#include "proto/result.hpp"

namespace wf::seat {

/// Version of the seat's protocol (proto/seat.proto) that this build speaks; both ends use the lower of theirs.
inline constexpr std::uint32_t kSeatWireVersion = 6;
/// The first that answers a request for health.
inline constexpr std::uint32_t kHealthWireVersion = 2;
/// The first that is told what changed of the attachments; one before it is told all of them when one changed.
inline constexpr std::uint32_t kAttachmentChangesVersion = 3;
/// The first that answers questions about rules.
inline constexpr std::uint32_t kRulesWireVersion = 4;
/// The first that checks a rule's text, tries rules on the past and takes commands about rules.
inline constexpr std::uint32_t kTrialsWireVersion = 5;
/// The first that hands out stills.
inline constexpr std::uint32_t kStillsWireVersion = 6;
/// Most bytes of a request and of an update; a longer one is refused unread.
inline constexpr std::int64_t kMaxRequestBytes = 64 << 10, kMaxUpdateBytes = 256 << 20;

/// What a seat sends: one of these.
struct Request {
  struct Hello {
    std::uint32_t wire_version = kSeatWireVersion;
    std::string program, seat;
    std::optional<std::string> post = {};  ///< set: it is a guard's post, of this name if it has one
  };
  struct Ask {
    std::uint64_t token = 0;
    Query query;
  };
  std::optional<Hello> hello;
  std::optional<Command> command;
  std::optional<Ask> ask;
  std::uint64_t cancel = 0;
  bool health = false;
};
void encode_request(const Request& request, std::string& out);
[[nodiscard]] Result<Request> decode_request(std::string_view bytes);

/// What an engine sends, but for the snapshot, which has a state at both ends.
struct Update {
  struct Welcome {
    std::uint32_t wire_version = kSeatWireVersion;
    std::string program;
  };
  struct Page {
    std::uint64_t token = 0;
    QueryPage page;
  };
  std::optional<Welcome> welcome;
  std::vector<CommandReply> replies;
  std::optional<Page> page;
  std::string refused;
  std::optional<HealthReport> health;
};

/// Encodes updates of one connection; a snapshot is told by what changed since the last one that was confirmed as
/// sent. One thread.
class UpdateEncoder {
 public:
  UpdateEncoder() = default;
  /// For the version that both ends agreed on.
  explicit UpdateEncoder(std::uint32_t version) : version_(version) {}
  void encode(const Update& update, std::string& out) const;
  /// Appends nothing but the changes of `snapshot` against the one sent last.
  void encode_snapshot(const std::shared_ptr<const Snapshot>& snapshot, std::string& out) const;
  /// The last encoded snapshot is under way: the next one is told against it.
  void sent(std::shared_ptr<const Snapshot> snapshot) { last_ = std::move(snapshot); }
  [[nodiscard]] const std::shared_ptr<const Snapshot>& last() const { return last_; }

 private:
  std::uint32_t version_ = kSeatWireVersion;
  std::shared_ptr<const Snapshot> last_;
};

/// Decodes the updates of one connection. What did not change is shared with the snapshot before. One thread.
class UpdateDecoder {
 public:
  UpdateDecoder() = default;
  /// For the version that both ends agreed on.
  explicit UpdateDecoder(std::uint32_t version) : version_(version) {}
  /// `snapshot` is set when the frame brought one.
  [[nodiscard]] Result<Update> decode(std::string_view bytes, std::shared_ptr<const Snapshot>& snapshot);

 private:
  std::uint32_t version_ = kSeatWireVersion;
  std::shared_ptr<const Snapshot> last_;
};

}  // namespace wf::seat
