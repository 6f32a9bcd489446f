package import Glibc

/// A moment, with what the clocks on the wall said.
package struct TimeStamp: Hashable, Sendable, CustomStringConvertible {
    private let date: [Int32]
    private let milliseconds: Int
    /// East of Greenwich.
    private let offsetInMinutes: Int

    /// Now, in the machine's time zone.
    package static var now: TimeStamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return TimeStamp(time)
    }

    package init(_ time: timespec) {
        var seconds = time.tv_sec
        var parts = tm()
        localtime_r(&seconds, &parts)
        date = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
        milliseconds = time.tv_nsec / 1_000_000
        offsetInMinutes = parts.tm_gmtoff / 60
    }

    /// `14:02:07.123`
    package var timeOfDay: String {
        date[3...].map { Self.digits(Int($0), 2) }.joined(separator: ":") + "." + Self.digits(milliseconds, 3)
    }

    /// RFC 3339: `2026-11-30T14:02:07.123+01:00`
    package var description: String {
        let day = "\(Self.digits(Int(date[0]), 4))-\(Self.digits(Int(date[1]), 2))-\(Self.digits(Int(date[2]), 2))"
        let offset = abs(offsetInMinutes)
        let zone = "\(offsetInMinutes < 0 ? "-" : "+")\(Self.digits(offset / 60, 2)):\(Self.digits(offset % 60, 2))"
        return "\(day)T\(timeOfDay)\(zone)"
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
