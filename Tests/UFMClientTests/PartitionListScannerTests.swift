import Fabric
import JSONText
import TestSupport
import Testing
import Transport

@testable import UFMClient

@Suite("A list by its bytes")
struct PartitionListScannerTests {
    /// What the general decoder makes of it; nil where it refuses.
    private func decoded(_ body: [UInt8]) -> [PartitionNumber: Partition]? {
        guard let list = try? JSONText.decode(PartitionListAnswer.self, from: body) else { return nil }
        var all: [PartitionNumber: Partition] = [:]
        for (key, body) in list.bodies {
            guard let number = try? PartitionNumber(reported: key), let partition = try? body.partition(number),
                all.updateValue(partition, forKey: number) == nil
            else { return nil }
        }
        return all
    }

    private func scanned(_ text: String) -> [PartitionNumber: Partition]? {
        PartitionListScanner.partitions(in: Array(text.utf8))
    }

    @Test(
        "As UFM writes it, with spaces or without, it is read; so are partitions that need the decoder, each by itself")
    func read() throws {
        let usual =
            #""0x5": {"guids": [{"guid": "0002c903000e0b72", "index0": true, "membership": "limited"}, {"guid":"0xA"}], "#
            + #""ip_over_ib": true, "partition": "api_pkey_0x5"}"#
        let (number, port) = (try PartitionNumber(parsing: "0x5"), try #require(GUID(0x0002_c903_000e_0b72)))
        for (others, count) in [
            ("", 1), (#", "0x7fff": {"ip_over_ib": true}"#, 2), (#", "site_name": "siteA""#, 1),
            (#", "0x6": {"guids": [], "partition": "Tür\n", "qos_conf": null}"#, 2),
            (#", "0x6": {"guids": [{"guid": "00:02:c9:03:00:0e:0b:73"}], "sharp": [{"}": "]"}]}"#, 2),
        ] {
            for text in [
                "{\(usual)\(others)}", "{\(usual)\(others)}".replacing(", ", with: ","), "{\(usual)\(others)}\n",
            ] {
                let found = try #require(scanned(text), "\(text)")
                #expect(found.count == count && found[number]?.members[port]?.membership == .limited, "\(text)")
                #expect(found == decoded(Array(text.utf8)), "\(text)")
                #expect(found[number]?.tellsIndex0 == false && found[number]?.tellsIPOverIB == true)
            }
        }
    }

    @Test(
        "What is to be refused is left to the decoder",
        arguments: [
            #"{"0x5": {"guids": []}, "0x0005": {"guids": []}}"#, #"{"0x5": {"guids": [], "guids": []}}"#,
            #"{"0x5": {"guids": [{"guid": "1", "guid": "2"}]}}"#, #"{"0x5": {"guids": [{"guid": "0"}]}}"#,
            #"{"0x5": {"guids": [{"guid": "1", "index0": true, "index0": true}]}}"#, #"{"0x5": {"partition": "a"}}"#,
            #"{"0x5": {"guids": []},}"#, #"{"0x5": {"guids": []}} x"#,
            #"{"0x5": {"guids": []}"#, #"{"0x5": {"guids": [{"guid": "1", "membership": "part"}]}}"#, #"{}"#,
            #"{"0x5": {"guids": [{"membership": "full"}]}}"#, #"{"five": {"guids": []}}"#, #"["0x5"]"#, "",
            #"{"site_name": "a", "0x5": {"guids": []}, "site_name": "b"}"#, #"{"0x5": {"guids": [], "a": 1, "a": 2}}"#,
        ])
    func left(text: String) {
        #expect(scanned(text) == nil)
    }

    @Test("Whatever befalls a list, what is read by its bytes is what the decoder reads")
    func equal() {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        var (both, alone) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = Array(list(&random).utf8)
            for _ in 0..<Int.random(in: 0...1, using: &random) { bytes.damage(with: "{}[]\",:\\0 \n\u{0}", &random) }
            let all = PartitionListScanner.partitions(in: bytes)
            #expect(arrived(bytes, &random) == all, "\(seed): \(String(decoding: bytes, as: UTF8.self))")
            guard let found = all else {
                alone += 1
                continue
            }
            both += 1
            #expect(found == decoded(bytes), "\(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(both > 3_000 && alone > 3_000, "\(both) and \(alone), \(seed)")
    }

    /// What is read of it as it arrives, in pieces of whatever length, and let go of at once.
    private func arrived(_ body: [UInt8], _ random: inout SeededGenerator) -> [PartitionNumber: Partition]? {
        var reader = PartitionListReader(smallSize: 0, step: Int.random(in: 0...40, using: &random))
        let head = HTTPResponseHead(status: 200, headers: [])
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...60, using: &random))
            rest = rest.dropFirst(piece.count)
            reader.take(Array(piece), of: head)
        }
        return reader.arrival(head).partitions
    }

    // MARK: Generated ones

    private func list(_ random: inout SeededGenerator) -> String {
        let space = [" ", "", "\n  "].randomElement(using: &random) ?? ""
        let partitions = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            let key =
                ["0x5", "0x0006", "0x7fff", "0x8007", "0xa", "0x1b", "0x2", "7"].randomElement(using: &random) ?? ""
            return "\"\(key)\":\(space)\(partition(&random, space))"
        }
        let site = Int.random(in: 0..<6, using: &random) == 0 ? ["\"site_name\":\(space)\"a\""] : []
        return "{" + (site + partitions).joined(separator: ",\(space)") + "}"
    }

