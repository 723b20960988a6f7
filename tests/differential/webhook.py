"""What the mutating webhook of the Go operator adds to a pod.

An implementation of its own of version 2 of that webhook: the fields of a
SparkApplication for which spark-submit has no option, in the webhook's order.
mutate() is for a driver pod that spark-submit made; executor_template() says
the same of executors in the form that needs no webhook: the pod template that
Spark makes executors from, and conf where Spark would overwrite a template.
"""
import copy
import hashlib
import re

SCRATCH = "spark-local-dir-"
SPARK_CONF = "/etc/spark/conf"
HADOOP_CONF = "/etc/hadoop/conf"
METRICS_DIRECTORY = "/etc/metrics/conf"
METRICS_PORT = 8090
LONGEST_NAME = 63


class Target:
    """A pod that is being changed, and what the application says about it."""

    def __init__(self, pod, case, role):
        self.app = case["metadata"]["name"]
        self.spec = case["spec"]
        self.role = role
        self.fields = case["spec"].get(role, {})
        self.pod = pod["spec"]
        self.container = spark_container(pod["spec"], role)

    def field(self, name):
        """None where it is absent or says nothing."""
        return copy.deepcopy(self.fields.get(name)) or None

    def append(self, owner, key, items):
        if items:
            owner.setdefault(key, []).extend(items)

    def mount(self, volume, mount):
        self.append(self.pod, "volumes", [volume])
        self.append(self.container, "volumeMounts", [mount])

    def mount_config_map(self, name, volume, path):
        self.mount({"name": volume, "configMap": {"name": name}},
                   {"name": volume, "mountPath": path, "readOnly": True})

    def set_env(self, name, value):
        self.append(self.container, "env", [{"name": name, "value": value}])


def spark_container(pod, role):
    """The one with Spark's name, else the one that Spark takes: it has put it
    last into the pod of a driver, and is going to take the first of a template.
    """
    for container in pod["containers"]:
        if container.get("name") == "spark-kubernetes-" + role:
            return container
    return pod["containers"][-1 if role == "driver" else 0]


def add_env(target):
    target.append(target.container, "env", target.field("env"))


def add_template_env(target):
    """What conf cannot say; see put_executor_env."""
    if not all(map(is_plain, target.fields.get("env", []))):
        add_env(target)


def add_env_from(target):
    target.append(target.container, "envFrom", target.field("envFrom"))


def add_hadoop_config_map(target):
    name = target.spec.get("hadoopConfigMap")
    if name:
        target.mount_config_map(name, "hadoop-configmap-volume", HADOOP_CONF)
        if target.role == "driver":
            target.set_env("HADOOP_CONF_DIR", HADOOP_CONF)


def add_spark_config_map(target):
    name = target.spec.get("sparkConfigMap")
    if name:
        target.mount_config_map(name, "spark-configmap-volume", SPARK_CONF)
        if target.role == "driver":
            target.set_env("SPARK_CONF_DIR", SPARK_CONF)


def config_map_volume(name):
    """A volume's name has no dots and 63 characters at most."""
    volume = name + "-vol"
    if len(volume) <= LONGEST_NAME and "." not in volume:
        return volume
    end = "-" + hashlib.sha256(name.encode()).hexdigest()[:8] + "-vol"
    start = name.replace(".", "-")[:LONGEST_NAME - len(end)]
    return start.rstrip("-") + end


def add_config_maps(target):
    for item in target.field("configMaps") or []:
        target.mount_config_map(item["name"], config_map_volume(item["name"]),
                                item["path"])


def add_volumes(target):
    volumes = {v["name"]: v for v in target.spec.get("volumes", [])}
    added = set()
    for mount in target.field("volumeMounts") or []:
        name = mount["name"]
        if name.startswith(SCRATCH) or name not in volumes:
            continue
        if name not in added:
            target.append(target.pod, "volumes",
                          [copy.deepcopy(volumes[name])])
        added.add(name)
        target.append(target.container, "volumeMounts", [mount])


def add_ports(target):
    target.append(target.container, "ports", target.field("ports"))


def add_host_network(target):
    if target.field("hostNetwork"):
        target.pod["hostNetwork"] = True
        target.pod["dnsPolicy"] = "ClusterFirstWithHostNet"


def add_host_aliases(target):
    target.append(target.pod, "hostAliases", target.field("hostAliases"))


def add_containers(target, field, key):
    def identity(container):
        return container.get("name"), container.get("image")
    for container in target.field(field) or []:
        if identity(container) not in map(identity, target.pod.get(key, [])):
            target.append(target.pod, key, [container])


def add_init_containers(target):
    add_containers(target, "initContainers", "initContainers")


def add_sidecars(target):
    add_containers(target, "sidecars", "containers")


def setter(field, key=None):
    """A step that puts a field in place of what the pod has."""
    def step(target):
        if target.field(field) is not None:
            target.pod[key or field] = target.field(field)
    return step


def add_priority_class(target):
    if target.field("priorityClassName"):
        target.pod["priorityClassName"] = target.field("priorityClassName")
        # Both follow from the class, and would contradict it.
        target.pod.pop("priority", None)
        target.pod.pop("preemptionPolicy", None)


