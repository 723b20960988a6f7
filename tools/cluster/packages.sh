# shellcheck shell=bash
# Debian's packages.

packages=(
  # to compile
  g++ gcc cmake ninja-build ccache mold
  libcaf-dev libboost1.81-dev libboost-json1.81-dev libcurl4-openssl-dev
  libsqlite3-dev libyaml-cpp-dev libspdlog-dev libfmt-dev libexpected-dev
  libcli11-dev catch2 prometheus-cpp-dev libssl-dev zlib1g-dev
  libhowardhinnant-date-dev
  # to check
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev libfuzzer-14-dev
  # to run a cluster
  debootstrap containerd runc containernetworking-plugins iproute2 iptables
  procps util-linux sqlite3 openssl jq curl ca-certificates
  python3 python3-pip python3-setuptools
)

missing_packages() {
  local wanted=("${packages[@]}")
  command -v javac >/dev/null || wanted+=(openjdk-17-jdk-headless)
  dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' \
    "${wanted[@]}" 2>/dev/null | awk '$2 == "installed" { print $1 }' |
    sort -u | comm -13 - <(printf '%s\n' "${wanted[@]}" | sort -u)
}

# Installing containerd would start it. invoke-rc.d asks this script first; it is
# there only while we install, and never replaces one that is there.
policy=/usr/sbin/policy-rc.d

forbid_services() {
  [[ ! -e $policy ]] || return 0
  trap 'allow_services' EXIT
  printf '%s\n' '#!/bin/sh' '# tools/setup of the Spark operator' 'exit 101' >$policy
  chmod 0755 $policy
}

allow_services() {
  ! grep -qs 'tools/setup of the Spark operator' $policy || rm -f $policy
}

install_packages() { # PACKAGE…
  retry apt-get update
  DEBIAN_FRONTEND=noninteractive retry apt-get install --yes \
    --no-install-recommends "$@"
}

packages_step() {
  local missing
  mapfile -t missing < <(missing_packages)
  progress "Debian packages${missing[*]:+: ${missing[*]}}"
  ((${#missing[@]})) || return 0
  allow_services # what a killed run may have left
  forbid_services
  timed packages install_packages "${missing[@]}"
  allow_services
}
