#include "tests/support/object_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark::test {
namespace {

object_ptr stamped(json::value object, std::uint64_t rv) {
  auto& meta = object_in(object.as_object(), "metadata");
  meta["resourceVersion"] = std::to_string(rv);
  return std::make_shared<const json::value>(std::move(object));
}

} // namespace

object_ptr change::shown() const {
  return after ? after : stamped(*before, rv);
}

object_ptr object_store::find(const object_id& id) const {
  auto it = objects_.find(id);
  return it == objects_.end() ? nullptr : it->second;
}

object_store::content object_store::at(std::uint64_t rv) const {
  auto out = objects_;
  for (auto it = history_.rbegin(); it != history_.rend() && it->rv > rv;
       ++it) {
    if (it->before)
      out[it->id] = it->before;
    else
      out.erase(it->id);
  }
  return out;
}

std::vector<change> object_store::after(std::uint64_t rv) const {
  auto first =
      std::upper_bound(history_.begin(), history_.end(), rv,
                       [](auto v, const change& c) { return v < c.rv; });
  return {first, history_.end()};
}

change object_store::put(const object_id& id, json::value object) {
  auto before = find(id);
  auto after = stamped(std::move(object), ++rv_);
  objects_[id] = after;
  return history_.emplace_back(change{rv_, id, before, after});
}

change object_store::erase(const object_id& id) {
  auto last = objects_.at(id);
  objects_.erase(id);
  return history_.emplace_back(change{++rv_, id, last, nullptr});
}

void object_store::compact() {
  history_.clear();
  compacted_ = rv_;
}

std::string object_store::new_uid() {
  ++uids_;
  return fmt::format("{:08x}-0000-4000-8000-{:012x}", uids_, uids_);
}

} // namespace spark::test
