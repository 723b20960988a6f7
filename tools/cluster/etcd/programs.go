//go:build programs

// Package programs pins etcd's server for the sandbox: Debian's etcd 3.4 is
// too old (watches of Spark fail with "RequestWatchProgress is disabled").
package programs

import _ "go.etcd.io/etcd/server/v3"
