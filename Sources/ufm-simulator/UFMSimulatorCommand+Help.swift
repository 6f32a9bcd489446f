import UFMModel
import UFMSimulator

extension UFMSimulatorCommand {
    /// What `--help` says above the options.
    static let discussion = """
        It serves the resources of UFM under three prefixes, as strict as UFM is:

          /ufmRest     basic authentication, or a client certificate
          /ufmRestV2   the cookie of POST /dologin (httpd_username, httpd_password)
          /ufmRestV3   an access token, raw: Authorization: Basic TOKEN

        Tokens come from POST /ufmRest/app/tokens, and go with a multipart form to \
        POST /ufmRest/app/tokens/revoke.

        Its control port, plain HTTP on 127.0.0.1, shows what it holds and makes it \
        misbehave:

          curl CONTROL/table     the partitions as a table; /state is JSON
          curl CONTROL/log       every request with its times, as JSON lines
          curl CONTROL/faults -d '{"kind":"status","status":503,"count":2}'
          curl CONTROL/faults    those that are left; -X DELETE removes them
          curl CONTROL/switches  -X PUT -d '{"missingGet":"notFound"}' sets some
          curl CONTROL/scenario -d @FILE
          curl CONTROL/restart -X POST
          curl CONTROL/failover -d '{"duration":2000,"answer":"refuse"}'
          curl CONTROL/promote -X POST

        A fault's "kind" is status, status-after, answer, delay, hang, cut-before, \
        cut-after, truncate or repeat. "method" and "path" say to what it happens \
        ("path" is how the path begins, with the prefix or behind it), "status", \
        "contentType" and "body" what is answered, "delay" how many milliseconds it \
        takes. It lets "skip" requests pass and begins "after" some milliseconds; it \
        happens "count" times (0: until it is deleted), or "for" some milliseconds.

        A failover takes UFM away for "duration" milliseconds, or until -X DELETE; \
        "answer" is 503, 502 or refuse. Then the same partitions and tokens are back, \
        sessions are gone, and last_updated is null. A standby answers as the switch \
        of that name says, until it is promoted.

        A scenario is a JSON object; each of its members may be left out:

          {
            "profile": "6.19.1", "version": "6.19.1-5", "bugs": ["3816196"],
            "switches": {"missingGet": "notFound", "applyDelay": 50},
            "partitions": {
              "0x4000": {
                "name": "storage", "ip_over_ib": true,
                "guids": [
                  "946dae03005985c8",
                  {"guid": "946dae03005985cc", "membership": "limited", "index0": true}
                ],
                "qos_conf": {"mtu_limit": 4, "service_level": 0, "rate_limit": 200}
              },
              "0x4001": null
            },
            "foreignPartitions": {"0x30": {}},
            "knownPorts": ["946dae03005985c8"], "downPorts": ["946dae03005985c8"],
            "hosts": {"node1": ["946dae03005985c8"]},
            "virtualPorts": {"0000000000000abc": "946dae03005985c8"},
            "users": [{"name": "eve", "password": "…", "role": "Monitoring_Only"}],
            "tokens": ["…"], "certificateUsers": {"daemon.example.org": "admin"},
            "faults": [{"kind": "status", "status": 502, "method": "PUT", "for": 5000}]
          }

        Given while it runs, it puts its partitions in place of those of the same \
        PKey and removes those that are null.

        The last line printed at start is for scripts:

          READY url=… control=… certificate=…

        With --standby-port it goes on with standby=… standby-control=…. SIGINT and \
        SIGTERM end it with status 0.

        Profiles, and what they set:
        \(Profile.summary)

        Bugs, by their numbers in NVIDIA's release notes:
        \(Bug.summary)

        Switches with their values, the default first, and what they decide:
        \(Switches.summary)
        """
}
