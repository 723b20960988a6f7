#include "k8s/watch/collection.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace std::chrono_literals;

TEST_CASE("paths of collections", "[watch]") {
  collection pods{"/api/v1", "pods", "", "", ""};
  CHECK(list_path(pods, 500, "") == "/api/v1/pods?limit=500");
  pods.ns = "jobs";
  pods.label_selector = "sparkoperator.k8s.io/app-name,role in (driver)";
  CHECK(path_of(pods) == "/api/v1/namespaces/jobs/pods");
  CHECK(list_path(pods, 0, "") ==
        "/api/v1/namespaces/jobs/pods?labelSelector="
        "sparkoperator.k8s.io%2Fapp-name%2Crole%20in%20%28driver%29");
  collection apps{"/apis/sparkoperator.k8s.io/v1beta2", "sparkapplications", "",
                  "", "metadata.name=x"};
  CHECK(list_path(apps, 2, "a+/=") ==
        "/apis/sparkoperator.k8s.io/v1beta2/sparkapplications"
        "?fieldSelector=metadata.name%3Dx&limit=2&continue=a%2B%2F%3D");
  CHECK(watch_path(apps, "17", 300s) ==
        "/apis/sparkoperator.k8s.io/v1beta2/sparkapplications"
        "?fieldSelector=metadata.name%3Dx&watch=true"
        "&allowWatchBookmarks=true&resourceVersion=17&timeoutSeconds=300");
}

TEST_CASE("percent-encoding leaves only unreserved bytes", "[watch]") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded(std::string{"\0\xff %", 4}) == "%00%FF%20%25");
}
