#include "crds/field_rows.hpp"
#include "crds/text_checks.hpp"

namespace spark {

using enum value_kind;
using scheduled = scheduled_spec;

static std::vector<field> schedule_rows() {
  return {
      {.path = "spec.schedule",
       .member = &scheduled::schedule,
       .required = true,
       .since = "guide",
       .example = "\"@every 5m\"",
       .description =
           "When runs are due: the five fields of cron (minute, hour, day of "
           "the month, month, day of the week); @yearly, @monthly, @weekly, "
           "@daily or @hourly; or @every and a duration such as 1h30m."},
      {.path = "spec.timeZone",
       .member = &scheduled::time_zone,
       .default_value = "Local",
       .since = "2.2",
       .example = "Europe/Berlin",
       .description = "Time zone of the schedule, by its IANA name. Local is "
                      "that of the operator."},
      {.path = "spec.suspend",
       .kind = flag,
       .member = &scheduled::suspend,
       .since = "guide",
       .example = "true",
       .description = "true: no more runs start. Those that have started go "
                      "on."},
      {.path = "spec.concurrencyPolicy",
       .member = &scheduled::concurrency_policy,
       .default_value = "Allow",
       .check = check_concurrency_policy,
       .since = "guide",
       .example = "Forbid",
       .description =
           "What becomes of a run that is due while another has not ended: "
           "Allow (it starts), Forbid (it does not start before the other has "
           "ended) or Replace (it starts, and the other is deleted)."},
      {.path = "spec.startingDeadlineSeconds",
       .kind = integer,
       .member = &scheduled::starting_deadline,
       .since = "ours",
       .example = "300",
       .description = "How late a run may start; one that would be later is "
                      "left out. Absent: however late."},
  };
}

static std::vector<field> history_rows() {
  return {
      {.path = "spec.successfulRunHistoryLimit",
       .kind = integer,
       .member = &scheduled::successful_run_history_limit,
       .default_value = "1",
       .since = "guide",
       .example = "3",
       .description = "How many runs that COMPLETED are kept, the newest; the "
                      "others are deleted. 0: none."},
      {.path = "spec.failedRunHistoryLimit",
       .kind = integer,
       .member = &scheduled::failed_run_history_limit,
       .default_value = "1",
       .since = "guide",
       .example = "3",
       .description = "How many runs that FAILED are kept, the newest; the "
                      "others are deleted. 0: none."},
  };
}

std::vector<field> scheduled_spec_rows() {
  auto rows = schedule_rows();
  for (auto& row : history_rows())
    rows.push_back(std::move(row));
  rows.push_back({.path = "spec.template",
                  .kind = application,
                  .member = &scheduled::application,
                  .required = true,
                  .since = "guide",
                  .example = "{type: Scala}",
                  .description = "spec of the SparkApplication that each run "
                                 "is."});
  return rows;
}

static field status_row(std::string path, value_kind kind, std::string since,
                        std::string example, std::string description) {
  return {.path = "status." + std::move(path),
          .kind = kind,
          .since = std::move(since),
          .example = std::move(example),
          .description = std::move(description)};
}

// Names, types and meaning are those of v1beta2: other programs read them.
static std::vector<field> known_status_rows() {
  const std::string run = "my-app-1767225600000000000";
  return {
      status_row("lastRun", time, "1.0", "\"2026-01-01T00:00:00Z\"",
                 "When the newest run was due."),
      status_row("nextRun", time, "1.0", "\"2026-01-01T00:05:00Z\"",
                 "When the next run is due."),
      status_row("lastRunName", text, "1.0", run,
                 "Name of the SparkApplication that is the newest run."),
      status_row("pastSuccessfulRunNames", text_list, "1.0", "[" + run + "]",
                 "Names of the runs that COMPLETED and are kept, the newest "
                 "first."),
      status_row("pastFailedRunNames", text_list, "1.0", "[" + run + "]",
                 "Names of the runs that FAILED and are kept, the newest "
                 "first."),
      status_row("scheduleState", text, "1.0", "Scheduled",
                 "Empty when new, else Scheduled or FailedValidation."),
      status_row("reason", text, "1.0", "\"spec.schedule: is missing\"",
                 "Why it is FailedValidation."),
  };
}

// Additions: programs that know v1beta2 only do not miss them.
static std::vector<field> own_status_rows() {
  const std::string run = "my-app-1767225600000000000";
  return {
      status_row("pendingRun", object, "ours",
                 "{name: " + run + ", tick: \"2026-01-01T00:00:00Z\"}",
                 "The run that is about to be created. Absent when it has "
                 "been."),
      status_row("pendingRun.name", text, "ours", run,
                 "Name of its SparkApplication."),
      status_row("pendingRun.tick", time, "ours", "\"2026-01-01T00:00:00Z\"",
                 "When it was due."),
      status_row("observedGeneration", integer, "ours", "1",
                 "Newest metadata.generation that the operator has dealt "
                 "with."),
  };
}

std::vector<field> scheduled_status_rows() {
  auto rows = known_status_rows();
  for (auto part :
       {own_status_rows(),
        condition_rows("the schedule", "SpecWarning", "Accepted",
                       "spec.template.sparkVersion: is not a version")})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
