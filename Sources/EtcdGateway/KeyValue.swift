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

    package init(clusterID: UInt64, memberID: UInt64, revision: Int64) {
        self.clusterID = clusterID
        self.memberID = memberID
        self.revision = revision
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

    init(header: ResponseHeader, complete keyValues: [KeyValue]) {
        self.header = header
        self.keyValues = keyValues
    }
}
