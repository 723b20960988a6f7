#include "k8s/client/child_process.hpp"
#include "k8s/client/exec_credential.hpp"
#include "tests/k8s/client/test_certificates.hpp"
#include "tests/k8s/client/waiting.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

const std::string v1 = "client.authentication.k8s.io/v1";

std::string credential(const std::string& status,
                       const std::string& version = v1) {
  return R"({"kind":"ExecCredential","apiVersion":")" + version +
         R"(","status":{)" + status + "}}";
}

exec_plugin plugin(const std::filesystem::path& script) {
  exec_plugin p;
  p.api_version = v1;
  p.command = script.string();
  return p;
}

credential_recipe recipe(exec_plugin p) {
  credential_recipe r;
  r.server = "https://k";
  r.exec = std::move(p);
  return r;
}

const refresh_options fast{1h, 500ms, 50ms};

} // namespace

TEST_CASE("what a plugin prints is read", "[exec]") {
  auto r = parse_exec_credential(
      credential(R"("token":"t","expirationTimestamp":"2026-01-02T03:04:05Z")"),
      v1);
  REQUIRE(r);
  CHECK(r->token.reveal() == "t");
  CHECK(r->expires == from_rfc3339("2026-01-02T03:04:05Z"));
  for (auto& bad : {std::string{}, std::string{"x"}, std::string{"{}"},
                    credential(""), credential(R"("token":"t")", v1 + "beta1"),
                    credential(R"("token":"t","expirationTimestamp":"soon")"),
                    credential(R"("clientCertificateData":"c")")})
    CHECK_FALSE(parse_exec_credential(bad, v1));
  CHECK_FALSE(parse_exec_credential(
      R"({"kind":"ExecCredential","apiVersion":")" + v1 + "\"}", v1));
  // No message quotes what may be a secret.
  auto e = parse_exec_credential("hunter2", v1).error();
  CHECK(to_string(e).find("hunter2") == std::string::npos);
}

TEST_CASE("arguments, environment and cluster reach the plugin", "[exec]") {
  scratch_directory dir;
  auto script = dir.script("p", R"(#!/bin/sh
printf '%s\n' "$2" > "$1/argument"
printf '%s\n' "$X" > "$1/x"
printf '%s\n' "$KUBERNETES_EXEC_INFO" > "$1/info"
printf '%s\n' "$PATH" > "$1/path"
echo '{"kind":"ExecCredential",
  "apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
)");
  auto p = plugin(script);
  p.arguments = {dir.path().string(), "a $HOME; b"};
  p.environment = {{"X", "y"}};
  p.wants_cluster_info = true;
  auto r = run_exec_plugin(p, {"https://k", "pem", "", false});
  REQUIRE(r);
  CHECK(r->expires == no_time);
  auto line = [&](const char* name) {
    std::string out;
    std::ifstream in{dir.path() / name};
    std::getline(in, out);
    return out;
  };
  CHECK(line("argument") == "a $HOME; b");
  CHECK(line("x") == "y");
  CHECK_FALSE(line("path").empty());
  auto info = boost::json::parse(line("info")).as_object();
  CHECK(info["apiVersion"] == boost::json::string{v1});
  CHECK_FALSE(info["spec"].at("interactive").as_bool());
  CHECK(info["spec"].at("cluster").at("server").as_string() == "https://k");
  CHECK(
      info["spec"].at("cluster").at("certificate-authority-data").as_string() ==
      "cGVt");
}

