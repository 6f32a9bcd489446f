/// A key with its value.
package struct KeyEntry: Hashable, Sendable {
    package let key: KeyName
    package let value: [UInt8]
    /// The version that last changed the key.
    package let revision: KeyVersion

    package init(key: KeyName, value: [UInt8], revision: KeyVersion) {
        self.key = key
        self.value = value
        self.revision = revision
    }
}

/// All keys of a range at one moment, from a read that reached its end.
package struct KeySnapshot: Hashable, Sendable {
    /// Which store it is of, and from when.
    package let point: StorePoint
    package let entries: [KeyEntry]

    package var revision: KeyVersion { point.revision }

    package init(complete entries: [KeyEntry], at point: StorePoint) {
        self.entries = entries
        self.point = point
    }
}

/// One key that was set or deleted.
package struct KeyChange: Hashable, Sendable {
    package let key: KeyName
    package let revision: KeyVersion
    /// The new value; nil for a deletion.
    package let value: [UInt8]?

    package init(key: KeyName, revision: KeyVersion, value: [UInt8]?) {
        self.key = key
        self.revision = revision
        self.value = value
    }

    package static func set(_ entry: KeyEntry) -> KeyChange {
        KeyChange(key: entry.key, revision: entry.revision, value: entry.value)
    }

    package static func deleted(key: KeyName, revision: KeyVersion) -> KeyChange {
        KeyChange(key: key, revision: revision, value: nil)
    }
}
