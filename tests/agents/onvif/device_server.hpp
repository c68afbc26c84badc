#pragma once
#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "proto/time.hpp"

namespace wf::onvif::test {

/// What was seen of devices, each switched on by itself.
struct Quirks {
  bool refused_as_400 = false;        ///< a wrong user is told as HTTP 400 with ter:NotAuthorized
  bool digest = false;                ///< HTTP digest only (RFC 7616)
  bool clock_wants_login = false;     ///< GetSystemDateAndTime too
  bool wants_initial_time = false;    ///< 500 unless InitialTerminationTime is sent
  bool no_relative_time = false;      ///< a fault for a duration as InitialTerminationTime
  bool wants_message_id = false;      ///< Renew without wsa:MessageID is refused
  bool no_renewal = false;            ///< Renew is refused whatever it says
  bool odd_termination = false;       ///< TerminationTime is no date
  bool foreign_names = false;         ///< prefixes and hosts as somebody else writes them
  bool reference_parameters = false;  ///< the subscription is known by what the header repeats
  bool no_capabilities = false;       ///< GetCapabilities is a fault
  bool page = false;                  ///< answers with a web page
  bool endless = false;               ///< answers for ever
  bool never = false;                 ///< takes the question and says nothing
  bool no_hold = false;               ///< answers PullMessages at once
  bool no_service_list = false;       ///< GetServices is a fault, and doors are asked where all else is
  bool never_at_doors = false;        ///< takes what is to be done to a door and says nothing
  bool locked_down = false;           ///< nothing is done to its door
  bool digest_at_doors = false;       ///< HTTP digest for its doors alone
};

/// An ONVIF device of the tests' own. Thread-safe.
class DeviceServer {
 public:
  explicit DeviceServer(const Quirks& quirks = {});
  ~DeviceServer();

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void set(const Quirks& quirks);
  void set_password(const std::string& password);
  void set_clock_ahead(std::int64_t nanoseconds);
  void set_lease(std::int64_t nanoseconds);
  /// A property that stands in the first answer of each subscription.
  void property(const std::string& topic, const std::string& source, const std::string& data);
  /// News, to each subscription.
  void say(const std::string& topic, const std::string& source, const std::string& data,
           const std::string& operation = "Changed");
  /// A whole answer in the place of the next PullMessagesResponse.
  void answer_next_pull(int status, const std::string& body);
  /// It began anew: all subscriptions are gone.
  void reboot();
  [[nodiscard]] int count(const std::string& request) const;
  [[nodiscard]] std::string last(const std::string& request) const;
  [[nodiscard]] std::size_t subscriptions() const;
  /// What was done to its door D1 last: "UnlockDoor", "AccessDoor PT5S"…
  [[nodiscard]] std::string door() const;

 private:
  struct Subscription {
    std::deque<std::string> waiting;
    UtcNs end = 0;
  };
  void handle(const httplib::Request& request, httplib::Response& response);
  void door(const httplib::Request& request, httplib::Response& response, const std::string& what,
            std::unique_lock<std::mutex>& lock);
  void create(const httplib::Request& request, httplib::Response& response, std::unique_lock<std::mutex>& lock);
  void pull(Subscription& subscription, httplib::Response& response, std::unique_lock<std::mutex>& lock, int id);
  bool let_in(const httplib::Request& request, httplib::Response& response, const std::string& what);
  bool digest_right(const httplib::Request& request, httplib::Response& response) const;
  void answer(httplib::Response& response, const std::string& body) const;
  void fault(httplib::Response& response, int status, const std::string& code, const std::string& reason) const;
  [[nodiscard]] UtcNs clock() const;
  [[nodiscard]] std::string times(UtcNs end) const;

  mutable std::mutex mutex_;
  std::condition_variable news_;
  Quirks quirks_;
  std::string password_ = "secret";
  std::int64_t ahead_ = 0, lease_ = 0;
  std::map<int, Subscription> subscriptions_;
  int next_id_ = 1;
  std::vector<std::string> properties_;
  std::deque<std::pair<int, std::string>> instead_;
  std::map<std::string, int> counts_;
  std::map<std::string, std::string> last_;
  std::string door_;
  bool stopping_ = false;
  httplib::Server http_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace wf::onvif::test
