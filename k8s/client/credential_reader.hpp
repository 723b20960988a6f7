#pragma once

#include "k8s/client/credential_recipe.hpp"
#include "k8s/client/exec_credential.hpp"

#include <chrono>
#include <stop_token>

namespace spark {

/// Turns a recipe into credentials, again and again, and remembers the last
/// good part of each. Used by one thread; `read` blocks on files and plugins.
class credential_reader {
public:
  /// `leeway`: how long before its end a plugin's credential is renewed.
  credential_reader(credential_recipe recipe, std::chrono::milliseconds leeway);

  /// Reads all files; runs the plugin when its credential is about to expire
  /// or `renew` asks for it. A part that cannot be had keeps its last value,
  /// and take_failure() tells why. `stop` ends a plugin that runs.
  [[nodiscard]] credentials read(bool renew, const std::stop_token& stop = {});

  /// The first failure of the last read; an empty message: none.
  [[nodiscard]] error take_failure() { return std::exchange(failure_, {}); }

  /// Files or a plugin are involved.
  [[nodiscard]] bool can_change() const;

  /// Until the plugin must run again; very long when it need not.
  [[nodiscard]] std::chrono::milliseconds renew_in() const;

private:
  void read_authority();
  void read_key_pair();
  void read_token();
  void run_plugin(bool renew, const std::stop_token& stop);
  void note(error why);

  credential_recipe recipe_;
  std::chrono::milliseconds leeway_;
  credentials last_;
  std::chrono::system_clock::time_point plugin_ran_{};
  time_point plugin_expires_ = no_time;
  bool plugin_succeeded_ = false;
  error failure_;
};

/// The whole file, at most 1 MiB. io when it cannot be read, bad_input when it
/// is too large.
[[nodiscard]] result<std::string>
read_small_file(const std::filesystem::path& file);

} // namespace spark
