"""Applications that use the fields of the spec which a plain run does without.

That they reach the pods is seen on the pods; that they work is seen by the
programs in jobs/, which look around on the driver and on an executor.
"""
import http.client
import io
import os
import re
import zipfile

import api as apis
import manifests
from case import JOB, Case
from file_server import FileServer
from manifests import ROLES, give, give_both
from programs import poll
from world import RUN_LIMIT

NEWER = "4.1.1"
NO_TOKENS = b"HDTS\0\0\0"  # a file of Hadoop's delegation tokens
# Until its pod ends: a shell acts on a signal when what it runs in the
# foreground has ended, but at once while it waits.
FOR_EVER = "trap 'exit 0' TERM; sleep infinity & wait"


def end(app):
    """For those that would not end by themselves."""
    app.world.api.delete(app.path, propagationPolicy="Background")
    app.await_driver_gone()


def spark_container(pod):
    for one in pod["spec"]["containers"]:
        if one["name"].startswith("spark-kubernetes-"):
            return one
    raise AssertionError(f"no container of Spark: {pod['spec']['containers']}")


def container_states(pod):
    return {s["name"]: "".join(s["state"])
            for s in pod["status"].get("containerStatuses") or []}


# -- files and variables -------------------------------------------------------


def config_maps_and_secrets(case):
    settings = case.config_map("settings", {"mode": "fast", "level": "7"})
    generic = case.secret("generic", {"password": b"s3cret"})
    gcp = case.secret("gcp", {"key.json": b"{}"})
    hadoop = case.secret("hadoop", {"hadoop.token": NO_TOKENS})
    core_site = ("<configuration><property><name>own.key</name>"
                 "<value>found</value></property></configuration>")
    spark_env = "export FROM_SPARK_ENV=yes"
    expected = {role: {
        "files": {
            "/mnt/settings/mode": "fast", "/mnt/generic/password": "s3cret",
            "/mnt/gcp/key.json": "{}",
            "/mnt/hadoop/hadoop.token": NO_TOKENS.decode(),
            "/etc/spark/conf/spark-env.sh": spark_env,
            "/etc/hadoop/conf/core-site.xml": core_site},
        "env": {
            "GOOGLE_APPLICATION_CREDENTIALS": "/mnt/gcp/key.json",
            "HADOOP_TOKEN_FILE_LOCATION": "/mnt/hadoop/hadoop.token",
            "SPARK_CONF_DIR": "/etc/spark/conf",
            "HADOOP_CONF_DIR": "/etc/hadoop/conf",
            "PLAIN": "plain", "OLD_STYLE": "yes", "OLD_PASSWORD": "s3cret",
            "ROLE": role, "LEVEL": "7", "PASSWORD": "s3cret",
            "SETTING_mode": "fast", "LOGIN_password": "s3cret"},
    } for role in ROLES}
    # Both are read by who starts the driver's JVM.
    expected["driver"]["env"]["FROM_SPARK_ENV"] = "yes"
    expected["driver"]["hadoop"] = {"own.key": "found"}
    app = case.look_around(
        expected, sparkConfigMap=case.config_map(
            "spark-conf", {"spark-env.sh": spark_env}),
        hadoopConfigMap=case.config_map(
            "hadoop-conf", {"core-site.xml": core_site}))
    give_both(
        app, configMaps=[{"name": settings, "path": "/mnt/settings"}],
        secrets=[_secret(generic, "/mnt/generic", "Generic"),
                 _secret(gcp, "/mnt/gcp", "GCPServiceAccount"),
                 _secret(hadoop, "/mnt/hadoop", "HadoopDelegationToken")],
        env=[{"name": "PLAIN", "value": "plain"},
             _from("ROLE", "fieldRef",
                   fieldPath="metadata.labels['spark-role']"),
             _from("LEVEL", "configMapKeyRef", name=settings, key="level"),
             _from("PASSWORD", "secretKeyRef", name=generic, key="password")],
        envFrom=[{"prefix": "SETTING_", "configMapRef": {"name": settings}},
                 {"prefix": "LOGIN_", "secretRef": {"name": generic}}],
        envVars={"OLD_STYLE": "yes"},
        envSecretKeyRefs={"OLD_PASSWORD": {"name": generic,
                                           "key": "password"}})
    case.run(app)


def _secret(name, path, kind):
    return {"name": name, "path": path, "secretType": kind}


def _from(variable, kind, **where):
    return {"name": variable, "valueFrom": {kind: where}}


