"""The command line that the Go operator builds from a SparkApplication.

It follows version 2 of that operator: which option a field becomes, and in
which order, for the last one wins. Defaults are filled in before that; a case
has those that it says. What spark-submit has no option for is the business of
webhook.py.
"""
import copy
import posixpath

import webhook

DRIVER_TEMPLATE = "driver-pod-template.json"
EXECUTOR_TEMPLATE = "executor-pod-template.json"


def line(version):
    """"3.5.7" -> (3, 5)"""
    return tuple(int(part) for part in version.split(".")[:2])


def text(value):
    """A value of a map of strings, which may be written as it is meant."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def whole(cores):
    return max(1, -int(-cores // 1))


def prefixed(prefix, values):
    return {prefix + key: text(value) for key, value in values.items()}


def env_prefix(role):
    return {"driver": "spark.kubernetes.driverEnv.",
            "executor": "spark.executorEnv."}[role]


def image_conf(spec):
    image = "spark.kubernetes.container.image"
    names = {"image": image, "imagePullPolicy": image + ".pullPolicy",
             "pythonVersion": "spark.kubernetes.pyspark.pythonVersion",
             "memoryOverheadFactor": "spark.kubernetes.memoryOverheadFactor"}
    out = {key: text(spec[field])
           for field, key in names.items() if field in spec}
    if spec.get("imagePullSecrets"):
        out[image + ".pullSecrets"] = ",".join(spec["imagePullSecrets"])
    return out


def single_conf(role, spec):
    """Fields of spec.driver or spec.executor that are one key each."""
    k8s, out = f"spark.kubernetes.{role}.", {}
    if "cores" in spec:
        out[f"spark.{role}.cores"] = str(whole(spec["cores"]))
        if spec["cores"] != whole(spec["cores"]):
            out[k8s + "request.cores"] = str(spec["cores"])
    names = {"coreRequest": k8s + "request.cores",
             "coreLimit": k8s + "limit.cores",
             "memory": f"spark.{role}.memory",
             "memoryOverhead": f"spark.{role}.memoryOverhead",
             "image": k8s + "container.image",
             "serviceAccount":
                 f"spark.kubernetes.authenticate.{role}.serviceAccountName",
             "javaOptions": f"spark.{role}.extraJavaOptions",
             "kubernetesMaster": k8s + "master",
             "deleteOnTermination": k8s + "deleteOnTermination",
             "instances": "spark.executor.instances"}
    for field, key in names.items():
        if field in spec:
            out[key] = text(spec[field])
    return out


def secret_conf(role, spec):
    """Secrets, and the variables that say where the two known kinds are."""
    files = {"GCPServiceAccount":
                 ("GOOGLE_APPLICATION_CREDENTIALS", "key.json"),
             "HadoopDelegationToken":
                 ("HADOOP_TOKEN_FILE_LOCATION", "hadoop.token")}
    out = {}
    for secret in spec.get("secrets", []):
        name, path = secret["name"], secret["path"]
        out[f"spark.kubernetes.{role}.secrets.{name}"] = path
        if secret["secretType"] in files:
            variable, file = files[secret["secretType"]]
            out[env_prefix(role) + variable] = posixpath.normpath(
                posixpath.join(path, file))
    return out


def role_conf(role, meta, spec):
    k8s = f"spark.kubernetes.{role}."
    out = single_conf(role, spec)
    for prefix, values in (("label.", meta.get("labels", {})),
                           ("label.", spec.get("labels", {})),
                           ("annotation.", spec.get("annotations", {})),
                           ("service.label.", spec.get("serviceLabels", {})),
                           ("service.annotation.",
                            spec.get("serviceAnnotations", {}))):
        out.update(prefixed(k8s + prefix, values))
    for name, ref in spec.get("envSecretKeyRefs", {}).items():
        out[k8s + "secretKeyRef." + name] = f"{ref['name']}:{ref['key']}"
    out.update(prefixed(env_prefix(role), spec.get("envVars", {})))
    out.update(secret_conf(role, spec))
    return out


def volume_conf(role, spec, volumes):
    """Scratch volumes; the others are mounted by the webhook."""
    out = {}
    for mount in spec.get("volumeMounts", []):
        if not mount["name"].startswith(webhook.SCRATCH):
            continue
        volume = next(v for v in volumes if v["name"] == mount["name"])
        kind = next(k for k in volume if k != "name")
        key = f"spark.kubernetes.{role}.volumes.{kind}.{volume['name']}."
        out[key + "mount.path"] = mount["mountPath"]
        if mount.get("subPath"):
            out[key + "mount.subPath"] = mount["subPath"]
        if mount.get("readOnly"):
            out[key + "mount.readOnly"] = "true"
        out.update(prefixed(key + "options.", volume[kind]))
    return out


def dynamic_allocation_conf(options):
    if not options.get("enabled"):
        return {}
    key = "spark.dynamicAllocation."
    names = {"enabled": "enabled", "initialExecutors": "initialExecutors",
             "minExecutors": "minExecutors", "maxExecutors": "maxExecutors",
             "shuffleTrackingEnabled": "shuffleTracking.enabled",
             "shuffleTrackingTimeout": "shuffleTracking.timeout"}
    return {key + name: text(options[field])
            for field, name in names.items() if field in options}


def with_metrics(case):
    """The case with what the operator adds for Prometheus to a copy of it."""
    case = copy.deepcopy(case)
    meta, spec = case["metadata"], case["spec"]
    monitoring = spec.get("monitoring", {})
    prometheus = monitoring.get("prometheus")
    if not prometheus:
        return case
    port = prometheus.get("port", webhook.METRICS_PORT)
    config = prometheus.get("configFile",
                            webhook.METRICS_DIRECTORY + "/prometheus.yaml")
    conf = spec.setdefault("sparkConf", {})
    conf["spark.metrics.namespace"] = f"{meta['namespace']}.{meta['name']}"
    conf["spark.metrics.conf"] = monitoring.get(
        "metricsPropertiesFile",
        webhook.METRICS_DIRECTORY + "/metrics.properties")
    for role in ("driver", "executor"):
        if not monitoring.get(f"expose{role.capitalize()}Metrics"):
            continue
        fields = spec.setdefault(role, {})
        fields.setdefault("annotations", {}).update({
            "prometheus.io/scrape": "true", "prometheus.io/port": str(port),
            "prometheus.io/path": "/metrics"})
        agent = f"-javaagent:{prometheus['jmxExporterJar']}={port}:{config}"
        fields["javaOptions"] = (
            fields.get("javaOptions", "") + " " + agent).strip()
    return case


def template_conf(files):
    out = {}
    for role, name in (("driver", DRIVER_TEMPLATE),
                       ("executor", EXECUTOR_TEMPLATE)):
        if name in files:
            key = f"spark.kubernetes.{role}.podTemplate"
            out[key + "File"] = name
            out[key + "ContainerName"] = f"spark-kubernetes-{role}"
    return out


def executor_grace_conf(spec, version):
    """From 4.1 on Spark overwrites the template's by a conf of its own."""
    seconds = spec.get("executor", {}).get("terminationGracePeriodSeconds")
    if seconds is None or line(version) < (4, 1):
        return {}
    return {"spark.kubernetes.executor.terminationGracePeriodSeconds":
                f"{seconds}s"}


