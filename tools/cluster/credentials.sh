# shellcheck shell=bash
# shellcheck disable=SC2154
# Certificates and kubeconfigs. Elliptic keys: ten are made in a blink.

new_key() { # FILE
  openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

issue() { # NAME SUBJECT ALTERNATIVE_NAMES
  local base=$dir/pki/$1
  new_key "$base.key"
  openssl req -new -key "$base.key" -subj "$2" -out "$base.csr"
  openssl x509 -req -in "$base.csr" -CA "$dir/pki/ca.crt" \
    -CAkey "$dir/pki/ca.key" -CAcreateserial -days 365 -out "$base.crt" \
    -extfile <(printf '%s\n' "subjectAltName=$3" \
      "extendedKeyUsage=serverAuth,clientAuth") 2>/dev/null
}

make_credentials() {
  local pki=$dir/pki
  chmod 0700 "$pki"
  new_key "$pki/ca.key"
  openssl req -x509 -new -key "$pki/ca.key" -subj /CN=sandbox-ca -days 365 \
    -out "$pki/ca.crt"
  issue apiserver /CN=kube-apiserver "DNS:localhost,DNS:kubernetes,\
DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,\
IP:$first_service,IP:$gateway"
  issue admin /O=system:masters/CN=admin DNS:admin
  issue kubelet "/O=system:nodes/CN=system:node:$node" \
    "DNS:$node,IP:127.0.0.1,IP:$gateway"
  new_key "$pki/service-account.key"
  openssl ec -in "$pki/service-account.key" -pubout \
    -out "$pki/service-account.pub" 2>/dev/null
  write_certificate_kubeconfig admin
  write_certificate_kubeconfig kubelet
}

kubeconfig() { # USER CREDENTIALS
  cat <<X2
apiVersion: v1
kind: Config
clusters:
- name: sandbox
  cluster:
    server: $server
    certificate-authority: $dir/pki/ca.crt
users:
- name: $1
  user: $2
contexts:
- name: sandbox
  context: {cluster: sandbox, user: $1}
current-context: sandbox
X2
}

write_certificate_kubeconfig() { # USER
  kubeconfig "$1" "{client-certificate: $dir/pki/$1.crt, client-key: $dir/pki/$1.key}" \
    >"$dir/$1.conf"
}

write_service_account_kubeconfig() { # NAMESPACE SERVICEACCOUNT FILE DURATION
  local file
  file=$(realpath -m "$3")
  # A rename, so that a reader of the token never sees half of it.
  (umask 077 && kubectl create token "$2" --namespace "$1" --duration "$4" \
    >"$file.token.new") || {
    rm -f "$file.token.new"
    die "no token for $2 in $1"
  }
  mv "$file.token.new" "$file.token"
  kubeconfig "$1:$2" "{tokenFile: $file.token}" >"$file"
  say "wrote $file and $file.token (good for $4)"
}

kubectl() {
  inside "$bin_dir/kubectl" --kubeconfig "$dir/admin.conf" "$@"
}

# Twice as fast as kubectl, which matters in a poll.
api_get() { # PATH [SERVER]
  inside curl --silent --fail --max-time 2 --cacert "$dir/pki/ca.crt" \
    --cert "$dir/pki/admin.crt" --key "$dir/pki/admin.key" "${2:-$server}$1"
}
