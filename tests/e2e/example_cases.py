"""deploy/examples: all applications run, but those that name what the sandbox
has not."""
import glob
import json
import os
import re

import manifests
from programs import ROOT, kubectl
from world import App

PREFIX = "example_"
# What they need and the sandbox does not have.
BEYOND = {"dependencies": "Maven Central", "prometheus": "Maven Central",
          "r-dataframe": "R"}


def _give_gpus(world):
    """The scheduler counts them, and nobody else knows what they are."""
    (node,) = world.api.get("/api/v1/nodes")["items"]
    two = {"nvidia.com/gpu": "2"}
    world.api.patch(f"/api/v1/nodes/{node['metadata']['name']}/status",
                    {"status": {"capacity": two, "allocatable": two}})


def _give_volume(world):
    path = os.path.join(world.directory, "volume")
    os.mkdir(path)
    world.api.create("/api/v1/persistentvolumes", {
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": "examples"},
        "spec": {"capacity": {"storage": "1Gi"},
                 "accessModes": ["ReadWriteOnce"], "hostPath": {"path": path}}})


BEFORE = {"gpu": _give_gpus, "volumes": _give_volume}


def _run(world, name, path):
    if name in BEFORE:
        BEFORE[name](world)
    objects = _documents(kubectl("create", "--dry-run=client", "-o", "json",
                                 "-f", path).stdout)
    (app,) = [o for o in objects if o["kind"] == "SparkApplication"]
    _make_small(app)
    kubectl("create", "-f", "-", text=json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": objects}))
    meta = app["metadata"]
    App(world, meta["namespace"], meta["name"]).await_state("COMPLETED")


def _documents(text):
    """One after the other, as kubectl prints them."""
    decoder = json.JSONDecoder()
    found = []
    while text.strip():
        one, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        found.append(one)
    return found


def _make_small(app):
    """So that several fit on two cores at once, for a short while."""
    if "arguments" in app["spec"]:
        app["spec"]["arguments"] = ["4"]  # partitions, in all of them
    for role in manifests.ROLES:
        have = app["spec"][role]
        have["coreRequest"] = "100m"
        have["javaOptions"] = " ".join(
            filter(None, [have.get("javaOptions"), manifests.QUICK]))


def _is_application(path):
    with open(path, encoding="utf-8") as file:
        return re.search(r"(?m)^kind: SparkApplication$", file.read())


def cases(world):
    """(name, body) of each."""
    found = sorted(filter(_is_application, glob.glob(os.path.join(
        ROOT, "deploy/examples/*.yaml"))))
    names = {os.path.splitext(os.path.basename(p))[0]: p for p in found}
    return [(PREFIX + name.replace("-", "_"),
             lambda name=name, path=path: _run(world, name, path))
            for name, path in names.items() if name not in BEYOND]
