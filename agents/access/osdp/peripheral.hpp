#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "agents/access/osdp/secure_channel.hpp"

namespace wf::access::osdp {

/// One reader (the standard's peripheral device) on the line, as its installer describes it.
struct PeripheralOptions {
  std::uint8_t address = 0;  ///< 0 to 126
  /// The key of its secure channel. Without one it is spoken to in plain text, which `plain_text` must allow.
  std::optional<Key> key;
  bool plain_text = false;  ///< with a key: go on in plain text if the secure channel cannot be had, and say so
  /// `key` is the one that everybody knows, and is asked for as such: for who sets a reader up, never in a line's file.
  bool default_key = false;
  bool pair = false;        ///< a reader that still has the default key gets `key`, once
  bool asks = true;         ///< its state is asked for when it comes on line, and every 10 s
  bool has_inputs = false;  ///< its inputs are asked for even if it does not name them among what it can
  /// Its outputs are asked for every second: of a reader that releases a door by itself.
  bool watches_outputs = false;
};

/// What a reader says it is (PDID) and can (PDCAP).
struct Identity {
  /// Of a PDID's data; nothing if it is too short.
  [[nodiscard]] static std::optional<Identity> read(Bytes data);
  bool known = false;
  std::array<std::uint8_t, 3> vendor{};  ///< IEEE OUI
  std::uint8_t model = 0, version = 0;
  std::uint32_t serial = 0;
  std::array<std::uint8_t, 3> firmware{};
  struct Capability {
    std::uint8_t level = 0, count = 0;
  };
  std::array<Capability, 20> capabilities{};  ///< by function code; 1 contacts, 2 outputs, 8 check, 9 security
};

/// Why a command failed that the reader answered with NAK.
inline constexpr std::string_view kRefusedByReader = "the reader refuses it";

/// What happens at a reader. Called from within receive() and next() of the panel, before they return.
class PanelObserver {
 public:
  virtual ~PanelObserver() = default;
  enum class Channel : std::uint8_t { plain, secure };
  /// It answers, is known and has its channel.
  virtual void online(std::size_t reader, const Identity& identity, Channel channel) = 0;
  /// It was on line, or never came, and has not done what it must for 8 s.
  virtual void offline(std::size_t reader, std::string_view why) = 0;
  /// Its secure channel cannot be had: a wrong key, or none. `goes_on`: in plain text, as its installer allowed.
  virtual void insecure(std::size_t reader, std::string_view why, bool goes_on) = 0;
  /// It had the default key and has taken its own.
  virtual void paired(std::size_t reader) = 0;
  /// Anything else than an acknowledgement that it said on line; `data` is in clear and valid during the call.
  virtual void said(std::size_t reader, std::uint8_t code, Bytes data) = 0;
  /// A command that was given to the panel ended; `why` is empty if the reader took it.
  virtual void done(std::size_t reader, std::uint32_t ticket, std::string_view why) = 0;
};

/// Numbers since the start.
struct LineCounters {
  std::uint64_t commands = 0;  ///< sent, with those said again
  std::uint64_t silent = 0;    ///< without an answer in time
  std::uint64_t refused = 0;   ///< answered with NAK
  std::uint64_t busy = 0;      ///< answered with BUSY
  std::uint64_t strays = 0;    ///< answers to nothing that was asked: late, doubled
  std::uint64_t forged = 0;    ///< answers whose MAC does not hold, or in plain text within a session
  std::uint64_t restarts = 0;  ///< sessions begun anew
};

/// The panel's side of one reader: what to say to it next, and what its answers mean. No clock, no line; times are
/// CLOCK_MONOTONIC in nanoseconds and given. Takes nothing from the heap after it was made.
class Peripheral {
 public:
  using Random = std::function<void(std::span<std::uint8_t>)>;
  static constexpr std::size_t kMostData = 64;  ///< of a command that is given to it

  Peripheral(PeripheralOptions options, std::size_t index, const Random& random, PanelObserver& observer);

  /// From when on there is something to say.
  [[nodiscard]] std::int64_t due() const { return due_; }
  /// How long its answer may be waited for: 200 ms, as the standard has it; more when it was too slow for a handshake,
  /// which costs some readers their time.
  [[nodiscard]] std::int64_t patience() const;
  /// It does not answer, and may cost the others time only now and then.
  [[nodiscard]] bool absent() const { return phase_ == Phase::identify && misses_ > 0; }
  [[nodiscard]] bool online() const { return phase_ == Phase::online && proven_; }
  [[nodiscard]] bool secure() const { return online() && session_.has_value(); }
  [[nodiscard]] const PeripheralOptions& options() const { return options_; }
  [[nodiscard]] const LineCounters& counters() const { return counters_; }

