/// What a watch tells, in the order of the store's revisions.
package enum WatchUpdate: Equatable, Sendable {
    /// The server set the watch up; its header says how far that member was.
    case created(ResponseHeader)
    /// Everything that one revision changed in the watched range.
    case revision(Int64, [KeyChange])
    /// Everything up to this revision has been told.
    case progress(Int64)
}

/// One key changed by a revision.
package struct KeyChange: Equatable, Sendable {
    package let key: [UInt8]
    package let modRevision: Int64
    /// The new value, or nil for a deletion.
    package let value: [UInt8]?

    package init(key: [UInt8], modRevision: Int64, value: [UInt8]?) {
        self.key = key
        self.modRevision = modRevision
        self.value = value
    }
}

/// Turns the bytes of a watch stream into whole revisions; pure, so that every cut of the bytes can be tested.
///
/// A message that carries `fragment` is kept back until the piece without it has come: a revision is handed out whole or
/// not at all.
struct WatchAssembler {
    private var line: [UInt8] = []
    private var fragments: [KeyChange] = []
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
        return updates
    }

    /// Takes the end of the stream. Older gateways send their last error without a newline.
    mutating func ended() -> [WatchUpdate] {
        takeLine()
    }

    private mutating func takeLine() -> [WatchUpdate] {
        defer { line = [] }
        guard failure == nil, !line.isEmpty else { return [] }
        do throws(EtcdError) {
            return try updates(from: WatchLine.message(in: line))
        } catch {
            failure = error
            return []
        }
    }

    private mutating func updates(from message: WatchLine.Message) throws(EtcdError) -> [WatchUpdate] {
        if message.canceled == true { throw Self.cancellation(message) }
        let header = message.header?.header
        if message.created == true {
            guard let header else { throw EtcdError(.malformedAnswer, "a watch was created without a header") }
            return [.created(header)]
        }
        guard let events = message.events, !events.isEmpty else {
            return header.map { [.progress($0.revision)] } ?? []
        }
        for event in events { fragments.append(try Self.change(event)) }
        guard message.fragment != true else { return [] }
        defer { fragments = [] }
        return Self.wholeRevisions(fragments)
    }

    private static func cancellation(_ message: WatchLine.Message) -> EtcdError {
        if let compacted = message.compact_revision?.value, compacted > 0 {
            return EtcdError(.compacted, "revisions before \(compacted) have been compacted")
        }
        let reason = message.cancel_reason ?? "no reason given"
        // The only place where a reason is to be had as text alone: gRPC's own rendering of its status code.
        if reason.contains("Unauthenticated") || reason.contains("invalid auth token") {
            return EtcdError(.staleToken, reason)
        }
        if reason.contains("required revision has been compacted") { return EtcdError(.compacted, reason) }
        if reason.contains("permission denied") { return EtcdError(.permissionDenied, reason) }
        return EtcdError(.watchCanceled, reason)
    }

    private static func change(_ event: WatchLine.Event) throws(EtcdError) -> KeyChange {
        guard let keyValue = event.kv?.keyValue, !keyValue.key.isEmpty, keyValue.modRevision > 0 else {
            throw EtcdError(.malformedAnswer, "a watch event without key or revision")
        }
        switch event.type {
        case nil, "PUT":
            return KeyChange(key: keyValue.key, modRevision: keyValue.modRevision, value: keyValue.value)
        case "DELETE":
            return KeyChange(key: keyValue.key, modRevision: keyValue.modRevision, value: nil)
        case let type?:
            throw EtcdError(.malformedAnswer, "a watch event of unknown type \(type)")
        }
    }

    private static func wholeRevisions(_ changes: [KeyChange]) -> [WatchUpdate] {
        var updates: [WatchUpdate] = []
        var start = changes.startIndex
        while start < changes.endIndex {
            let revision = changes[start].modRevision
            let end = changes[start...].firstIndex { $0.modRevision != revision } ?? changes.endIndex
            updates.append(.revision(revision, Array(changes[start..<end])))
            start = end
        }
        return updates
    }
}
