# shellcheck shell=bash
# shellcheck disable=SC2154
# The node: containerd, kubelet, kube-proxy and CoreDNS.
#
# They share a mount namespace. What they mount is gone when they are, and the
# fixed paths they write to (/run/containerd, /var/lib/cni, /var/log/containers,
# …) are not the host's: nothing is left there, and two sandboxes do not meet.

up_full() {
  say "[1/5] network, images and etcd"
  make_network
  make_cgroups
  start_mounts
  copy_images
  start_etcd
  start_containerd
  say "[2/5] kube-apiserver"
  make_credentials
  start_apiserver --bind-address=0.0.0.0
  await_apiserver
  say "[3/5] kube-controller-manager, kube-scheduler, kubelet, kube-proxy, CoreDNS"
  await_containerd
  start_kubelet
  start_controller_manager
  start_scheduler
  start_kube_proxy
  start_coredns
  say "[4/5] service account, node"
  await_default_service_account
  wait_for_component kubelet "the node" 60 node_is_ready
  say "[5/5] service addresses, DNS"
  wait_for_component kube-proxy "service addresses" 20 \
    api_get /readyz "https://$first_service"
  wait_for_component coredns "DNS" 60 \
    inside python3 "$cluster_dir/resolve.py" "$gateway" \
    kubernetes.default.svc.cluster.local
}

# Pods get a route to the services and no default route: nothing can leave.
make_network() {
  inside ip link add cni0 type bridge
  inside ip addr add "$gateway/24" dev cni0
  inside ip link set cni0 up
  # For who runs beside the pods; kube-proxy redirects it before it gets there.
  inside ip route add "$service_range" dev cni0 src "$gateway"
  inside sysctl -qw net.ipv4.ip_forward=1
  inside sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true
  mkdir "$dir/cni"
  cat >"$dir/cni/10-bridge.conflist" <<X2
{
  "cniVersion": "0.4.0",
  "name": "sandbox",
  "plugins": [{
    "type": "bridge",
    "bridge": "cni0",
    "isGateway": true,
    "ipMasq": false,
    "hairpinMode": true,
    "ipam": {
      "type": "host-local",
      "dataDir": "$dir/addresses",
      "routes": [{"dst": "$service_range"}],
      "ranges": [[{"subnet": "$pod_range"}]]
    }
  }]
}
X2
}

# A cgroup of our own above all pods: two kubelets do not meet, and `down` knows
# every container's process.
make_cgroups() {
  local hierarchy
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    tr ' ' '\n' </sys/fs/cgroup/cgroup.controllers | while read -r controller; do
      echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
    done
    mkdir "/sys/fs/cgroup/$id"
    return
  fi
  for hierarchy in /sys/fs/cgroup/*/; do
    # cpu and cpuacct may be links to one hierarchy.
    mkdir -p "$hierarchy$id"
    [[ ! -e $hierarchy/cpuset.cpus ]] || {
      cat "$hierarchy/cpuset.cpus" >"$hierarchy$id/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" >"$hierarchy$id/cpuset.mems"
    }
  done
}

start_mounts() {
  start mounts unshare --mount --propagation private -- \
    bash "$cluster_dir/mounts" "$dir"
  wait_for "the node's mounts" 10 test -e "$dir/run/mounts-are-there"
}

# Hard links to the prepared images, which nobody writes to (containers write to
# layers of their own), but copies of the databases.
copy_images() {
  local database
  cp -al "$prepared_dir" "$dir/containerd" 2>/dev/null || {
    say "the cache is on another file system: copying the images"
    rm -rf "$dir/containerd"
    cp -a "$prepared_dir" "$dir/containerd"
  }
  for database in io.containerd.metadata.v1.bolt/meta.db \
    io.containerd.snapshotter.v1.overlayfs/metadata.db; do
    cp --remove-destination -a "$prepared_dir/$database" \
      "$dir/containerd/$database"
  done
}

start_containerd() {
  cat >"$dir/containerd.toml" <<X2
version = 2
root = "$dir/containerd"
state = "$dir/containerd-state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image_name"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
X2
  start containerd containerd --config "$dir/containerd.toml" --log-level warn
}

await_containerd() {
  wait_for_component containerd containerd 30 \
    ctr --address "$dir/containerd.sock" version
}

start_kubelet() {
  # - failCgroupV1: false: hosts with cgroup v1 or hybrid are welcome.
  # - resolvConf: pods have no business with the host's name servers.
  # - localStorageCapacityIsolation needs a root file system that cAdvisor knows.
  # - the garbage collector must not remove images that nobody can pull again.
  cat >"$dir/kubelet.yaml" <<X2
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $dir/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $dir/pki/kubelet.crt
tlsPrivateKeyFile: $dir/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /$id
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://$dir/containerd.sock
clusterDNS: [$gateway]
clusterDomain: cluster.local
resolvConf: /dev/null
podLogsDir: $dir/pod-logs
volumePluginDir: $dir/volume-plugins
localStorageCapacityIsolation: false
evictionHard:
  nodefs.available: 1%
  imagefs.available: 1%
  memory.available: 100Mi
imageGCHighThresholdPercent: 100
maxPods: 200
kubeAPIQPS: 200
kubeAPIBurst: 400
serializeImagePulls: false
X2
  start kubelet "$bin_dir/kubelet" --config="$dir/kubelet.yaml" \
    --kubeconfig="$dir/kubelet.conf" --root-dir="$dir/kubelet" \
    --hostname-override="$node" --node-ip="$gateway"
}

start_kube_proxy() {
  # Zero leaves the host-wide connection tracking settings alone.
  start kube-proxy "$bin_dir/kube-proxy" --kubeconfig="$dir/admin.conf" \
    --hostname-override="$node" --proxy-mode=iptables \
    --cluster-cidr="$pod_range" --bind-address=127.0.0.1 \
    --metrics-bind-address=127.0.0.1:10249 --conntrack-max-per-core=0 \
    --conntrack-tcp-timeout-established=0 \
    --conntrack-tcp-timeout-close-wait=0
}

start_coredns() {
  cat >"$dir/Corefile" <<X2
.:53 {
  bind $gateway
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $dir/admin.conf
    pods insecure
    ttl 1
  }
  cache 1
}
X2
  start coredns "$bin_dir/coredns" -conf "$dir/Corefile"
}

node_is_ready() {
  api_get "/api/v1/nodes/$node" |
    jq -e '.status.conditions[] | select(.type == "Ready").status == "True"'
}
