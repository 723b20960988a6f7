# shellcheck shell=bash
# shellcheck disable=SC2154
# etcd, kube-apiserver, kube-controller-manager and kube-scheduler.

up_control_plane() { # EXTRAS
  say "[1/2] etcd and kube-apiserver"
  # Without a route the API server wants to be told an address that exists.
  inside ip addr add "$gateway/32" dev lo
  start_etcd
  make_credentials
  start_apiserver --bind-address=127.0.0.1 --endpoint-reconciler-type=none \
    --disable-admission-plugins=ServiceAccount
  await_apiserver
  say "[2/2] namespace default${1:+, ${1//,/, }}"
  if [[ $1 == *controller-manager* ]]; then
    # Tests that play kubelet bind pods to a node that they register, or to none.
    start_controller_manager
    await_default_service_account
  fi
  [[ $1 != *scheduler* ]] || start_scheduler
  wait_for_component kube-apiserver "the namespace default" 20 \
    api_get /api/v1/namespaces/default
}

start_etcd() {
  local fsync=--unsafe-no-fsync=true
  [[ ${SANDBOX_ETCD_FSYNC:-0} != 1 ]] || fsync=--unsafe-no-fsync=false
  start etcd "$bin_dir/etcd" --data-dir="$dir/etcd" "$fsync" \
    --listen-client-urls=http://127.0.0.1:2379 \
    --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 \
    --quota-backend-bytes=8589934592 --log-level=warn
}

start_apiserver() { # MORE_FLAGS…
  local pki=$dir/pki
  wait_for_component etcd "etcd" 20 \
    inside curl --silent --fail http://127.0.0.1:2379/health
  write_audit_policy
  start kube-apiserver "$bin_dir/kube-apiserver" \
    --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 \
    --advertise-address="$gateway" --cert-dir="$dir/apiserver" \
    --tls-cert-file="$pki/apiserver.crt" \
    --tls-private-key-file="$pki/apiserver.key" \
    --client-ca-file="$pki/ca.crt" --authorization-mode=Node,RBAC \
    --service-account-key-file="$pki/service-account.pub" \
    --service-account-signing-key-file="$pki/service-account.key" \
    --service-account-issuer=https://kubernetes.default.svc \
    --service-cluster-ip-range="$service_range" \
    --kubelet-client-certificate="$pki/admin.crt" \
    --kubelet-client-key="$pki/admin.key" \
    --kubelet-preferred-address-types=InternalIP \
    --allow-privileged=true --profiling=false \
    --audit-policy-file="$dir/audit-policy.yaml" \
    --audit-log-path="$dir/log/audit.log" --audit-log-maxsize=20 \
    --audit-log-maxbackup=3 "$@"
}

# What service accounts ask for, and how it ends: tests look for what was
# forbidden. Administrators, whom load generators are, leave no trace.
write_audit_policy() {
  cat >"$dir/audit-policy.yaml" <<'X2'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  userGroups: ["system:serviceaccounts"]
- level: None
X2
}

await_apiserver() {
  wait_for_component kube-apiserver "the API server" 60 api_get /readyz
}

start_controller_manager() { # MORE_FLAGS…
  start kube-controller-manager "$bin_dir/kube-controller-manager" \
    --kubeconfig="$dir/admin.conf" --bind-address=127.0.0.1 \
    --service-account-private-key-file="$dir/pki/service-account.key" \
    --root-ca-file="$dir/pki/ca.crt" --cert-dir="$dir/controller-manager" \
    --use-service-account-credentials=false --leader-elect=false \
    --flex-volume-plugin-dir="$dir/volume-plugins" \
    --kube-api-qps=200 --kube-api-burst=400 "$@"
}

start_scheduler() {
  start kube-scheduler "$bin_dir/kube-scheduler" \
    --kubeconfig="$dir/admin.conf" --bind-address=127.0.0.1 \
    --leader-elect=false --kube-api-qps=200 --kube-api-burst=400
}

await_default_service_account() {
  wait_for_component kube-controller-manager \
    "the service account default of namespace default" 60 \
    api_get /api/v1/namespaces/default/serviceaccounts/default
}
