import Testing
import UFMModel

struct PKeyTableTests {
    /// A UFM whose ports hold two partitions beside the default one.
    private static func ufm(_ full: Switches.TableFull = .silent) throws -> ModelHarness {
        try ModelHarness {
            $0.switches.tableSize = 3
            $0.switches.tableFull = full
        }
    }

    private static func body(_ key: String, _ guids: String...) -> String {
        #"{"pkey":"\#(key)","guids":[\#(guids.map { "\"\($0)\"" }.joined(separator: ","))]}"#
    }

    @Test("A partition beyond the table is recorded and shown, and the answer's record says who has no room")
    func silent() throws {
        var ufm = try Self.ufm()
        for key in ["0x1", "0x2"] {
            #expect(ufm.send("POST", "/resources/pkeys", Self.body(key, ModelHarness.a)).overflowed.isEmpty)
        }
        for method in ["POST", "PUT"] {
            let response = ufm.send(method, "/resources/pkeys", Self.body("0x3", ModelHarness.a, ModelHarness.b))
            #expect(response.status == 200 && response.overflowed == [ModelHarness.guidA])
        }
        #expect(ufm.send("GET", "/resources/pkeys/0x3?guids_data=true").body.contains(ModelHarness.a))
        #expect(ufm.model.overflow == [ModelHarness.guidA: [3]])
    }

    @Test(
        "A partition that leaves makes room for the one that waits",
        arguments: [
            ("DELETE", "/resources/pkeys/0x1", ""), ("DELETE", "/resources/pkeys/0x2/guids/\(ModelHarness.a)", ""),
            ("PUT", "/resources/pkeys", body("0x1", ModelHarness.b)),
            ("POST", "/actions/remove_guids_from_pkey", body("0x1", ModelHarness.a)),
        ])
    func room(method: String, path: String, body: String) throws {
        var ufm = try Self.ufm()
        for key in ["0x1", "0x2", "0x3"] {
            ufm.send("POST", "/resources/pkeys", Self.body(key, ModelHarness.a))
        }
        #expect(ufm.model.overflow == [ModelHarness.guidA: [3]])
        #expect(ufm.send(method, path, body).changedState)
        #expect(ufm.model.overflow.isEmpty)
    }

    @Test("A full table may refuse a new partition, and never one that it holds")
    func refused() throws {
        var ufm = try Self.ufm(.badRequest)
        for key in ["0x1", "0x2"] {
            ufm.send("POST", "/resources/pkeys", Self.body(key, ModelHarness.a))
        }
        let response = ufm.send("POST", "/resources/pkeys", Self.body("0x3", ModelHarness.b, ModelHarness.a))
        #expect(response.status == 400 && response.body.contains(ModelHarness.a) && ufm.members(3) == nil)
        #expect(ufm.send("PUT", "/resources/pkeys", Self.body("0x2", ModelHarness.a)).status == 200)
    }

    @Test("Partitions from user_ext and those made by hand take entries too")
    func others() throws {
        var ufm = try ModelHarness {
            $0.switches.tableSize = 3
            $0.foreignPartitions = [.init(key: 0x30, members: [ModelHarness.guidA: .init()])]
        }
        ufm.model.edit(at: ufm.now) { partitions in
            for key: UInt16 in [1, 2] {
                partitions[key] = .init(key: key, members: [ModelHarness.guidA: .init()])
            }
        }
        #expect(ufm.model.overflow.map { $0.value.count } == [1])
    }
}
