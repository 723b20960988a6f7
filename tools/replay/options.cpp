#include "tools/replay/options.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <ostream>
#include <string_view>

namespace spark::replay {
namespace {

constexpr const char* about =
    R"(Reads a Spark operator's journal: what it saw, decided and did, and when.

`spark-replay explain FILE NS/NAME` says why an application or a schedule is
where it is. Without more than FILE: all of them. FILE is a copy from the
operator's /journal, or the file of one that has stopped; neither is changed.)";

constexpr const char* footer = R"(
Exit status: 0 fine; 1 --verify found a difference; 2 bad usage, or a file or
history that cannot be read.

  curl http://127.0.0.1:8080/journal -o copy.db
  spark-replay copy.db
  spark-replay copy.db --app default/pi
  spark-replay explain copy.db default/pi
  spark-replay copy.db --app default/pi --until 17 --json
  spark-replay copy.db --verify)";

bool split_name(const std::string& text, options& to) {
  auto slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    return false;
  to.ns = text.substr(0, slash);
  to.name = text.substr(slash + 1);
  return to.name.find('/') == std::string::npos;
}

/// What a parser cannot know of each option alone; empty: all is well.
std::string contradiction(const options& o) {
  if (o.all && o.name.empty())
    return "--all goes with --app";
  if (o.until && !o.selects())
    return "--until needs --app or --uid: rows are numbered over all "
           "applications and schedules";
  if (o.until && o.verify)
    return "--verify looks at all rows; leave --until out";
  if (o.until && o.all)
    return "--until shows one state; leave --all out, or use --uid";
  return {};
}

constexpr const char* about_explain =
    R"(Says why an application or a schedule is where it is, what led there, and
what happens next and when. FILE is a copy from the operator's /journal, or the
file of one that has stopped.)";

void describe_output(CLI::App& app, options& to) {
  app.add_option("--kind", to.kind, "only an application, or only a schedule")
      ->transform(CLI::CheckedTransformer(std::map<std::string, stream_kind>{
          {"application", stream_kind::application},
          {"schedule", stream_kind::schedule}}));
  app.add_flag("--json", to.json, "one JSON document");
  app.add_option("--color", to.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, colors>{{"auto", colors::automatic},
                                        {"always", colors::always},
                                        {"never", colors::never}}));
}

void describe_explain(CLI::App& app, options& to, std::string& name) {
  app.add_option("FILE", to.file, "the journal")->required();
  app.add_option("NS/NAME", name, "the newest object of that name")->required();
  app.add_option("--until", to.until, "where it was after this row");
  describe_output(app, to);
}

void describe(CLI::App& app, options& to, std::string& name) {
  app.add_option("FILE", to.file, "the journal")->required();
  auto* by_name = app.add_option("--app", name,
                                 "the history of this application or schedule "
                                 "(NS/NAME); the newest object of that name");
  app.add_option("--uid", to.uid, "the same by uid, or by how the uid begins")
      ->excludes(by_name);
  app.add_flag("--all", to.all, "every object that had the name");
  app.add_option("--until", to.until,
                 "the state after this row, and what it shows and wants");
  app.add_flag("--verify", to.verify,
               "decide everything again: of all of them, or of the one");
  describe_output(app, to);
  app.set_version_flag("--version", "spark-replay " SPARK_VERSION);
}

} // namespace

start read_options(int argc, const char* const* argv, options& to,
                   std::ostream& out, std::ostream& err) {
  to.explain = argc > 1 && argv[1] == std::string_view{"explain"};
  CLI::App app{to.explain ? about_explain : about,
               to.explain ? "spark-replay explain" : "spark-replay"};
  std::string name;
  if (to.explain) {
    describe_explain(app, to, name);
    --argc;
    ++argv;
  } else {
    app.footer(footer);
    describe(app, to, name);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e, out, err) == 0 ? start::done : start::bad_usage;
  }
  std::string wrong;
  if (!name.empty() && !split_name(name, to))
    wrong = to.explain ? "what to explain is NAMESPACE/NAME"
                       : "--app is NAMESPACE/NAME";
  else
    wrong = contradiction(to);
  if (wrong.empty())
    return start::go;
  err << "spark-replay: " << wrong << "\n";
  return start::bad_usage;
}

} // namespace spark::replay