    private func partition(_ random: inout SeededGenerator, _ space: String) -> String {
        var fields: [String] = []
        if Int.random(in: 0..<12, using: &random) > 0 {
            // As a rule they differ in their GUIDs and in nothing else.
            let (usual, isUsual) = (member(&random, space, "%"), Bool.random(using: &random))
            let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                isUsual && Int.random(in: 0..<8, using: &random) > 0
                    ? usual.replacing("%", with: guid(&random)) : member(&random, space, guid(&random))
            }
            fields.append("\"guids\":\(space)[\(members.joined(separator: ",\(space)"))]")
        }
        let others = [
            "\"ip_over_ib\":\(space)true", "\"partition\":\(space)\"api_pkey_0x5\"", "\"partition\":\"T\\u00fcr\"",
            "\"ip_over_ib\":null", "\"pkey\":\"0x5\"", "\"qos_conf\":{\"mtu_limit\":2}", "\"partition\":\"ü\"",
        ]
        fields += (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
            // Mostly as UFM writes it.
            Int.random(in: 0..<6, using: &random) > 0
                ? others.prefix(2).randomElement(using: &random) : others.randomElement(using: &random)
        }
        return "{" + fields.shuffled(using: &random).joined(separator: ",\(space)") + "}"
    }

    private func guid(_ random: inout SeededGenerator) -> String {
        let odd = [
            "0x0002c903000e0b72", "a", "0002C903000E0B72", "0", "00:02:c9:03:00:0e:0b:72", "00000002c903000e0b72", "g",
            "0x02c903000e0b72", "0000000000000000",
        ]
        return Int.random(in: 0..<9, using: &random) > 0
            ? "0002c903000e0b7\(Int.random(in: 0...9, using: &random))" : odd.randomElement(using: &random) ?? ""
    }

    private func member(_ random: inout SeededGenerator, _ space: String, _ guid: String) -> String {
        var fields = ["\"guid\":\(space)\"\(guid)\""]
        if Bool.random(using: &random) { fields.append("\"index0\":\(space)\(Bool.random(using: &random))") }
        if Bool.random(using: &random) {
            let words = ["full", "limited", "full", "limited", "Full", "both"]
            fields.append("\"membership\":\(space)\"\(words.randomElement(using: &random) ?? "")\"")
        }
        return "{" + fields.shuffled(using: &random).joined(separator: ",\(space)") + "}"
    }
}
