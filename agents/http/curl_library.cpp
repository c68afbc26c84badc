#include "agents/http/curl_library.hpp"

#include <string>

#include "agents/kit/loaded_library.hpp"

namespace wf::http {
namespace {

struct Loaded {
  CurlLibrary functions{};
  std::string missing;

  Loaded() {
    kit::LoadedLibrary from("libcurl.so.4");
    from.take(functions.global_init, "curl_global_init");
    from.take(functions.easy_init, "curl_easy_init");
    from.take(functions.easy_cleanup, "curl_easy_cleanup");
    from.take(functions.easy_setopt, "curl_easy_setopt");
    from.take(functions.easy_getinfo, "curl_easy_getinfo");
    from.take(functions.easy_strerror, "curl_easy_strerror");
    from.take(functions.multi_init, "curl_multi_init");
    from.take(functions.multi_cleanup, "curl_multi_cleanup");
    from.take(functions.multi_setopt, "curl_multi_setopt");
    from.take(functions.multi_add_handle, "curl_multi_add_handle");
    from.take(functions.multi_remove_handle, "curl_multi_remove_handle");
    from.take(functions.multi_socket_action, "curl_multi_socket_action");
    from.take(functions.multi_info_read, "curl_multi_info_read");
    from.take(functions.slist_append, "curl_slist_append");
    from.take(functions.slist_free_all, "curl_slist_free_all");
    from.take(functions.getdate, "curl_getdate");
    missing = from.missing();
    if (missing.empty() && functions.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) missing = "curl_global_init";
  }
};

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"libcurl cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libcurl4 (since Debian 13 libcurl4t64)"};
  return &loaded.functions;
}

}  // namespace wf::http
