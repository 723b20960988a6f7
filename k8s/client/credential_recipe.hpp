#pragma once

#include "k8s/client/credentials.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spark {

/// A client-go credential plugin. It is started without a shell.
struct exec_plugin {
  std::string api_version; ///< client.authentication.k8s.io/v1 or /v1beta1
  std::string command;     ///< with a slash: a path; else looked up in PATH
  std::vector<std::string> arguments;
  /// Added to our own environment; the same name replaces ours.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint; ///< shown when the command does not start
  bool wants_cluster_info = false;
  std::chrono::milliseconds limit{30'000}; ///< then its process group is killed
  std::size_t output_limit = 1u << 20;
};

/// Content, or the file that has it. Files are opened afresh at each reading:
/// the kubelet swaps them through a symlink.
struct pem_origin {
  secret_string data;
  std::filesystem::path file; ///< used when data is empty

  [[nodiscard]] bool empty() const { return data.empty() && file.empty(); }
};

/// How to obtain credentials; what a kubeconfig or a pod's service account says
/// before any file is read.
struct credential_recipe {
  std::string server;
  pem_origin ca;
  pem_origin client_cert;
  pem_origin client_key;
  secret_string token;
  std::filesystem::path token_file; ///< wins over token, as in client-go
  std::optional<exec_plugin> exec;
  std::string tls_server_name;
  bool insecure_skip_verify = false;
};

} // namespace spark
