import Testing
import UFMModel

struct ProfileTests {
    private static func ufm(_ profile: Profile) throws -> ModelHarness {
        try ModelHarness { configuration in
            #expect(throws: Never.self) { try configuration.apply(profile) }
        }
    }

    @Test("The default is the profile of 6.22.1")
    func standard() throws {
        var configuration = UFM.Configuration()
        try configuration.apply(.ufm6221)
        #expect(configuration.version == UFM.Configuration().version)
        #expect(configuration.switches == Switches() && configuration.bugs.isEmpty)
    }

    @Test("A profile takes back what another one set", arguments: Profile.allCases)
    func replaces(profile: Profile) throws {
        var once = UFM.Configuration()
        try once.apply(profile)
        var twice = UFM.Configuration()
        try twice.apply(profile == .strict ? .ufm6151 : .strict)
        try twice.apply(profile)
        #expect(once.switches == twice.switches && once.bugs == twice.bugs && once.version == twice.version)
        #expect(Profile.summary.contains("\(profile.rawValue): UFM \(once.version)"))
    }

    @Test(
        "A release has what came with it, and refuses what came later",
        arguments: [
            (Profile.ufm612, 404, 400, true), (.ufm6151, 200, 400, true), (.ufm6191, 200, 400, false),
            (.ufm6221, 200, 200, false),
        ])
    func gates(profile: Profile, add: Int, name: Int, isShort: Bool) throws {
        var ufm = try Self.ufm(profile)
        #expect(ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x6"}"#).status == add)
        let named = ufm.send(
            "POST", "/resources/pkeys", #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"],"partition_name":"x"}"#)
        #expect(named.status == name && named.body.contains("additionalProperties") == (name == 400))
        let version = ufm.send("GET", "/app/ufm_version").body
        #expect((version.utf8.count < 40) == isShort)
        let list = ufm.send("GET", "/resources/pkeys?guids_data=true").body
        #expect(list.contains(#""membership":"limited","partition":"management""#) == !isShort)
    }

    @Test("Before 6.18.0 no POST adds a GUID to an empty partition, and PUT does")
    func emptyRefusesMembers() throws {
        var ufm = try Self.ufm(.ufm6151)
        ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#)
        #expect(ufm.send("POST", "/resources/pkeys", addA).status == 500)
        #expect(ufm.members(5) == [:])
        #expect(ufm.send("PUT", "/resources/pkeys", addA).status == 200)
        #expect(ufm.members(5)?.count == 1)
    }

    @Test("In 6.15.1-4 an empty partition breaks the subnet manager's file for as long as it is there")
    func emptyBreaksFile() throws {
        var ufm = try Self.ufm(.ufm6151)
        #expect(!ufm.model.isFileBroken)
        ufm.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#)
        #expect(ufm.model.isFileBroken)
        ufm.send("PUT", "/resources/pkeys", addA)
        #expect(!ufm.model.isFileBroken)
        var healthy = try Self.ufm(.ufm6221)
        healthy.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#)
        #expect(!healthy.model.isFileBroken)
    }

    @Test("With 3816196 the POST that creates a partition leaves it empty, and the next one fills it")
    func postCreatesEmpty() throws {
        var ufm = try ModelHarness { $0.bugs = [.postCreatesEmpty] }
        #expect(ufm.send("POST", "/resources/pkeys", addA).status == 200)
        #expect(ufm.members(5) == [:])
        #expect(ufm.send("POST", "/resources/pkeys", addA).status == 200)
        #expect(ufm.members(5)?.count == 1)
    }
}
