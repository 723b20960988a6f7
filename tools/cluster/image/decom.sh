#!/bin/bash
# Spark's preStop hook of an executor that may be decommissioned: tells the JVM
# to hand its blocks over, then waits for its end (the grace period bounds it).
pkill -PWR -f KubernetesExecutorBackend || exit 0
while pgrep -f KubernetesExecutorBackend >/dev/null; do
  sleep 0.2
done
