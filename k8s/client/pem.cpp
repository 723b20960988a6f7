#include "k8s/client/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace spark {
namespace {

struct release {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
using bio_ptr = std::unique_ptr<BIO, release>;
using x509_ptr = std::unique_ptr<X509, release>;
using key_ptr = std::unique_ptr<EVP_PKEY, release>;

bio_ptr reader(std::string_view pem) {
  return bio_ptr{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

/// Encrypted keys are refused rather than asked for on the terminal.
int no_password(char*, int, int, void*) { return -1; }

} // namespace

result<void> check_certificates(std::string_view pem) {
  auto in = reader(pem);
  int count = 0;
  ERR_clear_error();
  while (
      x509_ptr cert{PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr)})
    ++count;
  auto code = ERR_peek_last_error();
  ERR_clear_error();
  const bool at_end = ERR_GET_LIB(code) == ERR_LIB_PEM &&
                      ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
  if (count == 0 || !at_end)
    return fail(errc::bad_input, "not a PEM certificate");
  return {};
}

result<void> check_key_pair(std::string_view cert_pem,
                            std::string_view key_pem) {
  auto cert_in = reader(cert_pem);
  auto key_in = reader(key_pem);
  x509_ptr cert{
      PEM_read_bio_X509(cert_in.get(), nullptr, no_password, nullptr)};
  key_ptr key{
      PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_password, nullptr)};
  const bool match =
      cert && key && X509_check_private_key(cert.get(), key.get()) == 1;
  ERR_clear_error();
  if (!cert)
    return fail(errc::bad_input, "the client certificate is not PEM");
  if (!key)
    return fail(errc::bad_input,
                "the client key is not an unencrypted PEM key");
  if (!match)
    return fail(errc::bad_input,
                "the client key does not belong to the client certificate");
  return {};
}

result<std::string> decode_base64(std::string_view text) {
  std::string packed;
  packed.reserve(text.size());
  for (char c : text)
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
      packed += c;
  if (packed.size() % 4 != 0)
    return fail(errc::bad_input, "not base64");
  std::size_t padding = packed.ends_with("==") ? 2 : packed.ends_with('=');
  std::string out(packed.size() / 4 * 3, '\0');
  auto size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(packed.data()),
                      static_cast<int>(packed.size()));
  if (size < 0 || static_cast<std::size_t>(size) != out.size() ||
      packed.find('=') < packed.size() - padding)
    return fail(errc::bad_input, "not base64");
  out.resize(out.size() - padding);
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  // EVP writes a terminating zero, which a string's buffer has room for.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return out;
}

} // namespace spark
