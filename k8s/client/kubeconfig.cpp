#include "k8s/client/kubeconfig.hpp"

#include "k8s/client/credential_reader.hpp"
#include "k8s/client/pem.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdlib>

namespace spark {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t text_limit = 1u << 20;

/// Ends the reading; becomes an error at the only entrance.
struct refusal {
  std::string message;
};

std::string text_of(const YAML::Node& map, const char* key) {
  auto node = map[key];
  if (!node || node.IsNull())
    return {};
  if (!node.IsScalar())
    throw refusal{std::string{key} + " is not a text"};
  return node.Scalar();
}

bool flag_of(const YAML::Node& map, const char* key) {
  auto node = map[key];
  bool out = false;
  if (node && !node.IsNull() && !YAML::convert<bool>::decode(node, out))
    throw refusal{std::string{key} + " is neither true nor false"};
  return out;
}

/// clusters, contexts and users are lists of {name, <kind>: {...}}.
YAML::Node find_named(const YAML::Node& root, const char* list,
                      const char* kind, const std::string& name) {
  auto entries = root[list];
  if (entries && entries.IsSequence())
    for (const auto& entry : entries) {
      if (!entry.IsMap() || text_of(entry, "name") != name)
        continue;
      auto body = entry[kind];
      if (!body || !body.IsMap())
        throw refusal{std::string{kind} + " \"" + name + "\" has no content"};
      return body;
    }
  throw refusal{std::string{"no "} + kind + " is named \"" + name + "\""};
}

pem_origin pem_of(const YAML::Node& map, const std::string& key,
                  const fs::path& directory) {
  pem_origin out;
  if (auto data = text_of(map, (key + "-data").c_str()); !data.empty()) {
    auto decoded = decode_base64(data);
    if (!decoded)
      throw refusal{key + "-data is not base64"};
    out.data = secret_string{std::move(*decoded)};
  } else if (auto file = text_of(map, key.c_str()); !file.empty()) {
    out.file = directory / file;
  }
  return out;
}

void read_cluster(credential_recipe& out, const YAML::Node& cluster,
                  const fs::path& directory,
                  const kubeconfig_options& options) {
  out.server = text_of(cluster, "server");
  while (out.server.ends_with('/'))
    out.server.pop_back();
  if (!out.server.starts_with("https://") && !out.server.starts_with("http://"))
    throw refusal{"the cluster's server is not an https:// address"};
  // Anything else than visible ASCII has no place in an address.
  for (unsigned char c : out.server)
    if (c <= ' ' || c >= 0x7f || c == '@' || c == '?' || c == '#')
      throw refusal{"the cluster's server is not a plain address"};
  if (!text_of(cluster, "proxy-url").empty())
    throw refusal{"proxy-url is not supported; remove it"};
  out.ca = pem_of(cluster, "certificate-authority", directory);
  out.tls_server_name = text_of(cluster, "tls-server-name");
  out.insecure_skip_verify = flag_of(cluster, "insecure-skip-tls-verify");
  if (out.insecure_skip_verify && !options.allow_insecure)
    throw refusal{"insecure-skip-tls-verify needs the operator's explicit "
                  "permission; better set certificate-authority"};
  if (out.insecure_skip_verify && !out.ca.empty())
    throw refusal{"insecure-skip-tls-verify and certificate-authority "
                  "contradict each other"};
}

/// A path with a slash is relative to the kubeconfig, a bare name is looked up
/// in PATH.
std::string command_of(const std::string& text, const fs::path& directory) {
  if (text.empty())
    throw refusal{"exec has no command"};
  return text.find('/') == std::string::npos ? text
                                             : (directory / text).string();
}

void read_exec_lists(exec_plugin& out, const YAML::Node& exec) {
  if (auto args = exec["args"]; args && !args.IsNull()) {
    if (!args.IsSequence())
      throw refusal{"exec.args is not a list"};
    for (const auto& arg : args) {
      if (!arg.IsScalar())
        throw refusal{"exec.args has something that is not a text"};
      out.arguments.push_back(arg.Scalar());
    }
  }
  if (auto env = exec["env"]; env && !env.IsNull()) {
    if (!env.IsSequence())
      throw refusal{"exec.env is not a list"};
    for (const auto& entry : env) {
      auto name = entry.IsMap() ? text_of(entry, "name") : std::string{};
      if (name.empty() || name.find('=') != std::string::npos)
        throw refusal{"exec.env has an entry without a usable name"};
      out.environment.emplace_back(name, text_of(entry, "value"));
    }
  }
}

exec_plugin exec_of(const YAML::Node& exec, const fs::path& directory) {
  if (!exec.IsMap())
    throw refusal{"exec is not a map"};
  exec_plugin out;
  out.api_version = text_of(exec, "apiVersion");
  if (out.api_version != "client.authentication.k8s.io/v1" &&
      out.api_version != "client.authentication.k8s.io/v1beta1")
    throw refusal{"exec.apiVersion must be client.authentication.k8s.io/v1 "
                  "or /v1beta1"};
  if (text_of(exec, "interactiveMode") == "Always")
    throw refusal{"exec.interactiveMode Always needs a terminal"};
  out.command = command_of(text_of(exec, "command"), directory);
  out.install_hint = text_of(exec, "installHint");
  out.wants_cluster_info = flag_of(exec, "provideClusterInfo");
  read_exec_lists(out, exec);
  return out;
}

void read_user(credential_recipe& out, const YAML::Node& user,
               const fs::path& directory) {
  if (!text_of(user, "username").empty() || !text_of(user, "password").empty())
    throw refusal{"user name and password are not supported by Kubernetes any "
                  "more; use a token or a client certificate"};
  if (user["auth-provider"])
    throw refusal{"auth-provider was removed from Kubernetes; use exec"};
  out.client_cert = pem_of(user, "client-certificate", directory);
  out.client_key = pem_of(user, "client-key", directory);
  if (out.client_cert.empty() != out.client_key.empty())
    throw refusal{"client-certificate and client-key belong together"};
  out.token = secret_string{text_of(user, "token")};
  if (auto file = text_of(user, "tokenFile"); !file.empty())
    out.token_file = directory / file;
  if (auto exec = user["exec"]; exec && !exec.IsNull())
    out.exec = exec_of(exec, directory);
  const bool other =
      !out.token.empty() || !out.token_file.empty() || !out.client_cert.empty();
  if (out.exec && other)
    throw refusal{"exec cannot be combined with another kind of credential"};
  if (out.server.starts_with("http://") && (out.exec || other))
    throw refusal{"the user's credentials would cross plain http://"};
}

cluster_access read_config(const YAML::Node& root, const fs::path& directory,
                           const kubeconfig_options& options) {
  if (!root.IsMap())
    throw refusal{"this is not a kubeconfig"};
  cluster_access out;
  out.context = options.context.empty() ? text_of(root, "current-context")
                                        : options.context;
  if (out.context.empty())
    throw refusal{"there is no current-context; name one"};
  auto context = find_named(root, "contexts", "context", out.context);
  out.default_namespace = text_of(context, "namespace");
  read_cluster(
      out.recipe,
      find_named(root, "clusters", "cluster", text_of(context, "cluster")),
      directory, options);
  // A context without a user is anonymous, as kubectl has it.
  if (auto user = text_of(context, "user"); !user.empty())
    read_user(out.recipe, find_named(root, "users", "user", user), directory);
  return out;
}

} // namespace

