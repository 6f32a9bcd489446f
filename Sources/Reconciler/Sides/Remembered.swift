internal import KeyHistory

/// How far sources were told, as far as a next life is to know it: written now and then. Pure.
struct Remembered: Sendable {
    /// A floor need not be exact, and a disk is slow.
    private static let interval = Duration.seconds(10)

    private var points: [SourceID: (point: StorePoint, time: Duration)] = [:]

    /// - Parameter floors: what a former life has left.
    init(_ floors: [SourceID: StorePoint]) {
        points = floors.mapValues { ($0, .zero - Self.interval) }
    }

    /// Whether a point is to be written down: what went back at once, what went on now and then.
    mutating func isNews(_ point: StorePoint, of source: SourceID, now: Duration) -> Bool {
        if let known = points[source] {
            let isSame = known.point.revision == point.revision && known.point.store == point.store
            let isBack = point.revision < known.point.revision || point.store != known.point.store
            guard !isSame, isBack || now - known.time >= Self.interval else { return false }
        }
        points[source] = (point, now)
        return true
    }
}
