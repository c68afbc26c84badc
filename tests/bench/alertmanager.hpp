#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace wf::bench {

/// Debian's prometheus-alertmanager as a child of this process, on a port of its own, without peers; it tells nobody
/// and groups by host.
class Alertmanager {
 public:
  [[nodiscard]] static bool installed();
  /// Throws when it cannot be started. `folder`: for its settings and its storage.
  explicit Alertmanager(const std::filesystem::path& folder);
  ~Alertmanager();
  Alertmanager(const Alertmanager&) = delete;
  Alertmanager& operator=(const Alertmanager&) = delete;

  /// POSTs a JSON array of alerts; throws unless it was taken.
  void post(const std::string& alerts);
  /// What it answers to GET.
  [[nodiscard]] std::string get(const std::string& path) const;
  /// Processor time so far, once it has been idle for a fifth of a second.
  [[nodiscard]] double processor_seconds() const;
  [[nodiscard]] double resident_bytes() const;

 private:
  [[nodiscard]] std::string ask(const std::string& request);
  [[nodiscard]] double spent() const;

  int port_ = 0, socket_ = -1;
  pid_t child_ = 0;
};

}  // namespace wf::bench
