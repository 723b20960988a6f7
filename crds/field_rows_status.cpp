#include "crds/field_rows.hpp"

namespace spark {

using enum value_kind;

static field row(std::string path, value_kind kind, std::string since,
                 std::string example, std::string description) {
  return {.path = "status." + std::move(path),
          .kind = kind,
          .since = std::move(since),
          .example = std::move(example),
          .description = std::move(description)};
}

// Names, types and meaning are those of v1beta2: other programs read them.
static std::vector<field> known_rows() {
  return {
      row("sparkApplicationId", text, "1.0",
          "spark-0f8fad5bd9cb469fa16570867728950e",
          "Id that Spark gave the application."),
      row("submissionID", text, "1.0", "0f8fad5b-d9cb-469f-a165-70867728950e",
          "Id of the newest submission."),
      row("lastSubmissionAttemptTime", time, "1.0", "\"2026-01-01T00:00:00Z\"",
          "When the application was last submitted."),
      row("terminationTime", time, "1.0", "\"2026-01-01T00:05:00Z\"",
          "When the application ended."),
      row("driverInfo", object, "1.0", "{podName: my-app-driver}",
          "The driver and its web UI."),
      row("driverInfo.podName", text, "1.0", "my-app-driver",
          "Name of the driver pod."),
      row("driverInfo.webUIServiceName", text, "1.0", "my-app-ui-svc",
          "Name of the Service of the web UI."),
      row("driverInfo.webUIPort", integer, "1.0", "4040",
          "Port of the Service of the web UI."),
      row("driverInfo.webUIAddress", text, "1.0", "\"10.0.0.7:4040\"",
          "Address of the web UI within the cluster."),
      row("driverInfo.webUIIngressName", text, "1.0", "my-app-ui-ingress",
          "Name of the Ingress of the web UI."),
      row("driverInfo.webUIIngressAddress", text, "1.0", "my-app.example.com",
          "Address of the web UI through its Ingress."),
      row("applicationState", object, "1.0", "{state: RUNNING}",
          "Where the application is in its life."),
      row("applicationState.state", text, "1.0", "RUNNING",
          "Empty when new, else SUBMITTED, RUNNING, SUCCEEDING, COMPLETED, "
          "FAILING, FAILED, SUBMISSION_FAILED, PENDING_RERUN, INVALIDATING, "
          "UNKNOWN, SUSPENDING, SUSPENDED or RESUMING."),
      row("applicationState.errorMessage", text, "1.0",
          "\"driver container failed with ExitCode: 1, Reason: Error\"",
          "Why it failed, or was refused."),
      row("executorState", text_map, "1.0", "{my-app-exec-1: RUNNING}",
          "State of each executor pod, PENDING, RUNNING, COMPLETED, FAILED or "
          "UNKNOWN; the newest 100."),
      row("executionAttempts", integer, "1.0", "1",
          "How often the application ran, since its spec was last edited."),
      row("submissionAttempts", integer, "1.0", "1",
          "How often this run was submitted."),
  };
}

// Additions: programs that know v1beta2 only do not miss them.
static std::vector<field> own_rows() {
  return {
      row("executorCounts", integer_map, "ours", "{RUNNING: 2}",
          "How many executors are in each state, also beyond executorState."),
      row("claim", object, "ours", "{number: 1, generation: 1}",
          "The newest attempt to run the application."),
      row("claim.number", integer, "ours", "1",
          "Number of the attempt, from 1; never reset and never used again."),
      row("claim.generation", integer, "ours", "1",
          "metadata.generation of the spec that the attempt runs."),
      row("claim.specHash", text, "ours", "\"1:44136fa355b3678a\"",
          "Hash of that spec, without the fields whose edits restart nothing."),
      row("claim.epoch", integer, "ours", "0",
          "Term of the operator that started the attempt; information only."),
      row("claim.outcome", text, "ours", "Completed",
          "How the attempt ended: Completed, Failed, DriverLost, "
          "SubmissionFailed, Refused, Superseded or Suspended. Absent while it "
          "has not ended."),
      row("failureCounts", object, "ours", "{application: 1}",
          "Failures, by what was to blame."),
      row("failureCounts.application", integer, "ours", "1",
          "Failures of the application itself."),
      row("failureCounts.infrastructure", integer, "ours", "0",
          "Failures of what it runs on, such as a lost node."),
      row("observedGeneration", integer, "ours", "1",
          "Newest metadata.generation that the operator has dealt with."),
  };
}

std::vector<field> condition_rows(const std::string& who,
                                  const std::string& type,
                                  const std::string& reason,
                                  const std::string& message) {
  return {
      row("conditions", object_list, "ours",
          "[{type: " + type + ", status: \"True\", reason: " + reason + "}]",
          "What the operator has to say about " + who +
              ", as Kubernetes conditions."),
      row("conditions[].type", text, "ours", type,
          "What the condition is about."),
      row("conditions[].status", text, "ours", "\"True\"",
          "True, False or Unknown."),
      row("conditions[].reason", text, "ours", reason,
          "Why, in one word for programs."),
      row("conditions[].message", text, "ours", "\"" + message + "\"",
          "Why, in words for people."),
      row("conditions[].lastTransitionTime", time, "ours",
          "\"2026-01-01T00:05:00Z\"", "When status last changed."),
      row("conditions[].observedGeneration", integer, "ours", "1",
          "metadata.generation that the condition is about."),
  };
}

std::vector<field> status_rows() {
  auto rows = known_rows();
  for (auto part :
       {own_rows(), condition_rows("the application", "Finished", "Completed",
                                   "the driver exited with 0")})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
