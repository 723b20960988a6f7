"""A thousand schedules that are due in the same minute."""
import concurrent.futures
import time

import api as apis
import manifests
from programs import poll
from schedule_cases import SCHEDULE, seconds_of

COUNT = 1000
NAMESPACE = "thousand"
WITHIN = 15  # seconds from the tick to the last run's creation


def _create_all(world, tick):
    due = time.gmtime(tick)
    template = manifests.java("unused", NAMESPACE)["spec"]

    def create(n):
        world.api.create(apis.schedules(NAMESPACE), {
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "ScheduledSparkApplication",
            "metadata": {"name": f"s{n:03}", "namespace": NAMESPACE},
            "spec": {"schedule": f"{due.tm_min} {due.tm_hour} * * *",
                     "timeZone": "UTC", "template": template}})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(COUNT)))


def thousand_in_a_minute(lives):
    """All of their applications exist soon after, one of each."""
    world = lives.world
    world.make_namespace(NAMESPACE)
    operator = lives.operator("thousand", NAMESPACE).start()
    tick = (int(time.time()) // 60 + 1) * 60
    if tick - time.time() < 30:
        tick += 60
    _create_all(world, tick)

    def all_known():
        return f"spark_operator_schedules {COUNT}" in \
            operator.get("/metrics")[1]
    poll(all_known, 60, "all schedules to be known")
    assert time.time() < tick, "the machine was too slow to be asked this"

    def runs():
        return [a for a in world.observer.all_applications(NAMESPACE)
                if SCHEDULE in a["metadata"].get("labels", {})]
    poll(lambda: len(runs()) >= COUNT, tick - time.time() + 120,
         "all runs to exist", pause=0.2)
    found = runs()
    names = {a["metadata"]["name"] for a in found}
    wanted = {f"s{n:03}-{tick}000000000" for n in range(COUNT)}
    assert names == wanted and len(found) == COUNT, names ^ wanted
    late = max(seconds_of(a["metadata"]["creationTimestamp"])
               for a in found) - tick

    def all_on_record():
        items = world.api.get(apis.schedules(NAMESPACE))["items"]
        return all("lastRunName" in (s.get("status") or {}) and
                   "pendingRun" not in s["status"] for s in items)
    poll(all_on_record, 120, "all runs to be on record", pause=2)
    operator.stop(within=10)
    assert late <= WITHIN, f"the last was created {late} s after the tick"
    return f"the last was created {late} s after the tick"
