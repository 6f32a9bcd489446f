"""The rows of the table. Each measures one thing by itself, in a site of its own."""

import json
import statistics
import subprocess
import time

from plain import AUTHORIZATION, LIST, Plain, plain_writes
from world import LEDGER, PREFIX, Watch, encoded, guids_of, key_of, processor_of, run_measured, site, value

ROWS = {}
# Those that take many minutes: measured when they are named, or with --large.
LARGE = ["start-32766"]


class Result:
    """One line of the table."""

    def __init__(self, what, ours, compared="", ratio=None, goal="", counts=None, met=None):
        self.what, self.ours, self.compared, self.ratio, self.goal, self.met = what, ours, compared, ratio, goal, met
        # What limits.txt may bound: numbers that no busy machine changes.
        self.counts = counts or {}


def row(name):
    """A row by that name; it is called with the programs, and yields its results."""

    def register(measure):
        ROWS[name] = measure
        return measure

    return register


def writes_of(log):
    return [entry for entry in log if entry["method"] in ("POST", "PUT", "DELETE")]


def seconds(value_):
    return f"{value_ * 1000:.1f} ms" if value_ < 1 else f"{value_:.2f} s"


def megabytes(value_):
    return f"{value_ / 1e6:.0f} MB"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@row("first-sync")
def first_sync(programs):
    """Everything is new: how many requests 1,000 partitions of 16 cost."""
    with site(programs) as world:
        world.etcd.put_partitions(range(1, 1001), 16)
        before = world.etcd.revision()
        spent = world.run(programs.ours, "monitor", "--once")
        recorded = (world.etcd.revision() - before) / 1000
        log = world.ufm.log()
        yield Result("first sync of 1,000 x 16: UFM requests", f"{len(log)}", f"{len(writes_of(log))} writes",
                     len(log) / 1000, "<= 1,020", {"requests": len(log), "writes": len(writes_of(log))}, met=len(log) <= 1020)
        yield Result("  the same, time and memory", f"{seconds(spent.seconds)}, {seconds(spent.processor)} of a processor, {megabytes(spent.memory)}")
        # Claims share a transaction, what is done has one of its own.
        yield Result("  the ledger's transactions in etcd per partition", f"{recorded:.2f}", "1", recorded, "",
                     {"ledger-transactions-per-partition": recorded})


@row("first-sync-50ms")
def first_sync_slow(programs):
    """The same with a UFM that takes 50 ms for each request, four at once."""
    count = 1000
    with site(programs, "--latency", "50") as world:
        world.etcd.put_partitions(range(1, count + 1), 16)
        ours = world.run(programs.ours, "monitor", "--once").seconds
        sent = [(entry["method"], entry["path"], entry["body"]) for entry in writes_of(world.ufm.log())]
    with site(programs, "--latency", "50") as world:
        begun = time.perf_counter()
        plain_writes(world.ufm.host, sent, 4)
        plain = time.perf_counter() - begun
    yield Result("first sync of 1,000 x 16, UFM at 50 ms", seconds(ours), f"{seconds(plain)}: four plain threads, the same writes",
                 ours / plain, "<= 1.1 x", met=ours <= 1.1 * plain)


@row("burst")
def burst(programs):
    """1,000 known keys change within a second, UFM takes 20 ms for each request: when all is done."""
    count, latency, at_once = 1000, 0.02, 4
    with site(programs, "--latency", "20") as world:
        world.etcd.put_partitions(range(1, count + 1), 4)
        daemon = world.start(programs.ours, "--poll-interval", "3600")
        daemon.wait_for("UFM Status")
        known = len(world.ufm.log())
        begun = time.monotonic_ns()
        world.etcd.put_partitions(range(1, count + 1), 4, 1)
        put = (time.monotonic_ns() - begun) / 1e9
        quiet(world.ufm)
        log = writes_of(world.ufm.log()[known:])
        daemon.stop()
    ours, own = (max(entry["start_ns"] for entry in log) - begun) / 1e9 + latency, len(log) * latency / at_once
    yield Result(f"{count:,} keys changed in {put:.1f} s, UFM at 20 ms, four at once", seconds(ours), f"{seconds(own)}: UFM's own time",
                 ours / own, "<= 1.1 x", {"writes": len(log)}, met=ours <= 1.1 * own)


