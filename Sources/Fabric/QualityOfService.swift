/// The quality of service of a partition, in UFM's own codes.
package struct QualityOfService: Sendable, Hashable {
    /// 2 for 2,048 bytes, 4 for 4,096.
    package var mtuLimit: Int
    /// 0–15.
    package var serviceLevel: Int
    /// Gb/s, one of ``rateLimits``.
    package var rateLimit: Double

    /// The codes that UFM takes for the MTU.
    package static let mtuLimits = [2, 4]
    /// The rates that UFM takes, in Gb/s.
    package static let rateLimits: [Double] = [
        2.5, 5, 10, 14, 20, 25, 30, 40, 56, 60, 80, 100, 112, 120, 168, 200, 300,
    ]

    /// UFM's defaults, but for what is given.
    package init(mtuLimit: Int = 2, serviceLevel: Int = 0, rateLimit: Double = 2.5) {
        self.mtuLimit = mtuLimit
        self.serviceLevel = serviceLevel
        self.rateLimit = rateLimit
    }

    /// What a request that sets all of a partition has to say of this: nothing where UFM would choose the same by itself,
    /// since older releases refuse a request with fields that they do not know.
    package var uncommon: QualityOfService? { self == QualityOfService() ? nil : self }

    /// What UFM would refuse; nil if it takes all three values.
    package var flaw: String? {
        if !Self.mtuLimits.contains(mtuLimit) { return "the MTU limit is 2 (2048) or 4 (4096), not \(mtuLimit)" }
        if !(0...15).contains(serviceLevel) { return "the service level is 0 to 15, not \(serviceLevel)" }
        if !Self.rateLimits.contains(rateLimit) {
            let known = Self.rateLimits.map(Self.text).joined(separator: ", ")
            return "the rate limit is one of \(known), not \(Self.text(rateLimit))"
        }
        return nil
    }

    private static func text(_ rate: Double) -> String { Int(exactly: rate).map(String.init) ?? "\(rate)" }
}
