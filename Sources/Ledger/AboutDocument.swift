import JSONText
import KeyHistory
import Planning
import Reconciler

/// What a ledger says of itself, as it is written:
/// `{"format":1,"least":"0.1.0","stopped":{"host":"admin1","time":"2026-01-31T12:00:00Z"},"store":"v2"}`.
struct AboutDocument: Codable, Hashable, Sendable {
    struct Stop: Codable, Hashable, Sendable {
        let host: String
        let time: String
    }

    struct Ground: Codable, Hashable, Sendable {
        let ufm: [String]
        let range: String
        let prefix: String?

        init(_ footing: Footing) {
            ufm = footing.hosts
            range = footing.range.description
            prefix = footing.prefix?.description
        }

        func footing() throws(Unreadable) -> Footing {
            guard let range = ManagedRange(described: range) else {
                throw Unreadable(problem: "'\(range)' is no range of PKeys")
            }
            return Footing(hosts: ufm, range: range, prefix: prefix.map { KeyName($0) })
        }
    }

    static let format = 1
    /// The first version of this program that may write what this one writes. It is raised with everything that an older one
    /// would write away or misread.
    static let leastWriter = "0.1.0"

    let format: Int
    /// The first version that may write the ledger.
    let least: String?
    let store: String?
    let stopped: Stop?
    /// Where the ledger went.
    let moved: String?
    /// From where it is being copied.
    let copying: String?
    /// UFM's hosts, names and addresses, and the PKeys that are managed; and those that wait for a confirmation.
    let footing: Ground?
    let waiting: Ground?
    /// In a file, which change of it this is; etcd has a revision of its own for that.
    var change: Int64?

    init(_ about: About, change: Int64? = nil) {
        format = Self.format
        least = Self.leastWriter
        store = about.store?.rawValue
        stopped = about.stop.map { Stop(host: $0.host, time: $0.time) }
        moved = about.movedTo
        copying = about.copiedFrom
        footing = about.footing.map(Ground.init)
        waiting = about.waiting.map(Ground.init)
        self.change = change
    }

    /// - Throws: for a text that is none, in words.
    init(_ json: [UInt8]) throws(Unreadable) {
        do {
            self = try JSONText.decode(Self.self, from: json)
        } catch {
            throw Unreadable(problem: "it cannot be read")
        }
    }

    /// Why it says nothing that may be acted on.
    struct Unreadable: Error {
        let problem: String
    }

    /// What it says: wholly, or not at all. Whoever passed over what he does not know would write it away.
    func about() throws(Unreadable) -> About {
        guard format == Self.format else {
            throw Unreadable(problem: "format \(format) is not known, only \(Self.format)")
        }
        if let least, Self.isLater(least, than: Self.leastWriter) {
            throw Unreadable(
                problem: "only version \(least) and later may write this ledger, and this program is older: upgrade it")
        }
        var about = About()
        if let store {
            guard let known = KeyStore(rawValue: store) else {
                throw Unreadable(problem: "'\(store)' is no store of etcd, only v3 and v2 are")
            }
            about.store = known
        }
        about.stop = stopped.map { About.CleanStop(host: $0.host, time: $0.time) }
        about.movedTo = moved
        about.copiedFrom = copying
        about.footing = try footing.map { (ground) throws(Unreadable) in try ground.footing() }
        about.waiting = try waiting.map { (ground) throws(Unreadable) in try ground.footing() }
        return about
    }

    /// Compares versions number by number; what is no number is later than any, so that nobody writes what he cannot judge.
    private static func isLater(_ version: String, than other: String) -> Bool {
        let numbers = { (text: String) in text.split(separator: ".").map { Int($0) ?? .max } }
        return other != version && numbers(other).lexicographicallyPrecedes(numbers(version))
    }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "what the ledger says of itself cannot be written as JSON: \(error)")
        }
    }
}

extension About {
    /// Throws where what the ledger holds counts for nothing: nobody is to act on it.
    ///
    /// - Parameter name: of the ledger, behind `the ledger`.
    func checkThatItCounts(_ name: String) throws(Failure) {
        if let movedTo {
            throw Failure(.settings, "the ledger \(name) was moved to \(movedTo): say --ledger \(movedTo)")
        }
        if let copiedFrom {
            throw Failure(
                .settings,
                "the ledger \(name) is being copied from \(copiedFrom), and not all of it is there: start the daemon once more as it was started"
            )
        }
    }
}
