import Dispatch
import TestSupport
import Testing

@testable import Transport

@Suite("The pipe between libcurl's thread and a reader", .timeLimit(.minutes(20)))
struct BodyPipeTests {
    @Test("A head that comes at the moment in which the reader begins to wait is not missed")
    func headMeetsReader() async throws {
        let thread = try CurlThread()
        defer { thread.stop() }
        let current = Watched((round: -1, pipe: BodyPipe()))
        let missed = Watched<Int?>(nil)
        // Wakes a reader that missed its head, so that the test fails and does not hang.
        let watchdog = Task {
            while true {
                let (round, pipe) = current.read { $0 }
                try await Task.sleep(for: .seconds(10))
                guard round == current.read({ $0.round }) else { continue }
                missed.update { $0 = round }
                pipe.finish(.failure(.cancelled))
            }
        }
        defer { watchdog.cancel() }
        for round in 0..<2_000 {
            let pipe = BodyPipe()
            let handle = TransferHandle(id: TransferID(value: 0), host: "test", pipe: pipe, thread: thread)
            current.update { $0 = (round, pipe) }
            DispatchQueue.global().async {
                // Sooner or later after the start of the wait.
                for _ in 0..<round % 100 { _ = current.read { $0.round } }
                pipe.offer(head: HTTPResponseHead(status: 200, headers: []))
                pipe.announce()
            }
            let head = try await pipe.awaitHead(orCancel: handle)
            #expect(head.status == 200)
            try #require(missed.read { $0 } == nil)
        }
    }

    @Test("A reader hears of bytes that are announced, and of many before they are", arguments: [1, 200_000])
    func announced(count: Int) async throws {
        let thread = try CurlThread()
        defer { thread.stop() }
        let pipe = BodyPipe()
        let handle = TransferHandle(id: TransferID(value: 0), host: "test", pipe: pipe, thread: thread)
        let read = Task { try await pipe.next(orCancel: handle) }
        while !pipe.hasReader { await Task.yield() }
        let isTaken = Array(repeating: UInt8(7), count: count).withUnsafeBytes { pipe.offer($0) }
        #expect(isTaken && pipe.hasReader == (count == 1))
        pipe.announce()
        #expect(try await read.value?.count == count)
    }

    @Test("The first end counts, and bytes that came before it are handed out first")
    func firstEnd() async throws {
        let thread = try CurlThread()
        defer { thread.stop() }
        let pipe = BodyPipe()
        let handle = TransferHandle(id: TransferID(value: 0), host: "test", pipe: pipe, thread: thread)
        let isTaken = Array("ab".utf8).withUnsafeBytes { pipe.offer($0) }
        pipe.finish(.failure(.connectionLost(host: "test", reason: "cut", sent: true)))
        pipe.finish(.success(()))
        #expect(isTaken)
        #expect(try await pipe.next(orCancel: handle) == Array("ab".utf8))
        let error = await failure { () async throws(TransportError) in try await pipe.next(orCancel: handle) }
        #expect(error?.kind == "connectionLost, sent")
    }
}
