import Testing
import UFMModel

struct TopologyTests {
    private static func ufm() throws -> ModelHarness {
        try ModelHarness {
            $0.hosts = ["h1": [ModelHarness.guidA, ModelHarness.guidB]]
            $0.knownPorts = [ModelHarness.guidC]
            $0.virtualPorts = [0xabc: ModelHarness.guidA]
            $0.downPorts = [ModelHarness.guidB]
        }
    }

    @Test("Ports are told with their hosts and states, and only hosts have any")
    func ports() throws {
        var ufm = try Self.ufm()
        let body = ufm.send("GET", "/resources/ports?sys_type=Computer").body
        #expect(body == ufm.send("GET", "/resources/ports").body)
        let first =
            #"{"guid":"\#(ModelHarness.a)","name":"\#(ModelHarness.a)_1","systemID":"\#(ModelHarness.a)","#
            + #""system_name":"h1","dname":"HCA-1/1","description":"Computer IB Port","physical_state":"Link Up","#
            + #""logical_state":"Active","number":1,"lid":2}"#
        #expect(body.contains(first))
        #expect(body.contains(#""dname":"HCA-1/2","description":"Computer IB Port","physical_state":"Polling""#))
        #expect(body.contains(#""system_name":"host-\#(ModelHarness.c)""#))
        #expect(ufm.send("GET", "/resources/ports?sys_type=Switch").body == "[]")
    }

    @Test("Virtual ports are told with the port they belong to")
    func virtualPorts() throws {
        var ufm = try Self.ufm()
        let body = ufm.send("GET", "/resources/vports").body
        #expect(body.hasPrefix(#"[{"virtual_port_guid":"0000000000000abc","virtual_port_state":"Active","port_guid":"#))
        #expect(body.contains(#""port_guid":"\#(ModelHarness.a)""#) && body.contains(#""system_name":"h1""#))
    }

    @Test("Systems are told with their ports")
    func systems() throws {
        var ufm = try Self.ufm()
        let body = ufm.send("GET", "/resources/systems").body
        #expect(body.contains(#""system_name":"h1""#))
        #expect(body.contains(#""ports":["\#(ModelHarness.a)_1","\#(ModelHarness.b)_1"]"#))
        #expect(ufm.send("DELETE", "/resources/systems").status == 405)
    }

    @Test("Virtual ports and those of hosts are known where unknown ones are refused")
    func known() throws {
        var ufm = try Self.ufm()
        ufm.model.switches.unknownGuid = .notFound
        for (guid, status) in [
            ("0000000000000abc", 200), (ModelHarness.b, 200), (ModelHarness.c, 200), ("0000000000000abd", 404),
        ] {
            #expect(ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(guid)"]}"#).status == status)
        }
        let body = ufm.send("GET", "/resources/pkeys/0x5?guids_data=true&port_info=true").body
        #expect(body.contains(#""hostname":"h1","ip":"0.0.0.0","node_description":"h1 HCA-1","port_type":"Virtual""#))
        #expect(body.contains(#""port_number":2"#))
    }

    @Test("UFM tells the subnet manager's keys and its own settings")
    func settings() throws {
        var ufm = try Self.ufm()
        #expect(
            ufm.send("GET", "/app/smconf").body
                == #"{"subnet_prefix":"0xfe80000000000000","m_key":"0x0000000000000000","#
                + #""sm_key":"0x0000000000000001","sa_key":"0x0000000000000001","m_key_per_port":false}"#)
        #expect(
            ufm.send("GET", "/app/ufm_config").body
                == #"{"ha_mode":"Disabled","ha_standby_node":[],"disabled_features":[]}"#)
    }

    @Test("The old list of all partitions has the same shape as the new one")
    func allPKeys() throws {
        var ufm = try Self.ufm()
        ufm.send("POST", "/resources/pkeys", addA)
        #expect(
            ufm.send("GET", "/actions/get_all_pkeys?guids_data=true").body
                == ufm.send("GET", "/resources/pkeys?guids_data=true").body)
    }

    @Test("No more ports are shown than asked for")
    func maxPorts() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let body = ufm.send("GET", "/resources/pkeys/0x5?guids_data=true&max_ports=1").body
        #expect(!body.contains(ModelHarness.a) || !body.contains(ModelHarness.b))
        #expect(ufm.send("GET", "/resources/pkeys/0x5?guids_data=true&max_ports=0").body.contains(#""guids":[]"#))
    }

    @Test("SHARP is reserved and released, and shown where asked for")
    func sharp() throws {
        var ufm = try ModelHarness.withTwoMembers()
        let path = "/resources/pkeys/0x5/sharp-reservation"
        #expect(ufm.send("PUT", path, #"{"action":"enable"}"#).changedState)
        #expect(ufm.send("GET", "/resources/pkeys/0x5?sharp_state=true").body.hasSuffix(#","sharp_enabled":true}"#))
        #expect(ufm.send("PUT", path, #"{"action":"disable"}"#).status == 200)
        #expect(ufm.send("GET", "/resources/pkeys/0x5?sharp_state=true").body.hasSuffix(#","sharp_enabled":false}"#))
        #expect(ufm.send("PUT", path, #"{"action":"burn"}"#).status == 400)
        #expect(ufm.send("PUT", "/resources/pkeys/0x6/sharp-reservation", #"{"action":"enable"}"#).status == 404)
    }
}
