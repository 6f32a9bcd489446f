import Testing

@testable import Reconciler

@Suite("Troubles that last")
struct RemindersTests {
    private var reminders = Reminders()

    @Test("are told again after 1, 5, 15 and 60 minutes, and then every hour")
    mutating func growing() {
        var told: [Duration] = []
        for minute in 0...241 {
            let (again, ended) = reminders.take([.fabric: Duration.zero], now: .seconds(minute * 60))
            told += again.map(\.1)
            #expect(ended.isEmpty)
        }
        #expect(told == [1, 5, 15, 60, 120, 180, 240].map { .seconds($0 * 60) })
    }

    @Test("are told once where nobody looked for long, and their end only where they were told again")
    mutating func ends() {
        #expect(reminders.take([.failing: nil], now: .seconds(10)).again.isEmpty)
        #expect(reminders.take([:], now: .seconds(20)).ended.isEmpty)
        #expect(reminders.take([.failing: nil], now: .seconds(100)).again.isEmpty)
        #expect(reminders.take([.failing: nil], now: .seconds(100 + 4_000)).again.map(\.1) == [.seconds(4_000)])
        #expect(reminders.take([.failing: nil], now: .seconds(100 + 4_001)).again.isEmpty)
        #expect(reminders.take([:], now: .seconds(5_100)).ended.map(\.1) == [.seconds(5_000)])
    }

    @Test("last as people say it")
    func words() {
        #expect(Duration.seconds(59).roughly == "59 s")
        #expect(Duration.seconds(300).roughly == "5 min")
        #expect(Duration.seconds(7_200).roughly == "2 h")
        #expect(Duration.seconds(7_830).roughly == "2 h 10 min")
    }
}
