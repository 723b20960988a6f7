#include "tools/replay/json_stream.hpp"

#include "tools/replay/printable.hpp"

namespace spark::replay {

/// Rows stand on lines of their own, so that grep finds one.
void json_stream::begin(std::string_view name) {
  if (!first_)
    out_ << ',';
  if (started_ && !closers_.empty() && closers_.back() == ']')
    out_ << '\n';
  if (!closers_.empty() && closers_.back() == '}')
    out_ << json_text(boost::json::string(name)) << ':';
  first_ = false;
  started_ = true;
}

void json_stream::open(std::string_view name, char first, char last) {
  begin(name);
  out_ << first;
  closers_ += last;
  first_ = true;
}

void json_stream::value(std::string_view name, const boost::json::value& v) {
  begin(name);
  out_ << json_text(v);
}

void json_stream::close() {
  out_ << closers_.back();
  closers_.pop_back();
  first_ = false;
  if (closers_.empty())
    out_ << '\n';
}

void json_stream::finish() {
  while (!closers_.empty())
    close();
}

} // namespace spark::replay
