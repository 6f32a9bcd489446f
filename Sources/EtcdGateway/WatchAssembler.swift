package import KeyHistory

/// What a watch tells, in the order of the store's revisions.
package enum WatchUpdate: Equatable, Sendable {
    /// The server set the watch up; its header says how far that member was.
    case created(ResponseHeader)
    /// Everything that the point's revision changed in the watched range.
    case revision(StorePoint, [KeyChange])
    /// Everything up to this point has been told.
    case progress(StorePoint)
}

/// Turns the bytes of a watch stream into whole revisions; pure, so that every cut of the bytes can be tested.
///
/// A message that carries `fragment` is kept back until the piece without it has come: a revision is handed out whole or
/// not at all.
struct WatchAssembler {
    /// The most bytes of one line, and of all lines that make up one message. etcd's own messages stay below 2 MB, but for
    /// what was queued before the watch was set up.
    static let messageLimit = 64 << 20

    private var line: [UInt8] = []
    private var fragments: [KeyChange] = []
    /// The bytes of the lines that they came in.
    private var fragmentBytes = 0
    /// What the server ended the watch with, or why its words cannot be used. Whatever came before has been handed out:
    /// a deletion that a watch has told is worth more than a key that a later list lacks.
    private(set) var failure: EtcdError?

    /// Takes the next bytes; hands out what is complete. Nothing is taken after a failure.
    mutating func received(_ bytes: [UInt8]) -> [WatchUpdate] {
        var updates: [WatchUpdate] = []
        var rest = bytes[...]
        while failure == nil, let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<newline]
            rest = rest[rest.index(after: newline)...]
            updates += takeLine()
        }
        line += rest
        if failure == nil, fragmentBytes + line.count > Self.messageLimit { failure = Self.tooLong }
        if failure != nil { (line, fragments) = ([], []) }
        return updates
    }

    private static var tooLong: EtcdError {
        EtcdError(.malformedAnswer, "a message of the watch is larger than \(messageLimit) bytes")
    }

    /// Takes the end of the stream. Older gateways send their last error without a newline.
    mutating func ended() -> [WatchUpdate] {
        takeLine()
    }

    private mutating func takeLine() -> [WatchUpdate] {
        defer { line = [] }
        guard failure == nil, !line.isEmpty else { return [] }
        do throws(EtcdError) {
            return try updates(from: WatchMessage.message(in: line))
        } catch {
            failure = error
            return []
        }
    }

    private mutating func updates(from message: WatchMessage) throws(EtcdError) -> [WatchUpdate] {
        if message.isCanceled { throw Self.cancellation(message) }
        let header = message.header
        if message.isCreated {
            guard let header else { throw EtcdError(.malformedAnswer, "a watch was created without a header") }
            return [.created(header)]
        }
        guard !message.events.isEmpty else { return header.map { [.progress($0.point())] } ?? [] }
        for event in message.events { fragments.append(try Self.change(event)) }
        guard !message.isFragment else {
            fragmentBytes += line.count
            guard fragmentBytes <= Self.messageLimit else { throw Self.tooLong }
            return []
        }
        defer { (fragments, fragmentBytes) = ([], 0) }
        return Self.wholeRevisions(fragments, header)
    }

    private static func cancellation(_ message: WatchMessage) -> EtcdError {
        if let compacted = message.compactRevision, compacted > 0 {
            return EtcdError(.compacted(before: compacted), "revisions before \(compacted) have been compacted")
        }
        let reason = message.cancelReason ?? "no reason given"
        // The only place where a reason is to be had as text alone: gRPC's own rendering of its status code.
        if reason.contains("Unauthenticated") || reason.contains("invalid auth token") {
            return EtcdError(.staleToken, reason)
        }
        if reason.contains("required revision has been compacted") { return EtcdError(.compacted(before: nil), reason) }
        if reason.contains("permission denied") { return EtcdError(.permissionDenied, reason) }
        return EtcdError(.watchCanceled, reason)
    }

    private static func change(_ event: WatchMessage.Event) throws(EtcdError) -> KeyChange {
        guard let keyValue = event.keyValue, !keyValue.key.isEmpty, keyValue.modRevision > 0 else {
            throw EtcdError(.malformedAnswer, "a watch event without key or revision")
        }
        let (key, revision) = (KeyName(keyValue.key), KeyVersion(keyValue.modRevision))
        switch event.type {
        case nil, "PUT": return KeyChange(key: key, revision: revision, value: keyValue.value)
        case "DELETE": return KeyChange(key: key, revision: revision, value: nil)
        case let type?:
            throw EtcdError(.malformedAnswer, "a watch event of unknown type \(type)")
        }
    }

    private static func wholeRevisions(_ changes: [KeyChange], _ header: ResponseHeader?) -> [WatchUpdate] {
        var updates: [WatchUpdate] = []
        var start = changes.startIndex
        while start < changes.endIndex {
            let revision = changes[start].revision
            let end = changes[start...].firstIndex { $0.revision != revision } ?? changes.endIndex
            let point = header?.point(at: revision.number) ?? StorePoint(revision: revision)
            updates.append(.revision(point, Array(changes[start..<end])))
            start = end
        }
        return updates
    }
}
