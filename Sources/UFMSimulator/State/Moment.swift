import Glibc

extension UFMSimulator {
    /// A point in time on both clocks, so that a script can compare it with its own.
    package struct Moment: Sendable, Equatable {
        /// Nanoseconds of `CLOCK_MONOTONIC`.
        package let monotonic: Int64
        /// Nanoseconds since 1970, UTC.
        package let wall: Int64

        /// A moment that a test makes up.
        package init(monotonic: Int64, wall: Int64) {
            self.monotonic = monotonic
            self.wall = wall
        }

        /// This moment.
        package static func now() -> Moment {
            Moment(monotonic: read(CLOCK_MONOTONIC), wall: read(CLOCK_REALTIME))
        }

        private static func read(_ clock: clockid_t) -> Int64 {
            var time = timespec()
            clock_gettime(clock, &time)
            return Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec)
        }
    }
}

extension UFMSimulator.Moment {
    /// `2024-10-27 08:09:16`, as UFM dates its jobs, with as many digits of the second's fraction as asked for.
    func text(fractionDigits: Int = 0) -> String {
        var seconds = time_t(wall / Self.nanosecondsPerSecond)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = [
            Self.padded(parts.tm_year + 1900, 4), Self.padded(parts.tm_mon + 1, 2), Self.padded(parts.tm_mday, 2),
        ]
        let time = [Self.padded(parts.tm_hour, 2), Self.padded(parts.tm_min, 2), Self.padded(parts.tm_sec, 2)]
        let whole = date.joined(separator: "-") + " " + time.joined(separator: ":")
        guard fractionDigits > 0 else { return whole }
        return whole + "." + Self.padded(Int32(wall % Self.nanosecondsPerSecond), 9).prefix(fractionDigits)
    }

    /// `2024-10-27T08:09:16.123456Z`, for logs.
    package var timestamp: String {
        text(fractionDigits: 6).replacing(" ", with: "T", maxReplacements: 1) + "Z"
    }

    /// Seconds since 1970.
    var epochSeconds: Int64 { wall / Self.nanosecondsPerSecond }

    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    private static func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