def py_files(case):
    """What is local:// reaches the driver alone before Spark 4; what is
    fetched over HTTP reaches the executors too."""
    http = {"fetched.zip": _zip({"fetched.py": "WORD = 'fetched'"}),
            "fetched_file.txt": b"fetched", "fetched.jar": _zip({"a": "b"}),
            "fetched_archive.zip": _zip({"in.txt": "fetched"})}
    there = {"local.zip": _zip({"local.py": "WORD = 'local'"}),
             "local_file.txt": b"local",
             "local_archive.zip": _zip({"in.txt": "local"})}
    everywhere = {"modules": {"fetched": "fetched"},
                  "files": {"fetched_file.txt": "fetched",
                            "fetched_dir/in.txt": "fetched"}}
    driver = {"jars": ["fetched.jar"],
              "modules": {**everywhere["modules"], "local": "local"},
              "files": {**everywhere["files"], "local_file.txt": "local",
                        "local_dir/in.txt": "local"}}
    with FileServer(case.world.node_address(), http) as server:
        case.run(case.look_around(
            {"driver": driver, "executor": everywhere}, binary=there,
            deps={
                "jars": [f"{server.url}/fetched.jar"],
                "pyFiles": [f"local://{JOB}/local.zip",
                            f"{server.url}/fetched.zip"],
                "files": [f"local://{JOB}/local_file.txt",
                          f"{server.url}/fetched_file.txt"],
                "archives": [f"local://{JOB}/local_archive.zip#local_dir",
                             f"{server.url}/fetched_archive.zip#fetched_dir"],
            }))
        assert set(http) <= server.asked, f"asked for {server.asked}"


def _zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def scratch_volumes(case):
    host = case.directory()
    dirs = ["/scratch/one", "/scratch/two"]
    app = case.python("shuffle.py", *dirs, volumes=[
        {"name": "spark-local-dir-1", "emptyDir": {
            "medium": "Memory", "sizeLimit": "256Mi"}},
        {"name": "spark-local-dir-2", "hostPath": {
            "path": host, "type": "Directory"}}])
    give_both(app, volumeMounts=[
        {"name": f"spark-local-dir-{n}", "mountPath": path}
        for n, path in enumerate(dirs, 1)])
    app = case.create(app)
    for role in ROLES:
        pod = app.await_pod(role)
        (one, two) = sorted((v for v in pod["spec"]["volumes"]
                             if v["name"].startswith("spark-local-dir-")),
                            key=lambda v: v["name"])
        assert one["emptyDir"] == {"medium": "Memory",
                                   "sizeLimit": "256Mi"}, one
        assert two["hostPath"]["path"] == host, two
        (named,) = [e["value"] for e in spark_container(pod)["env"]
                    if e["name"] == "SPARK_LOCAL_DIRS"]
        assert sorted(named.split(",")) == dirs, named
    app.await_state("COMPLETED")


# -- more containers -----------------------------------------------------------


def sidecar_and_init(case):
    shared = [{"name": "shared", "mountPath": "/mnt/shared"}]
    app = case.look_around({role: {"files": {
        "/mnt/shared/init": f"prepared for {role}",
        "/mnt/shared/sidecar": f"beside {role}"}} for role in ROLES},
        volumes=[{"name": "shared", "emptyDir": {}}])
    for role in ROLES:
        give(app, role, volumeMounts=shared, initContainers=[case.container(
            "prepare", f"echo prepared for {role} >/mnt/shared/init",
            volumeMounts=shared)], sidecars=[case.container(
                "beside", f"echo beside {role} >/mnt/shared/sidecar; "
                f"{FOR_EVER}", volumeMounts=shared)])
    app = case.run(app)
    (driver,) = app.drivers()
    states = container_states(driver)
    assert states.get("beside") == "running", states
    assert driver["status"]["phase"] == "Running", driver["status"]
    app.expect_outcome("Completed")
    end(app)


