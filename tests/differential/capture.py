#!/usr/bin/env python3
"""Records what the real spark-submit sends, as golden files.

    tests/differential/capture.py [--version 3.5.7] [case ...]

For each case in cases/*.json (metadata and spec of a SparkApplication) and
each Spark version: build the command as the Go operator does, run it against
recording_stub.py, replace what is random by tokens, and write
captured/<version>/<case>.json. Needs Java 17 and, for a version that is not
yet in the cache, PyPI. The cache is ${SPARK_OPERATOR_CACHE:-~/.cache/
spark-operator-dev}/pyspark-<version>. One submission runs at a time.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

from recording_stub import RecordingStub

HERE = os.path.dirname(os.path.abspath(__file__))
VERSIONS = ["3.5.7", "4.0.1", "4.1.1"]
CACHE = os.environ.get("SPARK_OPERATOR_CACHE") or os.path.expanduser(
    "~/.cache/spark-operator-dev")
HEX16 = "[0-9a-fx][0-9a-f]{15}"


def spark_home(version):
    """The distribution inside PyPI's pyspark sdist, fetched once."""
    home = os.path.join(CACHE, "pyspark-" + version)
    done = os.path.join(home, ".complete")
    if not os.path.exists(done):
        downloads = os.path.join(CACHE, "pyspark-dl")
        os.makedirs(downloads, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps",
                        "--no-binary", ":all:", "pyspark==" + version,
                        "-d", downloads], check=True)
        # Python 3.11.2 of Debian 12 has no filters yet.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        with tarfile.open(f"{downloads}/pyspark-{version}.tar.gz") as tar:
            for member in tar.getmembers():
                member.name = member.name.partition("/")[2]
                if member.name:
                    tar.extract(member, home, **safe)
        open(done, "w").close()
    return os.path.join(home, "deps")


