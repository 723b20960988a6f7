#pragma once

#include "tools/replay/options.hpp"

#include <ostream>
#include <string>
#include <string_view>

namespace spark::replay {

enum class tone { plain, faint, strong, good, bad, busy };

/// Where readable text goes. Everything that comes from a journal must pass
/// through say(), which leaves nothing in it that a terminal would obey.
class terminal {
public:
  terminal(std::ostream& out, colors wanted);

  terminal& say(std::string_view text, tone how = tone::plain);
  /// Filled up with blanks to `width`, and one blank after it.
  terminal& cell(std::string_view text, std::size_t width,
                 tone how = tone::plain);
  terminal& right(std::string_view text, std::size_t width);
  terminal& end_line();

private:
  std::ostream& out_;
  bool colored_;
};

[[nodiscard]] tone tone_of_phase(std::string_view phase);

} // namespace spark::replay
