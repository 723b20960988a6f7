# shellcheck shell=bash
# The suites of tools/test and tools/check: what each needs, how it runs and how
# long it may take. Sourced, not run.

every_suite=(style unit scenario simulation fuzz differential commands
  integration e2e)
long_suites=(thread-sanitizer captures long-fuzz long-simulation)

# Seconds after which a suite counts as hung.
limit_of() {
  case $1 in
  style) echo 60 ;;
  unit | scenario | differential | commands) echo 600 ;;
  simulation) echo 1800 ;;
  fuzz) echo 1500 ;;
  integration) echo 900 ;;
  e2e) echo 1800 ;;
  *) echo 7200 ;;
  esac
}

is_suite() {
  local s
  for s in "${every_suite[@]}" "${long_suites[@]}"; do
    [ "$s" != "$1" ] || return 0
  done
  return 1
}

# Arguments of tools/setup; end to end runs jobs of both proven Spark lines.
setup_for() {
  case " $* " in
  *" e2e "*) echo --only all --spark 4.1.1 ;;
  *" commands "*) echo --only all ;;
  *" integration "*) echo --only control-plane ;;
  *) echo --only build ;;
  esac
}

# What the tools build before any suite; the others build for themselves.
presets_of() { # SUITE…
  local s
  for s; do
    case $s in
    unit | scenario) echo asan ;;
    simulation) printf '%s\n' asan release ;;
    differential | commands | integration | e2e | captures) echo release ;;
    esac
  done | sort -u
}

results=()
passed=0
failed=0
failures=()

# step NAME CMD…: a part that everything after it needs.
step() {
  local name=$1 began=$SECONDS
  shift
  echo "== $name"
  "$@" || {
    echo "== $name: FAILED after $((SECONDS - began)) s" >&2
    exit 1
  }
  results+=("$name $((SECONDS - began))")
}

# What each preset is built for; all of it where nothing is named.
targets_of() {
  case $1 in
  release) echo spark-operator spark-replay spark-loadgen crdgen \
    differential_tests client_tests sim_tests dry_run ;;
  asan | tsan) echo unit_tests store_tests client_tests operator_tests replay_tests \
    loadgen_tests journal_actor_tests scenario_tests sim_tests ;;
  *) echo all ;;
  esac
}

# Configures and builds one preset; the log is shown only if it fails. Clones of
# the same tree share what ccache has.
build() { # PRESET [TARGET…]
  local log=build/$1.log targets
  targets=${*:2}
  mkdir -p build
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  # shellcheck disable=SC2086
  cmake --preset "$1" >"$log" 2>&1 &&
    ninja -C "build/$1" ${targets:-$(targets_of "$1")} >>"$log" 2>&1 || {
    tail -n 60 "$log" >&2
    return 1
  }
}

run_suite() {
  local name=$1 began=$SECONDS outcome=passed status=0
  mkdir -p build/suites
  echo "== $name"
  timeout --kill-after=60 "$(limit_of "$name")" \
    bash -c '. tools/suites.sh; "suite_${1//-/_}"' suite "$name" 2>&1 |
    tee "build/suites/$name" || status=${PIPESTATUS[0]}
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
  else
    outcome="FAILED (status $status)"
    failed=$((failed + 1))
    failures+=("$name")
  fi
  results+=("$name:$outcome $((SECONDS - began))")
  echo "== $name: $outcome, $((SECONDS - began)) s"
}

# Never leaks by accident, says where undefined behaviour is.
sanitized() {
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 \
    UBSAN_OPTIONS=print_stacktrace=1 "$@"
}

check_format() {
  git ls-files -- '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run -Werror
}

# Keeps what a simulation says, for `covered`.
simulated() { # PROGRAM
  "$@" | tee -a build/simulated
  return "${PIPESTATUS[0]}"
}
covered() {
  [ -e build/simulated ] || return 0
  echo
  echo "simulated:"
  sed -nE 's/^(lives|seeds|crash points):/  &/p' build/simulated
}

suite_style() { check_format && tests/tidy/run; }
suite_unit() {
  sanitized ctest --test-dir build/asan -L unit --output-on-failure -j2
}
suite_scenario() {
  sanitized ctest --test-dir build/asan -L scenario --output-on-failure
}
# Ten thousand short lives on two cores, beside everything else. Sanitizers see
# every tenth of them: under them a life takes several times as long.
suite_simulation() {
  export -f sanitized simulated
  SIM_LIVES=${SIM_LIVES:-10000} xargs -L1 -P "$(nproc)" bash -c \
    'SIM_SHARD=$2 sanitized simulated "build/$0/bin/sim_tests" "$1"' <<'END'
asan ~[lives]~[schedules]~[.] -
asan [lives] 1/10
release [schedules] -
release [lives] 1/2
release [lives] 2/2
END
}
suite_fuzz() { tests/fuzz/run --seconds "${FUZZ_SECONDS:-10}"; }
suite_differential() {
  ctest --test-dir build/release -L differential --output-on-failure -V |
    sed 's/^[0-9]*: //'
  return "${PIPESTATUS[0]}"
}
suite_commands() { tests/commands/run; }
suite_integration() { tests/integration/run; }
suite_e2e() { tests/e2e/run; }

suite_thread_sanitizer() {
  build tsan && TSAN_OPTIONS=suppressions=$PWD/tests/support/tsan.supp \
    ctest --test-dir build/tsan -L 'unit|scenario|sim' --output-on-failure
}
suite_captures() {
  tests/schedules/record && tests/differential/capture.py && suite_differential
}
suite_long_fuzz() { tests/fuzz/run --seconds 600; }
suite_long_simulation() {
  build release sim_tests &&
    SIM_SEEDS=20000 SIM_LIVES=100000 simulated build/release/bin/sim_tests
}

# Ends with what failed: of a long run often only the end is kept.
report() {
  local r
  for r in "${failures[@]}"; do
    echo
    echo "== $r FAILED; its output is in build/suites/$r and ends with:"
    tail -n 40 "build/suites/$r"
  done
  echo
  echo "minutes per part:"
  for r in "${results[@]}"; do
    printf '  %-28s %6.1f\n' "${r% *}" "$(echo "${r##* } 60" |
      awk '{print $1 / $2}')"
  done
  printf '  %-28s %6.1f\n' "all" "$(echo "$((SECONDS - $1)) 60" |
    awk '{print $1 / $2}')"
  echo
  # tools/check has parts only: one that fails ends it there and then.
  [ $((passed + failed)) = 0 ] || echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
