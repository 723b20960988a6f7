# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154
# A Go new enough to build Kubernetes. Debian 12 has 1.19, which can at least
# download a newer one: toolchains are published as Go modules.

go_version=1.24.13
go="" # the command to use, once find_go has found it

is_new_enough() { # GO
  local version
  version=$(GOTOOLCHAIN=local "$1" version 2>/dev/null) || return 1
  version=${version#go version go1.}
  version=${version%%[!0-9]*}
  [[ -n $version ]] && ((version >= 24))
}

find_go() {
  local candidate
  [[ -z $go ]] || return 0
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go \
    "$cache/go/bin/go"; do
    if [[ -n $candidate ]] && is_new_enough "$candidate"; then
      go=$candidate
      return
    fi
  done
  timed "go-$go_version" install_go
  go=$cache/go/bin/go
}

install_go() {
  local old
  old=$(command -v go) || {
    install_packages golang-go
    old=/usr/bin/go
  }
  retry download_go "$old"
}

download_go() { # OLD_GO
  local scratch=$cache/scratch/go-toolchain module
  mkdir -p "$scratch"
  # Any module will do: a go command wants to be in one.
  printf 'module sandbox/toolchain\n' >"$scratch/go.mod"
  (
    cd "$scratch" &&
      GOMODCACHE=$scratch/mod GOFLAGS=-modcacherw "$1" mod download -json \
        "golang.org/toolchain@v0.0.1-go$go_version.linux-amd64"
  ) >"$scratch/module.json" || return
  module=$(jq -er .Dir "$scratch/module.json") || return
  rm -rf "$cache/go"
  mv "$module" "$cache/go" || return
  # Modules have no modes: what is to be run arrives as a plain file.
  chmod 0755 "$cache"/go/bin/* "$cache"/go/pkg/tool/linux_amd64/*
  "$cache/go/bin/go" version
}
