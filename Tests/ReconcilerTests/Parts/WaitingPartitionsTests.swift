import Fabric
import Planning
import Testing

@testable import Reconciler

@Suite("Partitions that wait for ports")
struct WaitingPartitionsTests {
    private let (waiter, first, second): (PKey, PKey, PKey)
    private let (one, two): (GUID, GUID)

    init() throws {
        (waiter, first, second) = (try PKey(parsing: "0x5"), try PKey(parsing: "0x6"), try PKey(parsing: "0x7"))
        (one, two) = (try GUID(parsing: "043f720300f55101"), try GUID(parsing: "043f720300f55102"))
    }

    @Test("Whoever has a port is hurried once for each that waits, and again only when that has had it")
    func hurried() {
        var waiters = WaitingPartitions()
        #expect(waiters.set(Waiting([one: first]), of: waiter) == [first])
        #expect(waiters.set(Waiting([one: first, two: second]), of: waiter) == [second])
        #expect(waiters.set(Waiting([one: first]), of: waiter) == [])
        #expect(waiters.set(Waiting([one: first]), of: second) == [first])
        #expect(waiters.waiting(for: [one]) == [waiter, second])
        #expect(waiters.set(nil, of: waiter) == [])
        #expect(waiters.waiting(for: [one]) == [second])
        #expect(waiters.set(Waiting([one: first]), of: waiter) == [first])
    }
}
