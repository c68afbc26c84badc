#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wf {

/// Most bytes of one piece of an attachment on the link; a larger one is refused.
inline constexpr std::size_t kMostPieceBytes = 128U << 10U;
/// Pieces of a connection that may be unanswered.
inline constexpr std::uint32_t kPieceWindow = 4;
/// So many of a content's first bytes say what it is.
inline constexpr std::size_t kMagicBytes = 12;

/// The field by which an event names an attachment; one for each.
inline constexpr std::string_view kAttachmentField = "attachment";
/// The field by which an agent's word of itself names one that it gave up after its event was sent; one for each.
inline constexpr std::string_view kGivenUpField = "attachment.given_up";

/// What an attachment is called: BLAKE2b-256 of its content as 64 small hexadecimal digits. Nothing else is ever made
/// part of a path.
[[nodiscard]] bool valid_attachment_hash(std::string_view text);

/// What a content is by its first bytes: "image/jpeg" (ISO/IEC 10918-1), "image/png" (ISO/IEC 15948), "video/mp4"
/// (ISO/IEC 14496-12: a box `ftyp` comes first). Empty: none of them, and no attachment.
[[nodiscard]] std::string_view media_type_of(std::string_view first_bytes);

}  // namespace wf
