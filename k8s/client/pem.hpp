#pragma once

#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace spark {

/// At least one certificate, and none that OpenSSL cannot read. Without this a
/// half-written CA file would surface only at the next handshake.
[[nodiscard]] result<void> check_certificates(std::string_view pem);

/// The key belongs to the first certificate. A rotation replaces two files, and
/// we may read between them.
[[nodiscard]] result<void> check_key_pair(std::string_view cert_pem,
                                          std::string_view key_pem);

/// Standard base64 with padding; white space is skipped.
[[nodiscard]] result<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(std::string_view bytes);

} // namespace spark
