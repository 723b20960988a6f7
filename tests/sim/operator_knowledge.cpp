#include "tests/sim/operator_knowledge.hpp"

#include <algorithm>

namespace spark::test {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool asks_for_orphans(const json::value& app) {
  auto* list = find(app, "/metadata/finalizers");
  return list && list->is_array() &&
         std::find(list->get_array().begin(), list->get_array().end(),
                   json::value("orphan")) != list->get_array().end();
}

bool creates_pod(const request& r) {
  auto path = std::string_view{r.path}.substr(0, r.path.find('?'));
  return r.method == verb::post && path.ends_with("/pods");
}

} // namespace

void operator_knowledge::delivered(const request& asked,
                                   std::string_view text) {
  if (creates_pod(asked))
    saw_created(text);
  bool of_apps = has(asked.path, "/sparkapplications");
  if (!has(asked.path, "watch="))
    return;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // Parsing every line would cost more than all the rest.
    if (of_apps &&
        (has(line, R"("type":"DELETED")") || has(line, "deletionTimestamp")))
      saw_app(line);
    if (!of_apps && has(line, R"("spark-role":"driver")") &&
        (has(line, R"("phase":"Succeeded")") ||
         has(line, R"("phase":"Failed")")))
      saw_driver(line);
  }
}

void operator_knowledge::saw_app(std::string_view line) {
  auto event = json::parse(line);
  auto& app = event.at("object");
  told_[text(app, "/metadata/uid")] |= asks_for_orphans(app);
}

void operator_knowledge::saw_driver(std::string_view line) {
  auto event = json::parse(line);
  auto& pod = event.at("object");
  told_ends_.emplace(
      text(pod, "/metadata/ownerReferences/0/uid"),
      text(pod, "/metadata/labels/sparkoperator.k8s.io~1submission-id"));
}

void operator_knowledge::saw_created(std::string_view body) {
  auto pod = json::parse(body);
  auto owner = text(pod, "/metadata/ownerReferences/0/uid");
  auto it = understood_.find(owner);
  if (it != understood_.end() && !it->second)
    to_delete_.emplace(text(pod, "/metadata/uid"), owner);
}

void operator_knowledge::rested() {
  for (auto& [uid, orphan] : told_)
    understood_[uid] |= orphan;
  told_.clear();
  ends_.merge(told_ends_);
  told_ends_.clear();
}

void operator_knowledge::forget(const std::string& app_uid) {
  std::erase_if(to_delete_,
                [&](auto& entry) { return entry.second == app_uid; });
}

std::string operator_knowledge::check_create(const request& sent) const {
  if (sent.method != verb::post || has(sent.path, "/events"))
    return "";
  auto uid = text(json::parse(sent.body), "/metadata/ownerReferences/0/uid");
  if (understood_.count(uid) == 0)
    return "";
  return "POST " + sent.path + " is sent after its application was seen to go";
}

} // namespace spark::test
