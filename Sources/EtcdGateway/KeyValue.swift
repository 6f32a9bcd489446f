package import KeyHistory

/// A range of keys: one key, a prefix, or everything.
package struct KeyRange: Hashable, Sendable, CustomStringConvertible {
    /// First key of the range.
    package let start: [UInt8]
    /// First key after the range; empty for the single key, one zero byte for "to the last key".
    package let end: [UInt8]
    package let description: String

    package static func single(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key, end: [], description: String(decoding: key, as: UTF8.self))
    }

    /// All keys that start with the bytes; with no bytes, all keys.
    package static func prefix(_ prefix: [UInt8]) -> KeyRange {
        guard !prefix.isEmpty else { return KeyRange(start: [0], end: [0], description: "all keys") }
        var end = prefix
        // The first key behind a prefix: the prefix with its last byte below 0xff raised, and cut there.
        while let last = end.popLast() {
            if last < 0xff {
                end.append(last + 1)
                break
            }
        }
        return KeyRange(
            start: prefix, end: end.isEmpty ? [0] : end, description: String(decoding: prefix, as: UTF8.self))
    }

    /// The part of this range behind a key.
    func after(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key + [0], end: end, description: description)
    }
}

/// A key as etcd holds it.
package struct KeyValue: Hashable, Sendable {
    package let key: [UInt8]
    package let value: [UInt8]
    /// The revision that created the key.
    package let createRevision: Int64
    /// The revision of its last change.
    package let modRevision: Int64
    /// Changes since creation, from 1.
    package let version: Int64
    /// 0 for a key without a lease.
    package let lease: Int64

    package init(
        key: [UInt8], value: [UInt8], createRevision: Int64, modRevision: Int64, version: Int64 = 1, lease: Int64 = 0
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }
}

/// Which store answered, and how far it was.
package struct ResponseHeader: Hashable, Sendable {
    /// Equal for members of one cluster; survives a wipe of its data.
    package let clusterID: UInt64
    package let memberID: UInt64
    /// The store's revision when the answer was made; 0 where the answer has none.
    package let revision: Int64
    /// The term of the leader that the member followed; nil where the answer has none.
    package let raftTerm: UInt64?

    package init(clusterID: UInt64, memberID: UInt64, revision: Int64, raftTerm: UInt64? = nil) {
        self.clusterID = clusterID
        self.memberID = memberID
        self.revision = revision
        self.raftTerm = raftTerm
    }

    /// The id of the cluster; nil where the answer has none.
    var cluster: UInt64? { clusterID == 0 ? nil : clusterID }

    /// Where in the history of its store the answer stands, or where a revision stands that it tells of.
    package func point(at revision: Int64? = nil) -> StorePoint {
        StorePoint(
            store: cluster, revision: KeyVersion(revision ?? self.revision), term: raftTerm)
    }
}

/// All keys of a range at one revision.
///
/// Made from a read that reached its last page; a read that fails half-way throws and leaves none.
package struct KeyListing: Sendable {
    package let header: ResponseHeader
    /// The revision at which every page was read.
    package var revision: Int64 { header.revision }
    /// In ascending order of key.
    package let keyValues: [KeyValue]
    /// The member through which it was begun.
    package let endpoint: EtcdEndpoint

    init(header: ResponseHeader, complete keyValues: [KeyValue], through endpoint: EtcdEndpoint) {
        self.header = header
        self.keyValues = keyValues
        self.endpoint = endpoint
    }

    /// The keys and values, and from when they are.
    package var snapshot: KeySnapshot {
        let entries = keyValues.map { keyValue in
            KeyEntry(
                key: KeyName(keyValue.key), value: keyValue.value, revision: KeyVersion(keyValue.modRevision))
        }
        return KeySnapshot(complete: entries, at: header.point(), by: Respondent(endpoint.url))
    }
}
