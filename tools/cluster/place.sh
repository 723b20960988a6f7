# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the other parts use them
# A sandbox's name, and everything whose name follows from it.

place_sandbox() { # NAME
  name=$1
  [[ $name =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] ||
    die "a sandbox's name is lower-case letters, digits and dashes, not '$name'"
  id=spark-operator-sandbox
  name_option=""
  if [[ $name != default ]]; then
    id+=-$name
    name_option=" --name $name"
  fi
  # Not $TMPDIR: `down` must find what `up` made under another setting. Not
  # /tmp or /run: pods' scratch space must not fill the memory.
  dir=/var/tmp/$id
  netns=/run/netns/$id
  node=sandbox
  gateway=10.244.0.1
  pod_range=10.244.0.0/24
  service_range=10.96.0.0/16
  first_service=10.96.0.1
  server=https://127.0.0.1:6443
}

# Making the directory is what decides between two `up` at the same time.
occupy() { # MODE
  mkdir "$dir" 2>/dev/null || die "sandbox '$name' is just coming up"
  mkdir "$dir"/{pki,log,run}
  echo $$ >"$dir/run/up.pid"
  echo "$1" >"$dir/mode"
  ip netns add "$id"
  inside ip link set lo up
}

inside() { # CMD…
  nsenter --net="$netns" -- "$@"
}

coming_up() {
  local pid
  [[ ! -e $dir/ready ]] && pid=$(cat "$dir/run/up.pid" 2>/dev/null) &&
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q 'sandbox.* up'
}
