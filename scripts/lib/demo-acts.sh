# What the demonstration shows, one act after the other; to be sourced by scripts/demo.
# shellcheck shell=bash

KEYS=/pcocc/global/opensm/pkeys
PKEY=0x200e
OTHER_PKEY=0x200f

# Two hosts, and a virtual function that pcocc makes up for the PKey.
HOST=0x043f720300f55176
OTHER_HOST=0x043f720300f55177
VF=0xc0cc200e00000000
times=()

# value HOSTS VFS: what pcocc writes into a key, in its own notation.
value() { printf "{'host_guids': [%s], 'vf_guids': [%s]}" "$1" "$2"; }

# as_typed ARGUMENTS...: as one would type them.
as_typed() {
    local argument words=''
    for argument in "$@"; do
        if [[ $argument == *\'* ]]; then argument="\"$argument\""; fi
        words+=" $argument"
    done
    echo "${words# }"
}

# change WHAT PKEY METHOD TOOL-ARGUMENTS...: changes a key, and says when UFM had the change.
change() {
    local what=$1 pkey=$2 method=$3 before after done_at own
    shift 3
    note "etcd $(as_typed "$@")"
    before=$(now)
    etcd_tool "$@" >"$WORK/said" || fail "the key was not changed: $(cat "$WORK/said")"
    after=$(now)
    await pkeyd "(Successfully synchronized|Successfully removed) PKey $pkey" show
    [[ $line =~ ms=([0-9.]+) ]] || fail "the daemon told no time"
    own=${BASH_REMATCH[1]}
    await ufm " $method /ufmRest/resources/pkeys"
    done_at=$(of_log "$line")
    await watch "^(PUT|DELETE) .*$pkey" show
    show_rest watch
    note "UFM had it $(milliseconds $((done_at - before))) after the etcd command was started (it took" \
        "$(milliseconds $((after - before))) itself)"
    times+=("$(printf '%-34s %8s ms   %10s' "$what" "$own" "$(milliseconds $((done_at - before)))")")
}

show_partition() { ufm_tool --get-pkey "$1" | sed 's/^/      /'; }

show_a_job() {
    step 'A job starts: pcocc writes a key, and UFM has the partition'
    change 'key created -> partition created' "$PKEY" POST --put "$KEYS/$PKEY" --value "$(value "'$HOST'" "'$VF'")"
    show_partition "$PKEY"
}

show_another_job() {
    step 'Another job takes over the PKey: the same key, another host; in one request, so that the two never share it'
    change 'key changed -> members replaced' "$PKEY" PUT --put "$KEYS/$PKEY" --value "$(value "'$OTHER_HOST'" "'$VF'")"
    show_partition "$PKEY"
}

show_a_move() {
    step 'Its host moves to a job with another PKey: it has left the one when it joins the other'
    change 'host taken out of the one key' "$PKEY" DELETE --put "$KEYS/$PKEY" --value "$(value '' "'$VF'")"
    change 'and put into the other' "$OTHER_PKEY" POST --put "$KEYS/$OTHER_PKEY" --value "$(value "'$OTHER_HOST'" '')"
    note "ufm --find-guid $OTHER_HOST"
    ufm_tool --find-guid "$OTHER_HOST" | sed 's/^/      /'
}

show_a_repair() {
    local before after
    step "Somebody changes UFM by hand: puts a port into a job's partition; the next resync takes it out"
    note "ufm --pkey $OTHER_PKEY --guids $HOST --membership full"
    before=$(now)
    ufm_tool --pkey "$OTHER_PKEY" --guids "$HOST" --membership full | sed 's/^/      /'
    await pkeyd 'has drifted' show
    await pkeyd "Successfully removed .* from PKey $OTHER_PKEY" show
    after=$(now)
    # Read here, so that the next act does not take it for its own.
    await ufm ' DELETE /ufmRest/resources/pkeys'
    show_partition "$OTHER_PKEY"
    note "the intruder was in for $(milliseconds $((after - before))): a resync comes each second here, else every 30 s"
}

show_the_end_of_a_job() {
    step 'The jobs end: their keys are deleted, and so are the partitions'
    change 'key deleted -> partition deleted' "$OTHER_PKEY" DELETE --delete "$KEYS/$OTHER_PKEY"
}

show_a_deletion_while_down() {
    step 'A key that is deleted while the daemon is down'
    stop_daemon
    etcd_tool --delete "$KEYS/$PKEY" >"$WORK/said" || fail "the key was not deleted: $(cat "$WORK/said")"
    await watch "^DELETE .*$PKEY" show
    note 'the partition is still there; the daemon starts again, and knows from the ledger in etcd that it was its own:'
    start_daemon
    await pkeyd "Successfully removed PKey $PKEY" show
    note 'What UFM has now. The partition made by hand was never touched:'
    ufm_tool --list | sed 's/^/      /'
}

show_times() {
    local line
    step 'Times'
    note "$(printf '%-34s %11s   %10s' '' 'in daemon' 'end to end')"
    for line in "${times[@]}"; do note "$line"; done
    note 'in daemon: from the event to the change read back from UFM and noted in the ledger'
    note 'end to end: from the start of the etcd command to the change in UFM'
}

# keep_running: until Ctrl-C; the daemon's log goes on.
keep_running() {
    step 'All of it runs on, until Ctrl-C. To play with, in another terminal:'
    cat <<COMMANDS

export PCOCC_SYSTEM_CONF_DIR=${WORK@Q}/pcocc PATH=${BIN@Q}:\$PATH
surf-ufm-pkeyd etcd --put $KEYS/$PKEY --value "$(value "'$HOST'" "'$VF'")"
surf-ufm-pkeyd etcd --list --prefix $KEYS/ --decode
surf-ufm-pkeyd etcd --watch $KEYS/ --decode
surf-ufm-pkeyd status --wait $PKEY
surf-ufm-pkeyd ufm --username admin --ufm-ca-cert \$PCOCC_SYSTEM_CONF_DIR/../tls/cert.pem --list --guids
surf-ufm-pkeyd etcd --delete $KEYS/$PKEY

COMMANDS
    trap 'note "ending"; stop_daemon; exit 0' INT TERM
    while IFS= read -r -u "${STREAM[pkeyd]}" line; do printf '      pkeyd  | %s\n' "$line"; done
    fail 'the daemon has ended by itself'
}