  /// The first call at all; it is due at once.
  void start(std::int64_t now);
  /// The frame to send now: what was not answered again, byte for byte, or what comes next.
  [[nodiscard]] Bytes next(std::int64_t now);
  /// A frame from its address while one of ours waits for an answer. False: it is none, the wait goes on.
  bool answer(const Frame& frame, std::int64_t now);
  /// No answer came in time. `damaged`: something came that was no frame.
  void silence(std::int64_t now, bool damaged);
  /// A frame from its address while nothing waits for one.
  void stray() { ++counters_.strays; }
  /// Something to say as soon as it is on line. False: it is not, or too many wait; nothing is told then.
  bool give(std::uint8_t code, Bytes data, std::uint32_t ticket, std::int64_t now);

 private:
  enum class Phase : std::uint8_t { identify, capabilities, challenge, cryptogram, keyset, online };
  struct Given {
    std::uint8_t code = 0, size = 0;
    std::uint32_t ticket = 0;
    std::array<std::uint8_t, kMostData> data{};
  };

  void say(std::uint8_t code, Bytes data, std::uint8_t block = 0);
  void say_online(std::int64_t now);
  bool take(const Frame& frame, Bytes data, std::int64_t now);
  bool take_busy(std::int64_t now);
  bool take_refusal(std::uint8_t reason, std::int64_t now);
  void refused_online(std::uint8_t reason, std::int64_t now);
  void take_capabilities(Bytes data);
  void take_ccrypt(Bytes data, std::int64_t now);
  void take_rmac(Bytes data, std::int64_t now);
  void take_keyset(std::int64_t now);
  void take_online(std::uint8_t code, Bytes data, std::int64_t now);
  /// Known: on with its channel.
  void known(std::int64_t now);
  /// What was said is answered: the sequence goes on.
  void answered(std::int64_t now);
  /// Says the same again, later.
  void say_again(std::int64_t in, std::int64_t now);
  void go_online(std::int64_t now);
  /// On line, and it lets itself be polled.
  void found(std::int64_t now);
  void go_offline(std::int64_t now);
  /// Off line once it has done nothing of what it must for too long.
  void judge(std::int64_t now);
  void begin_handshake(bool with_default_key, std::int64_t now);
  void handshake_failed(std::string_view why, std::int64_t now);
  /// No secure channel to be had: in plain text if that is allowed, else again later.
  void insecure(std::string_view why, std::int64_t now);
  /// Everything from the beginning, with the channel that it must have; the reader stays on line meanwhile.
  void restart(std::string_view why, std::int64_t now);
  void end_given(std::string_view why);
  void end_all_given(std::string_view why);

  const PeripheralOptions options_;
  const std::size_t index_;
  const Random& random_;
  PanelObserver& observer_;

  Phase phase_ = Phase::identify;
  std::uint8_t sequence_ = 0;
  Check check_ = Check::crc;
  bool waits_ = false;  ///< what stands in sent_ was not answered
  std::uint8_t sent_code_ = 0;
  std::array<std::uint8_t, 160> sent_{};
  std::size_t sent_size_ = 0;
  std::int64_t said_at_ = 0, due_ = 0;
  std::int64_t progress_ = 0;  ///< when it last did what it must
  std::int64_t online_since_ = 0;
  std::uint32_t misses_ = 0;    ///< silences in a row
  bool greeted_ = false;        ///< it answered to a poll, and is asked what it is
  std::uint32_t damages_ = 0;   ///< our frames that it took for damaged, in a row
  std::uint32_t refusals_ = 0;  ///< of polls in a row
  std::uint32_t restarts_ = 0;  ///< since all was well for a while
  bool proven_ = false;         ///< on line, and it let itself be polled: one without a channel may refuse that
  std::string_view why_ = "it never answered";  ///< what keeps it off line
  bool told_offline_ = false;

  Nonce a_{};
  SessionKeys keys_;
  Block cryptogram_{};
  std::optional<SecureSession> session_;
  bool default_key_ = false;       ///< of the handshake under way
  bool paired_ = false;            ///< it was given its key in this run
  bool plain_ = false;             ///< goes on in plain text though it has a key
  std::int64_t secure_again_ = 0;  ///< of such a one: when the secure channel is tried again
  std::uint32_t failures_ = 0;     ///< of handshakes in a row
  std::uint32_t silent_handshakes_ = 0;
  std::uint32_t refused_times_ = 0;
  std::string_view told_insecure_;

  Identity identity_;
  bool asked_ = false;                    ///< the last that was said on line was a question
  std::uint8_t to_ask_ = 0, cannot_ = 0;  ///< bits of LSTAT, ISTAT, OSTAT, RSTAT
  std::int64_t ask_at_ = 0, outputs_at_ = 0;
  std::array<Given, 8> given_{};
  std::size_t given_first_ = 0, given_count_ = 0;
  bool given_sent_ = false;
  LineCounters counters_;
};

}  // namespace wf::access::osdp
