# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this file use them
# Where things are, and which versions. Sourced by tools/setup and tools/sandbox.

cluster_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Outside the work tree: a new clone finds everything built.
cache=${SPARK_OPERATOR_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/spark-operator-dev}
bin_dir=$cache/bin
image_dir=$cache/images
stamp_dir=$cache/stamps
prepared_dir=$cache/containerd # a containerd root that holds all the images

default_spark_version=3.5.7
# Of Prometheus, in Maven's central repository; an agent for Spark's JVMs.
jmx_exporter=io.prometheus.jmx:jmx_prometheus_javaagent:0.20.0
exporter_sha256=8b67ed40485d475648c36d11d21464b484406f85faf912b3363f71a6a7861320
kubernetes_programs=(kube-apiserver kubectl kube-controller-manager
  kube-scheduler kubelet kube-proxy)

# The go.mod files are the only place that names the versions.
version_in_go_mod() { # DIRECTORY MODULE
  awk -v module="$2" '$1 == module { print $2; exit }
    $1 == "require" && $2 == module { print $3; exit }' \
    "$cluster_dir/$1/go.mod"
}
kubernetes_version=$(version_in_go_mod kubernetes k8s.io/kubernetes)

spark_image_name() { # SPARK_VERSION
  echo "docker.io/library/spark:$1"
}
pause_image_name=docker.io/library/pause:1

say() { echo "$*"; }
die() {
  echo "${0##*/}: $*" >&2
  exit 1
}
