#include "k8s/client/credential_reader.hpp"

#include "k8s/client/pem.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace spark {
namespace {

constexpr std::size_t file_limit = 1u << 20;

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos)
    return {};
  return std::string{
      text.substr(first, text.find_last_not_of(blank) - first + 1)};
}

/// A token goes into a header line, so anything but visible ASCII could forge
/// another one.
result<secret_string> checked_token(std::string_view raw) {
  secret_string token{trimmed(raw)};
  if (token.empty())
    return fail(errc::bad_input, "the token is empty");
  auto& text = token.reveal();
  if (!std::all_of(text.begin(), text.end(),
                   [](unsigned char c) { return c > ' ' && c < 0x7f; }))
    return fail(errc::bad_input, "the token has characters no token has");
  return token;
}

result<std::string> content_of(const pem_origin& origin) {
  if (!origin.data.empty())
    return origin.data.reveal();
  return read_small_file(origin.file);
}

} // namespace

result<std::string> read_small_file(const std::filesystem::path& file) {
  const auto context = "read " + file.string();
  errno = 0;
  // A directory opens, and then fails to be read.
  std::ifstream in{file, std::ios::binary};
  std::string out(file_limit + 1, '\0');
  if (in)
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (!in.is_open() || in.bad())
    return fail(errc::io, errno ? std::strerror(errno) : "unreadable", context);
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.size() > file_limit)
    return fail(errc::bad_input, "larger than 1 MiB", context);
  return out;
}

credential_reader::credential_reader(credential_recipe recipe,
                                     std::chrono::milliseconds leeway)
    : recipe_{std::move(recipe)}, leeway_{leeway} {
  last_.server = recipe_.server;
  last_.tls_server_name = recipe_.tls_server_name;
  last_.insecure_skip_verify = recipe_.insecure_skip_verify;
}

bool credential_reader::can_change() const {
  return recipe_.exec || !recipe_.token_file.empty() ||
         !recipe_.ca.file.empty() || !recipe_.client_cert.file.empty() ||
         !recipe_.client_key.file.empty();
}

credentials credential_reader::read(bool renew, const std::stop_token& stop) {
  failure_ = {};
  if (!recipe_.ca.empty())
    read_authority();
  if (!recipe_.client_cert.empty())
    read_key_pair();
  read_token();
  if (recipe_.exec)
    run_plugin(renew, stop);
  return last_;
}

void credential_reader::read_authority() {
  auto pem = content_of(recipe_.ca);
  auto checked =
      pem.and_then([](const std::string& p) { return check_certificates(p); });
  if (checked) {
    last_.ca_pem = std::move(*pem);
    return;
  }
  auto why = std::move(checked.error());
  if (why.context.empty())
    why.context = "certificate authority " + recipe_.ca.file.string();
  note(std::move(why));
}

void credential_reader::read_key_pair() {
  auto cert = content_of(recipe_.client_cert);
  auto key = content_of(recipe_.client_key);
  if (!cert || !key) {
    note(std::move(cert ? key.error() : cert.error()));
    return;
  }
  secret_string secret{std::move(*key)};
  if (auto ok = check_key_pair(*cert, secret.reveal()); !ok) {
    auto why = std::move(ok.error());
    why.context = "client certificate " + recipe_.client_cert.file.string();
    note(std::move(why));
    return;
  }
  last_.client_cert_pem = std::move(*cert);
  last_.client_key_pem = std::move(secret);
}

void credential_reader::read_token() {
  const bool from_file = !recipe_.token_file.empty();
  if (!from_file && recipe_.token.empty())
    return;
  auto raw = from_file ? read_small_file(recipe_.token_file)
                       : result<std::string>{recipe_.token.reveal()};
  auto token =
      raw.and_then([](const std::string& text) { return checked_token(text); });
  if (token) {
    last_.token = std::move(*token);
    return;
  }
  auto why = std::move(token.error());
  if (why.context.empty())
    why.context = "token " + recipe_.token_file.string();
  note(std::move(why));
}

void credential_reader::run_plugin(bool renew, const std::stop_token& stop) {
  if (!renew && renew_in().count() > 0)
    return;
  plugin_ran_ = std::chrono::system_clock::now();
  auto got = run_exec_plugin(*recipe_.exec,
                             {last_.server, last_.ca_pem, last_.tls_server_name,
                              last_.insecure_skip_verify},
                             stop);
  if (got && !got->client_cert_pem.empty()) {
    auto ok =
        check_key_pair(got->client_cert_pem, got->client_key_pem.reveal());
    if (!ok)
      got = tl::unexpected<error>(std::move(ok.error()));
  }
  if (got && !got->token.empty()) {
    auto token = checked_token(got->token.reveal());
    if (token)
      got->token = std::move(*token);
    else
      got = tl::unexpected<error>(std::move(token.error()));
  }
  if (!got) {
    note(std::move(got.error()));
    return;
  }
  plugin_succeeded_ = true;
  plugin_expires_ = got->expires;
  last_.token = std::move(got->token);
  last_.client_cert_pem = std::move(got->client_cert_pem);
  last_.client_key_pem = std::move(got->client_key_pem);
}

std::chrono::milliseconds credential_reader::renew_in() const {
  using std::chrono::milliseconds;
  if (!recipe_.exec || (plugin_succeeded_ && plugin_expires_ == no_time))
    return std::chrono::hours{24 * 365};
  if (!plugin_succeeded_)
    return milliseconds{0};
  auto ran = std::chrono::floor<milliseconds>(plugin_ran_);
  auto life = plugin_expires_ - ran;
  // A short-lived credential is used for half its life at least, or a plugin
  // whose credentials live a minute would run without a pause.
  auto at = plugin_expires_ - std::min<milliseconds>(leeway_, life / 2);
  return at -
         std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

void credential_reader::note(error why) {
  if (failure_.message.empty())
    failure_ = std::move(why);
}

} // namespace spark
