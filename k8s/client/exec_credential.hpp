#pragma once

#include "k8s/client/credential_recipe.hpp"
#include "messages/clock.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace spark {

/// What a plugin printed.
struct exec_credential {
  secret_string token;
  std::string client_cert_pem;
  secret_string client_key_pem;
  time_point expires = no_time; ///< no_time: valid until the server says 401
};

/// The cluster as the plugin may want to know it (provideClusterInfo).
struct exec_cluster_info {
  std::string server;
  std::string ca_pem;
  std::string tls_server_name;
  bool insecure_skip_verify = false;
};

/// Runs the plugin to its end, its limit or `stop`; blocks meanwhile. stdin is
/// empty, so a plugin that wants to ask somebody fails. On failure the message
/// carries the first line of stderr, and never stdout.
[[nodiscard]] result<exec_credential>
run_exec_plugin(const exec_plugin& plugin, const exec_cluster_info& cluster,
                std::stop_token stop = {});

/// The ExecCredential that a plugin printed. Pure.
[[nodiscard]] result<exec_credential>
parse_exec_credential(std::string_view text, std::string_view api_version);

} // namespace spark
