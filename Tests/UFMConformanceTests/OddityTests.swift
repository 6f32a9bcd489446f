import Administration
import Fabric
import Planning
import Testing
import UFMClient
import UFMModel

/// UFMs unlike any that is on record: what they do is done right, or refused in words that name what is odd.
@Suite("UFM's oddities", .timeLimit(.minutes(20)))
struct OddityTests {
    /// What cannot be done with a UFM of such a setting, and the words that say why.
    struct Oddity: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String
        let words: String

        var testDescription: String { "\(name)=\(value)" }
    }

    /// Settings of which no list can be read; all that needs none is done.
    static let unlistable = [
        Oddity(name: "listShape", value: "names", words: "a list of names, without "),
        Oddity(name: "listShape", value: "objects", words: "an array, where an object with a key for each PKey is due"),
        Oddity(name: "listShape", value: "wrapped", words: "the list is wrapped in an object, as 'pkeys'"),
        Oddity(name: "listShape", value: "withoutGuids", words: "has no list of GUIDs"),
        Oddity(name: "pkeyForm", value: "bare", words: "is no PKey: it is written without 0x"),
    ]

    static func oddity(of setting: SwitchPairTests.Setting) -> Oddity? {
        unlistable.first { $0.name == setting.name && $0.value == setting.value }
    }

    private func bench(_ settings: [String: String], version: String = "6.22.1-3", hosts: [String] = ["ufm1"]) throws
        -> Bench
    {
        var switches = Switches()
        for (name, value) in settings { try switches.set(name, to: value) }
        return try Bench(switches: switches, version: version, hosts: hosts)
    }

    private let some = [Bench.member(1), Bench.member(2, .limited)]

    @Test("A list of another shape is refused, and the words say which", arguments: unlistable)
    func lists(oddity: Oddity) async throws {
        var bench = try bench([oddity.name: oddity.value])
        await bench.prepare(some)
        let error = await #expect(throws: UFMError.self) { try await bench.client.snapshot() }
        #expect(error?.description.contains(oddity.words) == true, "\(error?.description ?? "")")
        // One partition is read and written all the same.
        #expect(try await bench.client.partition(bench.key.number)?.members.count == 2)
        #expect(await bench.perform(.delete) == nil)
        #expect(bench.violations.isEmpty, "\(bench.violations)")
    }

    @Test("A PUT that UFM does not take is made of a removal and additions", arguments: Switches.PutMembers.allCases)
    func put(value: Switches.PutMembers) async throws {
        for missing in Switches.PostMissing.allCases {
            var bench = try bench(["putMembers": value.rawValue, "postMissing": missing.rawValue])
            for step in [
                Step.replace(some), .replace([Bench.member(2), Bench.member(3)]), .add([Bench.member(4)]), .delete,
            ] {
                let error = await bench.perform(step)
                #expect(error == nil, "\(step.name): \(error?.description ?? "")")
            }
            #expect(bench.violations.isEmpty, "\(bench.violations)")
            #expect(bench.transport.requestCount < 40)
        }
    }

    @Test("A deletion that is 404 or 405, of a partition that a read shows, is made of the removal of all members")
    func deletion() async throws {
        for value in Switches.DeletePkey.allCases {
            var bench = try bench(["deletePkey": value.rawValue])
            await bench.prepare(some)
            #expect(try await PartitionEditor(bench.client).delete(bench.key))
            #expect(bench.actual == nil)
            #expect(try await !PartitionEditor(bench.client).delete(bench.key))
        }
    }

    @Test("A partition without members that cannot be deleted is an error, which says what UFM says")
    func emptyDeletion() async throws {
        for (value, words) in [
            ("404", "UFM contradicts itself: it says 404 to the deletion of 0x67, and shows it to a read"),
            ("405", "UFM has no such call (status 405)"),
        ] {
            var bench = try bench(["deletePkey": value])
            await bench.perform(.create)
            let error = await #expect(throws: UFMError.self) {
                try await PartitionEditor(bench.client).delete(bench.key)
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test(
        "A path that needs a slash is found, and its 404 is never taken for absence",
        arguments: Switches.ReadSlash.allCases)
    func slash(value: Switches.ReadSlash) async throws {
        for hides in ["false", "true"] {
            var bench = try bench(["readSlash": value.rawValue, "hidesVersion": hides])
            await bench.prepare(some)
            #expect(try await bench.client.partition(bench.key.number)?.members.count == 2)
            #expect(try await bench.client.snapshot().partitions[bench.key.number]?.members.count == 2)
            #expect(try await bench.client.partition(PartitionNumber(lowBitsOf: 0x123)) == nil)
            #expect(bench.violations.isEmpty, "\(bench.violations)")
        }
    }

    @Test("A 404 to the read of one partition that the list has is a contradiction")
    func hiddenPartition() async throws {
        var bench = try bench([:])
        await bench.prepare(some)
        bench.transport.inject(.init(fault: .status(404), method: "GET", path: "/ufmRest/resources/pkeys/0x"))
        let error = await #expect(throws: UFMError.self) { try await bench.client.partition(bench.key.number) }
        #expect(error?.description.contains("it lists 0x67, and says 404 to a read of it alone") == true)
        #expect(try await bench.client.partition(PartitionNumber(lowBitsOf: 0x123)) == nil)
    }

    @Test("Two hosts without a version are told apart by the default partition")
    func noVersion() async throws {
        for slash in Switches.ReadSlash.allCases {
            var bench = try bench(["hidesVersion": "true", "readSlash": slash.rawValue], hosts: ["ufm1", "ufm2"])
            for step in [Step.add(some), .replace([Bench.member(5)]), .delete] {
                let error = await bench.perform(step)
                #expect(error == nil, "\(step.name): \(error?.description ?? "")")
            }
            #expect(bench.violations.isEmpty, "\(bench.violations)")
        }
    }

    @Test("Names are read in every spelling", arguments: Switches.PkeyForm.allCases, Switches.GuidForm.allCases)
    func spellings(pkeys: Switches.PkeyForm, guids: Switches.GuidForm) async throws {
        var bench = try bench(["pkeyForm": pkeys.rawValue, "guidForm": guids.rawValue])
        await bench.prepare(some)
        #expect(try await bench.client.partition(bench.key.number)?.members == bench.members)
        if pkeys != .bare {
            #expect(try await bench.client.snapshot().partitions[bench.key.number]?.members == bench.members)
        }
    }
}
