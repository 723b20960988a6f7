#include "tools/loadgen/connect.hpp"

#include "k8s/client/credentials.hpp"
#include "k8s/client/curl_transport.hpp"
#include "k8s/client/kubeconfig.hpp"

namespace spark::load {

result<std::unique_ptr<transport>> connect(const std::string& kubeconfig) {
  auto access = load_kubeconfig(kubeconfig);
  if (!access)
    return tl::unexpected(access.error());
  auto source = open_credentials(std::move(access->recipe));
  if (!source)
    return tl::unexpected(source.error());
  return make_curl_transport(std::move(*source), {});
}

} // namespace spark::load
