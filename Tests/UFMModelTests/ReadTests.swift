import Testing
import UFMModel

struct ReadTests {
    @Test("The list is an array of pkeys without flags and a dictionary with one")
    func list() throws {
        var ufm = try ModelHarness.withTwoMembers()
        #expect(ufm.send("GET", "/resources/pkeys").body == #"["0x5","0x7fff"]"#)
        let management = #""index0":false,"ip_over_ib":true,"membership":"limited","partition":"management""#
        let members =
            #"{"guid":"\#(ModelHarness.a)","index0":true,"membership":"full"},"#
            + #"{"guid":"\#(ModelHarness.b)","index0":false,"membership":"limited"}"#
        let expected =
            #"{"0x5":{"guids":[\#(members)],"ip_over_ib":true,"partition":"api_pkey_0x5"},"#
            + #""0x7fff":{"guids":[],\#(management)}}"#
        #expect(ufm.send("GET", "/resources/pkeys?guids_data=true").body == expected)
        #expect(ufm.send("GET", "/resources/pkeys/?guids_data=True").body == expected)
        let qos = #""qos_conf":{"mtu_limit":2,"rate_limit":2.5,"service_level":0}"#
        #expect(
            ufm.send("GET", "/resources/pkeys?qos_conf=true").body
                == #"{"0x5":{"ip_over_ib":true,"partition":"api_pkey_0x5",\#(qos)},"#
                + #""0x7fff":{"ip_over_ib":true,"partition":"management",\#(qos)}}"#)
    }

    @Test("The default partition shows flags of its own since 6.19 only")
    func managementFlags() throws {
        var old = try ModelHarness { $0.version = "6.18.0-5" }
        #expect(
            old.send("GET", "/resources/pkeys/0x7fff?guids_data=true").body
                == #"{"guids":[],"ip_over_ib":true,"partition":"management"}"#)
    }

    @Test("One partition is a flat object and takes both flags")
    func one() throws {
        var ufm = try ModelHarness()
        ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5","rate_limit":200,"mtu_limit":4,"ip_over_ib":false}"#)
        #expect(ufm.send("GET", "/resources/pkeys/0x0005").body == #"{"ip_over_ib":false,"partition":"api_pkey_0x5"}"#)
        #expect(
            ufm.send("GET", "/resources/pkeys/0x5?guids_data=true&qos_conf=true").body
                == #"{"guids":[],"ip_over_ib":false,"partition":"api_pkey_0x5","#
                + #""qos_conf":{"mtu_limit":4,"rate_limit":200,"service_level":0}}"#)
    }

    @Test("Port details come with the members when asked for")
    func portInfo() throws {
        var ufm = try ModelHarness.withTwoMembers { $0.knownPorts = [ModelHarness.guidA] }
        let body = ufm.send("GET", "/resources/pkeys/0x5?guids_data=true&port_info=true").body
        for name in ["port_type", "ip", "port_number", "dname", "hostname", "node_description"] {
            #expect(body.contains("\"\(name)\":"))
        }
        #expect(body.contains("host-\(ModelHarness.a)") && body.contains("\"hostname\":\"Unknown\""))
        #expect(!ufm.send("GET", "/resources/pkeys/0x5?port_info=true").body.contains("hostname"))
    }

    @Test("A missing partition is an empty object and a pkey out of range is an error")
    func missing() throws {
        var ufm = try ModelHarness()
        let response = ufm.send("GET", "/resources/pkeys/0x5?guids_data=true")
        #expect(response.status == 200 && response.contentType == "application/json" && response.body == "{}")
        for pkey in ["0x0", "0x8005", "5", "zero"] {
            #expect(ufm.send("GET", "/resources/pkeys/\(pkey)").status == 400)
        }
    }

    @Test("The time of the last change is null until something changes, and again after a restart")
    func lastUpdated() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let path = "/resources/pkeys/last_updated"
        #expect(ufm.send("GET", path).body == #"{"last_updated":null}"#)
        ufm.send("DELETE", "/resources/pkeys/0x6")
        ufm.send("DELETE", "/resources/pkeys/0x5/guids/\(ModelHarness.c)")
        #expect(ufm.send("GET", path).body == #"{"last_updated":null}"#)
        ufm.send("DELETE", "/resources/pkeys/0x5")
        #expect(ufm.send("GET", path).body == #"{"last_updated":"2024-10-27 08:09:16"}"#)
        ufm.model.restart()
        #expect(ufm.send("GET", path).body == #"{"last_updated":null}"#)
    }
}
