import KeyHistory
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("A deletion behind a compaction", .timeLimit(.minutes(20)))
struct HiddenDeletionTests {
    @Test("Who wants every change is told that one may be missing when a deletion was compacted away untold")
    func untold() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                let relay = SeverableTransport()
                defer { relay.shutdown() }
                let severable = try EtcdClient(client.configuration, transport: relay)
                try await client.put("/h/a".bytes, [1])
                let told = Watched<(deletions: Int, puts: Int, lost: Int, end: EtcdError?)>((0, 0, 0, nil))
                let follower = Follower<ContinuousClock>(
                    severable, .prefix("/h/".bytes), from: .now, onCompaction: .fail)
                let task = Task {
                    do throws(EtcdError) {
                        try await follower.run { event in
                            if case .lost = event { told.update { $0.lost += 1 } }
                            guard case .changed(_, let changes) = event else { return }
                            told.update { told in
                                for change in changes {
                                    if change.value == nil { told.deletions += 1 } else { told.puts += 1 }
                                }
                            }
                        }
                    } catch {
                        told.update { $0.end = error }
                    }
                }
                defer { task.cancel() }
                try await eventually("put that is told") {
                    try await client.put("/h/b".bytes, [1])
                    return told.read { $0.puts > 0 }
                }
                let puts = told.read { $0.puts }
                relay.sever()
                _ = await told.wait(timeout: .untilHung) { $0.lost > 0 ? true : nil }
                try await client.delete(.single("/h/a".bytes))
                let revision = try await client.range(.prefix("/h/".bytes)).header.revision
                try await etcd.etcdctl("compaction", "\(revision)")
                relay.mend()
                // What comes after it must not hide it.
                let writer = Task {
                    for number in 0..<40 where !Task.isCancelled {
                        try await client.put("/h/c".bytes, [UInt8(number)])
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
                defer { writer.cancel() }
                let end = await told.wait(timeout: .untilHung) { $0.end != nil || $0.deletions > 0 ? true : nil }
                print("hidden deletion after \(puts) puts: \(told.read { "\($0)" })")
                #expect(end != nil)
                #expect(told.read { $0.end }?.message.contains("may be missing") == true)
            }
        }
    }
}
