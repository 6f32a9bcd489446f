import FoundationEssentials
import Glibc

/// A moment as people here write it.
enum LocalTime {
    /// `14:02`, or `2026-01-30 14:02` where that was not today. What is no time such as `2026-01-31T12:00:00Z` stays as it is.
    static func words(_ time: String, now: Date = .now) -> String {
        guard let date = try? Date(time, strategy: .iso8601) else { return time }
        let (then, today) = (parts(date), parts(now))
        let clock = "\(digits(then.tm_hour)):\(digits(then.tm_min))"
        guard (then.tm_year, then.tm_yday) != (today.tm_year, today.tm_yday) else { return clock }
        return "\(then.tm_year + 1900)-\(digits(then.tm_mon + 1))-\(digits(then.tm_mday)) \(clock)"
    }

    private static func parts(_ date: Date) -> tm {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static func digits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
