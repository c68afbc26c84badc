#include "agents/http/curl_library.hpp"

#include <dlfcn.h>

namespace wf::http {
namespace {

struct Loaded {
  CurlLibrary library{};
  std::string missing;

  Loaded() {
    void* const handle = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      missing = "libcurl.so.4";
      return;
    }
    const auto take = [&](auto& function, const char* name) {
      void* const symbol = ::dlsym(handle, name);
      if (symbol == nullptr) missing = name;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    take(library.global_init, "curl_global_init");
    take(library.easy_init, "curl_easy_init");
    take(library.easy_cleanup, "curl_easy_cleanup");
    take(library.easy_setopt, "curl_easy_setopt");
    take(library.easy_getinfo, "curl_easy_getinfo");
    take(library.easy_strerror, "curl_easy_strerror");
    take(library.multi_init, "curl_multi_init");
    take(library.multi_cleanup, "curl_multi_cleanup");
    take(library.multi_setopt, "curl_multi_setopt");
    take(library.multi_add_handle, "curl_multi_add_handle");
    take(library.multi_remove_handle, "curl_multi_remove_handle");
    take(library.multi_socket_action, "curl_multi_socket_action");
    take(library.multi_info_read, "curl_multi_info_read");
    take(library.slist_append, "curl_slist_append");
    take(library.slist_free_all, "curl_slist_free_all");
    take(library.getdate, "curl_getdate");
    if (missing.empty() && library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) missing = "curl_global_init";
  }
};

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"libcurl cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libcurl4 (since Debian 13 libcurl4t64)"};
  return &loaded.library;
}

}  // namespace wf::http
