import Fabric
import ScriptedUFM
import Testing
import Transport

@testable import UFMClient

@Suite("A list that is too large to be kept")
struct LargeListTests {
    private let head = HTTPResponseHead(status: 200, headers: [])

    private func partition(_ number: Int, _ members: Int, _ more: String = "") -> String {
        let guids = (1...members).map { #"{"guid": "\#($0 + number * 1_000)", "index0": true, "membership": "full"}"# }
        return
            #""0x\#(String(number, radix: 16))": {"guids": [\#(guids.joined(separator: ", "))], "ip_over_ib": true\#(more)}"#
    }

    /// More than ``PartitionListReader/smallSize``.
    private func large(_ last: String) -> String {
        let partitions = (1...800).map { partition($0, 90) } + [last]
        return "{" + partitions.joined(separator: ", ") + "}"
    }

    @Test("No more of it is in memory than a few pieces, whatever it has")
    func memory() throws {
        var reader = PartitionListReader(smallSize: 100_000, step: 10_000)
        var most = 0
        reader.take(Array("{".utf8), of: head)
        for number in 1...1_000 {
            reader.take(Array((partition(number, 20) + (number == 1_000 ? "}" : ", ")).utf8), of: head)
            most = max(most, reader.bytesInMemory)
        }
        let arrival = reader.arrival(head)
        #expect(arrival.partitions?.count == 1_000)
        #expect(most < 130_000 && !arrival.isWhole)
        #expect(arrival.response.body.count < 5_000 && arrival.response.firstByte == UInt8(ascii: "{"))
    }

    @Test("A partition as large as the list is not read from its beginning again with every piece")
    func largePartition() {
        var reader = PartitionListReader(smallSize: 0, step: 1_000)
        let body = Array("{\(partition(5, 20_000))}".utf8)
        for start in stride(from: 0, to: body.count, by: 1_000) {
            reader.take(Array(body[start..<min(start + 1_000, body.count)]), of: head)
        }
        #expect(reader.arrival(head).partitions?.values.first?.members.count == 20_000)
        // Of 1,300 pieces.
        #expect(reader.readings < 30)
    }

    @Test(
        "Read as it arrives it costs one request; where it is not in its usual form it is asked for once more, and decoded whole"
    )
    func unusual() async throws {
        let usual = Scripted(.json(large(partition(0x7fff, 1))))
        #expect(try await usual.client.snapshot().partitions.count == 801)
        #expect(await usual.lines.count == 1)
        // Two spellings of one number are refused by both.
        let doubled = large(partition(0x7fff, 1) + ", " + partition(1, 1).replacing("0x1", with: "0x0001"))
        let refused = Scripted(.json(doubled), .json(doubled))
        await #expect(throws: UFMError.self) { try await refused.client.snapshot() }
        #expect(await refused.lines.count == 2)
        let changed = Scripted(.json(doubled), .json(large(partition(0x7fff, 2))))
        #expect(try await changed.client.snapshot().partitions[.defaultPartition]?.members.count == 2)
    }
}
