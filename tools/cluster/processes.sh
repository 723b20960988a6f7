# shellcheck shell=bash
# shellcheck disable=SC2154
# Starting the sandbox's programs and waiting for them.

# nsenter, not `ip netns exec`: that one remounts /sys, which hides the cgroups.
# Both setsid and nsenter become the program, so $! is its process id.
start() { # COMPONENT CMD…
  local component=$1 enter=(nsenter --net="$netns")
  shift
  if [[ -e $dir/run/mounts.pid ]]; then
    enter+=(--mount="/proc/$(<"$dir/run/mounts.pid")/ns/mnt")
  fi
  (
    close_inherited_files
    exec setsid "${enter[@]}" -- "$@"
  ) >"$dir/log/$component.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid" >"$dir/run/$component.pid"
  # The shell need not report its end, we do.
  disown "$pid"
  # Until it has become the program, `alive` would not know it.
  until grep -qsF "$dir/" "/proc/$pid/cmdline" || [[ ! -e /proc/$pid/exe ]]; do
    sleep 0.01
  done
}

# Or whoever reads our output through a pipe would wait for the programs' end.
close_inherited_files() {
  local file
  for file in /proc/self/fd/*; do
    file=${file##*/}
    ((file <= 2)) || eval "exec $file>&-"
  done
}

components() {
  local file
  for file in "$dir"/run/*.pid; do
    file=${file##*/}
    [[ ! -e $dir/run/$file || $file == up.pid ]] || echo "${file%.pid}"
  done
}

dead_components() {
  local component
  for component in $(components); do
    alive "$component" || echo "$component"
  done
}

# Process ids are used again: the program must also be one of ours. While it
# changes from setsid to nsenter to itself, its command line is empty.
alive() { # COMPONENT
  local pid tries
  pid=$(<"$dir/run/$1.pid")
  for ((tries = 0; tries < 5; tries++)); do
    ! grep -qsF "$dir/" "/proc/$pid/cmdline" || return 0
    [[ -e /proc/$pid/exe ]] || return 1
    sleep 0.05
  done
  return 1
}

gone() { # PID
  ! kill -0 "$1" 2>/dev/null
}

# Polls CMD. Gives up as soon as any component has died.
wait_for() { # WHAT SECONDS CMD…
  local what=$1 deadline=$((SECONDS + $2)) dead
  shift 2
  until "$@" >/dev/null 2>&1; do
    dead=$(dead_components)
    if [[ -n $dead ]]; then
      show_log "${dead%%$'\n'*}" "has died"
      return 1
    fi
    if ((SECONDS >= deadline)); then
      echo "sandbox: waited in vain for $what" >&2
      return 1
    fi
    sleep 0.1
  done
}

show_log() { # COMPONENT WHY
  {
    echo "sandbox: $1 $2; the end of its log:"
    tail -n 15 "$dir/log/$1.log" | cut -c 1-400
  } >&2
}

# Like wait_for; when time is up, the component that should have done it speaks.
wait_for_component() { # COMPONENT WHAT SECONDS CMD…
  local component=$1
  shift
  wait_for "$@" && return
  [[ -n $(dead_components) ]] || show_log "$component" "is not there in time"
  return 1
}
