#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spark {

/// Where to listen. No names are resolved, so nothing can answer for them.
struct listen_address {
  enum class kind { off, tcp, unix_socket };
  kind how = kind::off;
  std::string host;       ///< IP literal; empty: all addresses
  std::uint16_t port = 0; ///< 0: any free one
  std::string path;       ///< of the unix socket
  bool operator==(const listen_address&) const = default;
};

/// "127.0.0.1:8080", "localhost:8080", "[::1]:0", ":8080" (all addresses),
/// "unix:/run/x.sock", "" (off). bad_input otherwise.
[[nodiscard]] result<listen_address> parse_listen_address(std::string_view);
/// What parse_listen_address reads.
[[nodiscard]] std::string to_string(const listen_address& where);

/// A bound, listening stream socket (close-on-exec), and in `where` the port
/// that was picked for 0. bad_input for an address that is off; io when it
/// cannot be bound. A unix socket gets mode 0600; one that a dead process left
/// is replaced, anything else at its path is not touched.
[[nodiscard]] result<int> open_listening_socket(listen_address& where);

} // namespace spark
