#pragma once

#include "actors/protocol.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace spark {

/// What the lists of one kind have shown: one watch of all namespaces, or one
/// for each. Turns a stream of changes into objects that are there and objects
/// that are not.
class list_progress {
public:
  list_progress() = default;
  explicit list_progress(std::vector<std::string> namespaces)
      : namespaces_(std::move(namespaces)),
        sources_(std::max<std::size_t>(1, namespaces_.size())) {}

  /// All of them at least once.
  [[nodiscard]] bool complete() const {
    return std::all_of(sources_.begin(), sources_.end(),
                       [](auto& s) { return s.complete; });
  }

  /// Calls shown(object), left(key, last) with the last state of the object if
  /// a watch showed one, else nullptr. `known`: a map by object_key of what is
  /// believed to be there. True: a list is complete.
  template<class T, class Map, class Shown, class Left>
  bool follow(const collection_change<T>& c, const Map& known, Shown shown,
              Left left) {
    auto& s = sources_.at(c.source);
    if (c.list_begins)
      s.seen.clear();
    for (auto& object : c.objects) {
      if (c.use == object_use::deleted) {
        left(object.key, &object);
        continue;
      }
      if (c.use == object_use::initial)
        s.seen.insert(object.key);
      shown(object);
    }
    if (!c.list_complete)
      return false;
    std::vector<object_key> absent;
    for (auto& [key, value] : known)
      if (covers(c.source, key.ns) && s.seen.count(key) == 0)
        absent.push_back(key);
    for (auto& key : absent)
      left(key, static_cast<const T*>(nullptr));
    s.seen.clear();
    s.complete = true;
    return true;
  }

private:
  struct source {
    bool complete = false;     ///< at least once
    std::set<object_key> seen; ///< in the list under way
  };

  [[nodiscard]] bool covers(std::size_t which, const std::string& ns) const {
    return namespaces_.empty() || namespaces_[which] == ns;
  }

  std::vector<std::string> namespaces_;
  std::vector<source> sources_{1};
};

} // namespace spark