result<cluster_access> parse_kubeconfig(std::string_view text,
                                        const fs::path& directory,
                                        const kubeconfig_options& options) {
  if (text.size() > text_limit)
    return fail(errc::bad_input, "the kubeconfig is larger than 1 MiB");
  try {
    return read_config(YAML::Load(std::string{text}), directory, options);
  } catch (const refusal& r) {
    return fail(errc::bad_input, r.message, "kubeconfig");
  } catch (const YAML::Exception& e) {
    // Its message has the position, and never the text.
    return fail(errc::bad_input, std::string{"not YAML: "} + e.what(),
                "kubeconfig");
  }
}

result<cluster_access> load_kubeconfig(const fs::path& file,
                                       const kubeconfig_options& options) {
  auto text = read_small_file(file);
  if (!text)
    return tl::unexpected<error>(std::move(text.error()));
  std::error_code ec;
  auto whole = fs::absolute(file, ec);
  auto out =
      parse_kubeconfig(*text, (ec ? file : whole).parent_path(), options);
  if (!out)
    out.error().context = "kubeconfig " + file.string();
  return out;
}

result<cluster_access> in_cluster_access(const fs::path& directory) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (!host || !*host || !port || !*port)
    return fail(errc::bad_input,
                "KUBERNETES_SERVICE_HOST and _PORT are not set: not in a pod; "
                "give a kubeconfig");
  cluster_access out;
  const std::string name{host};
  const bool v6 = name.find(':') != std::string::npos && name.front() != '[';
  out.recipe.server = "https://" + (v6 ? "[" + name + "]" : name) + ":" + port;
  out.recipe.token_file = directory / "token";
  out.recipe.ca.file = directory / "ca.crt";
  out.context = "in-cluster";
  if (auto ns = read_small_file(directory / "namespace")) {
    while (!ns->empty() && (ns->back() == '\n' || ns->back() == ' '))
      ns->pop_back();
    out.default_namespace = std::move(*ns);
  }
  return out;
}

} // namespace spark
