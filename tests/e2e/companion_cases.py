"""What stands beside a driver: the Service and the Ingress of its web UI, those
of its other ports, and the budget that keeps it from being evicted.

Nothing here sends a request through an Ingress: that takes a controller, and
the sandbox has none. Services do carry traffic.
"""
import http.client
import urllib.request

import api as apis
from case import Case
from field_cases import FOR_EVER, end
from programs import kubectl, poll
from puppet import Puppet
from running_cases import LIFE
from world import RUN_LIMIT

ROOTS = {"services": "/api/v1", "ingresses": "/apis/networking.k8s.io/v1",
         "poddisruptionbudgets": "/apis/policy/v1"}
SUBMISSION = "sparkoperator.k8s.io/submission-id"
# Until something is there, is gone or answers: as long as a busy machine takes.
PATIENCE = 180
RETRY_ONCE = {"type": "OnFailure", "onFailureRetries": 1,
              "onFailureRetryInterval": 1}


def _object(app, plural, name):
    return app.world.api.get(f"{ROOTS[plural]}/namespaces/{app.namespace}/"
                             f"{plural}/{name}")


def _await_object(app, plural, name):
    """Of the attempt that the status shows: older ones had the same name."""
    def there():
        found = _object(app, plural, name)
        labels = found and found["metadata"].get("labels") or {}
        return found if found and labels.get(SUBMISSION) == \
            app.status().get("submissionID") else None
    found = poll(there, PATIENCE, f"{plural}/{name}", pause=0.5)
    (owner,) = found["metadata"]["ownerReferences"]
    assert (owner["uid"], owner["controller"]) == (app.uid, True), owner
    return found


def _await_no_object(app, plural, name):
    poll(lambda: _object(app, plural, name) is None, PATIENCE,
         f"the end of {plural}/{name}", pause=0.5)


def _uid(found):
    return found["metadata"]["uid"]


def _edit(app, **fields):
    """None takes a field away."""
    app.world.api.patch(app.path, {"spec": fields})


def _expect_same_run(app, driver, *states):
    """The edit has touched neither the driver nor the application's state."""
    now = app.world.api.get(apis.pods(app.namespace,
                                      driver["metadata"]["name"]))
    assert now and _uid(now) == _uid(driver), "another driver, or none"
    assert "deletionTimestamp" not in now["metadata"], "the driver is ending"
    app.expect_states(*states)


# -- the web UI ----------------------------------------------------------------


