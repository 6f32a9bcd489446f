import FoundationEssentials
import Text
import Transport

extension HTTPResponse {
    /// How long `Retry-After` asks to wait, from nothing to a day: seconds, or a date.
    ///
    /// A date is measured from the answer's own `Date`, so that a wrong clock, here or there, does not matter.
    var retryAfter: Duration? {
        guard let value = head.header("Retry-After")?.trimmed, !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ (48...57).contains($0) }) {
            return .seconds(min(Int(value) ?? 86_400, 86_400))
        }
        guard let until = HTTPDate.seconds(value) else { return nil }
        let now = head.header("Date").flatMap { HTTPDate.seconds($0) } ?? Int(Date().timeIntervalSince1970)
        return .seconds(min(max(until - now, 0), 86_400))
    }
}

/// The date of HTTP's headers, `Wed, 21 Oct 2026 07:28:00 GMT`.
enum HTTPDate {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds since 1970; nil for any other form, the two obsolete ones included.
    static func seconds(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: words[2].lowercased()),
            let year = Int(words[3]), (1970...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").map { Int($0) }
        guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return ((days(year, month + 1, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    /// Days since 1970 in the Gregorian calendar, the year taken to start in March so that leap days come last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
