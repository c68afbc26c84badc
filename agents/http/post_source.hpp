#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/http/server.hpp"
#include "agents/kit/source.hpp"

namespace wf::http {

/// Takes records by HTTP POST. Who derives from it says what a body's records mean; a body is answered 200 once all its
/// events are on the agent's disk, so a sender that repeats what was not answered loses nothing; 422 with the first
/// reason if none of its records can be used. What came by the bulk interface is answered record by record.
class PostSource : public kit::Source {
 public:
  struct Place {
    std::string host;
    std::uint16_t port = 0;
    ServerOptions options;
    std::string certificate_file;  ///< empty: without TLS
  };
  PostSource(const kit::SourceSpec& spec, Place place);
  ~PostSource() override;

  std::vector<Error> check() override;
  std::vector<std::string> remarks() const override;
  Result<void> start(std::string_view position, bool once, const kit::Moment& moment) override;
  bool step(kit::Sink& sink, const kit::Moment& moment) override;
  void durable(const kit::Moment& moment) override;
  std::string position() const override { return {}; }
  void add_fds(std::vector<pollfd>& fds) const override;
  std::int64_t next_wake() const override;

 protected:
  /// What came of one record of a body.
  using Outcome = std::function<void(const Result<void>& made)>;
  /// Hands each record's events over, and says of each record what came of it; count_read() before.
  virtual void read(const Posted& posted, kit::Sink& sink, const kit::Moment& moment, const Outcome& outcome) = 0;
  /// What is worth saying although it concerns no record.
  [[nodiscard]] virtual std::string note() const { return {}; }

 private:
  struct Answer {
    std::uint64_t id = 0;
    unsigned status = 0;
    std::string text;
  };
  void open(const kit::Moment& moment);
  void forget_handshakes(std::size_t taken, const kit::Moment& moment);
  void take(const Posted& posted, kit::Sink& sink, const kit::Moment& moment);
  void look_at_certificate(const kit::Moment& moment);
  void say();

  Place place_;
  std::unique_ptr<Server> server_;
  std::vector<Posted> posted_;
  std::vector<Answer> waiting_;  ///< their events are on the way to the disk
  std::int64_t retry_at_ = 0, look_at_ = 0, forget_at_ = 0, now_ = 0;
  std::string said_;
};

/// Reads "HOST:PORT" (or "[V6]:PORT", "PORT"), token=, cert= and key= of a source; appends what is wrong with them.
/// `example`: how such a source is written.
[[nodiscard]] PostSource::Place read_place(const kit::SourceSpec& spec, const std::string& example,
                                           std::vector<Error>& problems);

}  // namespace wf::http