def conf_of(case, version):
    """What is passed as --conf; later assignments win."""
    case = with_metrics(case)
    meta, spec = case["metadata"], case["spec"]
    conf = {"spark.app.name": meta["name"],
            "spark.kubernetes.submission.waitAppCompletion": "false"}
    conf.update(image_conf(spec))
    conf.update(spec.get("sparkConf", {}))
    conf.update(prefixed("spark.hadoop.", spec.get("hadoopConf", {})))
    for role in ("driver", "executor"):
        fields = spec.get(role, {})
        conf.update(role_conf(role, meta, fields))
        conf.update(volume_conf(role, fields, spec.get("volumes", [])))
    conf.update(prefixed("spark.kubernetes.node.selector.",
                         spec.get("nodeSelector", {})))
    conf.update(dynamic_allocation_conf(spec.get("dynamicAllocation", {})))
    webhook.put_executor_env(conf, spec)
    conf.update(executor_grace_conf(spec, version))
    conf.update(template_conf(template_files(case, version)))
    conf["spark.kubernetes.namespace"] = meta["namespace"]
    conf["spark.kubernetes.driver.pod.name"] = spec.get("driver", {}).get(
        "podName", meta["name"] + "-driver")
    return conf


def template_files(case, version):
    """File name -> Pod. The driver's template is the user's; the executors'
    also has what the webhook would add to their pods."""
    out = {}
    driver = case["spec"].get("driver", {}).get("template")
    if driver is not None:
        out[DRIVER_TEMPLATE] = webhook.pod_of(driver)
    executor = webhook.executor_template(case, line(version))
    if executor is not None:
        out[EXECUTOR_TEMPLATE] = executor
    return out


def command(case, version):
    spec = case["spec"]
    out = ["spark-submit", "--master", "k8s://http://127.0.0.1:{{port}}",
           "--deploy-mode", "cluster"]
    if "mainClass" in spec:
        out += ["--class", spec["mainClass"]]
    deps = {"jars": "jars", "packages": "packages",
            "excludePackages": "exclude-packages",
            "repositories": "repositories", "pyFiles": "py-files",
            "files": "files", "archives": "archives"}
    for field, option in deps.items():
        if spec.get("deps", {}).get(field):
            out += ["--" + option, ",".join(spec["deps"][field])]
    for key, value in sorted(conf_of(case, version).items()):
        out += ["--conf", f"{key}={value}"]
    if spec.get("proxyUser"):
        out += ["--proxy-user", spec["proxyUser"]]
    return out + [spec["mainApplicationFile"]] + spec.get("arguments", [])