@row("storm")
def storm(programs):
    """200 keys change 100 times each, UFM takes 20 ms; how long a fresh key waits, and what comes after the last change."""
    keys, rounds = range(1, 201), 100
    with site(programs, "--latency", "20") as world:
        world.etcd.put_partitions(keys, 4)
        daemon = world.start(programs.ours, "--poll-interval", "3600")
        daemon.wait_for("UFM Status")
        fresh, last = {}, 0
        for generation in range(1, rounds + 1):
            world.etcd.put_partitions(keys, 4, generation)
            if generation % 10 == 5:
                pkey = 0x5000 + generation
                fresh[pkey] = time.monotonic_ns()
                world.etcd.put(pkey, guids_of(pkey, 4))
        last = time.monotonic_ns()
        quiet(world.ufm)
        log = writes_of(world.ufm.log())
        waits = []
        for pkey, asked in fresh.items():
            mine = [entry["start_ns"] for entry in log if f"0x{pkey:x}" in entry["path"] + entry["body"]]
            waits.append((min(mine) - asked) / 1e9)
        after = [entry for entry in log if entry["start_ns"] > last]
        per_key = len(after) / len(keys)
        daemon.stop()
    yield Result("storm, 200 keys x 100, UFM at 20 ms: a fresh key waits", f"{seconds(statistics.median(waits))}, at most {seconds(max(waits))}",
                 "20 ms: UFM's own time", statistics.median(waits) / 0.02, "<= 50 ms over that", met=statistics.median(waits) <= 0.07)
    yield Result("  writes per key after the last change", f"{per_key:.2f}", "1", per_key, "<= 2",
                 {"writes-per-key-after": per_key, "writes": len(log)}, met=per_key <= 2)


def quiet(ufm, still=3.0, limit=300):
    """Waits until UFM has been asked for nothing for a while."""
    count, since, begun = -1, time.monotonic(), time.monotonic()
    while time.monotonic() - since < still:
        now = len(ufm.log())
        if now != count:
            count, since = now, time.monotonic()
        if time.monotonic() - begun > limit:
            raise SystemExit("bench: UFM is asked without end")
        time.sleep(0.2)


