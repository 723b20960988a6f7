#include "crds/conf/language.hpp"

namespace spark {

std::string_view to_string(app_language language) noexcept {
  switch (language) {
  case app_language::java:
    return "java";
  case app_language::python:
    return "python";
  case app_language::r:
    return "r";
  }
  return "java";
}

app_language language_of(std::string_view main_file) noexcept {
  if (main_file.ends_with(".py"))
    return app_language::python;
  if (main_file.ends_with(".R") || main_file.ends_with(".r"))
    return app_language::r;
  return app_language::java;
}

} // namespace spark
