"""Applications that cannot run: each ends in words that say why."""
import json

import manifests
from programs import kubectl
from world import App


def missing_image_name(world, ns):
    app = world.create(manifests.java("image-missing", ns,
                                      image="docker.io/library/nope:1"))
    app.wait(lambda: app.condition("Blocked"), 30, "condition Blocked")
    blocked = app.condition("Blocked")
    assert "nope:1" in blocked["message"] or "ull" in blocked["reason"], blocked
    said = app.explanation("nope:1")
    message = app.await_failed(120)
    assert "could not start" in message, message
    app.await_driver_gone()
    app.expect_outcome("Failed")
    app.expect_events("SparkDriverFailed")
    return f"{blocked['reason']}; {message[:120]}{said}"


def no_such_service_account(world, ns):
    app = manifests.java("account-missing", ns)
    app["spec"]["driver"]["serviceAccount"] = "nobody"
    app = world.create(app)
    message = app.await_failed(60)
    assert "serviceaccount" in message.lower() and "nobody" in message, message
    app.expect_outcome("SubmissionFailed")
    said = app.expect_events("SparkApplicationSubmissionFailed")
    assert "nobody" in said["SparkApplicationSubmissionFailed"], said
    assert not app.drivers()
    return message[:160]


def _refused(world, manifest, *words):
    app = world.create(manifest)
    message = app.await_failed(60)
    for word in words:
        assert word in message, f"'{word}' is not in: {message}"
    app.expect_outcome("Refused")
    app.expect_condition("Failed", "Refused")
    app.expect_events("SparkApplicationSubmissionFailed")
    assert not app.drivers(), "a driver was made"
    assert app.observer.status_writes(app.namespace, app.name) == 1
    return message[:160]


def no_image(world, ns):
    return _refused(world, manifests.without(
        manifests.java("no-image", ns), "image"), "image")


def client_mode(world, ns):
    return _refused(world, manifests.with_(
        manifests.java("client-mode", ns), mode="client"), "mode")


def local_file(world, ns):
    return _refused(world, manifests.with_(
        manifests.java("file-jar", ns), mainApplicationFile="file:///x.jar"),
                    "file:")


def fraction_of_memory(world, ns):
    app = manifests.java("fraction", ns)
    app["spec"]["driver"]["memory"] = "1.5g"
    return _refused(world, app, "1.5g")


def bad_name(world, ns):
    return _refused(world, manifests.java("n" * 70, ns),
                    "metadata.name", "63")


def unknown_type(world, ns):
    app = manifests.java("unknown-type", ns)
    app["spec"]["type"] = "Perl"
    return _refused(world, app, "spec.type", "Perl", "must be one of")


def _created_by_kubectl(world, manifest):
    """It checks the size of what it sends, other than our own client."""
    kubectl("create", "-f", "-", text=json.dumps(manifest))
    meta = manifest["metadata"]
    return App(world, meta["namespace"], meta["name"])


def one_large_argument(world, ns):
    """Linux takes no single argument of 128 KiB."""
    return _refused(world, manifests.java(
        "large-argument", ns, arguments=["2", "x" * 200_000]),
                    "spec.arguments[1]", "131071")


def a_megabyte_of_arguments(world, ns):
    app = _created_by_kubectl(world, manifests.java(
        "many-arguments", ns, arguments=["2"] + ["y" * 1000] * 1000))
    app.await_state("COMPLETED")
    assert len(json.dumps(app.status())) < 16384, "a status beyond 16 KiB"