@row("event")
def event(programs):
    """A known partition changes: from the put at etcd to the request at UFM."""
    rounds, pkey = 300, 0x2000
    with site(programs) as world:
        world.etcd.put(pkey, guids_of(pkey, 4))
        daemon = world.start(programs.ours, "--poll-interval", "3600")
        daemon.wait_for("UFM Status")
        ours = latencies(world, pkey, rounds)
        daemon.stop()
        body = writes_of(world.ufm.log())[-1]["body"]
        request = world.write("request", f"PUT /ufmRest/resources/pkeys HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\n"
                              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        watch = json.dumps({"create_request": {"key": encoded(key_of(pkey))}})
        watching = world.write("watch", f"POST /v3/watch HTTP/1.1\r\nHost: x\r\nContent-Length: {len(watch)}\r\n\r\n{watch}")
        relay = subprocess.Popen([programs.tool("relay"), str(world.etcd.port), watching, world.ufm.host.split(":")[1], request],
                                 stdout=subprocess.PIPE)
        relay.stdout.readline()
        world.processes.append(relay)
        plain = latencies(world, pkey, rounds)
    for name, share in (("median", 0.5), ("p99", 0.99)):
        mine, other = percentile(ours, share), percentile(plain, share)
        met = mine - other <= 0.0003 if name == "median" else mine <= 1.3 * other
        yield Result(f"event -> request at UFM, loopback: {name}", f"{mine * 1000:.2f} ms", f"{other * 1000:.2f} ms: a raw relay",
                     mine / other, f"+ 0.3 ms (is + {(mine - other) * 1000:.2f})" if name == "median" else "<= 1.3 x", met=met)


def latencies(world, pkey, rounds):
    known = len(world.ufm.log())
    asked = []
    for generation in range(1, rounds + 1):
        asked.append(time.monotonic_ns())
        world.etcd.put(pkey, guids_of(pkey, 4, generation))
        time.sleep(0.02)
    quiet(world.ufm, 1)
    starts = [entry["start_ns"] for entry in writes_of(world.ufm.log()[known:])]
    found = []
    for index, begun in enumerate(asked):
        until = asked[index + 1] if index + 1 < len(asked) else begun + 10**9
        mine = [start for start in starts if begun <= start < until]
        if mine:
            found.append((min(mine) - begun) / 1e9)
    if len(found) < rounds * 0.9:
        raise SystemExit(f"bench: {len(found)} of {rounds} changes reached UFM before the next one")
    return found


@row("fresh")
def fresh(programs):
    """A fresh key: from the moment at which etcd tells of it to the one at which it tells of the record that says `synced`."""
    rounds, first = 200, 0x3000
    with site(programs) as world:
        daemon = world.start(programs.ours, "--poll-interval", "3600")
        daemon.wait_for("UFM Status")
        keys, records = Watch(world.etcd, PREFIX), Watch(world.etcd, LEDGER)
        known, ours = len(world.ufm.log()), []
        for pkey in range(first, first + rounds):
            world.etcd.put(pkey, guids_of(pkey, 4))
            done = records.wait_for(lambda key, text, name=f"/0x{pkey:x}": key.endswith(name) and '"synced"' in text)
            ours.append((done - keys.wait_for(lambda key, _, name=key_of(pkey): key == name)) / 1e9)
        daemon.stop()
        asked = world.ufm.log()[known:]
        mine = [entry for entry in asked if f"0x{first:x}" in entry["path"] + entry["body"]]
        seen = [(entry["method"], entry["path"]) for entry in mine]
        if len(mine) != 2 or [method for method, _ in seen] != ["POST", "GET"]:
            raise SystemExit(f"bench: a fresh key takes other requests than one that writes and one that reads: {seen}")
        plain = plain_rounds(world, mine, first, rounds)
    middle, other = statistics.median(ours), statistics.median(plain)
    yield Result("fresh key -> partition made, seen and recorded", f"{seconds(middle)}, p99 {seconds(percentile(ours, 0.99))}",
                 f"{seconds(other)}, p99 {seconds(percentile(plain, 0.99))}: the four round trips, by a plain client", middle / other, "<= 1.3 x",
                 {"ufm-requests-per-key": len(asked) / rounds}, met=middle <= 1.3 * other)


def plain_rounds(world, requests, first, rounds):
    """Claim, write, read, record: the same two requests of UFM, and two transactions of etcd that compare and put."""
    etcd = Plain(f"127.0.0.1:{world.etcd.port}")
    ufm = Plain(world.ufm.host, {"Authorization": AUTHORIZATION})
    took, words = [], json.dumps({"key": key_of(first), "revision": 1000, "nonce": "0" * 16, "state": "claimed", "time": "2026-01-31T12:00:00Z"})

    def put(pkey, version):
        key = encoded(f"/plain/{pkey}")
        body = {"compare": [{"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": version}],
                "success": [{"request_put": {"key": key, "value": encoded(words)}}]}
        answer = json.loads(etcd.ask("POST", "/v3/kv/txn", json.dumps(body)))
        if not answer.get("succeeded"):
            raise SystemExit("bench: etcd does not carry out a plain transaction")
        return answer["header"]["revision"]

    # Others than the daemon has made, so that these are made too.
    for pkey in range(first + rounds, first + 2 * rounds):
        other = [[entry[part].replace(f"0x{first:x}", f"0x{pkey:x}") for part in ("method", "path", "body")] for entry in requests]
        begun = time.monotonic_ns()
        version = put(pkey, 0)
        for method, path, body in other:
            ufm.ask(method, path, body or None)
        put(pkey, version)
        took.append((time.monotonic_ns() - begun) / 1e9)
    return took


@row("etcd-list")
def etcd_list(programs):
    """`etcd --list` of 30,000 keys, the whole process."""
    with site(programs) as world:
        world.etcd.put_many((f"{PREFIX}{number:05}", value([number + 1])) for number in range(30_000))
        request = world.write("range", json.dumps({"key": encoded(PREFIX), "range_end": encoded(PREFIX[:-1] + "0")}))
        url = f"http://127.0.0.1:{world.etcd.port}/v3/kv/range"
        ours, plain = alternately(
            7, world.command(programs.ours, "etcd", "--list", "--prefix", PREFIX), ["curl", "-s", "-d", f"@{request}", url])
    yield Result("etcd --list of 30,000 keys, whole process", seconds(ours), f"{seconds(plain)}: curl, in one body", ours / plain, "<= 1.2 x", met=ours <= 1.2 * plain)


@row("etcd-get")
def etcd_get(programs):
    with site(programs) as world:
        world.etcd.put(0x2000, guids_of(0x2000, 4))
        ours, plain = alternately(
            41, world.command(programs.ours, "etcd", "--get", key_of(0x2000)),
            ["etcdctl", f"--endpoints=127.0.0.1:{world.etcd.port}", "get", "--print-value-only", key_of(0x2000)])
    yield Result("etcd --get, whole process", seconds(ours), f"{seconds(plain)}: etcdctl", ours / plain, "<= 0.7 x", met=ours <= 0.7 * plain)


@row("version")
def version(programs):
    ours, plain = alternately(101, [programs.ours, "--version"], [programs.tool("version")])
    yield Result("--version", seconds(ours), f"{seconds(plain)}: a C program", ours / plain, "<= 5 ms", met=ours <= 0.005)


def alternately(rounds, one, other):
    """The medians of the seconds that both commands take, one after the other so that both meet the same machine."""
    times = [(run_measured(one).seconds, run_measured(other).seconds) for _ in range(rounds)]
    return statistics.median(first for first, _ in times), statistics.median(second for _, second in times)


@row("watch")
def watch(programs):
    """`etcd --watch` of 10,000 events: the processors' time of the whole process, beside etcdctl's."""
    count = 10_000

    def spent(world, command, count):
        path = world.write("watched", "")
        with open(path, "w", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        world.processes.append(process)
        time.sleep(1)
        before = processor_of(process)
        world.etcd.put_many((f"{PREFIX}{number:05}", f"{command[0]} {number}") for number in range(count))
        await_lines(path, f"{PREFIX}{count - 1:05}")
        took = processor_of(process) - before
        process.terminate()
        process.wait()
        return took

    with site(programs) as world:
        ours = spent(world, world.command(programs.ours, "etcd", "--watch", "--prefix", PREFIX), count)
        plain = spent(world, ["etcdctl", f"--endpoints=127.0.0.1:{world.etcd.port}", "watch", "--prefix", PREFIX], count)
    yield Result("etcd --watch of 10,000 events: processors", seconds(ours), f"{seconds(plain)}: etcdctl", ours / plain, "<= 1 x", met=ours <= plain)


def await_lines(path, words):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with open(path, encoding="utf-8", errors="replace") as file:
            if words in file.read():
                return
        time.sleep(0.05)
    raise SystemExit(f"bench: nobody saw {words}")


@row("idle")
def idle(programs):
    """1,000 partitions in step and nothing happens."""
    interval, intervals = 5, 4
    with site(programs) as world:
        world.etcd.put_partitions(range(1, 1001), 16)
        world.run(programs.ours, "monitor", "--once")
        daemon = world.start(programs.ours, "--poll-interval", str(interval))
        daemon.wait_for("UFM Status")
        # UFM's mark of the last change spares a list only once it has stood for a minute.
        time.sleep(60 + interval * 1.5)
        before, requests = daemon.cpu_seconds(), len(world.ufm.log())
        time.sleep(interval * intervals)
        share = (daemon.cpu_seconds() - before) / (interval * intervals) * interval / 30
        per_interval = (len(world.ufm.log()) - requests) / intervals
        memory, own = daemon.status("VmRSS"), daemon.status("RssAnon")
        daemon.stop()
    yield Result("idle, 1,000 x 16: CPU, reckoned for 30 s between reads", f"{share * 100:.2f} %", goal="<= 0.05 %", met=share <= 0.0005)
    yield Result("  memory, of it not the program's own text", f"{megabytes(memory)}, {megabytes(own)}", goal="<= 20 MB",
                 counts={"own-megabytes": own / 1e6}, met=memory <= 20e6)
    yield Result("  UFM requests per interval", f"{per_interval:.2f}", "1", per_interval, "1", {"requests-per-interval": per_interval},
                 met=per_interval <= 1.25)


@row("change")
def change(programs):
    """One change in a large fabric beside one in a small one: what it takes of memory, by count, and of the processors."""
    large, small = (spent_on_changes(programs, count, 16) for count in (4000, 40))
    for what, name, one, other, unit in (("asked of memory", "bytes", large[0], small[0], "kB"), ("processors", "", large[1], small[1], "ms")):
        ratio = one / other
        yield Result(f"one change among 4,000 x 16: {what}", f"{one * 1000 if unit == 'ms' else one / 1000:.2f} {unit}",
                     f"{other * 1000 if unit == 'ms' else other / 1000:.2f} {unit}: among 40", ratio, "<= 1.2 x",
                     {"bytes-beside-small": ratio} if name else None, met=ratio <= 1.2)
    made = large[2] / 1000
    yield Result("first sync of 4,000 x 16: asked of memory per partition", f"{made:.0f} kB", counts={"kilobytes-per-partition": made})


def spent_on_changes(programs, count, members, changes=200):
    """Bytes and seconds of the processors that one change takes, and the bytes for each partition that is made before."""
    with site(programs) as world:
        world.etcd.put_partitions(range(1, count + 1), members)
        counted = f"{world.directory}/counted"
        daemon = world.start(programs.ours, "--poll-interval", "3600", "--index0", "none",
                             environment={"LD_PRELOAD": programs.tool("count.so"), "COUNT_FILE": counted})
        daemon.wait_for("UFM Status")
        # It makes them all first: what once had much to hold is to be no dearer for that.
        quiet(world.ufm)
        made = count_of(counted) / count
        spent, last = [], (count_of(counted), daemon.cpu_seconds())
        for generation in range(1, changes + 1):
            world.etcd.put(7, guids_of(7, members, generation))
            time.sleep(0.02)
            if generation % 20 == 0:
                now = count_of(counted), daemon.cpu_seconds()
                spent.append([(mine - before) / 20 for mine, before in zip(now, last)])
                last = now
        daemon.stop()
    # The median of twenty changes each: a list that is read between them is no part of a change.
    return [*(statistics.median(column) for column in zip(*spent)), made]


def count_of(path):
    with open(path, "rb") as file:
        return int.from_bytes(file.read(16)[8:], "little")


def scenario(count, members):
    return {"partitions": {f"0x{pkey:x}": {
        "guids": [f"{guid:016x}" for guid in guids_of(pkey, members)]} for pkey in range(1, count + 1)}}


def start_in_step(programs, count, members, most):
    with site(programs) as world:
        world.ufm.ask("/scenario", "POST", json.dumps(scenario(count, members)))
        world.etcd.put_partitions(range(1, count + 1), members)
        planned = world.run(programs.ours, "plan", "--adopt", "all", "--index0", "none")
        world.run(programs.ours, "monitor", "--once", "--adopt", "all", "--index0", "none")
        known = len(world.ufm.log())
        ours = world.run(programs.ours, "monitor", "--once", "--index0", "none")
        requests = world.ufm.log()[known:]
        body = json.dumps({"key": encoded(PREFIX), "range_end": encoded(PREFIX[:-1] + "0")})
        from_etcd = world.write("from-etcd", f"POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        from_ufm = world.write("from-ufm", f"GET {LIST} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {AUTHORIZATION}\r\n\r\n")
        fetch, ports = programs.tool("fetch"), (str(world.etcd.port), world.ufm.host.split(":")[1])
        plain = run_measured([fetch, ports[0], from_etcd, ports[1], from_ufm])
        # One partition has lost a port.
        plain_writes(world.ufm.host, [("DELETE", f"/ufmRest/resources/pkeys/0x7/guids/{guids_of(7, 1)[0]:016x}", None)], 1)
        known = len(world.ufm.log())
        mended = world.run(programs.ours, "monitor", "--once", "--index0", "none")
        drift = world.ufm.log()[known:]
    what = f"start in step, {count:,} x {members}"
    yield Result(f"{what}: time", seconds(ours.seconds), f"{seconds(plain.seconds)}: fetches both bodies", ours.seconds / plain.seconds,
                 "<= 1.3 x", {"writes": len(writes_of(requests)), "requests": len(requests), "megabytes": ours.memory / 1e6},
                 met=ours.seconds <= 1.3 * plain.seconds)
    yield Result("  processors", seconds(ours.processor), seconds(plain.processor))
    yield Result("  memory", megabytes(ours.memory), goal=f"<= {most} MB", met=ours.memory <= most * 1e6)
    yield Result("  the same as a plan, without a ledger: processors, memory", f"{seconds(planned.processor)}, {megabytes(planned.memory)}",
                 goal=f"<= {most} MB", met=planned.memory <= most * 1e6)
    yield Result("  one partition has drifted: time", seconds(mended.seconds), f"{seconds(ours.seconds)}: nothing has", mended.seconds / ours.seconds,
                 "<= 1.3 x", {"drift-writes": len(writes_of(drift)), "drift-requests": len(drift)}, met=mended.seconds <= 1.3 * ours.seconds)


@row("start-4000")
def start_4000(programs):
    yield from start_in_step(programs, 4000, 64, 60)


@row("start-32766")
def start_32766(programs):
    yield from start_in_step(programs, 32_766, 64, 250)
