import Testing
import UFMModel

struct SwitchTests {
    private static let add = #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"index0":true}"#

    private static func ufm(_ settings: String...) throws -> ModelHarness {
        try ModelHarness.withTwoMembers { configuration in
            for setting in settings {
                let parts = setting.split(separator: "=").map { String($0) }
                #expect(throws: Never.self) { try configuration.switches.set(parts[0], to: parts[1]) }
            }
        }
    }

    @Test(
        "One request is answered by its switch",
        arguments: [
            ("missingGet=notFound", "GET", "/resources/pkeys/0x6", "", 404),
            ("dupCreate=409", "POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#, 409),
            ("createStatus=201", "POST", "/resources/pkeys/add", #"{"pkey":"0x6"}"#, 201),
            ("postMissing=404", "POST", "/resources/pkeys", add, 404),
            ("unknownGuid=404", "POST", "/resources/pkeys", add, 404),
            ("unknownGuid=500", "PUT", "/resources/pkeys", add, 500),
            (
                "removeNonMember=404", "DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a),\(ModelHarness.c)", "",
                404
            ),
            ("removeMissingPkey=200", "DELETE", "/resources/pkeys/0x6/guids/\(ModelHarness.a)", "", 200),
            ("bothFlagsOnList=500", "GET", "/resources/pkeys?guids_data=true&qos_conf=true", "", 500),
            ("secondIndex0=400", "POST", "/resources/pkeys", add, 400),
            ("maxGuids=1", "DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a),\(ModelHarness.b)", "", 400),
            ("maxUrl=60", "GET", "/resources/pkeys?guids_data=true&port_info=true", "", 414),
            ("schemaError=500", "POST", "/resources/pkeys", #"{"pkey":"0x6","colour":1}"#, 500),
        ])
    func status(setting: String, method: String, path: String, body: String, status: Int) throws {
        var ufm = try Self.ufm(setting)
        #expect(ufm.send(method, path, body).status == status)
        #expect(ufm.members(5)?.count == 2)
    }

    @Test("A known GUID passes where unknown ones are refused")
    func knownPorts() throws {
        var ufm = try ModelHarness { configuration in
            configuration.knownPorts = [ModelHarness.guidA]
            configuration.switches.unknownGuid = .notFound
        }
        #expect(ufm.send("POST", "/resources/pkeys", Self.add).status == 200)
    }

    @Test("A GUID that has index 0 in the same partition is no conflict")
    func sameIndex0() throws {
        var ufm = try Self.ufm("secondIndex0=400")
        let body = #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"],"index0":true}"#
        #expect(ufm.send("POST", "/resources/pkeys", body).status == 200)
    }

    @Test("An empty partition vanishes at once")
    func vanish() throws {
        var ufm = try Self.ufm("emptyPkey=vanish", "putEmpty=empty")
        let response = ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x6"}"#)
        #expect(response.status == 200 && !response.changedState)
        #expect(ufm.members(6) == nil)
        #expect(ufm.send("PUT", "/resources/pkeys", #"{"pkey":"0x5","guids":[]}"#).changedState)
        #expect(ufm.members(5) == nil)
    }

    @Test("PUT of no GUIDs empties or deletes the partition")
    func putEmpty() throws {
        let body = #"{"pkey":"0x5","guids":[]}"#
        var emptying = try Self.ufm("putEmpty=empty")
        #expect(emptying.send("PUT", "/resources/pkeys", body).status == 200)
        #expect(emptying.members(5) == [:])
        var deleting = try Self.ufm("putEmpty=delete")
        #expect(deleting.send("PUT", "/resources/pkeys", body).status == 200)
        #expect(deleting.members(5) == nil)
        #expect(!deleting.send("PUT", "/resources/pkeys", body).changedState)
    }

    @Test("The list with both flags may lose one of its halves")
    func bothFlags() throws {
        let path = "/resources/pkeys?guids_data=true&qos_conf=true"
        var dropsQoS = try Self.ufm("bothFlagsOnList=dropQos")
        let members = dropsQoS.send("GET", path).body
        #expect(members == dropsQoS.send("GET", "/resources/pkeys?guids_data=true").body)
        var dropsGUIDs = try Self.ufm("bothFlagsOnList=dropGuids")
        let qos = dropsGUIDs.send("GET", path).body
        #expect(qos == dropsGUIDs.send("GET", "/resources/pkeys?qos_conf=true").body)
    }

    @Test("The plain list may be a dictionary")
    func plainList() throws {
        var ufm = try Self.ufm("plainList=dict")
        #expect(
            ufm.send("GET", "/resources/pkeys").body
                == #"{"0x5":{"ip_over_ib":true,"partition":"api_pkey_0x5"},"#
                + #""0x7fff":{"ip_over_ib":true,"partition":"management"}}"#)
    }

    @Test("POST may heed memberships")
    func postMemberships() throws {
        var ufm = try Self.ufm("postMemberships=honour")
        let body =
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)","\#(ModelHarness.b)"],"memberships":["limited","full"]}"#
        ufm.send("POST", "/resources/pkeys", body)
        #expect(ufm.members(6) == [ModelHarness.guidA: .init(.limited), ModelHarness.guidB: .init(.full)])
    }

    @Test("Wrong credentials may get the login page with status 200")
    func loginPage() throws {
        var ufm = try Self.ufm("badAuth=loginPage")
        let request = SimulatedRequest(method: "DELETE", target: "/ufmRest/resources/pkeys/0x5")
        let response = ufm.model.answer(request, at: ufm.now)
        #expect(response.status == 200 && response.contentType.hasPrefix("text/html"))
        #expect(response.body.contains("httpd_password") && ufm.members(5) != nil)
    }

    @Test("Wrong credentials may be sent on to the login page")
    func redirect() throws {
        var ufm = try Self.ufm("badAuth=302")
        let request = SimulatedRequest(method: "GET", target: "/ufmRest/resources/pkeys")
        let response = ufm.model.answer(request, at: ufm.now)
        #expect(response.status == 302 && response.contentType.hasPrefix("text/html"))
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["Location: /ufm_web/login"])
    }

    @Test("A write may answer with nothing or with text")
    func writeReply() throws {
        var silent = try Self.ufm("writeReply=nothing")
        #expect(silent.send("DELETE", "/resources/pkeys/0x5").body.isEmpty)
        var chatty = try Self.ufm("writeReply=text")
        #expect(chatty.send("DELETE", "/resources/pkeys/0x5").body == "OK")
    }

    @Test("Quality of service may wait for a restart")
    func qosNeedsRestart() throws {
        var ufm = try Self.ufm("qosNeedsRestart=true")
        ufm.send(
            "PUT", "/resources/pkeys/qos_conf", #"{"pkey":"0x5","mtu_limit":4,"service_level":0,"rate_limit":2.5}"#)
        #expect(ufm.send("GET", "/resources/pkeys/0x5?qos_conf=true").body.contains(#""mtu_limit":2"#))
        ufm.model.restart()
        #expect(ufm.send("GET", "/resources/pkeys/0x5?qos_conf=true").body.contains(#""mtu_limit":4"#))
    }

    @Test(
        "The time of the last change comes in several forms",
        arguments: [
            ("microseconds", "2024-10-27 08:09:16.123456"), ("epoch", "1730016556"),
        ])
    func lastUpdatedFormat(form: String, text: String) throws {
        var ufm = try Self.ufm("lastUpdatedFormat=\(form)")
        ufm.send("DELETE", "/resources/pkeys/0x5")
        #expect(ufm.send("GET", "/resources/pkeys/last_updated").body == #"{"last_updated":"\#(text)"}"#)
    }

    @Test("Replies may name their site beside what was asked for")
    func siteName() throws {
        var ufm = try Self.ufm("siteName=true")
        for path in ["/app/ufm_version", "/resources/pkeys/0x5", "/resources/pkeys?guids_data=true"] {
            #expect(ufm.send("GET", path).body.contains(#""site_name":"ufm-simulator""#))
        }
    }

    @Test("The summary has a line for each switch, which says what it decides and fits a terminal")
    func summary() {
        let lines = Switches.summary.split(separator: "\n")
        #expect(lines.count == Switches.choices.count)
        for line in lines { #expect(line.count <= 80 && !line.hasSuffix(": "), "\(line)") }
    }

    @Test("Every switch takes each of its values by name, tells it again, and the first is the default")
    func names() throws {
        for (name, values) in Switches.conformanceValues {
            #expect(values.count > 1 && Set(values).count == values.count, "\(name)")
            for value in values {
                var switches = Switches()
                try switches.set(name, to: value)
                #expect((switches == Switches()) == (value == values.first), "\(name)=\(value)")
                #expect(switches.values.first { $0.name == name }?.value == value)
            }
        }
        #expect(Switches().values.map(\.name) == Switches.choices.map(\.name))
    }

    @Test(
        "A switch or value that does not exist is an error that names what there is",
        arguments: [
            ("nonsense", "1", "missingGet, "), ("dupCreate", "500", "400, 409"), ("maxGuids", "0", "none, NUMBER"),
            ("qosNeedsRestart", "yes", "false, true"), ("tableSize", "1", "128, NUMBER"),
            ("applyDelay", "-1", "0, NUMBER"),
        ])
    func badSwitch(name: String, value: String, hint: String) {
        var switches = Switches()
        let error = #expect(throws: UFMModelError.self) { try switches.set(name, to: value) }
        #expect(error?.description.contains(hint) == true)
    }
}
