#include "tools/loadgen/resources.hpp"

#include "k8s/requests.hpp"
#include "tools/loadgen/manifests.hpp"

#include <fmt/format.h>

#include <set>

namespace spark::load {
namespace {

std::optional<json::value> parse(const reply& r) {
  json::error_code ec;
  auto out = json::parse(r.body, ec);
  if (ec)
    return std::nullopt;
  return out;
}

/// The items of a list in pages; what cannot be had counts as a failure.
json::array list(traffic& t, const std::string& path, std::size_t& failed) {
  json::array out;
  std::string token;
  do {
    auto mark = path.find('?') == std::string::npos ? "?" : "&";
    auto page =
        ask(t, get(fmt::format("{}{}limit=500{}", path, mark,
                               token.empty() ? "" : "&continue=" + token)));
    auto body = success(page) ? parse(page) : std::nullopt;
    if (!body || !body->is_object()) {
      ++failed;
      return out;
    }
    if (auto* items = body->as_object().if_contains("items");
        items && items->is_array())
      for (auto& item : items->get_array())
        out.push_back(std::move(item));
    token = text(*body, "/metadata/continue");
  } while (!token.empty());
  return out;
}

bool owned_by_any(const json::value& object,
                  const std::set<std::string>& uids) {
  json::error_code ec;
  auto* owners = object.find_pointer("/metadata/ownerReferences", ec);
  if (!owners || !owners->is_array())
    return false;
  for (auto& owner : owners->get_array())
    if (uids.contains(text(owner, "/uid")))
      return true;
  return false;
}

void remove_all(traffic& t, const std::vector<std::string>& paths,
                std::size_t& failed) {
  for (auto& path : paths)
    t.send(remove(path), [&failed](const reply& r, instant) {
      if (!success(r) && r.status != 404)
        ++failed;
    });
  while (t.unanswered() > 0)
    t.wait(std::chrono::steady_clock::now() + std::chrono::seconds{1});
}

} // namespace

std::string applications_path(std::string_view ns) {
  return fmt::format(
      "/apis/sparkoperator.k8s.io/v1beta2/namespaces/{}/sparkapplications", ns);
}

std::string core_path(std::string_view ns, std::string_view plural) {
  return fmt::format("/api/v1/namespaces/{}/{}", ns, plural);
}

request get(std::string path) {
  auto mark = path.find('?') == std::string::npos ? "?" : "&";
  return requests::get(std::move(path) + mark + "timeout=5s");
}

request post(std::string path, const json::value& body) {
  return requests::create(std::move(path), body);
}

request merge_patch(std::string path, const json::value& body) {
  return requests::merge_patch(std::move(path), body);
}

request remove(std::string path) {
  return requests::remove(std::move(path), {});
}

std::string text(const json::value& v, std::string_view pointer) {
  json::error_code ec;
  auto* p = v.find_pointer(pointer, ec);
  return p && p->is_string() ? std::string{p->get_string().c_str()} : "";
}

bool success(const reply& r) {
  return r.how == sent::answered && r.status >= 200 && r.status < 300;
}

reply ask(traffic& t, request what, int tries) {
  std::optional<reply> out;
  t.send_first(
      std::move(what), [&out](const reply& r, instant) { out = r; }, tries);
  while (!out)
    t.wait(std::chrono::steady_clock::now() + std::chrono::seconds{1});
  return std::move(*out);
}

result<void> ensure_namespace(traffic& t, const std::string& ns) {
  auto there = ask(t, get("/api/v1/namespaces/" + ns));
  if (success(there))
    return {};
  if (there.how != sent::answered || there.status != 404)
    return tl::unexpected(error_of_reply(there, "GET namespace " + ns));
  json::value body{{"apiVersion", "v1"},
                   {"kind", "Namespace"},
                   {"metadata", {{"name", ns}}}};
  auto made = ask(t, post("/api/v1/namespaces", body));
  if (success(made) || made.status == 409)
    return {};
  return tl::unexpected(error_of_reply(made, "POST namespace " + ns));
}

std::size_t remove_run(traffic& t, const std::string& ns,
                       const std::string& run) {
  std::size_t failed = 0;
  std::set<std::string> uids;
  std::vector<std::string> apps;
  auto path = applications_path(ns);
  for (auto& app :
       list(t, fmt::format("{}?labelSelector={}%3D{}", path, run_label, run),
            failed)) {
    uids.insert(text(app, "/metadata/uid"));
    apps.push_back(path + "/" + text(app, "/metadata/name"));
  }
  remove_all(t, apps, failed);
  for (std::string_view plural : {"pods", "services", "configmaps"}) {
    std::vector<std::string> children;
    auto all = core_path(ns, plural);
    for (auto& child : list(t, all, failed))
      if (owned_by_any(child, uids))
        children.push_back(all + "/" + text(child, "/metadata/name"));
    remove_all(t, children, failed);
  }
  return failed;
}

} // namespace spark::load