def add_node_selector(target):
    if target.field("nodeSelector"):
        target.pod.setdefault("nodeSelector", {}).update(
            target.field("nodeSelector"))


def add_tolerations(target):
    target.append(target.pod, "tolerations", target.field("tolerations"))


def limits(target):
    return target.container.setdefault("resources", {}).setdefault(
        "limits", {})


def add_memory_limit(target):
    """A unit of Java is meant in powers of 1024, as Java does."""
    value = target.field("memoryLimit")
    if value:
        java = re.fullmatch(r"(.*[0-9])([kmgtp])b?", value, re.IGNORECASE)
        limits(target)["memory"] = (
            java[1] + java[2].upper() + "i" if java else value)


def add_gpu(target):
    gpu = target.field("gpu")
    if gpu and gpu["name"] and gpu["quantity"] > 0:
        limits(target)[gpu["name"]] = str(gpu["quantity"])


def add_metrics(target):
    """Files and port of the JMX exporter, unless the image has both files."""
    monitoring = target.spec.get("monitoring", {})
    prometheus = monitoring.get("prometheus")
    exposed = monitoring.get(f"expose{target.role.capitalize()}Metrics")
    in_image = (monitoring.get("metricsPropertiesFile")
                and (prometheus or {}).get("configFile"))
    if not prometheus or not exposed or in_image:
        return
    name = target.app + "-prom-conf"
    target.mount_config_map(name, name + "-vol", METRICS_DIRECTORY)
    target.append(target.container, "ports", [{
        "name": prometheus.get("portName", "jmx-exporter"),
        "containerPort": prometheus.get("port", METRICS_PORT),
        "protocol": "TCP"}])


def add_security_context(target):
    if target.field("securityContext"):
        target.container["securityContext"] = target.field("securityContext")


def add_grace_period(target):
    # 0 is a value here: no time at all.
    seconds = target.fields.get("terminationGracePeriodSeconds")
    if seconds is not None:
        target.pod["terminationGracePeriodSeconds"] = seconds


def add_lifecycle(target):
    if target.field("lifecycle"):
        target.container["lifecycle"] = target.field("lifecycle")


STEPS = [add_env, add_env_from, add_hadoop_config_map, add_spark_config_map,
         add_config_maps, add_volumes, add_ports, add_host_network,
         add_host_aliases, add_init_containers, add_sidecars,
         setter("dnsConfig"), add_priority_class, setter("schedulerName"),
         add_node_selector, setter("affinity"), add_tolerations,
         add_memory_limit, add_gpu, add_metrics, add_security_context,
         setter("podSecurityContext", "securityContext"), add_grace_period,
         add_lifecycle, setter("shareProcessNamespace")]


def mutate(pod, case):
    """A driver pod as the webhook lets it into the cluster."""
    pod = copy.deepcopy(pod)
    for step in STEPS:
        step(Target(pod, case, "driver"))
    return pod


def pod_of(template):
    """A PodTemplateSpec as a Pod; Go always writes the list of containers."""
    out = {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(template)}
    out.setdefault("spec", {}).setdefault("containers", [])
    return out


def is_plain(entry):
    """Whether spark.executorEnv.<name> can say what this entry says. The
    driver trims what it reads from the properties; a reference to another
    variable needs the order of the list."""
    value = entry.get("value", "")
    return (set(entry) <= {"name", "value"} and "$(" not in value
            and value.strip() == value
            and re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", entry["name"]))


def put_executor_env(conf, spec):
    """The environment that goes into conf, where it wins over Spark's own. One
    entry that conf cannot say takes the whole list into the template."""
    prefix = "spark.executorEnv."
    env = spec.get("executor", {}).get("env", [])
    plain = all(map(is_plain, env))
    for entry in env:
        if plain:
            conf[prefix + entry["name"]] = entry.get("value", "")
        else:
            conf.pop(prefix + entry["name"], None)
    for field, name, value in (
            ("hadoopConfigMap", "HADOOP_CONF_DIR", HADOOP_CONF),
            ("sparkConfigMap", "SPARK_CONF_DIR", SPARK_CONF)):
        if spec.get(field):
            conf[prefix + name] = value


def add_service_account(target):
    """Spark 3.0 has no conf for it. Spark looks at the older name only."""
    if target.field("serviceAccount"):
        for key in ("serviceAccount", "serviceAccountName"):
            target.pod[key] = target.field("serviceAccount")


def executor_template(case, line):
    """The Pod that the driver of Spark `line` makes executors from; None if
    they need nothing that is not in conf. There is no memoryLimit: Spark
    overwrites that of a template."""
    user = case["spec"].get("executor", {}).get("template")
    pod = pod_of(user or {})
    if not pod["spec"]["containers"]:
        pod["spec"]["containers"] = [{"name": "spark-kubernetes-executor"}]
    before = copy.deepcopy(pod)
    steps = [step for step in STEPS if step is not add_memory_limit]
    steps[0] = add_template_env
    if line < (3, 1):
        steps.append(add_service_account)
    for step in steps:
        step(Target(pod, case, "executor"))
    return pod if user is not None or pod != before else None
