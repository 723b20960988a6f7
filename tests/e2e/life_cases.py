"""Whole lives of applications: run again, retried, edited, suspended, deleted
when their time is over; and how each trouble of a driver ends.

Each case ends with what spark-replay says of the application.
"""
import calendar
import time

import api as apis
import manifests
import programs
from case import Case
from puppet import Puppet, host_path, shell
from running_cases import LIFE

RUN = ["SUBMITTED", "RUNNING"]
HOOK = {"preStop": {"exec": {"command": ["touch", "/life/told"]}}}
RETRY = ["FAILING", "PENDING_RERUN", *RUN]


def _seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def _retries(count, interval):
    return {"type": "OnFailure", "onFailureRetries": count,
            "onFailureRetryInterval": interval}


def _true(condition):
    return condition and condition["status"] == "True" and condition


# -- restart policies ----------------------------------------------------------


def fails_to_the_last_retry(case):
    """Their application-fails."""
    puppet = Puppet(case, restartPolicy=_retries(3, 1))
    app = puppet.app
    for run in range(1, 5):
        puppet.await_run(run)
        puppet.end(run, 3)
    message = app.await_failed()
    assert "driver container failed with ExitCode: 3" in message, message
    app.expect_states("", *RUN, *RETRY * 3, "FAILED")
    app.expect_outcome("Failed", number=4)
    app.expect_condition("Finished")
    status = app.status()
    assert status["executionAttempts"] == 4, status
    assert len(app.drivers()) == 4, "a driver for each attempt"
    _expect_waits(app, interval=1)
    return app.explanation("ExitCode: 3", "OnFailure: 3 retries")


def _expect_waits(app, interval):
    """Linear, from the end of one run to the next one's driver; both times
    are shown in whole seconds."""
    ends = sorted({v["status"]["terminationTime"] for v in app.observer.versions(
        app.namespace, app.name) if _state(v) == "FAILING"})
    begins = sorted(p["metadata"]["creationTimestamp"] for p in app.drivers())
    assert len(ends) == len(begins) - 1, (ends, begins)
    for n, (ended, begun) in enumerate(zip(ends, begins[1:]), 1):
        waited = _seconds(begun) - _seconds(ended)
        assert waited > n * interval - 1, f"retry {n} after {waited} s"


def _state(version):
    return version.get("status", {}).get("applicationState", {}).get("state")


def submission_fails_to_the_last_retry(case):
    """Their fail-submission."""
    app = manifests.java(case.name, case.namespace, restartPolicy={
        "type": "OnFailure", "onSubmissionFailureRetries": 3,
        "onSubmissionFailureRetryInterval": 1})
    app["spec"]["driver"]["serviceAccount"] = "nobody"
    app = case.create(app)
    message = app.await_failed(120)
    assert "serviceaccount" in message.lower() and "nobody" in message, message
    app.expect_states("", "SUBMISSION_FAILED", "FAILED")
    app.expect_outcome("SubmissionFailed", number=4)
    status = app.status()
    assert status["submissionAttempts"] == 4, status
    assert not status.get("executionAttempts"), status
    assert status["terminationTime"], status
    assert not app.drivers(), "a driver was made"
    return app.explanation("nobody", "3 after a failed submission")


def always_runs_again(case):
    puppet = Puppet(case, restartPolicy={
        "type": "Always", "onFailureRetryInterval": 1})
    app = puppet.app
    puppet.await_run(1)
    puppet.end(1)
    puppet.await_run(2)
    puppet.end(2)
    puppet.await_run(3)
    app.expect_states("", *RUN, "PENDING_RERUN", *RUN, "PENDING_RERUN", *RUN)
    said = app.explanation("restartPolicy Always")
    _delete(app, "Background")
    return said


