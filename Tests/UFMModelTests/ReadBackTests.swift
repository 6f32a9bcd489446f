import Testing
import UFMModel

struct ReadBackTests {
    private static let path = "/resources/pkeys/0x5"

    @Test("Reads lag behind writes by the delay, while writes act on what is")
    func lag() throws {
        var ufm = try ModelHarness { $0.switches.applyDelay = 50 }
        ufm.send("POST", "/resources/pkeys", addA)
        #expect(ufm.send("GET", Self.path).body == "{}")
        #expect(ufm.send("GET", "/resources/pkeys").body == #"["0x7fff"]"#)
        #expect(ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#).status == 400)
        ufm.advance(milliseconds: 49)
        #expect(ufm.send("GET", Self.path).body == "{}")
        ufm.advance(milliseconds: 1)
        #expect(ufm.send("GET", Self.path).body.contains("api_pkey_0x5"))
    }

    @Test("Each of several writes shows when its own delay is over")
    func several() throws {
        var ufm = try ModelHarness { $0.switches.applyDelay = 50 }
        ufm.send("POST", "/resources/pkeys", addA)
        ufm.advance(milliseconds: 30)
        ufm.send("DELETE", Self.path)
        ufm.advance(milliseconds: 30)
        #expect(ufm.send("GET", Self.path).body.contains("api_pkey_0x5"))
        ufm.advance(milliseconds: 30)
        #expect(ufm.send("GET", Self.path).body == "{}")
    }

    @Test("Partitions of user_ext show only where the switch says so, and no request changes them")
    func foreign() throws {
        for visible in [false, true] {
            var ufm = try ModelHarness {
                $0.switches.foreignPkeys = visible ? .visible : .hidden
                $0.foreignPartitions = [.init(key: 0x30, name: "storage", members: [ModelHarness.guidA: .init()])]
            }
            #expect(ufm.send("GET", "/resources/pkeys/0x30").body.contains("storage") == visible)
            #expect(ufm.send("GET", "/resources/pkeys").body.contains("0x30") == visible)
            #expect(ufm.send("DELETE", "/resources/pkeys/0x30").status == 404)
            ufm.send("POST", "/resources/pkeys", #"{"pkey":"0x30","guids":["\#(ModelHarness.b)"]}"#)
            let merged = ufm.send("GET", "/resources/pkeys/0x30?guids_data=true").body
            #expect(merged.contains(ModelHarness.b) && merged.contains(ModelHarness.a) == visible)
        }
    }
}
