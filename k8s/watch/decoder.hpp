#pragma once

#include "messages/error.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace spark {

enum class watch_kind { added, modified, deleted, bookmark, error };

/// One line of a watch stream, without its object.
struct watch_line {
  watch_kind kind = watch_kind::error;
  std::string resource_version; ///< opaque; set for all kinds except error
  // Of an error line's Status:
  int code = 0;
  std::string message;
  std::chrono::seconds retry_after{0};
};

/// A page of a list, without its items.
struct list_page {
  std::string resource_version;
  std::string continue_token; ///< empty: the last page
};

/// Parses what list and watch return. Kept across calls for its buffer: that
/// saves a third of the time of a line. Pure; one thread at a time.
///
/// Objects are lent to `use` during the call and die with it, because a DOM is
/// about 6.5 times the size of its text: copy out a projection.
class watch_decoder {
public:
  using on_object = std::function<void(const boost::json::object&)>;

  watch_decoder();
  ~watch_decoder();
  watch_decoder(watch_decoder&&) noexcept;
  watch_decoder& operator=(watch_decoder&&) noexcept;

  /// `use` is called for added, modified and deleted. Fails with bad_reply when
  /// the text is no watch event; then `use` was not called.
  result<watch_line> line(std::string_view text, const on_object& use);
  /// `use` is called for each item in order. Fails with bad_reply.
  result<list_page> page(std::string_view body, const on_object& use);

private:
  static constexpr std::size_t buffer_size = 256u << 10;
  std::unique_ptr<unsigned char[]> buffer_;
};

template<class T>
struct decoded_line : watch_line {
  std::optional<T> object; ///< set for added, modified and deleted
};

template<class T>
struct decoded_page : list_page {
  std::vector<T> items;
};

/// `project` is `T(const boost::json::object&)`; it must copy what it keeps.
template<class Project>
auto parse_watch_line(watch_decoder& decoder, std::string_view text,
                      Project&& project) {
  using T = std::invoke_result_t<Project&, const boost::json::object&>;
  decoded_line<T> out;
  auto head = decoder.line(text, [&](const boost::json::object& o) {
    out.object.emplace(project(o));
  });
  if (!head)
    return result<decoded_line<T>>{tl::unexpect, std::move(head.error())};
  static_cast<watch_line&>(out) = std::move(*head);
  return result<decoded_line<T>>{std::move(out)};
}

/// The same for a page of a list.
template<class Project>
auto parse_list_page(watch_decoder& decoder, std::string_view body,
                     Project&& project) {
  using T = std::invoke_result_t<Project&, const boost::json::object&>;
  decoded_page<T> out;
  auto head = decoder.page(body, [&](const boost::json::object& o) {
    out.items.push_back(project(o));
  });
  if (!head)
    return result<decoded_page<T>>{tl::unexpect, std::move(head.error())};
  static_cast<list_page&>(out) = std::move(*head);
  return result<decoded_page<T>>{std::move(out)};
}

} // namespace spark
