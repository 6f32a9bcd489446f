package import KeyHistory
package import Planning
internal import Text

/// What the ledger says of a partition that a key wants and that is there and not ours: what stands in the way.
///
/// It stands where no record is, since nothing of ours is there, and goes with the first record of the partition.
package struct ConflictNote: Hashable, Sendable {
    /// The key that wants the partition, and its version: a note of any other is of an earlier time.
    package let key: KeyName
    package let revision: KeyVersion
    package let conflict: Conflict

    package init(key: KeyName, revision: KeyVersion, _ conflict: Conflict) {
        self.key = key
        self.revision = revision
        self.conflict = conflict
    }
}

extension Conflict {
    /// `in the way are [043f720300f55101], and it is called storage`
    package var inWords: String {
        let members = guids.isEmpty ? "it is there without members" : "in the way are \(Capped(guids).inWords)"
        // A name is somebody else's, and may hold anything.
        return members + (name.map { ", and it is called \(Terminal.line($0))" } ?? "")
    }
}
