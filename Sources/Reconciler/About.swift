/// Which of etcd's two stores holds pcocc's keys.
package enum KeyStore: String, Hashable, Sendable, CaseIterable {
    case v3
    case v2

    /// The one that is not used where this one is.
    package var other: KeyStore { self == .v3 ? .v2 : .v3 }
}

/// What a ledger says of itself, beside its records. Pure.
package struct About: Hashable, Sendable {
    /// The store of etcd in which the keys are, once one was chosen; it is never changed by itself.
    package var store: KeyStore?
    /// The last time that a daemon ended in good order; nil where none ever has.
    package var stop: CleanStop?
    /// Where the ledger went, such as `file:/var/lib/surf-ufm-pkeyd/ledger.json`: what it holds counts for nothing any more.
    package var movedTo: String?
    /// From where a ledger is being copied that is not all there yet: what it holds counts for nothing yet.
    package var copiedFrom: String?
    /// What the daemon last stood on; nil where none has said so.
    package var footing: Footing?
    /// What it is to stand on instead, and somebody is to confirm first.
    package var waiting: Footing?

    package init(store: KeyStore? = nil, stop: CleanStop? = nil) {
        self.store = store
        self.stop = stop
    }

    /// Whether what the ledger holds counts.
    package var counts: Bool { movedTo == nil && copiedFrom == nil }

    /// The end of a daemon that took its leave.
    package struct CleanStop: Hashable, Sendable {
        package let host: String
        /// In UTC, as `2026-01-31T12:00:00Z`.
        package let time: String

        package init(host: String, time: String) {
            self.host = host
            self.time = time
        }
    }
}

/// The same as the ledger has it: what writes another one over it says over which.
package struct KeptAbout: Hashable, Sendable {
    package let about: About
    package let version: RecordVersion

    package init(_ about: About, _ version: RecordVersion) {
        self.about = about
        self.version = version
    }

    /// Of a ledger that says nothing of itself.
    package static let absent = KeptAbout(About(), .absent)
}
