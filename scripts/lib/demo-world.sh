# What the demonstration runs: etcd, a simulated UFM, the daemon, and a watch beside it; to be sourced by scripts/demo.
# shellcheck shell=bash

PATIENCE=20

children=()
# The lines that each of them says, by its name.
declare -A STREAM

stop_children() {
    local child
    # Some have ended already, and that is no news.
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    for child in "${children[@]}"; do
        # Each was told to end; one that does not is ended, so that nothing stays.
        timeout 5 tail --pid="$child" -f /dev/null || kill -KILL "$child" || true
    done
}

# begin NAME COMMAND...: starts it in the background; its lines are in STREAM, for `await`.
begin() {
    local name=$1 stream
    shift
    exec {stream}< <(exec "$@" 2>&1)
    children+=("$!")
    STREAM[$name]=$stream
}

# await NAME PATTERN [SHOW]: reads lines until one matches; it is left in $line. With SHOW, prints all of them.
await() {
    local name=$1 deadline=$((SECONDS + PATIENCE)) code=0
    while ((SECONDS < deadline)); do
        IFS= read -r -t "$PATIENCE" -u "${STREAM[$name]}" line || code=$?
        ((code == 0)) || break
        printf '%s\n' "$line" >>"$WORK/$name.log"
        if [[ -n ${3-} ]]; then printf '      %-6s | %s\n' "$name" "$line"; fi
        if [[ $line =~ $2 ]]; then return; fi
    done
    show_end "$WORK/$name.log" "$name"
    # Above 128 it is the time that has run out.
    ((code == 0 || code > 128)) || fail "$name ended before it said: $2"
    fail "waited $PATIENCE s in vain for $name to say: $2"
}

# show_rest NAME: prints what it has said beyond that line. More may come, and is then shown later.
show_rest() {
    while IFS= read -r -t 0.05 -u "${STREAM[$1]}" line; do printf '      %-6s | %s\n' "$1" "$line"; done
}

now() { echo "${EPOCHREALTIME//[.,]/}"; } # microseconds; some languages write a comma
milliseconds() { printf '%d.%d ms' $(($1 / 1000)) $(($1 % 1000 / 100)); }
of_log() { # the microseconds of a time stamp in the simulator's log
    local stamp=${1%% *}
    echo "$(date -d "${stamp%.*}Z" +%s)$(sed 's/.*\.\([0-9]\{6\}\)[0-9]*Z/\1/' <<<"$stamp")"
}

start_etcd() {
    # A port may be taken between its choice and its use; then the next ones are tried.
    local attempt client peer
    for attempt in 1 2 3 4 5; do
        client=$((20000 + RANDOM % 10000)) peer=$((client + 1))
        begin etcd etcd --data-dir "$WORK/etcd$attempt" --log-outputs stdout \
            --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
            --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
            --initial-cluster "default=http://127.0.0.1:$peer"
        while IFS= read -r -t "$PATIENCE" -u "${STREAM[etcd]}" line; do
            printf '%s\n' "$line" >>"$WORK/etcd.log"
            if [[ $line == *"serving "*"client traffic"* || $line == *"serving "*"client requests"* ]]; then
                etcd_port=$client
                # Somebody has to read on, or etcd would stop once the pipe is full.
                cat <&"${STREAM[etcd]}" >>"$WORK/etcd.log" &
                children+=("$!")
                return
            fi
        done
    done
    show_end "$WORK/etcd.log" etcd
    fail "etcd did not start"
}

start_simulator() {
    begin ufm "$BIN/ufm-simulator" --port 0 --tls --tls-dir "$WORK/tls" --request-log \
        --partition 0x4000:aaaaaaaaaaaaaaaa
    await ufm '^READY url=https://([^ ]*)'
    ufm=${BASH_REMATCH[1]}
}

# configure: writes what pcocc's configuration directory would hold.
configure() {
    mkdir "$WORK/pcocc"
    cat >"$WORK/pcocc/batch.yaml" <<YAML
type: slurm
settings:
  etcd-servers: [127.0.0.1]
  etcd-client-port: $etcd_port
  etcd-protocol: http
  etcd-auth-type: none
YAML
    cat >"$WORK/pcocc/ufm.yaml" <<YAML
settings:
  ufm-servers: ["$ufm"]
  ufm-auth-type: password
YAML
    (umask 077 && echo 123456 >"$WORK/pcocc/ufm-password")
}

start_daemon() {
    begin pkeyd "$BIN/surf-ufm-pkeyd" monitor --config-dir "$WORK/pcocc" --ufm-user admin \
        --ufm-ca-cert "$WORK/tls/cert.pem" --poll-interval 1
    daemon_process=$!
    await pkeyd 'NOT managed' show
}

stop_daemon() {
    local before after
    before=$(now)
    kill -TERM "$daemon_process"
    await pkeyd 'PKey monitor stopped' show
    wait "$daemon_process" || fail "the daemon ended with exit code $?"
    after=$(now)
    note "the daemon ended $(milliseconds $((after - before))) after SIGTERM, with exit code 0"
}

# start_watch: from the first revision on, so that it misses nothing however long its start takes.
start_watch() {
    begin watch "$BIN/surf-ufm-pkeyd" etcd --config-dir "$WORK/pcocc" --watch "$KEYS/" --decode --from-revision 1
}

etcd_tool() { "$BIN/surf-ufm-pkeyd" etcd --config-dir "$WORK/pcocc" "$@"; }
ufm_tool() {
    "$BIN/surf-ufm-pkeyd" ufm --config-dir "$WORK/pcocc" --username admin --ufm-ca-cert "$WORK/tls/cert.pem" "$@"
}
