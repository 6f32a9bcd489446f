/// How often a list moves a watch on, and shows that it has missed nothing. Pure.
///
/// etcd keeps the last 1,000 changes of its whole store, so that a store on which much is written is asked more often. With
/// authentication each request costs it too much for that: there a watch that was cut may find its place outdated, and
/// begins anew with a list.
package struct V2Pace: Sendable {
    /// Of so many changes a watch that is cut may be behind.
    static let allowance: Int64 = 500
    private static let shortest = Duration.seconds(1)

    private let longest: Duration
    package private(set) var interval: Duration
    private var index: Int64?

    package init(isAuthenticated: Bool) {
        longest = isAuthenticated ? .seconds(10) : .seconds(5)
        interval = longest
        isFixed = isAuthenticated
    }

    private let isFixed: Bool

    /// A list shows how far the store has come since the last one.
    mutating func reached(_ index: Int64) {
        defer { self.index = index }
        guard !isFixed, let before = self.index, index > before else {
            interval = longest
            return
        }
        // At the pace of the last interval the allowance lasts so long.
        let lasts = interval * (Double(Self.allowance) / Double(index - before))
        interval = min(longest, max(Self.shortest, lasts))
    }
}
