#pragma once
#include <string>
#include <type_traits>

namespace wf::kit {

/// A shared library that is loaded where something first needs it, not at the start: what it and all that it brings
/// along take in memory is spent by those agents alone that use it. It stays loaded to the end of the program.
///
/// One thread makes it and takes its functions; what was taken may be called from any.
class LoadedLibrary {
 public:
  /// Loads `file`, a name that the dynamic loader finds or a path.
  explicit LoadedLibrary(const char* file);

  /// Sets a pointer to a function to the library's `name`. Where there is none the pointer is null, and `name` is what
  /// is missing unless the library may do without it.
  template <class Function>
  void take(Function& function, const char* name, bool needed = true) {
    static_assert(std::is_pointer_v<Function> && std::is_function_v<std::remove_pointer_t<Function>>);
    function = reinterpret_cast<Function>(symbol(name, needed));
  }

  /// The file that could not be loaded, or what it should have and has not; empty: everything that was taken is there.
  [[nodiscard]] const std::string& missing() const { return missing_; }
  /// What the dynamic loader says of a file that could not be loaded; empty otherwise.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  [[nodiscard]] void* symbol(const char* name, bool needed);

  void* handle_;
  std::string missing_, why_;
};

}  // namespace wf::kit
