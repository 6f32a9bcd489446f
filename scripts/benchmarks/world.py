"""etcd, a simulated UFM, and the program between them: what every row is measured in. Everything ends with its block."""

import base64
import contextlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PREFIX = "/pcocc/global/opensm/pkeys/"
# Where the daemon keeps its records: those of every fabric.
LEDGER = "/surf-ufm-pkeyd/"


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def value(guids):
    """What pcocc writes into a key, in its own notation."""
    return "{'host_guids': [%s], 'vf_guids': []}" % ", ".join("'0x%016x'" % guid for guid in guids)


def guids_of(pkey, count, generation=0):
    return [(1 << 60) | (generation << 44) | (pkey << 16) | (member + 1) for member in range(count)]


class Etcd:
    """A real etcd; its keys are written through the same gateway that everybody uses."""

    def __init__(self, directory, program="etcd"):
        self.port, peer = free_port(), free_port()
        client, other = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        self.process = subprocess.Popen(
            [program, "--data-dir", directory, "--unsafe-no-fsync", "--listen-client-urls", client, "--advertise-client-urls", client,
             "--listen-peer-urls", other, "--initial-advertise-peer-urls", other, "--initial-cluster", f"default={other}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = None
        deadline = time.monotonic() + 60
        while True:
            try:
                self.call("/v3/kv/range", {"key": encoded("x")})
                return
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit("bench: etcd does not start")
                time.sleep(0.05)

    def call(self, path, body):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request("POST", path, json.dumps(body))
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            raise
        if answer.status != 200:
            raise SystemExit(f"bench: etcd answers {answer.status} to {path}: {text[:200]}")
        return json.loads(text)

    def put(self, pkey, guids):
        self.call("/v3/kv/put", {"key": encoded(key_of(pkey)), "value": encoded(value(guids))})

    def put_many(self, pairs):
        """Keys and values, a hundred in one transaction."""
        pairs = list(pairs)
        for first in range(0, len(pairs), 100):
            puts = [{"requestPut": {"key": encoded(key), "value": encoded(text)}} for key, text in pairs[first:first + 100]]
            self.call("/v3/kv/txn", {"success": puts})

    def revision(self):
        return int(self.call("/v3/kv/range", {"key": encoded(PREFIX), "count_only": True})["header"]["revision"])

    def put_partitions(self, pkeys, members, generation=0):
        self.put_many((key_of(pkey), value(guids_of(pkey, members, generation))) for pkey in pkeys)


class Watch:
    """What etcd tells of everything behind a prefix, each with the moment (`time.monotonic_ns`) at which it came."""

    def __init__(self, etcd, prefix):
        self.told, self.news = [], threading.Condition()
        self.connection = http.client.HTTPConnection("127.0.0.1", etcd.port)
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        self.connection.request("POST", "/v3/watch", json.dumps({"create_request": {"key": encoded(prefix), "range_end": encoded(end)}}))
        self.answer = self.connection.getresponse()
        self.answer.readline()
        threading.Thread(target=self.hear, daemon=True).start()

    def hear(self):
        # etcd ends with its site, and the stream with etcd.
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            while line := self.answer.readline():
                now = time.monotonic_ns()
                events = json.loads(line).get("result", {}).get("events", [])
                with self.news:
                    self.told += [(now, decoded(event["kv"]["key"]), decoded(event["kv"].get("value", ""))) for event in events]
                    self.news.notify_all()

    def wait_for(self, matches, seconds=30):
        """When the first of those came that match, by key and value."""
        with self.news:
            found = self.news.wait_for(lambda: [now for now, key, value_ in self.told if matches(key, value_)], seconds)
        if not found:
            raise SystemExit("bench: etcd does not tell what was waited for")
        return found[0]


def decoded(text):
    return base64.b64decode(text).decode()


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def key_of(pkey):
    return f"{PREFIX}0x{pkey:x}"


class UFM:
    """The simulator, over plain HTTP, with its log of requests."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            found = re.match(r"READY url=http://(\S+) control=http://(\S+)", line)
            if found:
                self.host, self.control = found.group(1), found.group(2)
                return
        raise SystemExit("bench: the simulator does not start")

    def ask(self, path, method="GET", body=None):
        connection = http.client.HTTPConnection(self.control, timeout=120)
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"bench: the simulator answers {answer.status} to {path}: {text[:200]}")
        return text

    def log(self):
        return [json.loads(line) for line in self.ask("/log").splitlines()]


class Site:
    """One etcd and one UFM, and a directory of configuration that names them."""

    def __init__(self, programs, *simulator_options):
        self.programs = programs
        self.directory = tempfile.mkdtemp(prefix="bench.")
        self.processes = []
        self.etcd = Etcd(f"{self.directory}/etcd")
        self.processes.append(self.etcd.process)
        self.ufm = UFM(programs.simulator, *simulator_options)
        self.processes.append(self.ufm.process)
        self.write("batch.yaml", f"settings:\n  etcd-servers: [127.0.0.1]\n  etcd-client-port: {self.etcd.port}\n"
                                 "  etcd-protocol: http\n  etcd-auth-type: none\n")
        self.write("ufm.yaml", f"settings:\n  ufm-host: ['{self.ufm.host}']\n  ufm-user: admin\n  http: true\n"
                               "  managed-range: 0x1-0x7ffe\n  delete-guard: off\n")
        self.write("ufm-password", "123456\n", 0o600)

    def write(self, name, text, mode=0o644):
        path = f"{self.directory}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def command(self, program, *words):
        return [program, words[0], "--config-dir", self.directory, *words[1:]]

    def run(self, program, *words, output=subprocess.DEVNULL):
        """Runs the program to its end, and says what that took."""
        peak = self.write("peak", "")
        spent = run_measured([self.programs.tool("peak"), peak, *self.command(program, *words)], output)
        with open(peak, encoding="utf-8") as file:
            spent.memory = int(file.read()) * 1024
        return spent

    def start(self, program, *words, environment=None):
        daemon = Daemon(self.command(program, "monitor", *words), f"{self.directory}/log.{len(self.processes)}", environment)
        self.processes.append(daemon.process)
        return daemon

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


@contextlib.contextmanager
def site(programs, *simulator_options):
    made = Site(programs, *simulator_options)
    try:
        yield made
    finally:
        made.close()


class Daemon:
    def __init__(self, command, log, environment=None):
        self.log = log
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env={**os.environ, **(environment or {})})

    def wait_for(self, words, seconds=300):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with open(self.log, encoding="utf-8") as file:
                text = file.read()
            if words in text:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise SystemExit(f"bench: the daemon did not say: {words}\n{text[-2000:]}")

    def status(self, line):
        """A line of proc(5)'s status, in bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            for text in file:
                if text.startswith(line + ":"):
                    return int(text.split()[1]) * 1024
        raise SystemExit(f"bench: no {line} of the daemon")

    def cpu_seconds(self):
        return processor_of(self.process)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def processor_of(process):
    """The seconds of processors that a process has taken so far."""
    # sched's own count is in nanoseconds, stat's in hundredths of a second, and only of the first thread where it stands alone.
    total = 0
    for thread in os.listdir(f"/proc/{process.pid}/task"):
        with open(f"/proc/{process.pid}/task/{thread}/schedstat", encoding="utf-8") as file:
            total += int(file.read().split()[0])
    return total / 1e9


class Spent:
    """What a whole process took: seconds, seconds of processors, and the most memory that it had, in bytes, where that was looked at."""

    def __init__(self, seconds, usage):
        self.seconds, self.processor, self.memory = seconds, usage.ru_utime + usage.ru_stime, None


def run_measured(command, output=subprocess.DEVNULL):
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)} ended with {process.returncode}: {errors.decode()[-500:]}")
    return Spent(seconds, usage)
