#include "k8s/client/credential_recipe.hpp"
#include "k8s/client/credentials.hpp"
#include "tests/k8s/client/test_certificates.hpp"
#include "tests/k8s/client/waiting.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

const refresh_options fast{50ms, 200ms, 50ms};

/// A symlink to a directory of a version, as the kubelet mounts a projected
/// volume.
class projected_volume {
public:
  void publish(const std::string& token, const std::string& ca) {
    auto version = "v" + std::to_string(++count_);
    std::filesystem::create_directory(dir_.path() / version);
    dir_.write(version + "/token", token);
    dir_.write(version + "/ca.crt", ca);
    std::filesystem::create_directory_symlink(version,
                                              dir_.path() / "..data_tmp");
    std::filesystem::rename(dir_.path() / "..data_tmp", dir_.path() / "..data");
  }
  credential_recipe recipe() const {
    credential_recipe r;
    r.server = "https://k";
    r.token_file = dir_.path() / "..data/token";
    r.ca.file = dir_.path() / "..data/ca.crt";
    return r;
  }

private:
  scratch_directory dir_;
  int count_ = 0;
};

} // namespace

TEST_CASE("a rotated token is picked up, the connection stays",
          "[credentials]") {
  auto ca = make_identity("ca").cert_pem;
  projected_volume volume;
  volume.publish("one\n", ca);
  auto source = open_credentials(volume.recipe(), fast);
  REQUIRE(source);
  auto first = (*source)->current();
  CHECK(first->token.reveal() == "one");
  CHECK(first->ca_pem == ca);
  volume.publish("two", ca);
  CHECK(eventually(
      [&] { return (*source)->current()->token.reveal() == "two"; }));
  auto second = (*source)->current();
  CHECK(second->version > first->version);
  CHECK(second->connection_version == first->connection_version);
}

TEST_CASE("a new authority means new connections", "[credentials]") {
  projected_volume volume;
  volume.publish("one", make_identity("a").cert_pem);
  auto source = open_credentials(volume.recipe(), fast);
  REQUIRE(source);
  auto next = make_identity("b").cert_pem;
  volume.publish("one", next);
  CHECK(eventually([&] { return (*source)->current()->ca_pem == next; }));
  CHECK((*source)->current()->connection_version == 2);
}

TEST_CASE("what cannot be read leaves the old in force", "[credentials]") {
  auto ca = make_identity("a").cert_pem;
  projected_volume volume;
  volume.publish("one", ca);
  auto source = open_credentials(volume.recipe(), fast);
  REQUIRE(source);
  volume.publish(" \n", ca.substr(0, ca.size() / 2));
  CHECK(eventually([&] { return !(*source)->last_failure().message.empty(); }));
  CHECK((*source)->current()->token.reveal() == "one");
  CHECK((*source)->current()->ca_pem == ca);
  CHECK((*source)->current()->version == 1);
  volume.publish("two", ca);
  CHECK(eventually([&] {
    return (*source)->current()->token.reveal() == "two" &&
           (*source)->last_failure().message.empty();
  }));
}

TEST_CASE("a 401 reads at once", "[credentials]") {
  auto ca = make_identity("a").cert_pem;
  projected_volume volume;
  volume.publish("one", ca);
  refresh_options slow{1h, 60s, 10ms};
  auto source = open_credentials(volume.recipe(), slow);
  REQUIRE(source);
  volume.publish("two", ca);
  std::this_thread::sleep_for(50ms);
  CHECK((*source)->current()->token.reveal() == "one");
  (*source)->invalidate(1);
  CHECK(eventually(
      [&] { return (*source)->current()->token.reveal() == "two"; }));
}

TEST_CASE("the first read must succeed", "[credentials]") {
  scratch_directory dir;
  credential_recipe r;
  r.server = "https://k";
  r.token_file = dir.path() / "none";
  CHECK(open_credentials(r).error().code == errc::io);
  r.token_file.clear();
  r.token = secret_string{"a b"};
  CHECK(open_credentials(r).error().code == errc::bad_input);
  r.token = secret_string{"a\r\nX: y"};
  CHECK_FALSE(open_credentials(r));
  r.token = {};
  r.ca.data = secret_string{"-----BEGIN CERTIFICATE-----\nxx\n"};
  CHECK(open_credentials(r).error().code == errc::bad_input);
}

TEST_CASE("a key of another certificate is refused", "[credentials]") {
  auto a = make_identity("a");
  auto b = make_identity("b");
  credential_recipe r;
  r.server = "https://k";
  r.client_cert.data = secret_string{a.cert_pem};
  r.client_key.data = secret_string{b.key_pem};
  auto bad = open_credentials(r);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("does not belong") != std::string::npos);
  r.client_key.data = secret_string{a.key_pem};
  auto good = open_credentials(r);
  REQUIRE(good);
  CHECK((*good)->current()->client_cert_pem == a.cert_pem);
}

TEST_CASE("a half-done rotation keeps the old pair", "[credentials]") {
  auto a = make_identity("a");
  auto b = make_identity("b");
  scratch_directory dir;
  credential_recipe r;
  r.server = "https://k";
  r.client_cert.file = dir.write("c", a.cert_pem);
  r.client_key.file = dir.write("k", a.key_pem);
  auto source = open_credentials(r, fast);
  REQUIRE(source);
  dir.replace("c", b.cert_pem);
  CHECK(eventually([&] { return !(*source)->last_failure().message.empty(); }));
  CHECK((*source)->current()->client_cert_pem == a.cert_pem);
  dir.replace("k", b.key_pem);
  CHECK(eventually(
      [&] { return (*source)->current()->client_cert_pem == b.cert_pem; }));
  CHECK((*source)->current()->connection_version == 2);
}

TEST_CASE("a secret cannot be printed", "[credentials]") {
  CHECK_FALSE(Catch::Detail::IsStreamInsertable<secret_string>::value);
}
