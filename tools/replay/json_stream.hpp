#pragma once

#include <boost/json.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace spark::replay {

/// One JSON document, written piece by piece: a history may be larger than
/// memory. Whatever happens, finish() leaves a document that parses.
class json_stream {
public:
  explicit json_stream(std::ostream& out) : out_(out) {}
  json_stream(const json_stream&) = delete;
  json_stream& operator=(const json_stream&) = delete;
  ~json_stream() { finish(); }

  /// Inside of an object every piece has a name, inside of an array none.
  void open_object(std::string_view name = {}) { open(name, '{', '}'); }
  void open_array(std::string_view name = {}) { open(name, '[', ']'); }
  void value(std::string_view name, const boost::json::value& v);
  void value(const boost::json::value& v) { value({}, v); }
  void close();
  void finish();

private:
  void begin(std::string_view name);
  void open(std::string_view name, char first, char last);

  std::ostream& out_;
  std::string closers_; ///< of what is open, innermost last
  bool first_ = true;
  bool started_ = false;
};

} // namespace spark::replay
