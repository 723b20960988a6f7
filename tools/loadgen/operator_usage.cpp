#include "tools/loadgen/operator_usage.hpp"

#include <curl/curl.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <unistd.h>

namespace spark::load {
namespace {

constexpr std::string_view family = "spark_operator_api_requests_total{";

result<std::string> read_file(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  if (!in)
    return fail(errc::io, "cannot read it", path);
  return out.str();
}

std::string_view next_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// The value of `name="…"`; our label values hold no escapes.
std::string label(std::string_view labels, std::string_view name) {
  auto key = std::string{name} + "=\"";
  for (auto at = labels.find(key); at != std::string_view::npos;
       at = labels.find(key, at + 1)) {
    if (at > 0 && labels[at - 1] != ',')
      continue;
    auto from = at + key.size();
    return std::string{labels.substr(from, labels.find('"', from) - from)};
  }
  return {};
}

std::size_t append(char* data, std::size_t size, std::size_t n, void* to) {
  static_cast<std::string*>(to)->append(data, size * n);
  return size * n;
}

} // namespace

std::optional<std::uint64_t> cpu_ticks(std::string_view stat) {
  auto close = stat.rfind(')');
  if (close == std::string_view::npos)
    return std::nullopt;
  // After the command: state is field 3, utime 14, stime 15.
  std::istringstream rest{std::string{stat.substr(close + 1)}};
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    rest >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!(rest >> user >> system))
    return std::nullopt;
  return user + system;
}

std::optional<std::uint64_t> peak_kib(std::string_view proc_status) {
  while (!proc_status.empty()) {
    auto line = next_line(proc_status);
    if (!line.starts_with("VmHWM:"))
      continue;
    auto from = line.find_first_of("0123456789");
    std::uint64_t out = 0;
    if (from == std::string_view::npos ||
        std::from_chars(line.data() + from, line.data() + line.size(), out)
                .ec != std::errc{})
      return std::nullopt;
    return out;
  }
  return std::nullopt;
}

result<process_usage> usage_of(pid_t pid) {
  auto folder = "/proc/" + std::to_string(pid);
  auto stat = read_file(folder + "/stat");
  if (!stat)
    return tl::unexpected(stat.error());
  auto status = read_file(folder + "/status");
  if (!status)
    return tl::unexpected(status.error());
  auto ticks = cpu_ticks(*stat);
  auto peak = peak_kib(*status);
  if (!ticks || !peak)
    return fail(errc::bad_reply, "not in the known format", folder);
  auto rate = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return process_usage{static_cast<double>(*ticks) / rate,
                       static_cast<double>(*peak) / 1024};
}

request_counts count_requests(std::string_view page) {
  request_counts out;
  while (!page.empty()) {
    auto line = next_line(page);
    auto at = line.find(family);
    auto close = line.rfind('}');
    if (line.starts_with('#') || at == std::string_view::npos ||
        close == std::string_view::npos)
      continue;
    auto labels = line.substr(at + family.size(), close - at - family.size());
    auto text = line.substr(close + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    auto call = label(labels, "verb") + " " + label(labels, "resource");
    auto code = label(labels, "code");
    out.by_call[call] += value;
    if (!code.starts_with('2') && !code.starts_with('1'))
      out.failed[code + " " + call] += value;
  }
  return out;
}

request_counts difference(const request_counts& before,
                          const request_counts& after) {
  auto minus = [](auto& old, auto& now) {
    std::map<std::string, double> out;
    for (auto& [key, value] : now) {
      auto it = old.find(key);
      auto delta = value - (it == old.end() ? 0 : it->second);
      if (delta > 0)
        out[key] = delta;
    }
    return out;
  };
  return {minus(before.by_call, after.by_call),
          minus(before.failed, after.failed)};
}

result<std::string> fetch_page(const std::string& url) {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(),
                                                           curl_easy_cleanup};
  std::string body;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
  auto code = curl_easy_perform(easy.get());
  if (code != CURLE_OK)
    return fail(errc::no_reply, curl_easy_strerror(code), "GET " + url);
  return body;
}

} // namespace spark::load
