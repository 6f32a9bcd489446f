package import KeyHistory

/// A key or a directory of the v2 store.
package struct V2Node: Hashable, Sendable {
    /// With all directories above it, and a slash before it.
    package let key: String
    /// Nil of a directory.
    package let value: String?
    /// What is in a directory, as far as it was asked for; without hidden keys, whose names begin with `_`.
    package let nodes: [V2Node]
    /// The index of its last change.
    package let modifiedIndex: Int64
    package let createdIndex: Int64
    /// Seconds until etcd deletes it; nil where it stays.
    package let timeToLive: Int64?

    package var isDirectory: Bool { value == nil }

    /// The keys in it and in the directories below, in no certain order; itself, where it is no directory.
    package var keys: [V2Node] { isDirectory ? nodes.flatMap(\.keys) : [self] }

    package var entry: KeyEntry {
        KeyEntry(key: KeyName(key), value: Array((value ?? "").utf8), revision: KeyVersion(modifiedIndex))
    }
}

/// What happened to a key or a directory.
package struct V2Event: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// There is a key with a value, or a directory, where there may have been something else.
        case set
        /// There is nothing any more: it was deleted, or its time has come.
        case removed
    }

    package let effect: Effect
    /// How it is now; of what is gone, its name and the index at which it went.
    package let node: V2Node
    /// Whether what was there before was a directory.
    package let wasDirectory: Bool

    package var index: Int64 { node.modifiedIndex }

    init(_ wire: WireEvent) {
        effect = ["delete", "expire", "compareAndDelete"].contains(wire.action) ? .removed : .set
        node = wire.node.node
        wasDirectory = wire.prevNode?.dir == true || (effect == .removed && wire.node.dir == true)
    }
}
