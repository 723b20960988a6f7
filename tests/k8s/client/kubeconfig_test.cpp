#include "k8s/client/kubeconfig.hpp"
#include "k8s/client/pem.hpp"
#include "tests/k8s/client/waiting.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace spark;
using namespace spark::test;

namespace {

std::string config(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: one\n"
         "contexts:\n"
         "- name: one\n  context: {cluster: c, user: u, namespace: jobs}\n"
         "- {name: two, context: {cluster: c}}\n"
         "- {name: lost, context: {cluster: nowhere, user: u}}\n"
         "clusters:\n- name: c\n  cluster: {" +
         cluster + "}\nusers:\n- name: u\n  user: {" + user + "}\n";
}

const std::string server = "server: 'https://k:6443/'";

result<cluster_access> parse(const std::string& text,
                             kubeconfig_options options = {}) {
  return parse_kubeconfig(text, "/etc/k", options);
}

/// The message of the refusal, or "accepted".
std::string refusal(const std::string& cluster, const std::string& user = {}) {
  auto r = parse(config(cluster, user));
  if (r)
    return "accepted";
  CHECK(r.error().code == errc::bad_input);
  return r.error().message;
}

} // namespace

TEST_CASE("a kubeconfig names server, identity and namespace", "[kubeconfig]") {
  auto r = parse(
      config(server + ", certificate-authority: ca.crt, tls-server-name: kube",
             "client-certificate: /abs/c.crt, client-key-data: " +
                 encode_base64("key")));
  REQUIRE(r);
  CHECK(r->context == "one");
  CHECK(r->default_namespace == "jobs");
  CHECK(r->recipe.server == "https://k:6443");
  CHECK(r->recipe.ca.file == "/etc/k/ca.crt");
  CHECK(r->recipe.tls_server_name == "kube");
  CHECK(r->recipe.client_cert.file == "/abs/c.crt");
  CHECK(r->recipe.client_key.data.reveal() == "key");
}

TEST_CASE("another context can be named", "[kubeconfig]") {
  auto text = config(server, "token: t");
  auto r = parse(text, {.context = "two"});
  REQUIRE(r);
  CHECK(r->default_namespace.empty());
  CHECK(r->recipe.token.empty());
  CHECK(parse(text)->recipe.token.reveal() == "t");
  CHECK(parse(text, {.context = "lost"}).error().message ==
        "no cluster is named \"nowhere\"");
  CHECK(parse(text, {.context = "x"}).error().message ==
        "no context is named \"x\"");
}

TEST_CASE("data wins over a file, tokenFile is kept as a path",
          "[kubeconfig]") {
  auto r = parse(config(server +
                            ", certificate-authority: x, "
                            "certificate-authority-data: " +
                            encode_base64("pem"),
                        "tokenFile: t"));
  REQUIRE(r);
  CHECK(r->recipe.ca.data.reveal() == "pem");
  CHECK(r->recipe.token_file == "/etc/k/t");
}

TEST_CASE("an exec plugin", "[kubeconfig]") {
  const std::string api = "apiVersion: client.authentication.k8s.io/v1";
  auto r = parse(config(
      server, "exec: {" + api +
                  ", command: bin/p, args: [a, 'b c'], installHint: h, "
                  "provideClusterInfo: true, env: [{name: X, value: y}]}"));
  REQUIRE(r);
  REQUIRE(r->recipe.exec);
  CHECK(r->recipe.exec->command == "/etc/k/bin/p");
  CHECK(r->recipe.exec->arguments == std::vector<std::string>{"a", "b c"});
  CHECK(r->recipe.exec->environment.at(0).first == "X");
  CHECK(r->recipe.exec->wants_cluster_info);
  CHECK(parse(config(server, "exec: {" + api + ", command: p, args: null}"))
            ->recipe.exec->command == "p");
  for (auto& bad :
       {std::string{"exec: {command: p}"}, "exec: {" + api + "}",
        "exec: {" + api + ", command: p, args: {a: b}}",
        "exec: {" + api + ", command: p, env: [{value: b}]}",
        "exec: {" + api + ", command: p, interactiveMode: Always}",
        "token: t, exec: {" + api + ", command: p}", std::string{"exec: x"}})
    CHECK(refusal(server, bad) != "accepted");
}

