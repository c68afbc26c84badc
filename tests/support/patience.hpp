#pragma once
#include <chrono>

// g++ says it by a macro, clang by a feature.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define WF_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define WF_SANITIZED 1
#endif
#endif

namespace wf::test {

/// How many times longer than in a plain build a program may take: sanitizers make it slow.
#ifdef WF_SANITIZED
inline constexpr bool kSanitized = true;
inline constexpr int kSlowness = 6;
#else
inline constexpr bool kSanitized = false;
inline constexpr int kSlowness = 1;
#endif
#undef WF_SANITIZED

/// How long a test waits for what has to happen, in this build; `plain`: in one without sanitizers. It ends a test that
/// would wait for ever, so it may be generous: what happens in time is not waited for any longer.
constexpr std::chrono::milliseconds patience(std::chrono::milliseconds plain) { return plain * kSlowness; }
constexpr int patience_ms(int plain) { return plain * kSlowness; }

}  // namespace wf::test
