import Testing
import UFMModel

struct WriteTests {
    @Test("POST creates a missing partition and answers 200 with an empty object")
    func postCreates() throws {
        var ufm = try ModelHarness()
        let response = ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x2fb","guids":["\#(ModelHarness.a)"]}"#)
        #expect(response.status == 200 && response.body == "{}" && response.changedState)
        let partition = try #require(ufm.model.partitions[0x2fb])
        #expect(partition.name == "api_pkey_0x2fb" && partition.ipOverIB)
        #expect(partition.members == [ModelHarness.guidA: .init(.full)])
    }

    @Test("POST adds to the members and overwrites the flags of those it names and of the partition")
    func postAdds() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let body =
            #"{"pkey":"0x5","guids":["\#(ModelHarness.b)","\#(ModelHarness.c)"],"index0":true,"ip_over_ib":false}"#
        #expect(ufm.send("POST", "/resources/pkeys", body).changedState)
        #expect(
            ufm.members(5) == [
                ModelHarness.guidA: .init(.full, index0: true), ModelHarness.guidB: .init(.full, index0: true),
                ModelHarness.guidC: .init(.full, index0: true),
            ])
        #expect(ufm.model.partitions[5]?.ipOverIB == false)
        let again = ufm.send("POST", "/resources/pkeys", body)
        #expect(again.status == 200 && !again.changedState)
    }

    @Test("POST makes everyone full whatever memberships says")
    func postIgnoresMemberships() throws {
        var ufm = try ModelHarness()
        let guids = #"["\#(ModelHarness.a)","\#(ModelHarness.b)"]"#
        let body = #"{"pkey":"0x5","guids":\#(guids),"memberships":["limited","full"]}"#
        #expect(ufm.send("POST", "/resources/pkeys", body).status == 200)
        #expect(ufm.members(5)?.values.map(\.membership) == [.full, .full])
        ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":\#(guids),"membership":"limited"}"#)
        #expect(ufm.members(5)?.values.map(\.membership) == [.limited, .limited])
    }

    @Test("PUT replaces members and flags, heeds memberships and keeps the name")
    func putReplaces() throws {
        var ufm = try ModelHarness.withTwoMembers()
        ufm.send(
            "PUT", "/resources/pkeys/qos_conf", #"{"pkey":"0x5","mtu_limit":4,"service_level":3,"rate_limit":100}"#)
        let body =
            #"{"pkey":"0x5","guids":["\#(ModelHarness.a)","\#(ModelHarness.c)"],"memberships":["limited","full"],"#
            + #""service_level":7}"#
        #expect(ufm.send("PUT", "/resources/pkeys/", body).changedState)
        #expect(
            ufm.members(5) == [ModelHarness.guidA: .init(.limited), ModelHarness.guidC: .init(.full)])
        let partition = try #require(ufm.model.partitions[5])
        #expect(partition.ipOverIB && partition.name == "api_pkey_0x5")
        #expect(partition.qos.mtuLimit == 4 && partition.qos.serviceLevel == 7 && partition.qos.rateLimit == 100)
        #expect(!ufm.send("PUT", "/resources/pkeys/", body).changedState)
    }

    @Test("PUT creates a missing partition and refuses an empty list of GUIDs")
    func putCreates() throws {
        var ufm = try ModelHarness()
        #expect(ufm.send("PUT", "/resources/pkeys", #"{"pkey":"0x5","guids":[]}"#).status == 400)
        #expect(ufm.send("PUT", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"]}"#).status == 200)
        #expect(ufm.members(5)?.count == 1)
        #expect(ufm.send("PUT", "/resources/pkeys", #"{"pkey":"0x5","guids":[]}"#).status == 400)
        #expect(ufm.members(5)?.count == 1)
    }

    @Test("A partition made empty stays until it was populated and emptied")
    func addEmpty() throws {
        var ufm = try ModelHarness()
        #expect(ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x0005"}"#).status == 200)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a)").status == 200)
        #expect(ufm.members(5) == [:])
        ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"]}"#)
        ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a)")
        #expect(ufm.members(5) == nil)
    }

    @Test("Making a partition that exists is refused and leaves it as it was")
    func duplicateAdd() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let response = ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5","ip_over_ib":false}"#)
        #expect(response.status == 400 && response.body.contains("exist"))
        #expect(ufm.members(5)?.count == 2 && ufm.model.partitions[5]?.ipOverIB == true)
    }

    @Test("Removal takes members out, ignores strangers, and takes the partition with its last member")
    func remove() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let stranger = ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.c)")
        #expect(stranger.status == 200 && !stranger.changedState)
        #expect(
            ufm.send("DELETE", "/resources/pkeys/0x0005/guids/0x\(ModelHarness.a)%2C\(ModelHarness.c)").changedState)
        #expect(ufm.members(5)?.keys.sorted() == [ModelHarness.guidB])
        let body = #"{"pkey":"0x5","guids":["\#(ModelHarness.b)"]}"#
        #expect(ufm.send("POST", "/actions/remove_guids_from_pkey", body).changedState)
        #expect(ufm.members(5) == nil)
        #expect(ufm.send("POST", "/actions/remove_guids_from_pkey", body).status == 404)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a)").status == 404)
    }

    @Test("A partition that comes back after its last member left has the defaults of the request")
    func comesBack() throws {
        var ufm = try ModelHarness()
        ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5","partition_name":"mine","ip_over_ib":false}"#)
        let body = #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"]}"#
        ufm.send("POST", "/resources/pkeys", body)
        #expect(ufm.model.partitions[5]?.name == "mine")
        ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a)")
        ufm.send("POST", "/resources/pkeys", body)
        #expect(ufm.model.partitions[5] == .init(key: 5, members: [ModelHarness.guidA: .init()]))
    }

    @Test("Deletion takes a populated partition and is 404 for a missing one")
    func delete() throws {
        var ufm = try ModelHarness.withTwoMembers()
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/").status == 200)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5").status == 404)
        #expect(Array(ufm.model.partitions.keys) == [0x7fff])
    }

    @Test("The old addition takes a default membership")
    func oldAdd() throws {
        var ufm = try ModelHarness()
        let body = #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"],"default_membership":"limited"}"#
        #expect(ufm.send("POST", "/actions/add_guids_to_pkey", body).status == 200)
        #expect(ufm.members(5) == [ModelHarness.guidA: .init(.limited)])
    }

    @Test("Quality of service needs all its values and a partition that is there")
    func qos() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let path = "/resources/pkeys/qos_conf"
        #expect(ufm.send("PUT", path, #"{"pkey":"0x5","mtu_limit":4,"service_level":0}"#).status == 400)
        #expect(
            ufm.send("PUT", path, #"{"pkey":"0x6","mtu_limit":4,"service_level":0,"rate_limit":2.5}"#).status == 404)
        #expect(ufm.send("PUT", path, #"{"pkey":"0x5","mtu_limit":4,"service_level":0,"rate_limit":2.5}"#).changedState)
        #expect(ufm.send("GET", "/resources/pkeys/0x5?qos_conf=true").body.contains(#""mtu_limit":4"#))
    }

    @Test("POST and removal of no GUIDs at all are refused")
    func noGUIDs() throws {
        var ufm = try ModelHarness.withTwoMembers()
        #expect(ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":[]}"#).status == 400)
        #expect(ufm.send("POST", "/actions/remove_guids_from_pkey", #"{"pkey":"0x5","guids":[]}"#).status == 400)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/guids/").status == 404)
    }
}
