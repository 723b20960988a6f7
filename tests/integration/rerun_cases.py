"""One application again and again, and what is left of it; under a controller
manager that collects garbage, on a node that lets its pods end gracefully."""
import manifests
from node import Node

RERUNS = 50
NAMESPACES = ("reruns", "recreated", "deletions")
LIFE = ["", "SUBMITTED", "RUNNING", "COMPLETED"]
VOLUME = "spark.kubernetes.driver.volumes.persistentVolumeClaim.data."
ALWAYS = {"type": "Always", "onFailureRetryInterval": 1}
ON_FAILURE = {"type": "OnFailure", "onFailureRetries": 3,
              "onFailureRetryInterval": 1}
NEVER = {"type": "Never"}


class _Place:
    """An operator and a node for one namespace."""

    def __init__(self, lives, namespace):
        self.world = lives.world
        self.namespace = namespace
        self.world.make_namespace(namespace)
        self.operator = lives.operator(namespace, namespace).start()
        self.node = Node(self.world, namespace)

    def create(self, name, **spec):
        return self.world.create(manifests.java(name, self.namespace, **spec))

    def see_one_through(self, name):
        """Then all that was there before has had its turn."""
        app = self.create(name)
        await_run(app, 1)
        self.node.end(app, 0)
        app.await_state("COMPLETED", seconds=60)
        app.expect_states(*LIFE)
        return app

    def end(self):
        self.node.stop()
        self.operator.stop()


def await_run(app, number):
    def runs():
        claim = app.status().get("claim") or {}
        return (claim.get("number"), app.state()) == (number, "RUNNING")
    app.wait(runs, 60, f"attempt {number} to run")


# -- again and again -----------------------------------------------------------


def fifty_reruns(lives):
    place = _Place(lives, "reruns")
    app = place.create("again", restartPolicy=ALWAYS, sparkConf={
        **manifests.PATIENCE, VOLUME + "options.claimName": "OnDemand",
        VOLUME + "options.storageClass": "none",
        VOLUME + "options.sizeLimit": "1Mi", VOLUME + "mount.path": "/data"})
    await_run(app, 1)
    once = _counts(app)
    assert once["persistentvolumeclaims"] == 1, once
    reasons = {}
    for number in range(1, RERUNS + 1):
        await_run(app, number)
        why = _begin_another(place, app, number)
        reasons[why] = reasons.get(why, 0) + 1
    await_run(app, RERUNS + 1)
    place.node.end(app, 0)
    app.await_state("COMPLETED", seconds=60)
    app.expect_outcome("Completed", number=RERUNS + 1)
    ids = [p["metadata"]["labels"]["sparkoperator.k8s.io/submission-id"]
           for p in app.drivers()]
    assert len(ids) == len(set(ids)) == RERUNS + 1, f"{len(ids)} drivers"
    app.wait(lambda: _counts(app) == once, 60,
             f"one set of children: {once}, not {_counts(app)}")
    _expect_children_of_the_newest(app)
    place.end()
    return f"{reasons}; then {once}"


def _begin_another(place, app, number):
    """Each way in its turn; failures come soon after an edit, so that the
    linear backoff stays short."""
    way = number % 5
    if way == 1:
        place.node.end(app, 0)
        return "success under Always"
    if way == 2:
        place.node.end(app, 1)
        return "failure under Always"
    if way == 4:
        place.node.end(app, 1)
        return "failure under OnFailure"
    policy = ON_FAILURE if way == 3 else ALWAYS
    place.world.api.patch(app.path, {"spec": {
        "restartPolicy": policy if number < RERUNS else NEVER,
        "arguments": [str(number)]}})
    return "edit"


def _counts(app):
    children = app.children()
    services = children.pop("services")
    counts = {plural: len(objects) for plural, objects in children.items()}
    counts["headless"] = len([s for s in services
                              if s["spec"].get("clusterIP") == "None"])
    counts["ui"] = len(services) - counts["headless"]
    assert counts["headless"] <= 1 and counts["ui"] <= 1, services
    return counts


def _expect_children_of_the_newest(app):
    newest = app.status()["submissionID"]
    for plural, objects in app.children().items():
        for child in objects:
            label = (child["metadata"].get("labels") or {}).get(
                "sparkoperator.k8s.io/submission-id")
            assert label in (None, newest), f"{plural}: {child['metadata']}"


# -- deletions -----------------------------------------------------------------


def recreated_while_old_driver_ends(lives):
    """The name of the driver is taken, until it has ended in peace."""
    place = _Place(lives, "recreated")
    first = place.create("again")
    await_run(first, 1)
    (old,) = first.drivers()
    place.node.keep_what_is_deleted()
    uid = first.uid
    place.world.api.delete(first.path, propagationPolicy="Background")
    first.wait(lambda: first.observer.is_gone(uid), 30, "itself to go")
    second = place.create("again")
    assert second.uid != uid
    second.wait(lambda: (second.condition("Blocked") or {}).get("reason") ==
                "WaitingForOldDriver", 60, "WaitingForOldDriver")
    assert second.state() == "", second.state()
    place.node.let_go()
    await_run(second, 1)
    assert second.observer.is_gone(old["metadata"]["uid"]), "two at once"
    place.node.end(second, 0)
    second.await_state("COMPLETED", seconds=60)
    second.expect_states(*LIFE)
    second.expect_outcome("Completed")
    assert len(second.drivers()) == 2, "one driver for each application"
    place.end()


def deleted_in_three_ways(lives):
    place = _Place(lives, "deletions")
    apps = {how: place.create(how.lower())
            for how in ("Foreground", "Background", "Orphan")}
    for how, app in apps.items():
        await_run(app, 1)
        place.world.api.delete(app.path, propagationPolicy=how)
    for how, app in apps.items():
        app.wait(lambda app=app: app.observer.is_gone(app.uid), 90,
                 f"itself to go ({how})")
    for how in ("Foreground", "Background"):
        apps[how].await_driver_gone(60)
        apps[how].expect_nothing_left()
    place.see_one_through("afterwards")
    (driver,) = apps["Orphan"].drivers()
    meta = driver["metadata"]
    assert not apps["Orphan"].observer.is_gone(meta["uid"]), "it is gone"
    assert "deletionTimestamp" not in meta, "it is ending"
    assert not meta.get("ownerReferences"), meta
    place.end()
