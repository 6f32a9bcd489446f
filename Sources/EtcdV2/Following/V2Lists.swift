package import EtcdGateway
package import KeyHistory
internal import Synchronization

/// Complete lists of a directory of the v2 store: all of them pass through here, whoever asks.
///
/// Each one costs an etcd with authentication a tenth of a second of a processor. So many that ask at once share one, which
/// was begun after the last of them asked; and what one shows serves as proof of the watch as well.
package final class V2Lists: Sendable {
    /// A list, and who gave it.
    package struct Listing: Sendable {
        package let snapshot: KeySnapshot
        package let endpoint: EtcdEndpoint
        /// When it was asked for.
        package let asked: ContinuousClock.Instant
    }

    private typealias Answer = SharedResult<Result<Listing, EtcdError>>

    private struct Content {
        /// When the last list was asked for, by whomever.
        var lastAsked: ContinuousClock.Instant?
        /// When the last one was that was made because it was time.
        var lastRegular: ContinuousClock.Instant?
        /// Who answered it.
        var lastEndpoint: EtcdEndpoint?
        var presence = V2Presence()
        /// Lists that are not yet begun and that many wait for, by whom they are not to be answered.
        var next: [EtcdEndpoint?: Answer] = [:]
        /// What carries them out, one after the other.
        var running: [EtcdEndpoint?: Task<Void, Never>] = [:]
        /// The list that is asked for when it is time.
        var regular: (answer: Answer, task: Task<Void, Never>)?
        /// Who serves the watch; nil where nobody follows.
        var watched: EtcdEndpoint?
        /// How many watches were taken up, one after the other, and whether the last one goes on.
        var watches = (begun: 0, isOpen: false)
    }

    package let client: EtcdV2Client
    package let directory: V2DirectoryName
    private let hadKeys: @Sendable () async throws(EtcdError) -> Bool
    private let content = Mutex(Content())

    /// - Parameter hadKeys: whether keys are known from a former life to have been in the directory.
    package init(
        _ client: EtcdV2Client, _ directory: V2DirectoryName,
        hadKeys: @escaping @Sendable () async throws(EtcdError) -> Bool = { () async throws(EtcdError) in false }
    ) {
        self.client = client
        self.directory = directory
        self.hadKeys = hadKeys
    }

    /// Who answered the last list.
    package var lastEndpoint: EtcdEndpoint? { content.withLock { $0.lastEndpoint } }

    /// Whether somebody follows, and so asks for a list again and again.
    package var isFollowed: Bool { content.withLock { $0.watched != nil } }

    /// The number of the watch that goes on; nil while none does. What another one has told may be of a store that was
    /// restored since: none outlives the server that serves it.
    package var openWatch: Int? { content.withLock { $0.watches.isOpen ? $0.watches.begun : nil } }

    /// A list that was begun after this call: one for all that wait.
    ///
    /// - Parameter last: a member to ask only when no other answers.
    package func fresh(avoiding last: EtcdEndpoint? = nil) async throws(EtcdError) -> Listing {
        let answer = content.withLock { content in
            if let next = content.next[last] { return next }
            let next = Answer()
            content.next[last] = next
            // Not a child of the first that asks: its cancellation must not fail the others. It ends by itself, with the
            // last list that somebody waits for.
            if content.running[last] == nil { content.running[last] = Task { await self.run(last) } }
            return next
        }
        return try await Self.value(of: answer)
    }

    /// The next list that is made because it is time, through another member than serves the watch: that long after the last such
    /// one, however many others are asked for meanwhile. It is the proof of a watch, which may be dead.
    package func regular(every interval: Duration) async throws(EtcdError) -> Listing {
        let answer = content.withLock { content in
            if let regular = content.regular { return regular.answer }
            let answer = Answer()
            // Owned by `regular` until its list begins.
            let task = Task { await self.run(regular: answer, every: interval) }
            content.regular = (answer, task)
            return answer
        }
        return try await Self.value(of: answer)
    }

    private static func value(of answer: Answer) async throws(EtcdError) -> Listing {
        guard let result = await answer.get() else { throw EtcdError(.cancelled, "cancelled") }
        return try result.get()
    }

    private func run(_ last: EtcdEndpoint?) async {
        while let next = content.withLock({ content -> Answer? in
            let next = content.next.removeValue(forKey: last)
            if next == nil { content.running[last] = nil }
            return next
        }) {
            next.set(await Result { () async throws(EtcdError) in try await self.list(avoiding: last) })
        }
    }

    private func run(regular answer: Answer, every interval: Duration) async {
        if let last = content.withLock({ $0.lastRegular ?? $0.lastAsked }) {
            try? await Task.sleep(until: last + interval, clock: .continuous)
        }
        let watched = content.withLock { content in
            content.regular = nil
            content.lastRegular = .now
            return content.watched
        }
        answer.set(await Result { () async throws(EtcdError) in try await self.fresh(avoiding: watched) })
    }

    private func list(avoiding last: EtcdEndpoint?) async throws(EtcdError) -> Listing {
        let asked = ContinuousClock.now
        content.withLock { $0.lastAsked = asked }
        let listing = try await client.list(directory.prefix, avoiding: last)
        let snapshot: KeySnapshot
        switch listing.content {
        case .node(let node):
            guard node.isDirectory else {
                throw EtcdError(
                    .refused, "\(directory.name) is a key, and no directory of keys",
                    operation: "list of \(directory.name)", endpoint: listing.endpoint)
            }
            // Beyond the limit of the body nothing comes in; names and values are as they were written.
            let keys = node.keys.filter { directory.shows($0.key) }
            snapshot = KeySnapshot(
                complete: keys.map(\.entry).sorted { $0.key < $1.key }, at: listing.point,
                by: Respondent(listing.endpoint.url))
            content.withLock { $0.presence.saw(at: listing.point.revision) }
        case .missing:
            try await judgeMissing(listing)
            snapshot = KeySnapshot(complete: [], at: listing.point, by: Respondent(listing.endpoint.url))
        }
        content.withLock { $0.lastEndpoint = listing.endpoint }
        return Listing(snapshot: snapshot, endpoint: listing.endpoint, asked: asked)
    }

    private func judgeMissing(_ listing: V2Listing) async throws(EtcdError) {
        let mayBe: Bool
        switch content.withLock({ $0.presence.verdict(at: listing.point.revision) }) {
        case .unknown: mayBe = !(try await hadKeys())
        case .mayBeMissing: mayBe = true
        case .mustBeThere: mayBe = false
        }
        guard !mayBe else { return }
        throw EtcdError(
            .missing,
            "there is no directory \(directory.name), where keys have been: the store was wiped or is another one, and nothing "
                + "is deleted for it; if all keys are to go, make the directory again, empty: status --approve-deletes does that",
            operation: "list of \(directory.name)", endpoint: listing.endpoint)
    }

    /// Takes note of what a watch tells.
    func heard(_ event: V2Event) {
        content.withLock { content in
            let version = KeyVersion(event.index)
            if event.effect == .set, directory.shows(event.node.key) { content.presence.saw(at: version) }
            if event.effect == .removed, directory.isWithin(event.node.key) { content.presence.went(at: version) }
        }
    }

    /// Takes note of the list from which on is followed.
    func begins(with listing: Listing) { content.withLock { $0.presence.begins(at: listing.snapshot.revision) } }

    /// Takes note that a watch was taken up, and who serves it.
    func follows(through endpoint: EtcdEndpoint) {
        content.withLock { content in
            content.watched = endpoint
            content.watches = (content.watches.begun + 1, true)
        }
    }

    /// Takes note that the watch has ended.
    func watchEnded() { content.withLock { $0.watches.isOpen = false } }
}

