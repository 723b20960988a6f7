"""What a real API server makes of our CRDs, and with it of what people write."""
import json
import os

import api as apis
import manifests
import programs
from programs import kubectl, poll


def crd_applies(world):
    """Both ways; the first of them is limited by an annotation's size."""
    kubectl("apply", "-f", programs.CRDS)
    world.await_crd()
    kubectl("delete", "-f", programs.CRDS)
    kubectl("apply", "--server-side", "-f", programs.CRDS)
    world.await_crd()
    again = kubectl("apply", "--server-side", "-f", programs.CRDS).stdout
    assert again.count("serverside-applied") == len(apis.KINDS), again
    for field in ("sparkapp.spec.driver", "sparkapp.spec.restartPolicy",
                  "sparkapp.status.claim",
                  "scheduledsparkapp.spec.template.driver",
                  "scheduledsparkapp.status.pendingRun"):
        text = poll(lambda field=field: kubectl(
            "explain", field, check=False).stdout, 30,
                    "discovery to know the CRD")
        assert "DESCRIPTION" in text and "FIELDS" in text, text
    for plural in apis.KINDS:
        found = world.api.get(apis.CRD_OF.format(plural))
        kinds = {c["type"]: c["status"] for c in found["status"]["conditions"]}
        assert kinds.get("NonStructuralSchema", "False") == "False", kinds


def guide_applies(world):
    """Every block of the user guide, and every example: as they are."""
    for folder in ("tests/crds/guide", "deploy/examples"):
        path = os.path.join(programs.ROOT, folder)
        done = kubectl("apply", "--dry-run=server", "--validate=strict", "-f",
                       path)
        applied = done.stdout.count("created (server dry run)")
        assert applied >= len(os.listdir(path)), done.stdout
    del world


def _expect_refusal(manifest, field):
    done = kubectl("create", "-f", "-", text=json.dumps(manifest), check=False)
    assert done.returncode != 0, f"{field}: accepted"
    assert field in done.stderr, f"{field}: {done.stderr}"


def foreign_yaml_is_refused(world, namespace):
    """By the server, in words that name the field."""
    broken = []
    for field, value in (("arguments", "not a list"), ("driver", [1]),
                         ("sparkConf", {"a": {"b": "c"}}), ("type", 7),
                         ("sparkVersion", {})):
        app = manifests.java("broken", namespace)
        app["spec"][field] = value
        broken.append((field, app))
    no_spec = manifests.java("broken", namespace)
    del no_spec["spec"]
    for field, app in [*broken, ("spec", no_spec)]:
        _expect_refusal(app, field)
    for field, spec in (
            ("spec.nodeSelector", {"nodeSelector": {"a": "b"},
                                   "driver": {"nodeSelector": {"c": "d"}}}),
            ("spec.dynamicAllocation.minExecutors",
             {"dynamicAllocation": {"minExecutors": 3, "maxExecutors": 2}}),
            ("spec.dynamicAllocation.initialExecutors",
             {"dynamicAllocation": {"initialExecutors": 3,
                                    "maxExecutors": 2}})):
        app = manifests.java("broken", namespace)
        app["spec"].update(spec)
        _expect_refusal(app, field)
        _expect_refusal(manifests.scheduled(app),
                        field.replace("spec.", "spec.template."))
    assert not world.observer.all_applications(namespace)
