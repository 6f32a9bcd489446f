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

/// Who answered a read, in the source's own words: a member of a cluster, or a connection to it. Two that differ may count
/// as two.
package struct Respondent: Hashable, Sendable {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }
}

/// All keys of a range at one moment, from a read that reached its end.
package struct KeySnapshot: Hashable, Sendable {
    /// Which store it is of, and from when.
    package let point: StorePoint
    package let entries: [KeyEntry]
    /// Who answered; nil where the source does not say.
    package let witness: Respondent?

    package var revision: KeyVersion { point.revision }

    package init(complete entries: [KeyEntry], at point: StorePoint, by witness: Respondent? = nil) {
        self.entries = entries
        self.point = point
        self.witness = witness
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