def whole(cores):
    return max(1, -int(-cores // 1))


def role_conf(role, spec):
    """Fields of spec.driver or spec.executor, and the keys they stand for."""
    k8s, out = f"spark.kubernetes.{role}.", {}
    env = {"driver": "spark.kubernetes.driverEnv.",
           "executor": "spark.executorEnv."}[role]
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
             "instances": "spark.executor.instances"}
    for field, key in names.items():
        if field in spec:
            out[key] = str(spec[field])
    for field, prefix in (("labels", k8s + "label."),
                          ("annotations", k8s + "annotation."),
                          ("envVars", env)):
        for key, value in spec.get(field, {}).items():
            out[prefix + key] = value
    return out


def volume_conf(role, spec, volumes):
    """Scratch volumes as the Go operator writes them (2.x)."""
    out = {}
    for mount in spec.get("volumeMounts", []):
        volume = next(v for v in volumes if v["name"] == mount["name"])
        kind = next(k for k in volume if k != "name")
        key = f"spark.kubernetes.{role}.volumes.{kind}.{volume['name']}."
        out[key + "mount.path"] = mount["mountPath"]
        if mount.get("subPath"):
            out[key + "mount.subPath"] = mount["subPath"]
        if mount.get("readOnly"):
            out[key + "mount.readOnly"] = "true"
        for name, value in volume[kind].items():
            out[key + "options." + name] = value
    return out


def conf_of(case):
    """What the Go operator passes as --conf; later assignments win."""
    meta, spec = case["metadata"], case["spec"]
    conf = {"spark.app.name": meta["name"],
            "spark.kubernetes.submission.waitAppCompletion": "false"}
    for role in ("driver", "executor"):
        for key, value in meta.get("labels", {}).items():
            conf[f"spark.kubernetes.{role}.label.{key}"] = value
    image = "spark.kubernetes.container.image"
    for field, key in (("image", image),
                       ("imagePullPolicy", image + ".pullPolicy")):
        if field in spec:
            conf[key] = spec[field]
    if spec.get("imagePullSecrets"):
        conf[image + ".pullSecrets"] = ",".join(spec["imagePullSecrets"])
    conf.update(spec.get("sparkConf", {}))
    for key, value in spec.get("hadoopConf", {}).items():
        conf["spark.hadoop." + key] = value
    for role in ("driver", "executor"):
        conf.update(role_conf(role, spec.get(role, {})))
        conf.update(volume_conf(role, spec.get(role, {}),
                                spec.get("volumes", [])))
    conf["spark.kubernetes.namespace"] = meta["namespace"]
    conf["spark.kubernetes.driver.pod.name"] = spec.get("driver", {}).get(
        "podName", meta["name"] + "-driver")
    return conf


def command(case):
    spec = case["spec"]
    out = ["spark-submit", "--master", "k8s://http://127.0.0.1:{{port}}",
           "--deploy-mode", "cluster"]
    if "mainClass" in spec:
        out += ["--class", spec["mainClass"]]
    for key, value in sorted(conf_of(case).items()):
        out += ["--conf", f"{key}={value}"]
    return out + [spec["mainApplicationFile"]] + spec.get("arguments", [])


def read_properties(text):
    """java.util.Properties.load, for what Properties.store writes."""
    comments, entries = [], {}
    for line in text.split("\n"):
        if line.startswith("#"):
            comments.append(line[1:])
        elif line:
            key, value, current, i = "", "", 0, 0
            parts = ["", ""]
            while i < len(line):
                c = line[i]
                if c == "\\":
                    i += 1
                    c = {"t": "\t", "n": "\n", "r": "\r",
                         "f": "\f"}.get(line[i], line[i])
                    parts[current] += c
                elif c == "=" and current == 0:
                    current = 1
                else:
                    parts[current] += c
                i += 1
            key, value = parts
            entries[key] = value
    return {"comment": comments[0], "entries": dict(sorted(entries.items()))}


def tokens(requests):
    """Pairs (random text, token), longest first."""
    pod = next(r["object"] for r in requests if r["object"]["kind"] == "Pod")
    service = next(r["object"] for r in requests
                   if r["object"]["kind"] == "Service")
    env = {e["name"]: e.get("value", "")
           for c in pod["spec"]["containers"] for e in c.get("env", [])}
    text = json.dumps(requests)
    out = [(env["SPARK_APPLICATION_ID"], "{{app_id}}")]
    for uuid in re.findall(r"/var/data/spark-([0-9a-f-]{36})", text):
        out.append((uuid, "{{uuid}}"))
    for pattern in (rf"({HEX16})-driver-svc$",
                    rf"spark-drv-({HEX16})-conf-map",
                    rf"({HEX16})-driver-(?:pvc|podspec)"):
        for found in re.findall(pattern, service["metadata"]["name"]) \
                + re.findall(pattern, text):
            out.append((found, "{{id}}"))
    return list(dict.fromkeys(out))


def normalised(requests, port, case):
    if not requests:
        return []
    text = json.dumps(requests, ensure_ascii=False)
    for random, token in tokens(requests):
        text = text.replace(random, token)
    text = text.replace(f"127.0.0.1\\\\:{port}", "127.0.0.1\\\\:{{port}}")
    out = json.loads(text)
    for request in out:
        data = request["object"].get("data", {})
        if "spark.properties" in data:
            properties = read_properties(data["spark.properties"])
            if "spark.app.submitTime" not in conf_of(case):
                properties["entries"]["spark.app.submitTime"] = "{{time}}"
            data["spark.properties"] = properties
    return out


def refusal(stderr):
    """The exception or error that made spark-submit give up."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if re.search(r"Exception|^Error:|requirement failed", line) \
                and not line.startswith("\tat "):
            return line.replace('Exception in thread "main" ', "")
    return lines[-1] if lines else ""


def run(version, case):
    stub = RecordingStub()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            empty = os.path.join(scratch, "conf")
            os.makedirs(empty)
            home = spark_home(version)
            env = {"PATH": os.environ["PATH"], "HOME": scratch,
                   "JAVA_HOME": os.environ.get(
                       "JAVA_HOME", "/usr/lib/jvm/java-17-openjdk-amd64"),
                   "SPARK_HOME": home, "SPARK_CONF_DIR": empty,
                   "SPARK_USER": "spark", "KUBECONFIG": "/nonexistent",
                   "LC_ALL": "C.UTF-8"}
            argv = [a.replace("{{port}}", str(stub.port))
                    for a in command(case)]
            argv[0] = os.path.join(home, "bin", argv[0])
            done = subprocess.run(["nice"] + argv, env=env, cwd=scratch,
                                  capture_output=True, text=True, timeout=120)
        out = {"spark": version, "command": command(case),
               "exit_code": done.returncode}
        if done.returncode != 0:
            out["refusal"] = refusal(done.stderr).replace(str(stub.port),
                                                          "{{port}}")
        out["requests"] = normalised(stub.requests, stub.port, case)
        return out, done.stderr
    finally:
        stub.close()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--version", action="append", choices=VERSIONS)
    options.add_argument("case", nargs="*", help="names; default: all")
    options = options.parse_args()
    failed = 0
    for version in options.version or VERSIONS:
        folder = os.path.join(HERE, "captured", version)
        os.makedirs(folder, exist_ok=True)
        for path in sorted(glob.glob(os.path.join(HERE, "cases", "*.json"))):
            name = os.path.splitext(os.path.basename(path))[0]
            if options.case and name not in options.case:
                continue
            with open(path, encoding="utf-8") as file:
                case = json.load(file)
            capture, stderr = run(version, case)
            refused = capture["exit_code"] != 0
            print(version, name, len(capture["requests"]), "requests",
                  capture.get("refusal", ""), flush=True)
            if refused != case.get("refused", False):
                print(stderr, file=sys.stderr)
                failed += 1
                continue
            with open(os.path.join(folder, name + ".json"), "w",
                      encoding="utf-8") as file:
                json.dump(capture, file, indent=1, ensure_ascii=False,
                          sort_keys=True)
                file.write("\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
