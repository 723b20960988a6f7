#!/bin/bash
# What Spark's Kubernetes mode expects of an image: "driver ARGS" runs
# spark-submit in client mode inside the pod, "executor" runs an executor from
# the environment that the driver gave it, anything else runs as it is.
set -euo pipefail

export PYSPARK_PYTHON=${PYSPARK_PYTHON:-python3}
export PYSPARK_DRIVER_PYTHON=${PYSPARK_DRIVER_PYTHON:-python3}

# Hadoop asks for the name of its user; a pod may run as a user without one.
if ! whoami >/dev/null 2>&1 && [[ -w /etc/passwd ]]; then
  echo "spark-$(id -u):x:$(id -u):0::/opt/spark:/bin/false" >>/etc/passwd
fi

run_driver() {
  exec tini -s -- "$SPARK_HOME/bin/spark-submit" \
    --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \
    --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS" \
    --deploy-mode client "$@"
}

# The driver hands each JVM option over as SPARK_JAVA_OPT_0, _1, …
java_options() {
  env -0 | grep -z '^SPARK_JAVA_OPT_' | sort -z -t_ -k4 -n | sed -z 's/[^=]*=//'
}

run_executor() {
  local options classpath
  mapfile -d '' options < <(java_options)
  classpath="${SPARK_CONF_DIR:-$SPARK_HOME/conf}:$SPARK_HOME/jars/*"
  [[ -z ${HADOOP_CONF_DIR:-} ]] || classpath="$HADOOP_CONF_DIR:$classpath"
  [[ -z ${SPARK_CLASSPATH:-} ]] || classpath="$SPARK_CLASSPATH:$classpath"
  exec tini -s -- "$JAVA_HOME/bin/java" "${options[@]}" \
    "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
    -cp "$classpath" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" \
    --executor-id "$SPARK_EXECUTOR_ID" \
    --cores "$SPARK_EXECUTOR_CORES" \
    --app-id "$SPARK_APPLICATION_ID" \
    --hostname "$SPARK_EXECUTOR_POD_IP" \
    --resourceProfileId "${SPARK_RESOURCE_PROFILE_ID:-0}" \
    --podName "$SPARK_EXECUTOR_POD_NAME"
}

case ${1:-} in
  driver) shift && run_driver "$@" ;;
  executor) run_executor ;;
  *) exec "$@" ;;
esac
