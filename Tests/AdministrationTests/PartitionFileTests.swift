import Fabric
import Files
import Planning
import TestSupport
import Testing

@testable import Administration

@Suite("A file of partitions")
struct PartitionFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory("partitions")
    }

    private func read(_ text: String) throws -> PartitionFile {
        try PartitionFile.read(try directory.write(text, to: "file"))
    }

    private func file(_ partitions: String) -> String {
        "{format: surf-ufm-pkeyd partitions, version: 1, partitions: [\(partitions)]}"
    }

    private func flaw(_ text: String) throws -> String? {
        let path = try directory.write(text, to: "file")
        let error = #expect(throws: FileError.self) { try PartitionFile.read(path) }
        return error.map { String($0.description.dropFirst(path.count)) }
    }

    @Test(
        "What is written is read again, whatever its partitions are; the same state is the same bytes",
        arguments: Seed.several(8))
    func roundTrip(seed: Seed) throws {
        var generator = SeededGenerator(seed)
        let numbers = Set((0..<40).map { _ in UInt16.random(in: 1...0x7ffe, using: &generator) })
        let goals = try numbers.map { number in
            let members = try (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                Member(
                    guid: try #require(GUID(UInt64.random(in: 1 ... .max, using: &generator))),
                    membership: Bool.random(using: &generator) ? .full : .limited,
                    index0: Bool.random(using: &generator))
            }
            let name = Bool.random(using: &generator) ? "naïve \"name\" \(number)" : nil
            let partition = Partition(
                number: PartitionNumber(lowBitsOf: number), name: name, ipOverIB: Bool.random(using: &generator),
                members: members)
            return try #require(PartitionGoal(partition))
        }
        let text = try PartitionFile(goals).json()
        let again = try read(text)
        #expect(again.partitions == goals.sorted { $0.pkey < $1.pkey })
        #expect(try PartitionFile(again.partitions.shuffled(using: &generator)).json() == text)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    @Test("The first flaw is an error with its line and column, and nothing is read")
    func flaws() throws {
        let member = "{guid: '0000000000000001', membership: full, index0: true}"
        let good = "{pkey: '0x5', ip_over_ib: false, guids: [\(member)]}"
        #expect(try read(file(good)).partitions.count == 1)
        for (text, words) in [
            ("", "there is nothing in it"), ("[", "expected"),
            ("{format: other, version: 1, partitions: []}", "format:"),
            ("{format: surf-ufm-pkeyd partitions, version: 2, partitions: []}", "version:"),
            (file("\(good), \(good)"), "0x5 is in the file twice"),
            (file(good.replacing("0x5", with: "0x7fff")), "reserved"),
            (file(good.replacing("false", with: "'false'")), "ip_over_ib: expected true or false"),
            (file(good.replacing("full", with: "half")), "membership: expected full or limited, found 'half'"),
            (file(good.replacing(member, with: "\(member), \(member)")), "is in 0x5 twice"),
            (file(good.replacing("guids", with: "hosts")), "'hosts' is no field of a partition"),
        ] {
            let found = try #require(try flaw(text))
            #expect(found.contains(words), "\(text)")
            #expect(found.wholeMatch(of: /:\d+:\d+: .+/) != nil, "\(found)")
        }
    }

    @Test("A file that is not there, or is no file, is an error that names it")
    func missing() throws {
        let path = directory.file("none")
        let error = #expect(throws: FileError.self) { try PartitionFile.read(path) }
        #expect(error?.description == "\(path): is not there")
        #expect(throws: FileError.self) { try PartitionFile.read(directory.path) }
    }
}
