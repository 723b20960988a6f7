#pragma once

#include "tests/support/json_read.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace spark::test {

struct object_id {
  std::string collection; ///< "pods", "sparkapplications.sparkoperator.k8s.io"
  std::string ns;
  std::string name;
  auto operator<=>(const object_id&) const = default;
};

using object_ptr = std::shared_ptr<const json::value>;

/// One committed change: created (no before), changed, or gone (no after).
struct change {
  std::uint64_t rv = 0;
  object_id id;
  object_ptr before;
  object_ptr after;

  /// What a watch shows: of a deletion the last state, under the deletion's
  /// own version.
  [[nodiscard]] object_ptr shown() const;
};

/// The server's etcd: objects, one counter of versions, and the history since
/// the last compaction. Knows no rules of the API. One thread.
class object_store {
public:
  using content = std::map<object_id, object_ptr>;

  [[nodiscard]] const content& objects() const { return objects_; }
  [[nodiscard]] object_ptr find(const object_id& id) const;
  /// What it held at that version; `rv` in [compacted(), rv()].
  [[nodiscard]] content at(std::uint64_t rv) const;
  /// Changes later than `rv`, oldest first.
  [[nodiscard]] std::vector<change> after(std::uint64_t rv) const;

  [[nodiscard]] std::uint64_t rv() const { return rv_; }
  [[nodiscard]] std::uint64_t compacted() const { return compacted_; }

  /// Stores with a new metadata.resourceVersion; gives what was stored.
  change put(const object_id& id, json::value object);
  change erase(const object_id& id);
  /// Forgets the history: watches and pages from before get 410.
  void compact();
  /// "0000000a-0000-4000-8000-00000000000a": the same in every run.
  [[nodiscard]] std::string new_uid();

private:
  content objects_;
  std::vector<change> history_;
  std::uint64_t rv_ = 1000;
  std::uint64_t compacted_ = 1000;
  std::uint64_t uids_ = 0;
};

} // namespace spark::test
