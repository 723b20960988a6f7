#pragma once

#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace spark {

/// A secret that no stream, formatter or log can print by accident. The bytes
/// are overwritten before the memory is returned.
class secret_string {
public:
  secret_string() = default;
  explicit secret_string(std::string text) : text_{std::move(text)} {}
  secret_string(const secret_string&) = default;
  secret_string(secret_string&& other) noexcept
      : text_{std::exchange(other.text_, {})} {}
  secret_string& operator=(secret_string other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~secret_string();

  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend bool operator==(const secret_string&, const secret_string&) = default;
  template<class Stream>
  friend Stream& operator<<(Stream&, const secret_string&) = delete;

private:
  std::string text_;
};

/// All that a connection to an API server needs, in memory.
struct credentials {
  std::string server; ///< "https://host:port", no trailing slash
  std::string ca_pem; ///< empty: the system's trust store
  std::string client_cert_pem;
  secret_string client_key_pem;
  secret_string token; ///< bearer token, without white space; may be empty
  std::string tls_server_name; ///< for SNI and verification; empty: from server
  bool insecure_skip_verify = false;
  /// Grows when anything but the token changed: connections made with an
  /// older one must not carry new requests.
  std::uint64_t connection_version = 1;
  /// Grows with every change, the token's included.
  std::uint64_t version = 1;
};

/// Gives the newest credentials. All members are thread-safe and none blocks on
/// files, plugins or the network: refreshing happens elsewhere.
class credential_source {
public:
  virtual ~credential_source() = default;
  /// Never null.
  [[nodiscard]] virtual std::shared_ptr<const credentials> current() const = 0;
  /// The server answered 401 to this version: obtain new ones now. Ignored when
  /// a newer version is already there. The request is not repeated by us.
  virtual void invalidate(std::uint64_t version) = 0;
  /// What the last refresh met, if it failed; the old credentials stay in use.
  [[nodiscard]] virtual error last_failure() const = 0;
};

/// Credentials that never change.
[[nodiscard]] std::shared_ptr<credential_source>
make_fixed_credentials(credentials c);

struct credential_recipe;

struct refresh_options {
  /// Files are read again this often (client-go: token 60 s).
  std::chrono::milliseconds interval{60'000};
  /// An exec plugin's credential is renewed this long before it expires, but
  /// not before half of its life is over.
  std::chrono::milliseconds expiry_leeway{60'000};
  /// The least time between two refreshes that 401s ask for: a server that
  /// rejects everything must not start a process per request.
  std::chrono::milliseconds invalidate_spacing{5'000};
};

/// Reads the recipe's files and runs its plugin once, in the calling thread
/// (up to the plugin's limit); fails when that does not give usable
/// credentials. If anything can change later, a thread of the source's own
/// keeps them fresh: a file that cannot be read, is empty or does not parse
/// leaves the old content in force.
[[nodiscard]] result<std::shared_ptr<credential_source>>
open_credentials(credential_recipe recipe, refresh_options options = {});

} // namespace spark
