"""One application and the objects that are made for it, named after it."""
import base64
import json
import os

import manifests
from manifests import give_both

JOBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jobs")
JOB = "/mnt/job"


class Case:
    def __init__(self, world, namespace, name, version):
        self.world = world
        self.namespace = namespace
        self.name = name.replace("_", "-")
        self.version = version
        self.image = f"spark:{version}"

    def _make(self, plural, suffix, body):
        name = f"{self.name}-{suffix}"
        self.world.api.create(
            f"/api/v1/namespaces/{self.namespace}/{plural}",
            {"apiVersion": "v1", "metadata": {"name": name}, **body})
        return name

    def config_map(self, suffix, data, binary=None):
        return self._make("configmaps", suffix, {
            "kind": "ConfigMap", "data": data,
            "binaryData": {k: base64.b64encode(v).decode()
                           for k, v in (binary or {}).items()}})

    def secret(self, suffix, data):
        return self._make("secrets", suffix, {
            "kind": "Secret",
            "data": {k: base64.b64encode(v).decode() for k, v in data.items()}})

    def directory(self):
        """Of the host, and so of the node."""
        path = os.path.join(self.world.directory, self.name)
        os.mkdir(path)
        os.chmod(path, 0o777)
        return path

    def has_file(self, name):
        """In directory()."""
        return os.path.exists(os.path.join(self.world.directory, self.name,
                                           name))

    def java(self, main_class, *arguments, **spec):
        return manifests.java(self.name, self.namespace, main_class, arguments,
                              version=self.version, **spec)

    def python(self, program, *arguments, data=None, binary=None, **spec):
        """One of jobs/, which finds data beside itself."""
        with open(os.path.join(JOBS, program), encoding="utf-8") as file:
            files = {program: file.read(), **(data or {})}
        mount = {"name": self.config_map("job", files, binary), "path": JOB}
        app = manifests.python(self.name, self.namespace,
                               f"local://{JOB}/{program}", arguments,
                               version=self.version, **spec)
        return give_both(app, configMaps=[mount])

    def look_around(self, expected, **more):
        return self.python("look_around.py", **more,
                           data={"expected.json": json.dumps(expected)})

    def create(self, app):
        return self.world.create(app)

    def run(self, app):
        app = self.create(app)
        app.await_state("COMPLETED")
        return app

    def container(self, name, script, **more):
        return {"name": name, "image": self.image,
                "command": ["sh", "-c", script], **more}