TEST_CASE("what is refused says why", "[kubeconfig]") {
  CHECK(refusal("server: ftp://x").find("https") != std::string::npos);
  CHECK(refusal("server: 'https://a b'") != "accepted");
  CHECK(refusal("server: 'https://u@b'") != "accepted");
  CHECK(refusal("a: b") != "accepted");
  CHECK(refusal(server + ", proxy-url: 'http://p'").find("proxy-url") !=
        std::string::npos);
  CHECK(refusal(server + ", proxy-url: ''") == "accepted");
  CHECK(refusal(server + ", insecure-skip-tls-verify: true")
            .find("insecure-skip-tls-verify") != std::string::npos);
  CHECK(refusal(server + ", insecure-skip-tls-verify: maybe") != "accepted");
  CHECK(refusal(server + ", certificate-authority-data: '%'") != "accepted");
  CHECK(refusal(server, "username: a, password: b").find("password") !=
        std::string::npos);
  CHECK(refusal(server, "auth-provider: {name: gcp}") != "accepted");
  CHECK(refusal(server, "client-certificate: x") != "accepted");
  CHECK(refusal("server: 'http://k'", "token: t").find("plain") !=
        std::string::npos);
  CHECK(refusal("server: 'http://k'") == "accepted");
}

TEST_CASE("insecure is granted on request only", "[kubeconfig]") {
  auto text = config(server + ", insecure-skip-tls-verify: true", "token: t");
  auto r = parse(text, {.allow_insecure = true});
  REQUIRE(r);
  CHECK(r->recipe.insecure_skip_verify);
}

TEST_CASE("what is no kubeconfig fails", "[kubeconfig]") {
  for (const char* text :
       {"", "[]", "a: b", "{", "current-context: [x]",
        "current-context: x\ncontexts: {a: b}",
        "current-context: x\ncontexts: [1, 2]", "&a [*a]", "\xff\xfe",
        "current-context: x\ncontexts: "
        "[{name: x, context: 3}]"})
    CHECK_FALSE(parse(text));
  CHECK(parse(std::string((1u << 20) + 1, ' ')).error().message.find("1 MiB") !=
        std::string::npos);
  CHECK_FALSE(parse(std::string(100'000, '[')));
  CHECK_FALSE(load_kubeconfig("/nowhere/at/all"));
  CHECK_FALSE(load_kubeconfig("/tmp"));
}

TEST_CASE("a file's own directory resolves its paths", "[kubeconfig]") {
  scratch_directory dir;
  auto file = dir.write("config", config(server, "tokenFile: sub/t"));
  auto r = load_kubeconfig(file);
  REQUIRE(r);
  CHECK(r->recipe.token_file == dir.path() / "sub/t");
}

TEST_CASE("a pod's own access", "[kubeconfig]") {
  scratch_directory dir;
  dir.write("namespace", "jobs\n");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  CHECK_FALSE(in_cluster_access(dir.path()));
  ::setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  auto r = in_cluster_access(dir.path());
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  REQUIRE(r);
  CHECK(r->recipe.server == "https://[fd00::1]:443");
  CHECK(r->default_namespace == "jobs");
  CHECK(r->recipe.token_file == dir.path() / "token");
  CHECK(r->recipe.ca.file == dir.path() / "ca.crt");
}

TEST_CASE("base64", "[kubeconfig]") {
  for (std::string text : {"", "a", "ab", "abc", "abcd", "\xff\xfe"})
    CHECK(decode_base64(encode_base64(text)) == text);
  CHECK(decode_base64("YW\nJj\r\n") == "abc");
  for (const char* bad : {"a", "a===", "=a==", "a$b=", "ab=c"})
    CHECK_FALSE(decode_base64(bad));
}