TEST_CASE("a plugin that fails says why", "[exec]") {
  scratch_directory dir;
  auto r = run_exec_plugin(
      plugin(dir.script("p", "#!/bin/sh\necho out\necho why >&2\nexit 3\n")),
      {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message == "exit code 3: why");
  auto absent = plugin(dir.path() / "absent");
  absent.install_hint = "install it";
  r = run_exec_plugin(absent, {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("does not start") != std::string::npos);
  CHECK(r.error().message.ends_with("; install it"));
}

TEST_CASE("a plugin that hangs or floods is killed", "[exec]") {
  scratch_directory dir;
  auto p = plugin(dir.script("p", "#!/bin/sh\nsleep 60 & sleep 60\n"));
  p.limit = 200ms;
  auto since = std::chrono::steady_clock::now();
  auto r = run_exec_plugin(p, {});
  CHECK(std::chrono::steady_clock::now() - since < 5s);
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("200 ms") != std::string::npos);
  // Its pipes are closed, and it goes on.
  p.command = dir.script("q", "#!/bin/sh\nexec >&- 2>&-\nsleep 60\n").string();
  r = run_exec_plugin(p, {});
  CHECK(std::chrono::steady_clock::now() - since < 5s);
  CHECK_FALSE(r);
  p.command = dir.script("y", "#!/bin/sh\nexec yes\n").string();
  p.limit = 20s;
  p.output_limit = 10'000;
  r = run_exec_plugin(p, {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message.find("10000 bytes") != std::string::npos);
}

TEST_CASE("a plugin runs again before its credential ends", "[exec]") {
  scratch_directory dir;
  auto p = plugin(dir.script("p", R"(#!/bin/sh
echo x >> "$1/runs"
n=$(wc -l < "$1/runs")
end=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
echo '{"kind":"ExecCredential",
  "apiVersion":"client.authentication.k8s.io/v1",
  "status":{"token":"t'$n'","expirationTimestamp":"'$end'"}}'
)"));
  p.arguments = {dir.path().string()};
  auto source = open_credentials(recipe(p), fast);
  REQUIRE(source);
  CHECK((*source)->current()->token.reveal() == "t1");
  CHECK(
      eventually([&] { return (*source)->current()->token.reveal() == "t3"; }));
}

TEST_CASE("without an expiry a plugin runs again at a 401", "[exec]") {
  scratch_directory dir;
  auto p = plugin(dir.script("p", R"(#!/bin/sh
echo x >> "$1/runs"
n=$(wc -l < "$1/runs")
[ "$n" -eq 2 ] && exit 1
echo '{"kind":"ExecCredential",
  "apiVersion":"client.authentication.k8s.io/v1",
  "status":{"token":"t'$n'"}}'
)"));
  p.arguments = {dir.path().string()};
  auto source = open_credentials(recipe(p), fast);
  REQUIRE(source);
  std::this_thread::sleep_for(150ms);
  CHECK((*source)->current()->token.reveal() == "t1");
  // The second run fails: the first credential stays.
  (*source)->invalidate(1);
  CHECK(eventually([&] { return !(*source)->last_failure().message.empty(); }));
  CHECK((*source)->current()->token.reveal() == "t1");
  (*source)->invalidate(1);
  CHECK(
      eventually([&] { return (*source)->current()->token.reveal() == "t3"; }));
  // An old rejection changes nothing.
  (*source)->invalidate(1);
  std::this_thread::sleep_for(150ms);
  CHECK((*source)->current()->token.reveal() == "t3");
}

TEST_CASE("the end does not wait for a plugin that hangs", "[exec]") {
  scratch_directory dir;
  auto p = plugin(dir.script("p", R"(#!/bin/sh
echo x >> "$1/runs"
n=$(wc -l < "$1/runs")
[ "$n" -eq 2 ] && sleep 60
echo '{"kind":"ExecCredential",
  "apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
)"));
  p.arguments = {dir.path().string()};
  auto source = open_credentials(recipe(p), fast);
  REQUIRE(source);
  (*source)->invalidate(1);
  REQUIRE(eventually(
      [&] { return std::filesystem::file_size(dir.path() / "runs") == 4; }));
  auto since = std::chrono::steady_clock::now();
  source->reset();
  CHECK(std::chrono::steady_clock::now() - since < 1s);
}

TEST_CASE("a plugin may give a certificate", "[exec]") {
  scratch_directory dir;
  auto id = make_identity("user");
  boost::json::object status{{"clientCertificateData", id.cert_pem},
                             {"clientKeyData", id.key_pem}};
  boost::json::object o{
      {"kind", "ExecCredential"}, {"apiVersion", v1}, {"status", status}};
  auto printed = dir.write("printed", boost::json::serialize(o));
  auto p = plugin("/bin/cat");
  p.arguments = {printed.string()};
  auto source = open_credentials(recipe(p), fast);
  REQUIRE(source);
  CHECK((*source)->current()->client_cert_pem == id.cert_pem);
  CHECK((*source)->current()->client_key_pem.reveal() == id.key_pem);
}
