"""What the program is compared to: the least that anybody could write to do the same. Nothing here is part of the product."""

import base64
import http.client
import threading

AUTHORIZATION = "Basic " + base64.b64encode(b"admin:123456").decode()
LIST = "/ufmRest/resources/pkeys?guids_data=true"


class Plain:
    """One connection that is kept, and requests over it one after the other."""

    def __init__(self, host, headers=None):
        self.connection = http.client.HTTPConnection(host, timeout=60)
        self.headers = {"Content-Type": "application/json", **(headers or {})}

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"bench: {answer.status} is the answer to {method} {path}: {text[:200]}")
        return text


def plain_writes(host, requests, threads):
    """Sends these (method, path, body) by so many plain threads, each over a connection that it keeps."""
    waiting, lock, refused = list(reversed(requests)), threading.Lock(), []

    def work():
        connection = http.client.HTTPConnection(host, timeout=60)
        while True:
            with lock:
                if not waiting:
                    return
                method, path, body = waiting.pop()
            connection.request(method, path, body, {"Authorization": AUTHORIZATION, "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                refused.append((answer.status, path))

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if refused:
        raise SystemExit(f"bench: UFM answers {refused[0][0]} to {refused[0][1]}")
