#pragma once

#include "k8s/transport.hpp"
#include "tests/support/json_read.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace spark::test {

/// What one operator must know, judged by what the server handed to it and not
/// by anything inside it. It counts as understood once the operator has had
/// nothing left to do: from then on it may not act as if it did not know.
class operator_knowledge {
public:
  /// A reply's body, or lines of a watch.
  void delivered(const request& asked, std::string_view text);
  /// Every message in the operator has been handled.
  void rested();
  /// Its actor of this application died, and with it what only that knew.
  void forget(const std::string& app_uid);

  /// A POST that is sent now: "" or what is wrong with it.
  [[nodiscard]] std::string check_create(const request& sent) const;
  /// Its POST made this pod although it knew the application to be gone: so it
  /// has to delete it, by uid.
  [[nodiscard]] bool must_delete(const std::string& pod_uid) const {
    return to_delete_.count(pod_uid) > 0;
  }

  /// It was told that this attempt's driver has come to its end, and has
  /// understood it.
  [[nodiscard]] bool saw_end(const std::string& app_uid,
                             const std::string& submission) const {
    return ends_.count({app_uid, submission}) > 0;
  }

private:
  void saw_app(std::string_view line);
  void saw_driver(std::string_view line);
  void saw_created(std::string_view body);

  /// Applications that end, by uid; the value: their dependents shall stay.
  std::map<std::string, bool> told_;
  std::map<std::string, bool> understood_;
  std::map<std::string, std::string> to_delete_; ///< pod → application
  /// Drivers that ended, by application and submission.
  std::set<std::pair<std::string, std::string>> told_ends_;
  std::set<std::pair<std::string, std::string>> ends_;
};

} // namespace spark::test
