import TestSupport
import UFMModel
import UFMSimulator

/// The UFM of the site, looked at from inside.
extension Site {
    /// A partition as the simulator holds it; nil when it is not there.
    func partition(_ number: UInt16) -> Partition? { ufm.partitions[number] }

    /// Waits until a partition has exactly these members; until it is not there for nil.
    func waitForMembers(_ guids: Set<UInt64>?, of number: UInt16, timeout: Duration = .untilHung) async throws {
        let text = guids.map { "\($0.count) members of" } ?? "the end of"
        try await ufm.waitFor("\(text) 0x\(String(number, radix: 16))", timeout: timeout) { state in
            state.partitions[number].map { Set($0.members.keys) } == guids
        }
    }

    /// Waits until UFM has exactly these partitions besides `management`, each with exactly these members.
    func waitForPartitions(_ wanted: [UInt16: Set<UInt64>], timeout: Duration = .untilHung) async throws {
        try await ufm.waitFor("exactly \(wanted.count) partitions", timeout: timeout) { state in
            state.partitions.filter { $0.key != 0x7fff }.mapValues { Set($0.members.keys) } == wanted
        }
    }
}
