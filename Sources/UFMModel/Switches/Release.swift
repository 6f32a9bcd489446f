/// A UFM release, such as 6.22.1-3, and what came with which.
package struct Release: Sendable, Equatable, CustomStringConvertible {
    /// The text as UFM reports it.
    package let description: String
    private let major: Int
    private let minor: Int

    /// Reads MAJOR.MINOR.PATCH[-BUILD].
    package init(_ text: String) throws(UFMModelError) {
        let release = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let numbers = release.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], numbers[2] != nil else {
            throw .badVersion(text)
        }
        description = text
        self.major = major
        self.minor = minor
    }

    /// `POST /resources/pkeys/add` exists.
    var hasAdd: Bool { isAtLeast(6, 15) }
    /// `/app/ufm_version` lists the parts of UFM too.
    var listsComponents: Bool { isAtLeast(6, 18) }
    /// The default partition shows its own `membership` and `index0`.
    var showsDefaultMembership: Bool { isAtLeast(6, 19) }
    /// `partition_name` is in the body schema.
    var hasPartitionName: Bool { isAtLeast(6, 22) }

    private func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        (self.major, self.minor) >= (major, minor)
    }
}