def _page(address):
    """As a browser shows it, which follows Spark's redirection from / to
    /jobs/; empty while nobody answers. A proxy knows no Service."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{address}/", timeout=10) as answer:
            return answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""


def _await_page(app, service, address):
    """As long as a JVM may take: the driver runs before its Spark does. Who
    fails here says which part of the way is not there."""
    def shown():
        assert app.state() == "RUNNING", f"no web UI: {app.state()}"
        return "Spark Jobs" in _page(address)
    try:
        poll(shown, RUN_LIMIT, f"the web UI at {address}", pause=0.5)
    except AssertionError as late:
        pod = app.await_pod("driver")
        own = f"{pod['status'].get('podIP')}:4040"
        slices = app.world.api.get(
            f"/apis/discovery.k8s.io/v1/namespaces/{app.namespace}/"
            "endpointslices?labelSelector=kubernetes.io/service-name="
            f"{service['metadata']['name']}")["items"]
        ends = [e.get("endpoints") for e in slices]
        log = kubectl("logs", "-n", app.namespace, pod["metadata"]["name"],
                      "--tail=15", check=False)
        raise AssertionError(
            f"{late}; the driver answers at {own}: "
            f"{'Spark Jobs' in _page(own)}; state {app.state()}; "
            f"endpoints {ends}; log {log.stdout}{log.stderr}") from None


def _await_web_ui(app, port):
    """The Service, when what the status says of it is true."""
    app.wait(lambda: app.status().get("driverInfo", {}).get("webUIPort") ==
             port, PATIENCE, f"port {port} of the web UI")
    info = app.status()["driverInfo"]
    service = _await_object(app, "services", info["webUIServiceName"])
    (one,) = service["spec"]["ports"]
    assert (one["port"], one["targetPort"]) == (port, 4040), one
    address = info["webUIAddress"]
    assert address == f"{service['spec']['clusterIP']}:{port}", info
    _await_page(app, service, address)
    ingress = _await_object(app, "ingresses", info["webUIIngressName"])
    assert info["webUIIngressAddress"] == f"http://{app.name}.example.com", info
    _expect_way(ingress, f"{app.name}.example.com", "/",
                service["metadata"]["name"], port)
    return service, address


def _expect_way(ingress, host, path, service, port):
    (rule,) = ingress["spec"]["rules"]
    (way,) = rule["http"]["paths"]
    assert (rule["host"], way["path"]) == (host, path), rule
    assert way["backend"] == {"service": {
        "name": service, "port": {"number": port}}}, way


def spark_ui(case):
    """Their Spark UI; through the address in the status, which kube-proxy
    makes one of the driver."""
    app = case.create(case.java("SleepFor", "600"))
    app.await_running()
    before, _ = _await_web_ui(app, 4040)
    driver = app.await_pod("driver")
    _edit(app, sparkUIOptions={"servicePort": 8081, "servicePortName": "ui"})
    after, address = _await_web_ui(app, 8081)
    assert after["metadata"]["name"] == before["metadata"]["name"], after
    assert _uid(after) != _uid(before), "the same Service"
    _expect_same_run(app, driver, *LIFE[:3])
    said = app.explanation(f"web UI at {address}")
    end(app)
    app.expect_nothing_left()
    return said


# -- other ports ---------------------------------------------------------------


def driver_ingress(case):
    puppet = Puppet(case, restartPolicy=RETRY_ONCE, driverIngressOptions=[
        {"servicePort": 8080, "servicePortName": "web",
         "ingressURLFormat": "{{$appName}}.example.com/web"}])
    app = puppet.app
    names = {"services": f"{case.name}-driver-8080",
             "ingresses": f"{case.name}-ing-8080"}
    puppet.await_run()
    first = {p: _await_object(app, p, name) for p, name in names.items()}
    (port,) = first["services"]["spec"]["ports"]
    assert (port["name"], port["port"]) == ("web", 8080), port
    _expect_way(first["ingresses"], f"{case.name}.example.com",
                "/web(/|$)(.*)", names["services"], 8080)
    puppet.end(1, 3)
    puppet.await_run(2)
    for plural, name in names.items():
        second = _await_object(app, plural, name)
        assert _uid(second) != _uid(first[plural]), f"attempt 1's {plural}"
    driver = puppet.driver()
    _edit(app, driverIngressOptions=None)
    for plural, name in names.items():
        _await_no_object(app, plural, name)
    assert _object(app, "services", f"{case.name}-ui-svc"), "no web UI"
    _expect_same_run(app, driver, *LIFE[:3], "FAILING", "PENDING_RERUN",
                     *LIFE[1:3])
    end(app)
    app.expect_nothing_left()
    return app.explanation("does not exist any more")


def service_name_is_taken(case):
    """What is somebody else's stays as it is, and the driver does without."""
    name = f"{case.name}-driver-8080"
    path = f"/api/v1/namespaces/{case.namespace}/services"
    theirs = case.world.api.create(path, {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"ports": [{"port": 80}]}})
    puppet = Puppet(case, restartPolicy=RETRY_ONCE,
                    driverIngressOptions=[{"servicePort": 8080}])
    app = puppet.app
    puppet.await_run()
    app.wait(lambda: app.condition("CompanionsFailed"), PATIENCE,
             "condition CompanionsFailed")
    message = app.expect_condition("CompanionsFailed", "NameConflict")
    assert name in message, message
    app.expect_events("SparkCompanionsFailed")
    said = app.explanation("something is missing", name)
    _edit(app, driverIngressOptions=[{"servicePort": 8081}])
    _await_object(app, "services", f"{case.name}-driver-8081")
    app.wait(lambda: not app.condition("CompanionsFailed"), PATIENCE,
             "no condition CompanionsFailed")
    # What the edit came across may have been made: attempt 2 looks for all of
    # it, of every kind.
    puppet.end(1, 3)
    puppet.await_run(2)
    puppet.end(2)
    app.await_state("COMPLETED")
    app.expect_outcome("Completed", number=2)
    now = case.world.api.get(f"{path}/{name}")
    assert now and _uid(now) == _uid(theirs), "somebody else's Service is gone"
    return said


# -- the budget ----------------------------------------------------------------


def _evict(app, pod):
    """As kubectl drain asks for it."""
    name = pod["metadata"]["name"]
    app.world.api.create(apis.pods(app.namespace, name) + "/eviction", {
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": name, "namespace": app.namespace}})


def _await_counted(app, name):
    """Before that, an eviction is refused because nobody has counted yet."""
    def counted():
        status = (_object(app, "poddisruptionbudgets", name) or
                  {}).get("status", {})
        return status.get("currentHealthy") == status.get("desiredHealthy") == 1
    poll(counted, PATIENCE, f"the driver to count for {name}", pause=0.5)


def protected_then_drained(case):
    """Their driver PodDisruptionBudget. A sidecar keeps the pod running beyond
    the driver's end, and a pod that runs without being ready may not be evicted
    against a budget either: the node could not be drained."""
    puppet = Puppet(case, driverPodDisruptionBudget=True, driver={
        "sidecars": [case.container("beside", FOR_EVER)]})
    app = puppet.app
    puppet.await_run()
    driver = puppet.driver()
    name = driver["metadata"]["name"]
    _await_object(app, "poddisruptionbudgets", name)
    _await_counted(app, name)
    try:
        _evict(app, driver)
    except apis.Answer as no:
        refused = no
    else:
        raise AssertionError("the driver was evicted")
    assert refused.code == 429 and "disruption budget" in str(refused), refused
    _expect_same_run(app, driver, *LIFE[:3])
    puppet.end()
    app.await_state("COMPLETED")
    said = app.explanation("ended well")
    _await_no_object(app, "poddisruptionbudgets", name)
    now = case.world.api.get(apis.pods(case.namespace, name))
    assert now["status"]["phase"] == "Running", now["status"]
    _evict(app, now)
    app.await_driver_gone()
    app.expect_states(*LIFE)
    app.expect_outcome("Completed")
    return said


# -- all of them ---------------------------------------------------------------

WITH_SPARK = [spark_ui]
WITHOUT_SPARK = [driver_ingress, service_name_is_taken, protected_then_drained]


def cases(world, namespace, bodies):
    """(name, body) of each."""
    return [(b.__name__, lambda b=b: b(Case(world, namespace, b.__name__,
                                            "3.5.7"))) for b in bodies]
