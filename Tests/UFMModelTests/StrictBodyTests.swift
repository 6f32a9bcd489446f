import Testing
import UFMModel

struct StrictBodyTests {
    @Test(
        "A body that breaks the schema is refused with 400 and changes nothing",
        arguments: [
            "", "nonsense", "[]", "null", "{}", #"{"pkey":"0x6"}"#, #"{"guids":["\#(ModelHarness.a)"]}"#,
            #"{"pkey":6,"guids":["\#(ModelHarness.a)"]}"#, #"{"pkey":"0x6","guids":"\#(ModelHarness.a)"}"#,
            #"{"pkey":"0x6","guids":[1]}"#, #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"index0":"true"}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"index0":1}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"ip_over_ib":null}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"membership":["full"]}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"membership":"both"}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"memberships":"full"}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"memberships":["Full"]}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"memberships":["full","full"]}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"membership":"full","memberships":["full"]}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"partition_name":""}"#,
            #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"partition_name":7}"#,
        ])
    func refused(body: String) throws {
        for method in ["POST", "PUT"] {
            var ufm = try ModelHarness()
            let response = ufm.send(method, "/resources/pkeys", body)
            #expect(response.status == 400)
            #expect(!response.changedState)
            #expect(ufm.members(6) == nil)
        }
    }

    @Test(
        "An unknown field is refused in the words of a JSON schema",
        arguments: [
            ("POST", "/resources/pkeys", #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"comment":"x"}"#),
            ("POST", "/resources/pkeys", #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"mtu_limit":2}"#),
            ("PUT", "/resources/pkeys", #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"hosts_names":"h"}"#),
            ("POST", "/resources/pkeys/add", #"{"pkey":"0x6","guids":[]}"#),
            ("PUT", "/resources/pkeys/qos_conf", #"{"pkey":"0x6","index0":true}"#),
            (
                "POST", "/actions/add_guids_to_pkey",
                #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"membership":"full"}"#
            ),
            (
                "POST", "/actions/remove_guids_from_pkey",
                #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"index0":true}"#
            ),
        ])
    func unknownField(method: String, path: String, body: String) throws {
        var ufm = try ModelHarness()
        let response = ufm.send(method, path, body)
        #expect(response.status == 400)
        #expect(response.body.contains("additionalProperties"))
    }

    @Test("A name for the partition is an unknown field before 6.22")
    func partitionNameIsNew() throws {
        let body = #"{"pkey":"0x6","guids":["\#(ModelHarness.a)"],"partition_name":"mine"}"#
        var new = try ModelHarness()
        #expect(new.send("POST", "/resources/pkeys", body).status == 200)
        #expect(new.model.partitions[6]?.name == "mine")
        var old = try ModelHarness { $0.version = "6.21.2-1" }
        #expect(old.send("POST", "/resources/pkeys", body).body.contains("additionalProperties"))
        #expect(old.send("POST", "/resources/pkeys/add", #"{"pkey":"0x6","partition_name":"mine"}"#).status == 400)
    }

    @Test(
        "A pkey outside 0x1 to 0x7ffe is never written",
        arguments: [
            "0x0", "0x7fff", "0x8001", "0xffff", "0x10000", "6", "0x", "0xg", "0x-6", "0x+6", "", "0X6",
        ])
    func pkeyRange(pkey: String) throws {
        var ufm = try ModelHarness()
        let before = ufm.model.partitions
        let guids = #""guids":["\#(ModelHarness.a)"]"#
        #expect(ufm.send("POST", "/resources/pkeys", #"{"pkey":"\#(pkey)",\#(guids)}"#).status == 400)
        #expect(ufm.send("PUT", "/resources/pkeys", #"{"pkey":"\#(pkey)",\#(guids)}"#).status == 400)
        #expect(ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"\#(pkey)"}"#).status == 400)
        if !pkey.isEmpty {
            #expect(ufm.send("DELETE", "/resources/pkeys/\(pkey)").status == 400)
            #expect(ufm.send("DELETE", "/resources/pkeys/\(pkey)/guids/\(ModelHarness.a)").status == 400)
        }
        #expect(ufm.model.partitions == before)
    }

    @Test("Any spelling of a pkey names the same partition", arguments: ["0xab", "0x00AB", "0x0000Ab"])
    func pkeySpellings(pkey: String) throws {
        var ufm = try ModelHarness()
        #expect(
            ufm.send("POST", "/resources/pkeys/", #"{"pkey":"\#(pkey)","guids":["\#(ModelHarness.a)"]}"#).status == 200)
        #expect(ufm.send("GET", "/resources/pkeys").body == #"["0xab","0x7fff"]"#)
        #expect(ufm.send("GET", "/resources/pkeys/\(pkey)").body.contains("api_pkey_0xab"))
    }

    @Test(
        "A GUID that is zero, too short, too long or not hexadecimal is refused",
        arguments: [
            "0000000000000000", "0x0000000000000000", "946dae03005985c", "946dae0300598", "0x946dae030059",
            "0x946dae03005985c8aaa", "0946dae03005985c8a", "946dae03005985cg", "94:6d:ae:03:00:59", "",
            "-46dae03005985c8",
        ])
    func badGUID(guid: String) throws {
        var ufm = try ModelHarness.withTwoMembers()
        #expect(ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(guid)"]}"#).status == 400)
        #expect(ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.a),\(guid)").status == 400)
        #expect(ufm.members(5)?.count == 2)
    }

    @Test(
        "A GUID of 16 to 20 characters is taken in any spelling and listed in one",
        arguments: [
            "946dae03005985c8", "0x946dae03005985c8", "946DAE03005985C8", "0000946dae03005985c8",
        ])
    func guidSpellings(guid: String) throws {
        var ufm = try ModelHarness()
        #expect(ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(guid)"]}"#).status == 200)
        #expect(ufm.send("GET", "/resources/pkeys/0x5?guids_data=true").body.contains(#""guid":"946dae03005985c8""#))
    }

    @Test(
        "Quality of service outside UFM's lists is refused",
        arguments: [
            #""mtu_limit":3"#, #""mtu_limit":2.5"#, #""mtu_limit":"2""#, #""service_level":16"#, #""service_level":-1"#,
            #""rate_limit":3"#, #""rate_limit":true"#,
        ])
    func qosRange(field: String) throws {
        var ufm = try ModelHarness()
        #expect(ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5",\#(field)}"#).status == 400)
    }
}
