/// The release of a UFM, such as `6.18.0-5`; compared by major, minor and patch, not by build.
package struct UFMVersion: Sendable, Comparable, CustomStringConvertible {
    /// As UFM prints it, build and all.
    package let text: String
    /// 6 of `6.18.0-5`.
    package let major: Int
    /// 18 of `6.18.0-5`.
    package let minor: Int
    /// 0 of `6.18.0-5`.
    package let patch: Int

    /// A version to compare with.
    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
        text = "\(major).\(minor).\(patch)"
    }

    /// Reads `MAJOR[.MINOR[.PATCH]]`, ignoring whatever follows a number (`-5`, `rc1`); nil without a major number.
    package init?(parsing text: String) {
        let numbers = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map { part in
            Int(part.prefix { ("0"..."9").contains($0) }.prefix(9))
        }
        guard let first = numbers.first, let major = first else { return nil }
        self.text = text
        self.major = major
        minor = numbers.dropFirst().first.flatMap { $0 } ?? 0
        patch = numbers.dropFirst(2).first.flatMap { $0 } ?? 0
    }

    /// The first release with `partition_name` in its schema.
    static let partitionNames = UFMVersion(6, 22, 0)

    /// The first release without known bugs around partitions that have no members.
    static let emptyPartitions = UFMVersion(6, 18, 0)

    /// As UFM prints it.
    package var description: String { text }

    private var numbers: (Int, Int, Int) { (major, minor, patch) }

    /// Whether the numbers are the same; the build may differ.
    package static func == (left: Self, right: Self) -> Bool { left.numbers == right.numbers }
    /// Whether the release is an older one.
    package static func < (left: Self, right: Self) -> Bool { left.numbers < right.numbers }
}
