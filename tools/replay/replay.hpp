#pragma once

#include <iosfwd>

namespace spark::replay {

/// What spark-replay does and returns: 0 fine, 1 --verify found a difference, 2
/// bad usage, or a file or application that cannot be read. Documents go to
/// `out`, complaints to `err`.
int replay_main(int argc, const char* const* argv, std::ostream& out,
                std::ostream& err);

} // namespace spark::replay
