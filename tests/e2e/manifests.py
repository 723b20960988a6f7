"""SparkApplications small enough for several at once on two cores."""

JAR = "local:///opt/spark/examples/jars/spark-examples.jar"
PI_PY = "local:///opt/spark/examples/src/main/python/pi.py"
# Spark waits 10 s for the API server; a busy machine may need longer.
PATIENCE = {"spark.kubernetes.driver.connectionTimeout": "60000",
            "spark.kubernetes.driver.requestTimeout": "60000"}
EXAMPLES = "org.apache.spark.examples."
# These JVMs live for seconds: halves what each run costs the two cores.
QUICK = ("-XX:TieredStopAtLevel=1 -XX:+UseSerialGC "
         "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote")
ROLES = ("driver", "executor")


def application(name, namespace, main_class="SparkPi", arguments=("2",),
                version="3.5.7", **spec):
    role = {"cores": 1, "coreRequest": "100m", "memory": "512m",
            "javaOptions": QUICK}
    return {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "type": "Scala", "mode": "cluster", "sparkVersion": version,
            "image": f"spark:{version}", "imagePullPolicy": "IfNotPresent",
            "mainClass": EXAMPLES + main_class, "mainApplicationFile": JAR,
            "arguments": list(arguments), "sparkConf": dict(PATIENCE),
            "restartPolicy": {"type": "Never"},
            "driver": {**role, "serviceAccount": "spark"},
            "executor": {**role, "instances": 1},
            **spec,
        },
    }


def java(name, namespace, main_class="SparkPi", arguments=("2",), **more):
    return application(name, namespace, main_class, arguments, type="Java",
                       **more)


def python(name, namespace, file=PI_PY, arguments=("2",), **more):
    app = application(name, namespace, arguments=arguments, type="Python",
                      pythonVersion="3", mainApplicationFile=file, **more)
    del app["spec"]["mainClass"]
    return app


def scheduled(app, schedule="@every 5m", **spec):
    """With `app` as its template."""
    return {**app, "kind": "ScheduledSparkApplication",
            "spec": {"schedule": schedule, "template": app["spec"], **spec}}


def without(app, field):
    del app["spec"][field]
    return app


def with_(app, **fields):
    app["spec"].update(fields)
    return app


def give(app, role, **fields):
    """Lists come on top of what is there."""
    have = app["spec"][role]
    for name, value in fields.items():
        have[name] = have.get(name, []) + value if isinstance(value, list) \
            else value
    return app


def give_both(app, **fields):
    for role in ROLES:
        give(app, role, **fields)
    return app