def pod_template(case):
    """No container has the name that Spark's has: then it is the first one.
    The operator knows the driver by that name, and so gives it."""
    app = case.look_around({role: {
        "env": {"FROM_TEMPLATE": role, "FROM_FIELD": "field"},
        "files": {"/mnt/template/sidecar": f"beside {role}"},
    } for role in ROLES})
    for role in ROLES:
        mounts = [{"name": "template", "mountPath": "/mnt/template"}]
        give(app, role, env=[{"name": "FROM_FIELD", "value": "field"}],
             template={
                 "metadata": {"labels": {"from-template": role},
                              "annotations": {"example.com/from": role}},
                 "spec": {"volumes": [{"name": "template", "emptyDir": {}}],
                          "containers": [
                              {"name": "engine", "volumeMounts": mounts,
                               "env": [{"name": "FROM_TEMPLATE",
                                        "value": role}]},
                              case.container(
                                  "beside", f"echo beside {role} "
                                  f">/mnt/template/sidecar; {FOR_EVER}",
                                  volumeMounts=mounts)]}})
    app = case.create(app)
    for role in ROLES:
        pod = app.await_pod(role)
        meta = pod["metadata"]
        assert meta["labels"]["from-template"] == role, meta["labels"]
        assert meta["labels"]["spark-role"] == role, meta["labels"]
        assert meta["annotations"]["example.com/from"] == role, meta
        names = {c["name"] for c in pod["spec"]["containers"]}
        first = "engine" if role == "executor" else "spark-kubernetes-driver"
        assert names == {first, "beside"}, names
    app.await_state("COMPLETED")
    assert container_states(app.drivers()[0]).get("beside") == "running"
    end(app)


def bad_template_recovers(case):
    def template(port):
        return {"spec": {"containers": [{
            "name": "spark-kubernetes-driver",
            "ports": [{"name": "extra", "containerPort": port}]}]}}
    app = case.java("ExitWith", "0")
    app = case.create(give(app, "driver", template=template(70000)))
    message = app.await_failed(60)
    assert "70000" in message and "between 1 and 65535" in message, message
    app.expect_outcome("SubmissionFailed")
    assert not app.drivers(), "a driver was made"
    case.world.api.patch(app.path, {"spec": {"driver": {
        "template": template(7000)}}})
    app.wait(lambda: app.state() == "COMPLETED", 240, "COMPLETED")
    (driver,) = app.drivers()
    ports = [p["containerPort"] for p in spark_container(driver)["ports"]]
    assert 7000 in ports, ports
    return message[:160]


# -- metrics and executors -----------------------------------------------------


def dynamic_allocation(case):
    app = case.run(case.python("more_executors.py", dynamicAllocation={
        "enabled": True, "minExecutors": 0, "initialExecutors": 1,
        "maxExecutors": 3}))
    made = len(app.executors())
    assert 1 < made <= 3, f"{made} executors"
    return f"{made} executors"


def prometheus(case):
    app = case.create(case.java("SleepFor", "600", monitoring={
        "exposeDriverMetrics": True, "exposeExecutorMetrics": True,
        "prometheus": {
            "jmxExporterJar": "/prometheus/jmx_prometheus_javaagent.jar"}}))
    found = []
    for role in ROLES:
        pod = app.await_pod(role)
        notes = pod["metadata"].get("annotations") or {}
        assert notes.get("prometheus.io/scrape") == "true", notes
        assert notes.get("prometheus.io/port") == "8090", notes
        assert notes.get("prometheus.io/path") == "/metrics", notes
        ports = [(p.get("name"), p["containerPort"])
                 for p in spark_container(pod)["ports"]]
        assert ("jmx-exporter", 8090) in ports, ports
        lines = poll(lambda ip=pod["status"]["podIP"], role=role: [
            line for line in _metrics(ip)
            if line.startswith(f"spark_{role}_") and
            f'app_id="{case.name}"' in line and
            f'app_namespace="{case.namespace}"' in line], RUN_LIMIT,
                     f"metrics of the {role}", pause=0.5)
        found.append(f"{len(lines)} metrics of the {role}")
    config = case.world.api.get(
        f"/api/v1/namespaces/{case.namespace}/configmaps/"
        f"{case.name}-prom-conf")
    assert set(config["data"]) == {"metrics.properties", "prometheus.yaml"}
    (owner,) = config["metadata"]["ownerReferences"]
    assert owner["uid"] == app.uid, owner
    end(app)
    return ", ".join(found)


def _metrics(address):
    """None of them before it listens."""
    connection = http.client.HTTPConnection(address, 8090, timeout=5)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, f"{answer.status}: {text[:300]}"
        return text.splitlines()
    except (OSError, http.client.HTTPException):
        return []
    finally:
        connection.close()


def executor_memory_limit_warns(case):
    app = case.java("ExitWith", "0")
    app = case.run(give(app, "executor", memoryLimit="2Gi"))
    said = app.expect_condition("SpecWarning")
    assert "spec.executor.memoryLimit" in said, said
    return said[:160]


# -- ends, rights and places ---------------------------------------------------


