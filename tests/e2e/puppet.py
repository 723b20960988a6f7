"""Applications whose driver is a shell in Spark's image, without a JVM: for what
is decided by how and when a driver begins and ends."""
import os

import manifests
from manifests import give

# Counts its runs, and ends when and how its case says.
AS_TOLD = """cd /life
echo >>begun
run=$(wc -l <begun)
trap 'exit 143' TERM
until [ -e end-$run ]; do sleep 0.2; done
exit $(cat end-$run)
"""


def shell(case, script, **spec):
    """The manifest. Spark's words come as the script's arguments."""
    app = manifests.java(case.name, case.namespace, **spec)
    return give(app, "driver", coreRequest="10m", template={
        "spec": {"containers": [{"name": "spark-kubernetes-driver",
                                 "command": ["sh", "-c", script]}]}})


def host_path(app, directory, path):
    """Seen by the driver at path, and by the case in directory."""
    name = os.path.basename(path)
    app["spec"].setdefault("volumes", []).append(
        {"name": name, "hostPath": {"path": directory}})
    return give(app, "driver",
                volumeMounts=[{"name": name, "mountPath": path}])


class Puppet:
    """One that was created, and runs until end()."""

    def __init__(self, case, driver=None, **spec):
        self.directory = case.directory()
        app = host_path(shell(case, AS_TOLD, **spec), self.directory, "/life")
        self.app = case.create(give(app, "driver", **(driver or {})))

    def await_run(self, number=1):
        """Of this attempt, as the status shows it."""
        def runs():
            claim = self.app.status().get("claim") or {}
            return (claim.get("number"), self.app.state()) == (number,
                                                               "RUNNING")
        self.app.wait(runs, 240, f"attempt {number} to run")

    def end(self, run=1, code=0):
        path = os.path.join(self.directory, f"end-{run}")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(str(code))
        os.rename(path + ".new", path)

    def driver(self):
        """The one that is there."""
        (pod,) = [p for p in self.app.drivers() if not
                  self.app.observer.is_gone(p["metadata"]["uid"])]
        return pod

    def container_id(self):
        (one,) = self.driver()["status"]["containerStatuses"]
        return one["containerID"].removeprefix("containerd://")
