import Glibc
import Testing
import UFMModel

struct MomentTests {
    private static func timestamp(_ seconds: Int64) -> String {
        Moment(monotonic: 0, wall: seconds * 1_000_000_000 + 123_456_789).timestamp
    }

    @Test(
        "A moment is written in UTC, to the microsecond",
        arguments: [
            (0, "1970-01-01T00:00:00.123456Z"), (951_782_399, "2000-02-28T23:59:59.123456Z"),
            (951_782_400, "2000-02-29T00:00:00.123456Z"), (951_868_800, "2000-03-01T00:00:00.123456Z"),
            (1_730_016_556, "2024-10-27T08:09:16.123456Z"), (1_735_689_599, "2024-12-31T23:59:59.123456Z"),
            (4_107_542_400, "2100-03-01T00:00:00.123456Z"),
        ] as [(Int64, String)])
    func known(seconds: Int64, text: String) {
        #expect(Self.timestamp(seconds) == text)
    }

    @Test("Every day of 280 years has the date that the C library gives it")
    func everyDay() {
        // Nanoseconds in 64 bits reach to the year 2262.
        for day in 0..<Int64(106_700) {
            var seconds = time_t(day * 86_400 + day % 86_400)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
            let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            let expected = "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).123456Z"
            guard Self.timestamp(Int64(seconds)) != expected else { continue }
            #expect(Self.timestamp(Int64(seconds)) == expected)
            break
        }
    }
}
