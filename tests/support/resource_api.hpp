#pragma once

#include "tests/support/api_answers.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/object_store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spark::test {

/// One request as the server sees it.
struct api_call {
  std::string client; ///< who asks: an operator's name, "user", "kubelet", "gc"
  std::string method; ///< GET, POST, PATCH, PUT, DELETE
  std::string path;
  std::string body;
  std::string content_type;
};

/// The audit log: one entry per committed change. What had no effect (a
/// refusal, a patch that changes nothing) is not in it.
struct commit {
  std::uint64_t rv = 0;
  time_point at;
  api_call call;
  object_id id;
  object_ptr before; ///< null: this created it
  object_ptr after;  ///< null: this ended it
};

/// What kube-apiserver does with one request: REST semantics, metadata, and
/// the garbage collector's rules. Requests are atomic; when they happen is the
/// caller's matter. One thread.
class resource_api {
public:
  /// May refuse (or answer) a write before it happens. `object` is the body of
  /// a POST after defaulting, else the object as it would become.
  using admission = std::function<std::optional<api_answer>(
      const api_call&, const json::value& object)>;

  resource_api(const manual_clock& clock, object_store& objects)
      : clock_{clock}, store_{objects} {}

  api_answer perform(const api_call& call);

  void set_admission(admission judge) { admission_ = std::move(judge); }
  /// Somebody else's CRD: these members of .status vanish at every write.
  void prune_status(const std::string& collection,
                    std::set<std::string> members);
  /// No such resource here (no CRD installed): everything answers 404.
  void hide(const std::string& collection) { hidden_.insert(collection); }
  void show(const std::string& collection) { hidden_.erase(collection); }
  /// Reads that allow it (resourceVersion=0) see the state that many changes
  /// ago, as a lagging replica's cache would show it.
  void lag_cache(std::uint64_t changes) { cache_lag_ = changes; }

  [[nodiscard]] const std::vector<commit>& commits() const { return commits_; }

  /// The garbage collector leaves alone what this holds back: somebody else has
  /// to remove it.
  void hold_back(std::function<bool(const json::value& object)> spared) {
    spared_ = std::move(spared);
  }
  /// Objects the garbage collector would do something about, in order.
  [[nodiscard]] std::vector<object_id> garbage() const;
  /// Does it for one object; false if nothing is to be done.
  bool collect(const object_id& id);

private:
  // Reads.
  api_answer get(const api_path& where) const;
  api_answer list(const api_path& where) const;
  object_store::content seen_by(const api_path& where) const;

  // Writes.
  api_answer create(const api_call& call, const api_path& where,
                    json::value object);
  api_answer bind(const api_call& call, const api_path& where,
                  const json::value& binding);
  api_answer patch(const api_call& call, const api_path& where,
                   const json::value& body);
  api_answer change_to(const api_call& call, const api_path& where,
                       object_ptr old, json::value wanted);
  api_answer remove(const api_call& call, const api_path& where,
                    const json::value& options);
  api_answer end_gracefully(const api_call& call, const api_path& where,
                            object_ptr old, std::int64_t grace);
  void mark_deleted(json::object& object, std::int64_t grace) const;
  std::optional<api_answer> complete_new(const api_path& where,
                                         json::value& whole);
  void prune(const api_path& where, json::object& object) const;
  object_ptr put(const api_call& call, const object_id& id, json::value object);
  void erase(const api_call& call, const object_id& id);

  // Owners.
  bool orphaned(const json::value& object,
                const std::set<std::string>& live) const;
  std::vector<object_id> dependents(const std::string& uid) const;
  void drop_owner(const object_id& id, const std::string& uid);
  void drop_finalizer(const object_id& id, std::string_view finalizer);
  void remove_by_gc(const object_id& id);

  const manual_clock& clock_;
  object_store& store_;
  admission admission_;
  std::map<std::string, std::set<std::string>> pruned_;
  std::set<std::string> hidden_;
  std::function<bool(const json::value&)> spared_;
  std::uint64_t cache_lag_ = 0;
  std::uint64_t names_ = 0; ///< for generateName
  std::vector<commit> commits_;
};

/// Written in Go by Kubernetes itself, not from a CRD: no kind in list items.
[[nodiscard]] bool built_in(const std::string& group);
/// "pods" → "Pod"; for a CRD's plural the singular in camel case if known.
[[nodiscard]] std::string kind_of(const std::string& plural);
/// The path of one object, for commits made by the garbage collector.
[[nodiscard]] std::string path_of(const object_id& id,
                                  const json::value& object);

} // namespace spark::test