def fails_twice_then_succeeds(case):
    directory = case.directory()
    app = case.python("fails_twice.py", "/life/runs",
                      restartPolicy=_retries(3, 2))
    app = case.create(host_path(app, directory, "/life"))
    app.wait(lambda: app.state() == "FAILING" and
             app.status()["claim"]["number"] == 2, 240, "the second failure")
    said = app.explanation("ExitCode: 1", "retry 2 of 3")
    app.wait(lambda: app.state() == "COMPLETED", 240, "COMPLETED")
    app.expect_states("", *RUN, *RETRY * 2, "COMPLETED")
    app.expect_outcome("Completed", number=3)
    status = app.status()
    assert status["executionAttempts"] == 3, status
    assert "run 3" in app.driver_log(), app.driver_log()[-2000:]
    app.expect_events("SparkDriverFailed", "SparkApplicationPendingRerun",
                      "SparkApplicationCompleted")
    _expect_one_set(app)
    return said + app.explanation("ended well")


def _expect_one_set(app):
    """What older attempts had is gone."""
    children = app.children()
    assert len(children["pods"]) <= 2, children["pods"]
    for plural in ("configmaps", "services"):
        ids = {(c["metadata"].get("labels") or {}).get(
            "sparkoperator.k8s.io/submission-id") for c in children[plural]}
        ids.discard(None)  # what Spark itself has made
        assert ids <= {app.status()["submissionID"]}, (plural, ids)
    headless = [s for s in children["services"]
                if s["spec"].get("clusterIP") == "None"]
    assert len(headless) <= 1, headless


# -- edits ---------------------------------------------------------------------


def edited_while_running(case):
    directory = case.directory()
    app = case.java("SleepFor", "600")
    app = case.create(manifests.give(host_path(app, directory, "/life"),
                                     "driver", lifecycle=HOOK))
    app.await_running()
    case.world.api.patch(app.path, {"spec": {
        "mainClass": manifests.EXAMPLES + "ExitWith", "arguments": ["0"]}})
    app.wait(lambda: app.state() == "PENDING_RERUN" or
             app.status()["claim"]["number"] == 2, 120, "PENDING_RERUN")
    app.await_state("COMPLETED")
    app.expect_states(*LIFE[:3], "INVALIDATING", "PENDING_RERUN", *LIFE[1:])
    app.expect_outcome("Completed", number=2)
    assert len(app.drivers()) == 2, "one driver for each claim"
    assert case.has_file("told"), "the first driver ended without its hook"
    app.expect_events("SparkApplicationSpecUpdateProcessed")
    _expect_one_set(app)
    return app.explanation("ended well")


def suspended_and_resumed(case):
    puppet = Puppet(case, driver={"lifecycle": HOOK})
    app = puppet.app
    puppet.await_run()
    case.world.api.patch(app.path, {"spec": {"suspend": True}})
    app.wait(lambda: app.state() == "SUSPENDED", 120, "SUSPENDED")
    app.await_driver_gone()
    assert case.has_file("told"), "the driver ended without its hook"
    app.expect_outcome("Suspended")
    said = app.explanation("spec.suspend is true")
    case.world.api.patch(app.path, {"spec": {"suspend": False}})
    puppet.await_run(2)
    puppet.end(2)
    app.await_state("COMPLETED")
    app.expect_states("", *RUN, "SUSPENDING", "SUSPENDED", "RESUMING", *RUN,
                      "COMPLETED")
    app.expect_outcome("Completed", number=2)
    return said + app.explanation("ended well")


def suspended_from_the_beginning(case):
    """As a queue does: it lets go what it admits."""
    puppet = Puppet(case, suspend=True)
    app = puppet.app
    app.wait(lambda: app.state() == "SUSPENDED", 60, "SUSPENDED")
    assert not app.drivers(), "it has run"
    said = app.explanation("spec.suspend is true")
    case.world.api.patch(app.path, {"spec": {"suspend": False}})
    app.wait(lambda: app.state() == "RUNNING", 240, "RUNNING")
    puppet.end()
    app.await_state("COMPLETED")
    app.expect_states("", "SUSPENDING", "SUSPENDED", "RESUMING", *RUN,
                      "COMPLETED")
    assert len(app.drivers()) == 1, "more than one driver"
    return said


