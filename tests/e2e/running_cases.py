"""Applications that run real Spark."""
import re

import api as apis
import manifests
import programs
from programs import kubectl

PI = "Pi is roughly 3.1"
LIFE = ["", "SUBMITTED", "RUNNING", "COMPLETED"]
EVENTS = ["SparkApplicationAdded", "SparkApplicationSubmitted",
          "SparkDriverRunning", "SparkDriverCompleted",
          "SparkApplicationCompleted"]


def _pi(world, app):
    app = world.create(app)
    app.await_state("COMPLETED")
    assert PI in app.driver_log(), app.driver_log()[-2000:]
    return app


def java_pi(world, ns):
    app = _pi(world, manifests.java("java-pi", ns))
    app.expect_states(*LIFE)
    app.expect_outcome("Completed")
    app.expect_condition("Finished")
    app.expect_condition("Succeeded")
    status = app.status()
    assert status["executionAttempts"] == 1, status
    assert status["submissionAttempts"] == 1, status
    assert status["driverInfo"]["podName"] == "java-pi-driver", status
    assert status["claim"]["generation"] == 1, status
    assert status["terminationTime"] and status["lastSubmissionAttemptTime"]
    assert status["sparkApplicationId"].startswith("spark-"), status
    assert len(status.get("executorState") or {}) == 1, status
    # Four, unless the executor or the web UI comes between two of them; the
    # simulation counts without a clock.
    writes = app.observer.status_writes(ns, app.name)
    assert writes <= 7, f"{writes} status writes"
    assert len(app.drivers()) == 1, "more than one driver"
    app.expect_events(*EVENTS)
    told = app.describe()
    assert all(e in told for e in EVENTS), told
    row = kubectl("get", "sparkapp", app.name, "-n", ns).stdout
    assert "COMPLETED" in row, row
    return f"{writes} status writes"


def python_pi(world, ns):
    _pi(world, manifests.python("python-pi", ns)).expect_outcome("Completed")


def newer_spark_pi(world, ns):
    images = programs.run("ctr", "images", "list", "--quiet").stdout
    assert "spark:4.1.1" in images, \
        "its image is missing: tools/setup --only all --spark 4.1.1"
    app = _pi(world, manifests.java("spark-four-pi", ns, version="4.1.1"))
    app.expect_states(*LIFE)


def exits_with_one(world, ns):
    app = world.create(manifests.java("exits-with-one", ns, "ExitWith", ["1"]))
    message = app.await_failed()
    assert "ExitCode: 1, Reason: Error" in message, message
    app.expect_outcome("Failed")
    app.expect_condition("Failed")
    app.expect_events("SparkDriverFailed", "SparkApplicationFailed")
    assert app.states()[-1] == "FAILED"
    return message


def edited_after_the_end(world, ns):
    app = world.create(manifests.java("edited-later", ns, "ExitWith", ["0"]))
    app.await_state("COMPLETED")
    world.api.patch(app.path, {"spec": {
        "mainClass": manifests.EXAMPLES + "SparkPi", "arguments": ["3"],
        "executor": {"instances": 2}}})
    app.wait(lambda: len(app.states()) >= 9, 480, "nine states")
    app.expect_states(*LIFE, "INVALIDATING", "PENDING_RERUN", *LIFE[1:])
    app.expect_outcome("Completed", number=2)
    assert app.status()["claim"]["generation"] == 2
    assert len(app.drivers()) == 2, "one driver for each claim"
    assert PI in app.driver_log()
    return app.explanation("ended well")


def exempt_edit(world, ns):
    """What no run depends on starts none."""
    app = world.create(manifests.java("exempt-edit", ns, "ExitWith", ["0"]))
    app.await_state("COMPLETED")
    world.api.patch(app.path, {"spec": {"timeToLiveSeconds": 86400}})
    # A later application has gone all the way: this one had its turn too.
    later = world.create(manifests.without(
        manifests.java("exempt-edit-later", ns), "image"))
    later.await_failed(120)
    app.expect_states(*LIFE)
    assert app.status()["claim"]["number"] == 1


def _sleeper(world, ns, name):
    app = world.create(manifests.java(name, ns, "SleepFor", ["600"]))
    app.await_running()
    return app


def _delete_driver(app, **how):
    name = app.status()["driverInfo"]["podName"]
    app.world.api.delete(apis.pods(app.namespace, name), **how)


def driver_deleted_by_hand(world, ns):
    app = _sleeper(world, ns, "driver-deleted")
    _delete_driver(app, gracePeriodSeconds=2)
    message = app.await_failed()
    # The JVM heard SIGTERM, or SIGKILL when it was too slow on a busy machine.
    assert re.search(r"ExitCode: (143|137)\b", message), message
    app.expect_outcome("Failed")
    app.expect_condition("Failed")
    app.expect_events("SparkDriverFailed", "SparkApplicationFailed")
    assert len(app.drivers()) == 1, "it must not run again"
    return message + app.explanation("ExitCode: 1")


def driver_removed_by_force(world, ns):
    app = _sleeper(world, ns, "driver-vanished")
    _delete_driver(app, gracePeriodSeconds=0)
    message = app.await_failed()
    assert "driver-vanished-driver" in message, message
    app.expect_outcome("DriverLost")
    app.expect_condition("Failed", "DriverLost")
    return message + app.explanation("disappeared")


def _deleted(world, ns, how):
    app = _sleeper(world, ns, f"deleted-{how.lower()}")
    uid = app.uid
    world.api.delete(app.path, propagationPolicy=how)
    app.wait(lambda: app.observer.is_gone(uid), 240, "itself to go")
    return app


def deleted_in_foreground(world, ns):
    return _gone(_deleted(world, ns, "Foreground"))


def deleted_in_background(world, ns):
    return _gone(_deleted(world, ns, "Background"))


def _gone(app):
    app.await_driver_gone()
    app.expect_nothing_left()
    return app.explanation("does not exist any more")


def orphaned(world, ns):
    app = _deleted(world, ns, "Orphan")
    (driver,) = app.drivers()
    meta = driver["metadata"]
    now = world.api.get(apis.pods(ns, meta["name"]))
    assert now and now["metadata"]["uid"] == meta["uid"], "the driver is gone"
    assert "deletionTimestamp" not in now["metadata"], "the driver is ending"
    world.api.delete(apis.pods(ns, meta["name"]), gracePeriodSeconds=0)
    return app.explanation("does not exist any more")


def namespaced_pi(world, ns):
    _pi(world, manifests.java("team-pi", ns)).expect_states(*LIFE)
