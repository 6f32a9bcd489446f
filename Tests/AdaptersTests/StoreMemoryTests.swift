import Adapters
import Files
import KeyHistory
import Reconciler
import TestSupport
import Testing

@Suite("What a next life is to know")
struct StoreMemoryTests {
    private static let source = SourceID("etcd", prefix: "/p/")

    @Test("How far a source was told, and of which cluster, outlives the process; what is no memory of ours is refused")
    func memory() async throws {
        let directory = try TemporaryDirectory("state")
        let memory = StoreMemory(StateDirectory(directory.path))
        #expect(try memory.point(of: Self.source) == nil)
        let point = StorePoint(store: 0xcdf8_1818_2a4d_4342, revision: 42, term: 7)
        try await memory.remember(point, of: Self.source)
        let next = StoreMemory(StateDirectory(directory.path + "/"))
        #expect(try next.point(of: Self.source) == StorePoint(store: point.store, revision: 42))
        try await memory.remember(StorePoint(revision: 43), of: Self.source)
        #expect(try next.point(of: Self.source) == StorePoint(revision: 43))
        for nonsense in [
            "", "{}", #"{"cluster":"xyz","told":1}"#, #"{"told":9223372036854775807}"#, #"{"told":-1}"#,
        ] {
            try directory.write(nonsense, to: "etcd-told.json")
            let failure = #expect(throws: Failure.self) { try next.point(of: Self.source) }
            #expect(failure?.message.contains("etcd-told.json is no memory of ours") == true)
        }
    }
}
