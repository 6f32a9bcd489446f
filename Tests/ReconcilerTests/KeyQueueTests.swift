import Reconciler
import TestSupport
import Testing

@Suite("The queue of keys")
struct KeyQueueTests {
    private var queue = KeyQueue<String>(seed: 1)

    @Test("A key that is added many times runs once")
    mutating func coalescing() {
        for _ in 0..<100 { queue.add("a", .fresh, now: .zero) }
        #expect(queue.next(now: .zero) == "a")
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero) == nil)
    }

    @Test("A key that is added while it runs runs once more, and never twice at a time")
    mutating func addedWhileRunning() {
        queue.add("a", .fresh, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        for _ in 0..<100 { queue.add("a", .fresh, now: .zero) }
        #expect(queue.next(now: .zero) == nil)
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.finished("a", .succeeded, now: .zero)
        #expect(queue.next(now: .zero) == nil)
    }

    @Test("A failed key comes back after a backoff that doubles, and delays nobody else")
    mutating func backoff() throws {
        var now = Duration.zero
        var waits: [Duration] = []
        queue.add("bad", .fresh, now: .zero)
        for _ in 0..<14 {
            #expect(queue.next(now: now) == "bad")
            queue.finished("bad", .failed, now: now)
            #expect(queue.next(now: now) == nil)
            queue.add("good", .fresh, now: .zero)
            #expect(queue.next(now: now) == "good")
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
            queue.add("a", .fresh, now: .zero)
            #expect(queue.next(now: .zero) == "a")
            queue.finished("a", .failed, now: .zero)
        }
        queue.add("a", .fresh, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.finished("a", .succeeded, now: .zero)
        queue.add("a", .fresh, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.finished("a", .failed, now: .zero)
        #expect(try #require(queue.nextReady(after: .zero)) <= KeyQueue<String>.firstBackoff)
    }

    @Test("A fresh change of a failing key does not wait for its backoff")
    mutating func freshAfterFailure() {
        queue.add("a", .fresh, now: .zero)
        #expect(queue.next(now: .zero) == "a")
        queue.finished("a", .failed, now: .zero)
        queue.add("a", .resync, now: .zero)
        #expect(queue.next(now: .zero) == nil)
        queue.add("a", .fresh, now: .zero)
        #expect(queue.next(now: .zero) == "a")
    }

    @Test("Fresh keys go before resync ones, which are not starved")
    mutating func priorities() {
        for number in 0..<100 { queue.add("resync\(number)", .resync, now: .zero) }
        for number in 0..<100 { queue.add("fresh\(number)", .fresh, now: .zero) }
        var order: [String] = []
        while let key = queue.next(now: .zero) { order.append(key) }
        #expect(order.prefix(100).count { $0.hasPrefix("fresh") } == 75)
        #expect(order.first == "fresh0")
        #expect(order.filter { $0.hasPrefix("resync") }.first == "resync0")
        #expect(order.count == 200)
    }

    @Test("Under an endless stream of fresh keys one that waits runs within as many fourth turns as were before it")
    mutating func ageing() {
        for number in 0..<3 { queue.add("old\(number)", .resync, now: .zero) }
        var order: [String] = []
        for turn in 0..<12 {
            queue.add("fresh\(turn)", .fresh, now: .zero)
            queue.add("more\(turn)", .fresh, now: .zero)
            guard let key = queue.next(now: .zero) else { continue }
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
                keys.add(key, Bool.random(using: &random) ? .fresh : .resync, now: now)
                lastAdded[key] = step
            case 1:
                now += .milliseconds(Int.random(in: 0...500, using: &random))
            case 2:
                guard let key = keys.next(now: now) else { continue }
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
        while let key = keys.next(now: now) {
            lastStarted[key] = .max
            keys.finished(key, .succeeded, now: now)
        }
        for (key, added) in lastAdded { #expect((lastStarted[key] ?? -1) > added, "key \(key), \(seed)") }
    }

    @Test("What it says of each class is what waits there, and since when the eldest does", arguments: Seed.several(20))
    func lines(seed: Seed) {
        var random = SeededGenerator(seed)
        var queue = KeyQueue<Int>(seed: seed.value)
        var waiting: [Int: (priority: KeyQueue<Int>.Priority, since: Duration)] = [:]
        var running: Set<Int> = []
        for second in 0..<2_000 {
            let (now, key) = (Duration.seconds(second), Int.random(in: 0..<200, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0...2:
                let priority: KeyQueue<Int>.Priority = Bool.random(using: &random) ? .fresh : .resync
                queue.add(key, priority, now: now)
                let known = waiting[key]
                waiting[key] = (max(known?.priority ?? priority, priority), known?.since ?? now)
            case 3, 4:
                guard let next = queue.next(now: now) else { continue }
                waiting[next] = nil
                running.insert(next)
            default:
                guard let over = running.min() else { continue }
                running.remove(over)
                let hasFailed = Bool.random(using: &random)
                queue.finished(over, hasFailed ? .failed : .succeeded, now: now)
                if hasFailed, waiting[over] == nil { waiting[over] = (.resync, now) }
            }
            for priority in KeyQueue<Int>.Priority.allCases {
                let times = waiting.values.filter { $0.priority == priority }.map(\.since)
                let line = QueueLine(depth: times.count, eldest: times.min())
                guard queue.lines[priority] ?? QueueLine() != line else { continue }
                Issue.record("\(seed): \(priority) is \(line) at \(second)")
                return
            }
        }
    }
}
