#pragma once

#include <string>

namespace spark::test {

struct test_identity {
  std::string cert_pem;
  std::string key_pem;
};

/// A fresh self-signed certificate.
test_identity make_identity(const std::string& name);

} // namespace spark::test
