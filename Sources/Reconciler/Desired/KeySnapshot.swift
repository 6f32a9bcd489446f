/// A key of the PKey directory with its value, as etcd holds it.
package struct KeyEntry: Hashable, Sendable {
    /// The whole key; bytes that are not UTF-8 have been replaced, and are no PKey anyway.
    package let key: String
    package let value: [UInt8]
    /// The store's revision that last changed the key.
    package let revision: Int64

    package init(key: String, value: [UInt8], revision: Int64) {
        self.key = key
        self.value = value
        self.revision = revision
    }
}

/// All keys of the PKey directory at one revision, from a read that reached its end.
package struct KeySnapshot: Sendable {
    package let revision: Int64
    package let entries: [KeyEntry]

    package init(complete entries: [KeyEntry], revision: Int64) {
        self.entries = entries
        self.revision = revision
    }
}

/// One key that a revision changed.
package enum KeyChange: Hashable, Sendable {
    case set(KeyEntry)
    case deleted(key: String, revision: Int64)

    package var key: String {
        switch self {
        case .set(let entry): entry.key
        case .deleted(let key, _): key
        }
    }

    package var revision: Int64 {
        switch self {
        case .set(let entry): entry.revision
        case .deleted(_, let revision): revision
        }
    }
}
