"""ScheduledSparkApplications that tick every few seconds, and an operator that
dies around their ticks.

Their runs are shells that end when they are told to.
"""
import calendar
import os
import signal
import time

import api as apis
import manifests
import programs
from observer import state_of
from programs import Operator, poll
from puppet import host_path, shell

SCHEDULE = "sparkoperator.k8s.io/scheduled-app-name"
NANOSECONDS = 10**9
# Until something is there: as long as a busy machine takes.
PATIENCE = 240
UNTIL_TOLD = """trap 'exit 143' TERM
echo $$ >>/life/begun
until [ -e /life/end ]; do sleep 0.2; done
"""


def seconds_of(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


class Schedule:
    """One that was created, with the runs that it ever had."""

    def __init__(self, world, namespace, name, template, **spec):
        self.world = world
        self.namespace = namespace
        self.name = name
        self.path = apis.schedules(namespace, name)
        made = world.api.create(apis.schedules(namespace), {
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "ScheduledSparkApplication",
            "metadata": {"name": name, "namespace": namespace,
                         "labels": {"team": "night-shift"}},
            "spec": {"template": template, **spec}})
        self.uid = made["metadata"]["uid"]
        self.created = seconds_of(made["metadata"]["creationTimestamp"])

    def edit(self, **fields):
        self.world.api.patch(self.path, {"spec": fields})

    def status(self):
        return self.world.api.get(self.path).get("status") or {}

    def condition(self, kind):
        for one in self.status().get("conditions") or []:
            if one["type"] == kind:
                return one
        return {}

    def runs(self):
        """Newest version of each that ever was, in the order of their ticks."""
        found = [a for a in
                 self.world.observer.all_applications(self.namespace)
                 if any(o["uid"] == self.uid for o in
                        a["metadata"].get("ownerReferences") or [])]
        return sorted(found, key=self.tick_of)

    def tick_of(self, run):
        """In seconds."""
        return int(run["metadata"]["name"].rpartition("-")[2]) / NANOSECONDS

    def is_there(self, run):
        return not self.world.observer.is_gone(run["metadata"]["uid"])

    def driver_of(self, run):
        found = self.world.observer.drivers(self.namespace,
                                            run["metadata"]["name"])
        return found[-1] if found else None

    def await_(self, predicate, what):
        try:
            return poll(predicate, PATIENCE, what)
        except AssertionError as late:
            now = self.world.api.get(self.path) or {}
            raise AssertionError(
                f"{self.name}: {late}; runs "
                f"{[(r['metadata']['name'], state_of(r)) for r in self.runs()]}"
                f", status {now.get('status')}") from None

    def await_running(self, number):
        """That run, once its driver runs."""
        def runs():
            found = self.runs()
            return found[number] if len(found) > number and \
                state_of(found[number]) == "RUNNING" else None
        return self.await_(runs, f"run {number} to run")

    def expect_one_run_for_a_tick(self, every):
        """Ticks are where the schedule has them, and each has one run."""
        runs = self.runs()
        names = [r["metadata"]["name"] for r in runs]
        assert len(names) == len(set(names)), f"two of one name: {names}"
        for run in runs:
            tick = self.tick_of(run)
            assert (tick - self.created) % every == 0, (tick, self.created)
            assert seconds_of(run["metadata"]["creationTimestamp"]) >= tick
            meta = run["metadata"]
            assert meta["labels"] == {"team": "night-shift",
                                      SCHEDULE: self.name}, meta["labels"]
            (owner,) = meta["ownerReferences"]
            assert owner["controller"] and owner["uid"] == self.uid, owner
        return runs

    def events(self):
        found = self.world.api.get(
            f"/api/v1/namespaces/{self.namespace}/events"
            f"?fieldSelector=involvedObject.uid%3D{self.uid}")
        return {e["reason"]: e["message"] for e in found["items"]}

    def expect_events(self, *reasons):
        self.await_(lambda: set(reasons) <= set(self.events()),
                    f"events {reasons}")

    def explanation(self, *phrases):
        def explain():
            return programs.explain(self.world.operator,
                                    f"{self.namespace}/{self.name}")
        text = self.await_(lambda: next((t for t in [explain()] if all(
            p in t for p in phrases)), None), f"{phrases} in what explains it")
        return "".join(f"\n          | {line}" for line in text.splitlines())

    def delete(self):
        """All that there is of it goes, too."""
        self.world.api.delete(self.path, propagationPolicy="Background")
        self.await_(lambda: not any(map(self.is_there, self.runs())),
                    "its runs to go")
        drivers = [d for d in map(self.driver_of, self.runs()) if d]
        self.await_(lambda: all(self.world.observer.is_gone(
            d["metadata"]["uid"]) for d in drivers), "its drivers to go")


def _until_told(case, **spec):
    """A schedule whose runs all end when end() is called."""
    directory = case.directory()
    app = host_path(shell(case, UNTIL_TOLD), directory, "/life")
    return Schedule(case.world, case.namespace, case.name, app["spec"], **spec)


def _end(case):
    open(os.path.join(case.world.directory, case.name, "end"), "w").close()


def _do_not_end(case):
    os.remove(os.path.join(case.world.directory, case.name, "end"))


# -- the three policies --------------------------------------------------------


def every_under_allow(case):
    schedule = _until_told(case, schedule="@every 8s",
                           successfulRunHistoryLimit=1)
    schedule.await_running(0)
    schedule.await_running(1)
    first, second = schedule.runs()[:2]
    assert state_of(first) == "RUNNING" and schedule.is_there(first)
    schedule.edit(suspend=True)
    schedule.await_(lambda: schedule.condition("Scheduled").get("reason") ==
                    "Suspended", "condition Suspended")
    told = schedule.status()
    assert "nextRun" not in told, told
    runs = schedule.expect_one_run_for_a_tick(8)
    assert told["lastRunName"] == runs[-1]["metadata"]["name"], told
    assert seconds_of(told["lastRun"]) == schedule.tick_of(runs[-1]), told
    assert schedule.tick_of(second) - schedule.tick_of(first) == 8
    _end(case)
    schedule.await_(lambda: [r for r in schedule.runs()
                             if schedule.is_there(r)] == [schedule.runs()[-1]]
                    and state_of(schedule.runs()[-1]) == "COMPLETED",
                    "one ended run to be kept")
    schedule.await_(lambda: schedule.status().get("pastSuccessfulRunNames") ==
                    [schedule.runs()[-1]["metadata"]["name"]], "its name")
    schedule.expect_events("ScheduledRunCreated", "ScheduleSuspended")
    said = schedule.explanation("spec.suspend is set")
    schedule.delete()
    return f"{len(runs)} runs" + said


def every_under_forbid(case):
    schedule = _until_told(case, schedule="@every 5s",
                           concurrencyPolicy="Forbid")
    first = schedule.await_running(0)
    schedule.await_(lambda: schedule.condition("Skipped").get("reason") ==
                    "RunActive", "a tick to be skipped")
    held = schedule.condition("Held")
    assert held["reason"] == "RunActive", held
    assert first["metadata"]["name"] in held["message"], held
    said = schedule.explanation("has not ended", "concurrencyPolicy Forbid")
    assert len(schedule.runs()) == 1, "another run"
    _end(case)
    schedule.await_(lambda: len(schedule.runs()) > 1, "the held tick's run")
    _do_not_end(case)
    first, second = schedule.runs()[:2]
    assert schedule.tick_of(second) - schedule.tick_of(first) >= 10
    ended = seconds_of(first["status"]["terminationTime"])
    assert seconds_of(second["metadata"]["creationTimestamp"]) >= ended
    # It was due before the first had ended, or else it came by itself.
    assert schedule.tick_of(second) <= ended + 5, (second["metadata"], ended)
    schedule.expect_events("ScheduledRunHeld", "ScheduledRunSkipped")
    schedule.edit(suspend=True)
    schedule.expect_one_run_for_a_tick(5)
    schedule.delete()
    return said


def every_under_replace(case):
    schedule = _until_told(case, schedule="@every 12s",
                           concurrencyPolicy="Replace")
    first = schedule.await_running(0)
    schedule.await_running(1)
    schedule.edit(suspend=True)
    runs = schedule.expect_one_run_for_a_tick(12)
    assert not schedule.is_there(first), "the first is still there"
    pods = [schedule.driver_of(r) for r in runs]
    for old, new in zip(pods, pods[1:]):
        if not old or not new:
            continue  # replaced before it had a driver
        gone = case.world.observer.is_gone(old["metadata"]["uid"])
        begun = seconds_of(new["metadata"]["creationTimestamp"])
        assert gone and gone < begun + 1, (old["metadata"], begun, gone)
    said = schedule.explanation("spec.suspend is set")
    schedule.delete()
    return f"{len(runs)} runs, one at a time" + said


def refused_then_healed(case):
    """What is wrong is said at once, with its place; an edit heals it."""
    schedule = _until_told(case, schedule="*/5 25 * * *")
    schedule.await_(lambda: schedule.status().get("scheduleState") ==
                    "FailedValidation", "FailedValidation")
    why = schedule.status()["reason"]
    assert "spec.schedule" in why and "hour" in why, why
    schedule.expect_events("ScheduleInvalid")
    schedule.edit(schedule="@every 3s")
    _end(case)
    schedule.await_(lambda: any(state_of(r) == "COMPLETED"
                                for r in schedule.runs()), "a run to end")
    told = schedule.status()
    assert told["scheduleState"] == "Scheduled" and "reason" not in told, told
    schedule.delete()
    return why


CASES = [every_under_allow, every_under_forbid, every_under_replace,
         refused_then_healed]


# -- an operator that dies -----------------------------------------------------

EVERY = 6


def killed_around_a_tick(lives, name, commits):
    """After that many durable steps, and started again: one run for each tick,
    and none is missed without a word."""
    namespace = name.replace("_", "-")
    lives.world.make_namespace(namespace)
    # Runs that rest from the beginning: what is looked at here is that they
    # are there.
    app = manifests.java("unused", namespace, suspend=True)
    operator = Operator(lives.world.directory, name, "-namespace", namespace,
                        kubeconfig=lives.kubeconfig)
    lives.operators.append(operator)
    operator.start(ready=False, LD_PRELOAD=lives.shim,
                   DIE_AFTER_COMMIT=str(commits))
    schedule = Schedule(lives.world, namespace, "ticking", app["spec"],
                        schedule=f"@every {EVERY}s")
    poll(lambda: not operator.alive(), 60, "it to die")
    assert operator.process.wait() == -signal.SIGKILL
    died_at = len(schedule.runs())
    operator.start()
    schedule.await_(lambda: len(schedule.runs()) >= died_at + 2, "more runs")
    schedule.edit(suspend=True)
    schedule.await_(lambda: schedule.condition("Scheduled").get("reason") ==
                    "Suspended", "condition Suspended")
    runs = schedule.expect_one_run_for_a_tick(EVERY)
    ticks = [schedule.tick_of(r) for r in runs]
    whole = ticks[0] == schedule.created + EVERY and all(
        b - a == EVERY for a, b in zip(ticks, ticks[1:]))
    assert whole or "ScheduledRunSkipped" in schedule.events(), ticks
    told = schedule.status()
    assert told["lastRunName"] == runs[-1]["metadata"]["name"], told
    assert "pendingRun" not in told, told
    operator.stop()
    programs.verify(operator.journal)
    return f"died when there were {died_at} runs, {len(runs)} in the end"
