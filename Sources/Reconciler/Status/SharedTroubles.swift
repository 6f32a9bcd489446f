internal import Fabric

/// What is wrong with a store and not with one partition, and keeps partitions from getting in step: gathered for a moment, so
/// that it is told once for all that wait. Pure.
struct SharedTroubles: Sendable {
    /// It is told when nobody has joined for so long, or when it has been gathered for so long in all.
    static let (quiet, longest) = (Duration.seconds(2), Duration.seconds(10))

    private struct Gathering {
        /// As it was said last.
        var failure: Failure
        var pkeys: Set<PKey>
        let since: Duration
        var last: Duration

        var tellAt: Duration { min(last + SharedTroubles.quiet, since + SharedTroubles.longest) }
    }

    /// By what is wrong.
    private var gatherings: [String: Gathering] = [:]

    /// A partition is kept from getting in step, and that is news.
    mutating func add(_ pkey: PKey, _ failure: Failure, now: Duration) {
        let what = failure.wordsWithoutNumbers
        var gathering = gatherings[what] ?? Gathering(failure: failure, pkeys: [], since: now, last: now)
        gathering.failure = failure
        gathering.pkeys.insert(pkey)
        gathering.last = now
        gatherings[what] = gathering
    }

    /// When something is to be told.
    var next: Duration? { gatherings.values.map(\.tellAt).min() }

    /// What is to be told by now, each with the partitions that wait, in ascending order.
    ///
    /// - Parameter now: nil where nothing is told later.
    mutating func due(now: Duration?) -> [(failure: Failure, pkeys: [PKey])] {
        let due = gatherings.filter { gathering in now.map { gathering.value.tellAt <= $0 } ?? true }.sorted {
            $0.key < $1.key
        }
        for (what, _) in due { gatherings[what] = nil }
        return due.map { ($0.value.failure, $0.value.pkeys.sorted()) }
    }
}

extension Failure {
    /// Whether it is the store, or the source of the keys, that has it, so that it says nothing of one partition.
    var isOfStore: Bool { cause == .history }

    /// Whether it is the same that was said before: of a store, revisions and indices in it differ from try to try.
    func saysTheSame(as other: Failure) -> Bool {
        message == other.message
            || isOfStore && other.isOfStore && wordsWithoutNumbers == other.wordsWithoutNumbers
    }

    fileprivate var wordsWithoutNumbers: String {
        String(decoding: message.utf8.filter { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }, as: UTF8.self)
    }
}
