// Any bytes, cut anywhere, through splitter, decoder and watch machine.
#include "k8s/watch/line_splitter.hpp"
#include "k8s/watch/watch_machine.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace spark;

namespace {

struct follower {
  watch_machine machine{{"/api/v1", "pods", "", "", ""}, "fuzz"};
  watch_decoder decoder;
  time_point now{seconds{1'000}};
  exchange_id stream = 0;

  follower() { follow(machine.started()); }

  /// Answers every list with an empty page, so that it always gets back to a
  /// stream or a backoff.
  void follow(const watch_step& step) {
    for (const auto& action : step.actions) {
      if (auto* list = std::get_if<send_list>(&action))
        return follow(machine.page_arrived(list->id, {"1", ""}, now));
      if (auto* open = std::get_if<open_watch>(&action))
        stream = open->id;
      if (auto* timer = std::get_if<arm_timer_at>(&action);
          timer && machine.current() == watch_machine::phase::backing_off) {
        now = timer->at;
        return follow(machine.timer(now));
      }
    }
  }

  void line(std::string_view text) {
    now += milliseconds{10};
    bool object = false;
    auto parsed =
        parse_watch_line(decoder, text, [&](const boost::json::object&) {
          return object = true;
        });
    if (!parsed)
      return follow(machine.line_malformed(stream, parsed.error(), now));
    auto step = machine.line_arrived(stream, *parsed, now);
    if (step.objects != object_use::ignore && !object)
      std::abort(); // told to use an object that the line does not have
    follow(step);
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 1)
    return 0;
  const std::size_t cut = 1 + data[0];
  std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  follower f;
  line_splitter splitter{4096};
  std::size_t bytes = 0;
  for (auto rest = text; !rest.empty();
       rest.remove_prefix(std::min(cut, rest.size()))) {
    auto fed = splitter.feed(rest.substr(0, cut), [&](std::string_view line) {
      bytes += line.size();
      if (line.empty() || line.size() > 4096)
        std::abort();
      f.line(line);
    });
    if (!fed)
      break;
  }
  if (bytes + splitter.pending() > text.size())
    std::abort();
  // The same bytes as a page.
  (void)f.decoder.page(text, [](const boost::json::object&) {});
  return 0;
}
