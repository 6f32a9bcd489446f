import Reconciler
import TestSupport
import Testing

@Suite("The queue of keys")
struct KeyQueueTests {
    private var queue = KeyQueue<String>(seed: 1)

    @Test("A key that is added many times runs once")
    mutating func coalescing() {
        for _ in 0..<100 { queue.add("a", .arrival, isNews: true, now: .zero) }
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero)?.key == nil)
    }

    @Test("A key that is added while it runs runs once more, and never twice at a time")
    mutating func addedWhileRunning() {
        queue.add("a", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        for _ in 0..<100 { queue.add("a", .arrival, isNews: true, now: .zero) }
        #expect(queue.next(now: .zero)?.key == nil)
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero)?.key == nil)
    }

    @Test("A key that runs, and would be the next one again, keeps nobody else waiting")
    mutating func runningFirst() {
        queue.add("a", .departure, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.add("a", .departure, isNews: true, now: .zero)
        queue.add("b", .drift, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "b")
        #expect(queue.next(now: .zero)?.key == nil)
    }

    @Test("A failed key comes back after a backoff that doubles, and delays nobody else")
    mutating func backoff() throws {
        var now = Duration.zero
        var waits: [Duration] = []
        queue.add("bad", .arrival, isNews: true, now: .zero)
        for _ in 0..<14 {
            #expect(queue.next(now: now)?.key == "bad")
            queue.finished("bad", .failed, now: now)
            #expect(queue.next(now: now)?.key == nil)
            queue.add("good", .arrival, isNews: true, now: .zero)
            #expect(queue.next(now: now)?.key == "good")
            queue.finished("good", .succeeded, now: now)
            let ready = try #require(queue.nextReady(after: now))
            waits.append(ready - now)
            now = ready
        }
        for (count, wait) in waits.enumerated() {
            let full = min(KeyQueue<String>.firstBackoff * (1 << count), KeyQueue<String>.longestBackoff)
            #expect(wait >= full / 2 && wait <= full, "wait \(count)")
        }
    }

    @Test("Success forgets the failures before it")
    mutating func forgetting() throws {
        for _ in 0..<5 {
            queue.add("a", .arrival, isNews: true, now: .zero)
            #expect(queue.next(now: .zero)?.key == "a")
            queue.finished("a", .failed, now: .zero)
        }
        queue.add("a", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .succeeded, now: .zero)
        queue.add("a", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .failed, now: .zero)
        #expect(try #require(queue.nextReady(after: .zero)) <= KeyQueue<String>.firstBackoff)
    }

    @Test("Who waits has tried nothing, and its backoff goes on from where it was")
    mutating func deferred() throws {
        for outcome in [KeyQueue<String>.Outcome.failed, .failed, .failed, .failed, .deferred, .failed] {
            queue.add("a", .arrival, isNews: true, now: .zero)
            #expect(queue.next(now: .zero)?.key == "a")
            queue.finished("a", outcome, now: .zero)
        }
        #expect(try #require(queue.nextReady(after: .zero)) >= KeyQueue<String>.firstBackoff * 8)
    }

    @Test("A fresh change of a failing key does not wait for its backoff")
    mutating func freshAfterFailure() {
        queue.add("a", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .failed, now: .zero)
        queue.add("a", .drift, isNews: false, now: .zero)
        #expect(queue.next(now: .zero)?.key == nil)
        queue.add("a", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
    }

    @Test("The more urgent go first, and others are not starved")
    mutating func urgencies() {
        for number in 0..<100 { queue.add("drift\(number)", .drift, isNews: false, now: .zero) }
        for number in 0..<100 { queue.add("fresh\(number)", .arrival, isNews: true, now: .zero) }
        var order: [String] = []
        while let (key, _, _) = queue.next(now: .zero) { order.append(key) }
        #expect(order.prefix(100).count { $0.hasPrefix("fresh") } == 75)
        #expect(order.first == "fresh0")
        #expect(order.filter { $0.hasPrefix("drift") }.first == "drift0")
        #expect(order.count == 200)
    }

    @Test("A new key goes before all that were attempted before, however many of them wait")
    mutating func storm() {
        for number in 0..<200 { queue.add("storm\(number)", .arrival, isNews: true, now: .zero) }
        while let (key, _, _) = queue.next(now: .zero) {
            queue.add(key, .arrival, isNews: true, now: .zero)
            queue.finished(key, .succeeded, now: .zero)
            guard queue.depth == 200, key == "storm199" else { continue }
            break
        }
        queue.add("fresh", .arrival, isNews: true, now: .zero)
        // Every fourth turn is the eldest's.
        let next = (0..<2).compactMap { _ in queue.next(now: .zero)?.key }
        #expect(next.contains("fresh"))
        // And of the others, whoever was least recently attempted.
        queue.add("storm0", .arrival, isNews: true, now: .zero)
        #expect(queue.next(now: .zero)?.key == "storm1")
    }

    @Test("The eldest is taken only where it may be, and then with the next turn")
    mutating func eldestWaits() {
        for name in ["old", "a", "b", "c", "d", "e", "f"] {
            queue.add(name, name == "old" ? .drift : .arrival, isNews: true, now: .zero)
        }
        let order = (0..<5).compactMap { _ in queue.next(now: .zero, takesEldest: false)?.key }
        #expect(order == ["a", "b", "c", "d", "e"])
        let eldest = queue.next(now: .zero)
        #expect(eldest?.key == "old" && eldest?.isEldest == true)
        #expect(queue.next(now: .zero)?.isEldest == false)
    }

    @Test("A key of another class than is open waits, and says when it is ready only where it may run")
    mutating func openClasses() {
        queue.add("a", .arrival, isNews: true, now: .zero)
        let closed = queue.next(now: .zero, where: { $0 == .departure })?.key
        #expect(closed == nil)
        #expect(queue.ready(now: .zero) == [.arrival])
        #expect(queue.next(now: .zero)?.key == "a")
        queue.finished("a", .failed, now: .zero)
        #expect(queue.ready(now: .zero).isEmpty)
        #expect(queue.nextReady(after: .zero, where: { $0 == .departure }) == nil)
        #expect(queue.nextReady(after: .zero, where: { $0 == .arrival }) != nil)
    }

    @Test("Whom somebody waits for is as urgent as what leaves, and its backoff is cut short")
    mutating func hastened() {
        queue.add("a", .drift, isNews: false, now: .zero)
        for _ in 0..<8 {
            let now = queue.nextReady(after: .zero) ?? .zero
            #expect(queue.next(now: now)?.key == "a")
            queue.finished("a", .failed, now: .zero)
        }
        queue.hasten("a", to: .seconds(1))
        #expect(queue.nextReady(after: .zero) == .seconds(1))
        #expect(queue.next(now: .seconds(1))?.urgency == .departure)
    }

    @Test("Under an endless stream of fresh keys one that waits runs within as many fourth turns as were before it")
    mutating func ageing() {
        for number in 0..<3 { queue.add("old\(number)", .drift, isNews: false, now: .zero) }
        var order: [String] = []
        for turn in 0..<12 {
            queue.add("fresh\(turn)", .arrival, isNews: true, now: .zero)
            queue.add("more\(turn)", .arrival, isNews: true, now: .zero)
            guard let (key, _, _) = queue.next(now: .zero) else { continue }
            order.append(key)
            queue.finished(key, .succeeded, now: .zero)
        }
        #expect([3, 7, 11].map { order[$0] } == ["old0", "old1", "old2"])
        #expect(order.count { $0.hasPrefix("old") } == 3)
    }

    @Test("Whatever happens, each key added runs after its last addition, one run at a time", arguments: [Seed.fresh()])
    mutating func nothingIsLost(seed: Seed) {
        var random = SeededGenerator(seed)
        var now = Duration.zero
        var lastAdded: [Int: Int] = [:]
        var lastStarted: [Int: Int] = [:]
        var running: Set<Int> = []
        var keys = KeyQueue<Int>(seed: seed.value)
        for step in 0..<50_000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let key = Int.random(in: 0..<20, using: &random)
                let urgency = Urgency.allCases.randomElement(using: &random) ?? .drift
                keys.add(key, urgency, isNews: Bool.random(using: &random), now: now)
                lastAdded[key] = step
            case 1:
                now += .milliseconds(Int.random(in: 0...500, using: &random))
            case 2:
                guard let (key, _, _) = keys.next(now: now) else { continue }
                #expect(running.insert(key).inserted, "\(seed)")
                lastStarted[key] = step
            default:
                guard let key = running.randomElement(using: &random) else { continue }
                running.remove(key)
                keys.finished(key, Int.random(in: 0..<3, using: &random) == 0 ? .failed : .succeeded, now: now)
            }
        }
        for key in running { keys.finished(key, .succeeded, now: now) }
        now += .seconds(120)
        while let (key, _, _) = keys.next(now: now) {
            lastStarted[key] = .max
            keys.finished(key, .succeeded, now: now)
        }
        for (key, added) in lastAdded { #expect((lastStarted[key] ?? -1) > added, "key \(key), \(seed)") }
    }

    @Test("What it says of each class is what waits there, and since when the eldest does", arguments: Seed.several(20))
    func lines(seed: Seed) {
        var random = SeededGenerator(seed)
        var queue = KeyQueue<Int>(seed: seed.value)
        var waiting: [Int: (urgency: Urgency, since: Duration)] = [:]
        var running: [Int: Urgency] = [:]
        for second in 0..<2_000 {
            let (now, key) = (Duration.seconds(second), Int.random(in: 0..<200, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0...2:
                let urgency = Urgency.allCases.randomElement(using: &random) ?? .drift
                queue.add(key, urgency, isNews: Bool.random(using: &random), now: now)
                let known = waiting[key]
                waiting[key] = (max(known?.urgency ?? urgency, urgency), known?.since ?? now)
            case 3, 4:
                guard let (next, urgency, _) = queue.next(now: now) else { continue }
                #expect(waiting[next]?.urgency == urgency)
                waiting[next] = nil
                running[next] = urgency
            default:
                guard let over = running.keys.min() else { continue }
                let urgency = running.removeValue(forKey: over) ?? .drift
                let hasFailed = Bool.random(using: &random)
                queue.finished(over, hasFailed ? .failed : .succeeded, now: now)
                if hasFailed, waiting[over] == nil { waiting[over] = (urgency, now) }
            }
            for urgency in Urgency.allCases {
                let times = waiting.values.filter { $0.urgency == urgency }.map(\.since)
                let line = QueueLine(depth: times.count, eldest: times.min())
                guard queue.lines[urgency] ?? QueueLine() != line else { continue }
                Issue.record("\(seed): \(urgency) is \(line) at \(second)")
                return
            }
        }
    }
}
