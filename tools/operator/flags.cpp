#include "tools/operator/flags.hpp"

#include "k8s/transport.hpp"
#include "tools/operator/flag_values.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

namespace spark {

namespace {

using namespace flag_values;

std::string dashed(std::string_view name) { return "-" + std::string{name}; }

/// Null for an unknown flag.
const flag_row* row_named(std::string_view name) {
  auto rows = flag_rows();
  auto found = std::find_if(rows.begin(), rows.end(), [&](const flag_row& r) {
    return r.name == name || (!r.alias.empty() && r.alias == name);
  });
  return found == rows.end() ? nullptr : &*found;
}

/// Every flag becomes `--name=value`, `--name` for a switch alone, or `--name`
/// and an empty argument. Then CLI11 cannot mistake a value for a flag, nor
/// "--name=" for a flag whose value comes next.
std::vector<std::string> rewritten(const std::vector<std::string>& given) {
  std::vector<std::string> out;
  for (auto at = given.begin(); at != given.end(); ++at) {
    if (*at == "--") { // as for Go: no flags from here on
      out.insert(out.end(), at, given.end());
      break;
    }
    if (at->size() < 2 || at->front() != '-') {
      out.push_back(*at);
      continue;
    }
    std::string text = at->substr((*at)[1] == '-' ? 2 : 1);
    auto sign = text.find('=');
    auto name = text.substr(0, sign);
    if (name == "h")
      name = "help";
    auto row = row_named(name);
    auto value = sign == text.npos ? "" : text.substr(sign + 1);
    if (sign == text.npos && row && !row->value.empty() &&
        at + 1 != given.end()) {
      value = *++at;
      sign = 0;
    }
    out.push_back("--" + name + (value.empty() ? "" : "=" + value));
    if (value.empty() && sign != text.npos)
      out.emplace_back();
  }
  return out;
}

/// The text given for each flag, by the name of its row.
using given_texts = std::map<std::string_view, std::string>;

error unexpected_argument(const std::string& text) {
  if (text.size() > 2 && text.starts_with("--"))
    return {errc::bad_input, "unknown flag " +
                                 dashed(text.substr(2, text.find('=') - 2)) +
                                 "; -help lists all"};
  return {errc::bad_input, "unexpected argument " + in_quotes(text) +
                               "; a switch takes its value as -flag=value"};
}

result<given_texts> tokenized(std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string_view, CLI::Option*> parsed;
  for (const auto& row : flag_rows()) {
    auto names = "--" + std::string{row.name};
    if (!row.alias.empty())
      names += ",--" + std::string{row.alias};
    parsed[row.name] =
        row.value.empty() ? app.add_flag(names) : app.add_option(names);
    parsed[row.name]->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  parsed["help"] = app.add_flag("--help");
  parsed["version"] = app.add_flag("--version");
  try {
    std::reverse(arguments.begin(), arguments.end()); // what CLI11 wants
    app.parse(arguments);
  } catch (const CLI::ParseError& e) {
    return fail(errc::bad_input, e.what());
  }
  if (auto left = app.remaining(); !left.empty())
    return tl::unexpected{unexpected_argument(left.front())};
  given_texts given;
  for (auto [name, option] : parsed)
    if (option->count() > 0)
      given.emplace(name, option->results().back());
  return given;
}

result<void> apply(const flag_row& row, std::string_view text, options& o) {
  result<void> outcome;
  if (row.read != nullptr)
    outcome = row.read(o, text);
  else if (row.value.empty() && !parse_switch(text).value_or(true))
    return {};
  else if (text != row.default_text)
    outcome = fail(errc::bad_input, std::string{row.refusal} + " (" +
                                        std::string{row.help} + ")");
  return outcome.map_error([&](error e) {
    e.message = dashed(row.name) + ": " + e.message;
    return e;
  });
}

/// What no single flag can know.
result<void> consistent(const options& o) {
  if (o.retry_period <= milliseconds{0} || o.renew_deadline <= o.retry_period ||
      o.lease_duration <= o.renew_deadline)
    return fail(errc::bad_input,
                "-leader-election-lease-duration must be longer than"
                " -leader-election-renew-deadline, and that longer than"
                " -leader-election-retry-period");
  // A write leaves only if it must be over before the lease is.
  if (o.lease_duration <= request{}.deadline)
    return fail(errc::bad_input,
                "-leader-election-lease-duration must be longer than " +
                    std::to_string(request{}.deadline / seconds{1}) +
                    "s: a write may take that long, so none could be sent");
  if (o.master.starts_with("http://") && !o.allow_insecure_api_server)
    return fail(errc::bad_input,
                "-master: plain http needs -allow-insecure-api-server");
  return {};
}

std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|')
      out += '\\';
    out += c;
  }
  return out;
}

std::string default_cell(const flag_row& row) {
  if (row.default_text.empty())
    return "";
  return "`" + cell(row.default_text) + "`";
}

} // namespace

result<command_line> parse_flags(const std::vector<std::string>& arguments,
                                 std::string_view version) {
  auto given = tokenized(rewritten(arguments));
  if (!given)
    return tl::unexpected{given.error()};
  command_line line;
  if (given->contains("help")) {
    line.print = flags_help();
    return line;
  }
  if (given->contains("version")) {
    line.print = "spark-operator " + std::string{version} + "\n";
    return line;
  }
  for (const auto& row : flag_rows())
    if (auto read = apply(row, row.default_text, line.wanted); !read)
      return tl::unexpected{read.error()};
  // In the table's order, so that -log-level beats -v.
  for (const auto& row : flag_rows())
    if (auto text = given->find(row.name); text != given->end())
      if (auto read = apply(row, text->second, line.wanted); !read)
        return tl::unexpected{read.error()};
  if (auto fine = consistent(line.wanted); !fine)
    return tl::unexpected{fine.error()};
  return line;
}

std::string flags_help() {
  std::string out = "usage: spark-operator [-flag=value]...\n"
                    "       spark-operator render FILE.yaml [--help]\n\n"
                    "Runs SparkApplications of a Kubernetes cluster. render "
                    "prints what one would\nbe submitted as, without a "
                    "cluster.\n\n";
  for (const auto& row : flag_rows()) {
    if (row.read == nullptr)
      continue;
    out += "  " + dashed(row.name);
    if (!row.value.empty())
      out += " " + std::string{row.value};
    out += "\n      " + std::string{row.help};
    if (!row.default_text.empty())
      out += " (default " + std::string{row.default_text} + ")";
    out += "\n";
  }
  return out + "  -help, -version\n      print and exit\n";
}

std::string flags_markdown() {
  std::string out = "| flag | value | default | meaning |\n|---|---|---|---|\n";
  std::string refused = "\n| refused flag | default | would need | why |\n"
                        "|---|---|---|---|\n";
  for (const auto& row : flag_rows()) {
    auto name = "| `" + dashed(row.name) + "`";
    if (!row.alias.empty())
      name += ", `" + dashed(row.alias) + "`";
    if (row.read != nullptr)
      out += name + " | " + (row.value.empty() ? "switch" : cell(row.value)) +
             " | " + default_cell(row) + " | " + cell(row.help) + " |\n";
    else
      refused += name + " | " + default_cell(row) + " | " + cell(row.help) +
                 " | " + cell(row.refusal) + " |\n";
  }
  return out + refused;
}

} // namespace spark
