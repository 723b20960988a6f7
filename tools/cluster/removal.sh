# shellcheck shell=bash
# shellcheck disable=SC2154
# Taking a sandbox away, in whatever state it is. No step trusts that an earlier
# one of `up` was reached, nor what a file says about a process.

remove_sandbox() {
  kill_processes
  remove_cgroups
  ip netns del "$id" 2>/dev/null || rm -f "$netns"
  # The node's mounts were in a mount namespace that ended with its processes.
  rm -rf "$dir"
}

kill_processes() {
  local tries pids
  for ((tries = 0; tries < 150; tries++)); do
    pids=$(sandbox_processes)
    [[ -n $pids ]] || return 0
    # At once and hard: a throw-away cluster has nothing to save. Again and
    # again: one of them may just have started another.
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || true
    sleep 0.1
  done
  die "cannot kill: ${pids//$'\n'/ }"
}

# Four marks, any of them will do: a program of ours that was told to work in
# our directory; who shares its mount namespace; who is in our network
# namespace; who is in our cgroup (containers). Never ourselves or our parents.
sandbox_processes() {
  local programs
  programs=$(program_processes)
  {
    echo "$programs"
    members_of net "$(inode_of_netns)"
    # shellcheck disable=SC2086
    for mounts in $(own_mount_namespaces $programs); do
      members_of mnt "$mounts"
    done
    cgroup_dirs | while read -r cgroup; do
      find "$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done
  } | sort -u | grep -E '^[1-9]' | grep -vxFf <(ourselves) || true
}

program_processes() {
  local file pid
  # A user's `less …/log/etcd.log` names the directory too.
  { grep -lsF "$dir/" /proc/[0-9]*/cmdline || true; } | while read -r file; do
    pid=${file//[!0-9]/}
    case $(readlink "/proc/$pid/exe" 2>/dev/null) in
      "$bin_dir"/* | */containerd | */containerd-shim*) echo "$pid" ;;
      *) ! head -c 4096 "$file" 2>/dev/null | tr '\0' '\n' | head -n 1 |
          grep -qxF "$dir/mounts" || echo "$pid" ;;
    esac
  done
}

inode_of_netns() {
  [[ $(stat -f -c %T "$netns" 2>/dev/null) != nsfs ]] || stat -L -c %i "$netns"
}

own_mount_namespaces() { # PID…
  local pid
  for pid; do
    readlink "/proc/$pid/ns/mnt" 2>/dev/null || true
  done | sort -u | grep -vxF -e "$(readlink /proc/self/ns/mnt)" \
    -e "$(readlink /proc/1/ns/mnt)" | tr -dc '0-9\n'
}

members_of() { # KIND INODE
  [[ -n $2 ]] || return 0
  find /proc/[0-9]*/ns/"$1" -maxdepth 0 -lname "$1:\[$2\]" 2>/dev/null |
    cut -d/ -f3
}

ourselves() {
  local pid=$BASHPID
  while ((pid > 1)); do
    echo "$pid"
    pid=$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")
  done
}

# One on cgroup v2; on v1 one in every hierarchy.
cgroup_dirs() {
  local cgroup
  for cgroup in /sys/fs/cgroup/"$id" /sys/fs/cgroup/*/"$id"; do
    [[ ! -d $cgroup ]] || echo "$cgroup"
  done
}

remove_cgroups() {
  local tries cgroup
  for ((tries = 0; tries < 50; tries++)); do
    # The kernel needs a moment to notice that the last process is gone.
    cgroup_dirs | while read -r cgroup; do
      find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    [[ -n $(cgroup_dirs) ]] || return 0
    sleep 0.1
  done
  die "cannot remove the cgroups: $(cgroup_dirs | tr '\n' ' ')"
}
