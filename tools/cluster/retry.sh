# shellcheck shell=bash
# Registries falter now and then.

retry() { # CMD…
  local left
  for left in 3 2 1 0; do
    "$@" && return
    ((left == 0)) || echo "failed, $left more tries: $*" >&2
  done
  return 1
}