# -- ends ----------------------------------------------------------------------


def _expect_gone_in_time(app, seconds):
    """From its end, which the status shows in whole seconds."""
    gone = app.wait(lambda: app.observer.is_gone(app.uid), 60, "its deletion")
    late = gone - _seconds(app.status()["terminationTime"]) - seconds
    assert late >= 0, f"deleted {-late:.2f} s too early"
    # 2 s are promised, and 1 is usual; a machine may be busy with JVMs.
    assert late <= 10, f"deleted {late:.2f} s late"
    return f"{late:.2f} s after its time"


def lives_its_time(case):
    puppet = Puppet(case, timeToLiveSeconds=6)
    puppet.await_run()
    puppet.end()
    puppet.app.await_state("COMPLETED")
    said = puppet.app.explanation("when its time to live is over")
    late = _expect_gone_in_time(puppet.app, 6)
    puppet.app.expect_nothing_left()
    return late + said


def refused_lives_its_time(case):
    """A new time is no reason to run again, and counts at once."""
    app = case.create(manifests.without(case.java("SparkPi"), "image"))
    app.await_failed(60)
    case.world.api.patch(app.path, {"spec": {"timeToLiveSeconds": 5}})
    late = _expect_gone_in_time(app, 5)
    assert not app.drivers(), "it has run"
    return late


def _delete(app, propagation):
    app.world.api.delete(app.path, propagationPolicy=propagation)
    app.wait(lambda: app.observer.is_gone(app.uid), 240, "itself to go")
    app.expect_nothing_left()


def pre_stop_of_the_guide(case):
    """Its own command; a job that looks for the file ends well."""
    directory = case.directory()
    app = case.python("until_told.py")
    host_path(app, directory, "/var/run")
    manifests.give(app, "driver", lifecycle={"preStop": {"exec": {"command": [
        "/bin/bash", "-c", "touch /var/run/killspark && sleep 65"]}}})
    app = case.create(app)
    app.await_running()
    # A context that is being made waits for executors, which go, too.
    app.wait(lambda: case.has_file("ready"), 240, "its SparkContext")
    assert not case.has_file("killspark"), "nobody has told it yet"
    case.world.api.delete(app.path, propagationPolicy="Background")
    app.await_driver_gone()
    assert case.has_file("killspark"), "the hook did not run"
    assert case.has_file("ended-well"), "the job was not told, or was killed"
    app.expect_nothing_left()
    return app.explanation("does not exist any more")


# -- troubles of a driver ------------------------------------------------------


def unschedulable_until_there_is_room(case):
    place = f"example.com/{case.name}"
    puppet = Puppet(case, driver={"nodeSelector": {place: "yes"}})
    app = puppet.app
    app.wait(lambda: _true(app.condition("Blocked")), 90, "condition Blocked")
    blocked = app.condition("Blocked")
    assert blocked["reason"] == "Unschedulable", blocked
    said = app.explanation("Unschedulable", "node")
    (node,) = case.world.api.get("/api/v1/nodes")["items"]
    case.world.api.patch(f"/api/v1/nodes/{node['metadata']['name']}",
                         {"metadata": {"labels": {place: "yes"}}})
    puppet.await_run()
    assert not _true(app.condition("Blocked")), app.condition("Blocked")
    puppet.end()
    app.await_state("COMPLETED")
    app.expect_states(*LIFE)
    return said


def given_up_without_a_node(case):
    """As soon as its own spec says."""
    puppet = Puppet(case, driver={"nodeSelector": {"example.com/no": "no"}},
                    driverSchedulingTimeoutSeconds=5)
    message = puppet.app.await_failed(120)
    assert "Unschedulable" in message, message
    puppet.app.await_driver_gone()
    puppet.app.expect_outcome("Failed")
    return puppet.app.explanation("Unschedulable")


