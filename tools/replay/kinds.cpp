#include "tools/replay/kinds.hpp"

#include "messages/codec.hpp"

namespace spark::replay {

stream_kind kind_of(const journal_stream& s) {
  return is_schedule_phase(s.phase) ? stream_kind::schedule
                                    : stream_kind::application;
}

std::string_view noun_of(stream_kind k) {
  switch (k) {
  case stream_kind::application:
    return "application";
  case stream_kind::schedule:
    return "schedule";
  }
  return "?";
}

} // namespace spark::replay