/// Whether a directory was ever there. Pure.
///
/// etcd makes one with its first key, and keeps it after its last. One that is missing was never made, or somebody was told
/// to take it away, or the store is not the one that we know.
struct V2Presence: Sendable {
    enum Verdict: Equatable {
        case unknown
        case mayBeMissing
        case mustBeThere
    }

    /// The last version at which it was there, and at which it was taken away. A list that began before its end may be answered
    /// after the watch has told that, and a watch that catches up tells the past of what a list has shown.
    private var (seen, gone): (KeyVersion?, KeyVersion?)

    mutating func saw(at version: KeyVersion) { seen = max(seen ?? version, version) }
    mutating func went(at version: KeyVersion) { gone = max(gone ?? version, version) }

    /// What is told from now on goes on from a list at that version: what was seen or told of a later one is of a store that went
    /// back, or will be told again.
    mutating func begins(at version: KeyVersion) {
        if let end = gone, version < end { gone = nil }
        seen = seen.map { min($0, version) }
    }

    /// What it means that it is missing at a version.
    func verdict(at version: KeyVersion) -> Verdict {
        guard let gone, seen.map({ $0 <= gone }) ?? true else { return seen == nil ? .unknown : .mustBeThere }
        return version >= gone ? .mayBeMissing : .mustBeThere
    }
}
