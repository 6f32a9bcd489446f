import Testing
import UFMModel

struct JobTests {
    private static let add = #"{"pkey":"0x5","hosts_names":"h1,h2","membership":"limited","ip_over_ib":false}"#
    private static let hosts = "/resources/pkeys/hosts"

    private static func ufm(_ change: (inout UFM.Configuration) -> Void = { _ in }) throws -> ModelHarness {
        try ModelHarness {
            $0.hosts = ["h1": [ModelHarness.guidA, ModelHarness.guidB], "h2": [ModelHarness.guidC]]
            change(&$0)
        }
    }

    private static func job(_ status: String, _ progress: Int, second: Int) -> String {
        #"{"ID":"1","Status":"\#(status)","Progress":\#(progress),"Description":"Add hosts to PKey 0x5","#
            + #""Created":"2024-10-27 08:09:16","LastUpdated":"2024-10-27 08:09:\#(second)","Summary":"","#
            + #""RelatedObjects":"h1,h2","CreatedBy":"admin","Operation":"Add hosts to PKey","Foreground":true,"#
            + #""SiteName":null}"#
    }

    @Test("Hosts join as a job: the answer comes first, all their ports later")
    func add() throws {
        var ufm = try Self.ufm { $0.switches.jobDelay = 1000 }
        let response = ufm.send("POST", Self.hosts, Self.add)
        #expect(response.status == 200 && response.body == #"{"id":"1","status":"Running"}"# && !response.changedState)
        #expect(ufm.members(5) == nil)
        #expect(ufm.send("GET", "/jobs").body == "[\(Self.job("Running", 0, second: 16))]")
        ufm.advance(milliseconds: 999)
        ufm.model.advance(to: ufm.now)
        #expect(ufm.members(5) == nil)
        ufm.advance(milliseconds: 1)
        ufm.model.advance(to: ufm.now)
        #expect(ufm.members(5)?.count == 3 && ufm.members(5)?[ModelHarness.guidA] == .init(.limited))
        #expect(ufm.model.partitions[5]?.ipOverIB == false && ufm.model.lastUpdated == ufm.now)
        #expect(ufm.send("GET", "/jobs/1").body == "[\(Self.job("Completed", 100, second: 17))]")
        #expect(ufm.send("GET", "/jobs/1/info?type=full_json").body == Self.job("Completed", 100, second: 17))
    }

    @Test("The job may be told by its place alone, below the prefix that was asked")
    func location() throws {
        var ufm = try Self.ufm {
            $0.switches.hostsReply = .accepted
            $0.tokens = ["abc"]
        }
        let response = ufm.ask("POST", "/ufmRestV3" + Self.hosts, authorization: "Basic abc", body: Self.add)
        #expect(response.status == 202 && response.body.isEmpty)
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["Location: /ufmRestV3/jobs/1"])
    }

    @Test("Hosts leave as a job, and the partition goes with its last member")
    func remove() throws {
        var ufm = try Self.ufm { $0.switches.jobDelay = 0 }
        ufm.send("POST", Self.hosts, Self.add)
        ufm.send("DELETE", "/resources/pkeys/0x5/hosts/h1")
        ufm.model.advance(to: ufm.now)
        #expect(ufm.members(5)?.count == 1)
        ufm.send("DELETE", "/resources/pkeys/0x5/hosts/h2")
        ufm.model.advance(to: ufm.now)
        #expect(ufm.members(5) == nil)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/hosts/h1").status == 404)
    }

    @Test(
        "A call that makes no sense is refused at once",
        arguments: [
            (#"{"pkey":"0x5","hosts_names":["h1"]}"#, 400), (#"{"pkey":"0x5"}"#, 400),
            (#"{"pkey":"0x5","hosts_names":""}"#, 400), (#"{"pkey":"0x5","hosts_names":"h3"}"#, 404),
            (#"{"pkey":"0x7fff","hosts_names":"h1"}"#, 400), (#"{"pkey":"0x5","hosts_names":"h1","guids":[]}"#, 400),
        ])
    func refused(body: String, status: Int) throws {
        var ufm = try Self.ufm()
        #expect(ufm.send("POST", Self.hosts, body).status == status)
        #expect(ufm.send("GET", "/jobs").body == "[]")
    }

    @Test("A job that was aborted or deleted does not act")
    func abort() throws {
        for (method, path) in [("POST", "/jobs/abortall"), ("DELETE", "/jobs/1")] {
            var ufm = try Self.ufm()
            ufm.send("POST", Self.hosts, Self.add)
            #expect(ufm.send(method, path).status == 200)
            ufm.advance(milliseconds: 1000)
            #expect(ufm.send("GET", "/jobs?status=Completed").body == "[]")
            #expect(ufm.members(5) == nil)
        }
    }

    @Test("Jobs are found by id and by status, and an unknown one is an empty list")
    func filters() throws {
        var ufm = try Self.ufm()
        for _ in 1...3 { ufm.send("POST", Self.hosts, Self.add) }
        func count(_ path: String) -> Int {
            ufm.send("GET", path).body.components(of: #""ID":"#)
        }
        #expect(count("/jobs") == 3 && count("/jobs/1,3") == 2 && count("/jobs?status=Running") == 3)
        #expect(count("/jobs?status=Completed") == 0 && count("/jobs?object_ids=2") == 1)
        #expect(ufm.send("GET", "/jobs/9").body == "[]" && ufm.send("GET", "/jobs/9/info").status == 404)
    }
}

extension String {
    /// How often a part occurs.
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
