/// The name of a directory of the v2 store. Pure.
package struct V2DirectoryName: Hashable, Sendable {
    /// With its closing slash: `/pcocc/global/opensm/pkeys/`.
    package let prefix: String

    package init(_ name: String) {
        prefix = name.hasSuffix("/") ? name : name + "/"
    }

    /// Without its closing slash.
    package var name: String { prefix == "/" ? "/" : String(prefix.dropLast()) }

    /// Whether a key is in it, and not hidden: what begins with `_`, at any level below, is left out of lists. The history
    /// that etcd keeps does tell of such keys.
    package func shows(_ key: String) -> Bool {
        guard key.utf8.starts(with: prefix.utf8), key.utf8.count > prefix.utf8.count else { return false }
        return !key.utf8.dropFirst(prefix.utf8.count).split(separator: UInt8(ascii: "/")).contains {
            $0.first == UInt8(ascii: "_")
        }
    }

    /// Whether it is this directory, or one in which this one is.
    package func isWithin(_ key: String) -> Bool {
        key == "/" || prefix.utf8.starts(with: (key + "/").utf8)
    }
}