def pre_stop_and_grace(case):
    host = case.directory()
    app = case.java("SleepFor", "600", volumes=[
        {"name": "hooks", "hostPath": {"path": host}}])
    for role in ROLES:
        # Spark runs when it begins, and nobody kills it before it ends.
        hook = (f"exec >>/hooks/{role}; echo began; "
                "pgrep -f '[o]rg.apache.spark' >/dev/null && echo Spark runs; "
                "sleep 2; echo ended")
        give(app, role, terminationGracePeriodSeconds=20,
             lifecycle={"preStop": {"exec": {"command": ["sh", "-c", hook]}}},
             volumeMounts=[{"name": "hooks", "mountPath": "/hooks"}])
    app = case.create(app)
    driver = app.await_pod("driver")
    executor = app.await_pod("executor")
    app.await_running()
    for pod in (driver, executor):
        assert pod["spec"]["terminationGracePeriodSeconds"] == 20, pod["spec"]
    wanted = "began\nSpark runs\nended\n"
    case.world.api.delete(apis.pods(case.namespace,
                                    executor["metadata"]["name"]))
    poll(lambda: _text_of(host, "executor") == wanted, 60,
         "the executor's hook")
    case.world.api.delete(app.path, propagationPolicy="Background")
    app.wait(lambda: [p for p in app.drivers() if p["metadata"].get(
        "deletionGracePeriodSeconds") == 20], 60, "20 s for its driver to end")
    app.await_driver_gone()
    assert _text_of(host, "driver") == wanted, _text_of(host, "driver")


def _text_of(directory, name):
    try:
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def security_and_scheduling(case):
    priority = f"{case.name}-class"
    case.world.api.create("/apis/scheduling.k8s.io/v1/priorityclasses", {
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
        "metadata": {"name": priority}, "value": 7})
    pod_fields = {
        "tolerations": [{"key": "example.com/spot", "operator": "Exists"}],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["warehouse"]}],
        "dnsConfig": {"options": [{"name": "ndots", "value": "3"}]},
        "affinity": {"nodeAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [{
                "weight": 1, "preference": {"matchExpressions": [{
                    "key": "example.com/spot",
                    "operator": "DoesNotExist"}]}}]}},
        "shareProcessNamespace": True, "schedulerName": "default-scheduler",
        "priorityClassName": priority}
    security = {"runAsUser": 185, "runAsNonRoot": True, "fsGroup": 185}
    container = {"allowPrivilegeEscalation": False,
                 "capabilities": {"drop": ["ALL"]}}
    expected = {"user": 185, "hosts": {"warehouse": "192.0.2.1"},
                # The first process is the one that holds the namespace.
                "files": {"/proc/1/cmdline": "/pause\0"}}
    app = case.look_around(dict.fromkeys(ROLES, expected))
    give_both(app, podSecurityContext=security, securityContext=container,
              **pod_fields)
    app = case.create(app)
    for role in ROLES:
        pod = app.await_pod(role)
        spec = pod["spec"]
        for field, value in pod_fields.items():
            # The server adds tolerations.
            there = [t for t in spec[field] if t in value] \
                if field == "tolerations" else spec.get(field)
            assert there == value, f"{role}: {field} is {there}, not {value}"
        assert spec["securityContext"] == security, spec["securityContext"]
        assert spec["priority"] == 7, spec["priority"]
        one = spark_container(pod)["securityContext"]
        assert one == container, one
    app.await_state("COMPLETED")


def host_network(case):
    # Executors claim 7079 of the same node.
    app = case.java("SparkPi", "2", sparkConf={
        **manifests.PATIENCE, "spark.driver.blockManager.port": "27079"})
    app = case.create(give_both(app, hostNetwork=True))
    address = case.world.node_address()
    for role in ROLES:
        pod = app.await_pod(role)
        spec = pod["spec"]
        assert spec.get("hostNetwork"), f"the {role} has its own network"
        assert spec["dnsPolicy"] == "ClusterFirstWithHostNet", spec["dnsPolicy"]
        assert pod["status"]["podIP"] == address, pod["status"]["podIP"]
    app.await_state("COMPLETED")


# -- all of them ---------------------------------------------------------------

# The longest first.
WITH_BOTH = [dynamic_allocation, config_maps_and_secrets, py_files,
             sidecar_and_init, prometheus]
WITH_ONE = [scratch_volumes, pod_template, pre_stop_and_grace,
            security_and_scheduling, host_network, executor_memory_limit_warns,
            bad_template_recovers]


def cases(world, namespace):
    """(name, body) of each."""
    def one(what, version, suffix=""):
        name = what.__name__ + suffix
        return name, lambda: what(Case(world, namespace, name, version))
    older = "3.5.7"
    return [one(c, older) for c in WITH_BOTH + WITH_ONE] + \
        [one(c, NEWER, "_newer_spark") for c in WITH_BOTH]
