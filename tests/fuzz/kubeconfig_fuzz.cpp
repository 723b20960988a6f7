// A kubeconfig of any bytes is an error or a usable access, never a crash, and
// touches no file. The first byte chooses the reader.
#include "k8s/client/exec_credential.hpp"
#include "k8s/client/kubeconfig.hpp"
#include "k8s/client/pem.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace spark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 1)
    return 0;
  std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 4) {
  case 0:
    (void)parse_exec_credential(text, "client.authentication.k8s.io/v1");
    break;
  case 1:
    if (auto bytes = decode_base64(text);
        bytes && decode_base64(encode_base64(*bytes)) != *bytes)
      std::abort();
    (void)check_certificates(text);
    break;
  default:
    if (auto r = parse_kubeconfig(text, "/etc");
        r && (r->recipe.server.empty() || r->recipe.insecure_skip_verify))
      std::abort();
  }
  return 0;
}
