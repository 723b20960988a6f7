#include "k8s/client/exec_credential.hpp"

#include "k8s/client/child_process.hpp"
#include "k8s/client/pem.hpp"

#include <boost/json.hpp>

#include <unistd.h>

namespace spark {
namespace json = boost::json;
namespace {

std::string first_line(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, text.find('\n'))) {
    if (out.size() == 200)
      break;
    if (c >= ' ' && c != '\x7f')
      out += c;
  }
  return out;
}

std::string exec_info(const exec_plugin& plugin,
                      const exec_cluster_info& cluster) {
  json::object spec{{"interactive", false}};
  if (plugin.wants_cluster_info) {
    json::object c{{"server", cluster.server}};
    if (!cluster.ca_pem.empty())
      c["certificate-authority-data"] = encode_base64(cluster.ca_pem);
    if (!cluster.tls_server_name.empty())
      c["tls-server-name"] = cluster.tls_server_name;
    if (cluster.insecure_skip_verify)
      c["insecure-skip-tls-verify"] = true;
    spec["cluster"] = std::move(c);
  }
  return json::serialize(json::object{{"apiVersion", plugin.api_version},
                                      {"kind", "ExecCredential"},
                                      {"spec", std::move(spec)}});
}

std::vector<std::string> environment_for(const exec_plugin& plugin,
                                         const exec_cluster_info& cluster) {
  auto added = plugin.environment;
  added.emplace_back("KUBERNETES_EXEC_INFO", exec_info(plugin, cluster));
  std::vector<std::string> out;
  for (char** e = environ; e && *e; ++e) {
    std::string_view entry{*e};
    auto name = entry.substr(0, entry.find('='));
    bool replaced = false;
    for (auto& [added_name, value] : added)
      replaced = replaced || name == added_name;
    if (!replaced)
      out.emplace_back(entry);
  }
  for (auto& [name, value] : added)
    out.push_back(name + "=" + value);
  return out;
}

std::string text_in(const json::object& o, std::string_view name) {
  auto* v = o.if_contains(name);
  auto* s = v ? v->if_string() : nullptr;
  return s ? std::string{s->data(), s->size()} : std::string{};
}

result<exec_credential> checked(exec_credential out,
                                const std::string& expiry) {
  if (!expiry.empty()) {
    out.expires = from_rfc3339(expiry);
    if (out.expires == no_time)
      return fail(errc::bad_input, "its expirationTimestamp is no time");
  }
  if (out.client_cert_pem.empty() != out.client_key_pem.empty())
    return fail(errc::bad_input,
                "it gave a client certificate without a key, or the reverse");
  if (out.token.empty() && out.client_cert_pem.empty())
    return fail(errc::bad_input, "it gave neither a token nor a certificate");
  return out;
}

} // namespace

result<exec_credential> parse_exec_credential(std::string_view text,
                                              std::string_view api_version) {
  boost::system::error_code ec;
  auto root = json::parse(text, ec);
  auto* object = ec ? nullptr : root.if_object();
  // The text may hold a secret, so it is not quoted in any message.
  if (!object || text_in(*object, "kind") != "ExecCredential")
    return fail(errc::bad_input, "it did not print an ExecCredential");
  if (auto got = text_in(*object, "apiVersion"); got != api_version)
    return fail(errc::bad_input, "it printed an ExecCredential of another "
                                 "apiVersion than " +
                                     std::string{api_version});
  auto* v = object->if_contains("status");
  auto* status = v ? v->if_object() : nullptr;
  if (!status)
    return fail(errc::bad_input, "its ExecCredential has no status");
  exec_credential out;
  out.token = secret_string{text_in(*status, "token")};
  out.client_cert_pem = text_in(*status, "clientCertificateData");
  out.client_key_pem = secret_string{text_in(*status, "clientKeyData")};
  return checked(std::move(out), text_in(*status, "expirationTimestamp"));
}

result<exec_credential> run_exec_plugin(const exec_plugin& plugin,
                                        const exec_cluster_info& cluster,
                                        std::stop_token stop) {
  const auto context = "credential plugin " + plugin.command;
  child_command command;
  command.argv.push_back(plugin.command);
  command.argv.insert(command.argv.end(), plugin.arguments.begin(),
                      plugin.arguments.end());
  command.environment = environment_for(plugin, cluster);
  command.limit = plugin.limit;
  command.output_limit = plugin.output_limit;
  command.stop = std::move(stop);
  auto outcome = run_child(command);
  if (!outcome) {
    auto why = std::move(outcome.error());
    why.context = context;
    if (!plugin.install_hint.empty())
      why.message += "; " + first_line(plugin.install_hint);
    return tl::unexpected<error>(std::move(why));
  }
  if (outcome->exit_code != 0)
    return fail(errc::io,
                "exit code " + std::to_string(outcome->exit_code) + ": " +
                    first_line(outcome->complaint),
                context);
  auto parsed = parse_exec_credential(outcome->output, plugin.api_version);
  if (!parsed)
    parsed.error().context = context;
  return parsed;
}

} // namespace spark