def config_map_comes_late(case):
    """Beyond the time that the operator gives others: the spec gives more."""
    puppet = Puppet(case, driverStartTimeoutSeconds=600, driver={"env": [{
        "name": "LEVEL", "valueFrom": {"configMapKeyRef": {
            "name": f"{case.name}-settings", "key": "level"}}}]})
    app = puppet.app
    app.wait(lambda: _true(app.condition("Blocked")), 90, "condition Blocked")
    said = app.explanation("CreateContainerConfigError",
                           f"{case.name}-settings")
    case.config_map("settings", {"level": "7"})
    puppet.await_run()
    assert not _true(app.condition("Blocked")), app.condition("Blocked")
    puppet.end()
    app.await_state("COMPLETED")
    app.expect_states(*LIFE)
    return said


def container_killed(case):
    puppet = Puppet(case)
    puppet.await_run()
    programs.run("ctr", "tasks", "kill", "--signal", "SIGKILL",
                 puppet.container_id())
    message = puppet.app.await_failed()
    assert "ExitCode: 137" in message, message
    puppet.app.expect_outcome("Failed")
    return puppet.app.explanation("137")


def out_of_memory(case):
    """By the kernel: it takes more than its container may have."""
    app = shell(case, "exec python3 -c 'len(b\"x\" * (1 << 30))'")
    app = case.create(manifests.give(app, "driver", memory="64m",
                                     memoryOverhead="64m"))
    message = app.await_failed()
    # The node's own word: the end of a container may be told before the reason.
    (container,) = app.drivers()[-1]["status"]["containerStatuses"]
    reason = container["state"]["terminated"]["reason"]
    assert f"ExitCode: 137, Reason: {reason}" in message, message
    app.expect_events("SparkDriverFailed")
    return app.explanation(reason)


def deadline_exceeded(case):
    """By the kubelet, as the pod itself wants it."""
    app = shell(case, "trap 'exit 143' TERM; sleep 600 & wait")
    pod = app["spec"]["driver"]["template"]["spec"]
    pod["activeDeadlineSeconds"] = 3
    app = case.create(app)
    message = app.await_failed(120)
    assert "DeadlineExceeded" in message, message
    return app.explanation("DeadlineExceeded")


def evicted_by_the_node(case):
    """The kubelet evicts when the whole node is short of something, and then
    the neighbours too; so this is what it writes, from here. It honours that:
    the containers end."""
    puppet = Puppet(case)
    puppet.await_run()
    pod = puppet.driver()["metadata"]
    case.world.api.patch(apis.pods(case.namespace, pod["name"]) + "/status", {
        "metadata": {"uid": pod["uid"]}, "status": {
            "phase": "Failed", "reason": "Evicted",
            "message": "The node was low on resource: memory."}})
    message = puppet.app.await_failed()
    assert "Evicted" in message and "low on resource" in message, message
    counts = puppet.app.status()["failureCounts"]
    assert counts.get("infrastructure") == 1, counts
    return puppet.app.explanation("Evicted")


# -- all of them ---------------------------------------------------------------

WITH_SPARK = [fails_twice_then_succeeds, edited_while_running,
              pre_stop_of_the_guide]
WITHOUT_SPARK = [
    unschedulable_until_there_is_room, given_up_without_a_node,
    config_map_comes_late, fails_to_the_last_retry,
    submission_fails_to_the_last_retry, always_runs_again,
    suspended_and_resumed, suspended_from_the_beginning, lives_its_time,
    refused_lives_its_time, container_killed, out_of_memory,
    deadline_exceeded, evicted_by_the_node]


def cases(world, namespace, bodies):
    """(name, body) of each."""
    return [(b.__name__, lambda b=b: b(Case(world, namespace, b.__name__,
                                            "3.5.7"))) for b in bodies]
