#include "agents/kit/loaded_library.hpp"

#include <dlfcn.h>

namespace wf::kit {

LoadedLibrary::LoadedLibrary(const char* file) : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ != nullptr) return;
  missing_ = file;
  if (const char* const why = ::dlerror()) why_ = why;
}

void* LoadedLibrary::symbol(const char* name, bool needed) {
  void* const found = handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
  if (found == nullptr && needed && missing_.empty()) missing_ = name;
  return found;
}

}  // namespace wf::kit
