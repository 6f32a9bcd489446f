/// What its source calls the state of a key at one moment, or how far a store has come: in etcd, a revision.
///
/// Opaque to all but the source: of two versions from one source the larger one is later, and there is nothing else to
/// know. Versions of two sources, or of two stores, cannot be compared.
package struct KeyVersion: Hashable, Sendable {
    /// The source's own number; for the source, and for what keeps versions in a file.
    package let number: Int64

    /// The numbers that a store can have come to. One from outside that is beyond them is no version, so that nobody reckons
    /// with it: a million changes a second would take 146,000 years to get there.
    package static let numbers: ClosedRange<Int64> = 0...(1 << 62)

    package init(_ number: Int64) {
        self.number = number
    }

    /// Of a key that is not there.
    package static let absent = KeyVersion(0)
}

extension KeyVersion: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension KeyVersion: CustomStringConvertible {
    package var description: String { String(number) }
}

extension KeyVersion: ExpressibleByIntegerLiteral {
    package init(integerLiteral number: Int64) { self.init(number) }
}

/// Which store said something, and how far it had come.
package struct StorePoint: Hashable, Sendable {
    /// The store's own name for itself: in etcd, the cluster's id, which survives a wipe. nil where it said none.
    package let store: UInt64?
    package let revision: KeyVersion
    /// The term of its leader, which never goes back in one history. nil where it said none.
    package let term: UInt64?

    package init(store: UInt64? = nil, revision: KeyVersion, term: UInt64? = nil) {
        self.store = store
        self.revision = revision
        self.term = term
    }

    /// The later one of two points in one history; a word that names no store is one of the store that is told of.
    package func advanced(to point: StorePoint) -> StorePoint {
        guard point.revision >= revision else { return self }
        return StorePoint(store: point.store ?? store, revision: point.revision, term: point.term ?? term)
    }
}
