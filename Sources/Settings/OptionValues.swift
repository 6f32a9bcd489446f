import Fabric
import Files
package import Planning
import Transport

/// What is wrong with the value of an option: what was expected, and what was found.
package struct MalformedValue: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ManagedRange {
    /// Reads `0x2000-0x3000`, or several of these with commas between.
    package init(parsing text: String) throws {
        let ranges = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2 else {
                throw MalformedValue("expected FIRST-LAST, as in 0x2000-0x3000, found '\(part)'")
            }
            let (first, last) = (try PKey(parsing: ends[0]), try PKey(parsing: ends[1]))
            guard first <= last else { throw MalformedValue("\(part): the first PKey is above the last") }
            return first...last
        }
        self.init(ranges)
    }
}

extension DeletionGuard.Threshold {
    /// Reads `20` or `20%`, or `off`.
    package init(parsing text: String) throws(MalformedValue) {
        if text == "off" {
            self.init(share: 1, least: .max)
            return
        }
        guard let percent = Int(text.hasSuffix("%") ? text.dropLast() : text[...]), (0...100).contains(percent) else {
            throw MalformedValue("expected 0 to 100 percent, or off")
        }
        self.init(share: Double(percent) / 100)
    }
}

/// The fingerprint that a server's certificate must have.
package struct CertificateFingerprint: Hashable, Sendable {
    let value: SHA256Fingerprint

    /// Reads `sha256:` and 64 hexadecimal digits.
    package init(parsing text: String) throws(MalformedValue) {
        guard let value = SHA256Fingerprint(parsing: text) else {
            throw MalformedValue("expected sha256: and 64 hexadecimal digits")
        }
        self.value = value
    }
}

/// Which of etcd's stores is meant: they have nothing to do with each other.
package enum EtcdAPI: String, Hashable, Sendable, CaseIterable {
    /// The one that has keys of pcocc's.
    case auto
    case v3
    case v2
}

/// Where a ledger is kept.
package enum LedgerPlace: Hashable, Sendable {
    case etcd
    /// An absolute path.
    case file(String)

    /// Where a ledger in a file is kept if nobody says where: what the daemon and the tools mean must be one file.
    package static func standardPath(_ environment: ProcessEnvironment) -> String {
        StateDirectory(environment.stateDirectory ?? "/var/lib/surf-ufm-pkeyd").path(of: "ledger.json")
    }

    /// Reads `etcd`, `file`, or `file:/var/lib/surf-ufm-pkeyd/ledger.json`.
    package init(parsing text: String, _ environment: ProcessEnvironment = .current) throws(MalformedValue) {
        if text == "file" {
            self = .file(Self.standardPath(environment))
            return
        }
        if text == "etcd" {
            self = .etcd
            return
        }
        guard text.hasPrefix("file:") else {
            throw MalformedValue("expected etcd, file or file:/path, found '\(text)'")
        }
        let path = String(text.dropFirst("file:".count))
        // The daemon and the tools may run in different directories, and must mean the same file.
        guard path.hasPrefix("/") else {
            throw MalformedValue("expected an absolute path behind file:, found '\(path)'")
        }
        guard !path.hasSuffix("/") else { throw MalformedValue("expected a file, found the directory '\(path)'") }
        self = .file(path)
    }
}
