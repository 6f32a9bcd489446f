/// A point in time on both clocks, so that a script can compare it with its own. Whoever asks the model tells it the time:
/// the model has no clock.
package struct Moment: Sendable, Equatable {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    package let monotonic: Int64
    /// Nanoseconds since 1970, UTC.
    package let wall: Int64

    /// A moment that was read from the clocks, or made up.
    package init(monotonic: Int64, wall: Int64) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

extension Moment {
    /// `2024-10-27 08:09:16`, as UFM dates its jobs, with as many digits of the second's fraction as asked for.
    func text(fractionDigits: Int = 0) -> String {
        let (day, second) = epochSeconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, dayOfMonth) = Self.date(ofDay: day)
        let date = [Self.padded(year, 4), Self.padded(month, 2), Self.padded(dayOfMonth, 2)]
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }
        let whole = date.joined(separator: "-") + " " + time.joined(separator: ":")
        guard fractionDigits > 0 else { return whole }
        return whole + "." + Self.padded(wall % Self.nanosecondsPerSecond, 9).prefix(fractionDigits)
    }

    /// `2024-10-27T08:09:16.123456Z`, for logs.
    package var timestamp: String {
        text(fractionDigits: 6).replacing(" ", with: "T", maxReplacements: 1) + "Z"
    }

    /// Seconds since 1970.
    var epochSeconds: Int64 { wall / Self.nanosecondsPerSecond }

    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// The date of the day that is so many after 1970-01-01.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years that begin in March have their leap day at the end; 719,468 days before 1970 begins a cycle of 400 of them.
        let (cycle, dayOfCycle) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // From March on, five months have 153 days.
        let month = (5 * dayOfYear + 2) / 153
        let isNextYear = month >= 10
        return (
            cycle * 400 + yearOfCycle + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
