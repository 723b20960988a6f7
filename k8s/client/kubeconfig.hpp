#pragma once

#include "k8s/client/credential_recipe.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace spark {

/// Which cluster, as whom, and in which namespace by default.
struct cluster_access {
  credential_recipe recipe;
  std::string default_namespace; ///< empty: the context names none
  std::string context;           ///< its name; "in-cluster" for a pod's
};

struct kubeconfig_options {
  std::string context; ///< empty: current-context
  /// Without it insecure-skip-tls-verify is an error, not a wish granted.
  bool allow_insecure = false;
};

/// Reads a kubeconfig's text (at most 1 MiB). Relative paths are resolved
/// against `directory`. Opens no file and runs no plugin: open_credentials
/// does. Fails with bad_input and a message that says what to change; refuses
/// proxy-url, user name and password, legacy auth-providers, and plain HTTP
/// together with credentials.
[[nodiscard]] result<cluster_access>
parse_kubeconfig(std::string_view text, const std::filesystem::path& directory,
                 const kubeconfig_options& options = {});

/// The same from a file. One file only: a KUBECONFIG list is not merged.
[[nodiscard]] result<cluster_access>
load_kubeconfig(const std::filesystem::path& file,
                const kubeconfig_options& options = {});

/// A pod's own access: the environment names the server, `directory` has token,
/// ca.crt and namespace. not-in-a-pod is bad_input.
[[nodiscard]] result<cluster_access>
in_cluster_access(const std::filesystem::path& directory =
                      "/var/run/secrets/kubernetes.io/serviceaccount");

} // namespace spark
