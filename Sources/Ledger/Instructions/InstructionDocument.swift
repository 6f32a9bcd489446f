import Fabric
import FoundationEssentials
import JSONText
import Reconciler

/// An instruction as it is written, and the answer to it, which is written in its place:
/// `{"approve":{"0x2000":17},"fabric":"default","state":"asked","time":"2026-01-31T12:00:00Z"}`.
struct InstructionDocument: Codable, Hashable, Sendable {
    enum State: String, Codable, Sendable {
        case asked
        /// A daemon carries it out; nobody else will.
        case taken
        case answered
    }

    var state: State
    let fabric: String
    /// When it was left, in UTC; for people.
    let time: String
    /// The versions of the records that were shown.
    var approve: [String: Int64]?
    /// The conflicts that were shown.
    var adopt: [String: NoteDocument]?
    /// What the daemon stood on, and is to stand on, as it was shown.
    var confirm: Confirm?
    // MARK: The answer
    var done: [String]?
    var changed: [String]?
    var problem: String?

    struct Confirm: Codable, Hashable, Sendable {
        let before: AboutDocument.Ground?
        let after: AboutDocument.Ground
    }

    init(_ what: Instruction.What, fabric: String, time: Date = .now) {
        state = .asked
        self.fabric = fabric
        self.time = time.formatted(.iso8601)
        switch what {
        case .approve(let shown):
            approve = Dictionary(shown.map { ($0.key.description, $0.value.number) }, uniquingKeysWith: { $1 })
        case .adopt(let shown):
            adopt = Dictionary(shown.map { ($0.key.description, NoteDocument($0.value)) }, uniquingKeysWith: { $1 })
        case .confirm(let shown):
            confirm = Confirm(before: shown.before.map(AboutDocument.Ground.init), after: .init(shown.after))
        }
    }

    /// nil for a text that is none.
    init?(_ json: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = document
    }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "an instruction cannot be written as JSON: \(error)")
        }
    }

    /// What is to be done; nil where that cannot be read. A PKey that is none is nobody's, and passed over.
    func instruction(_ id: String) -> Instruction? {
        func named<Value>(_ shown: [String: Value]) -> [PKey: Value] {
            Dictionary(
                shown.compactMap { name, value in (try? PKey(parsing: name)).map { ($0, value) } },
                uniquingKeysWith: { first, _ in first })
        }
        if let approve { return Instruction(id, .approve(named(approve).mapValues { RecordVersion($0) })) }
        if let adopt { return Instruction(id, .adopt(named(adopt).compactMapValues(\.conflictNote))) }
        if let confirm, let after = try? confirm.after.footing() {
            return Instruction(id, .confirm(.init(before: try? confirm.before?.footing(), after: after)))
        }
        return nil
    }

    /// The same, with what became of it.
    func answered(_ outcome: InstructionOutcome) -> InstructionDocument {
        var document = self
        document.state = .answered
        document.done = outcome.done.map(\.description)
        document.changed = outcome.changed.map(\.description)
        document.problem = outcome.problem
        return document
    }

    /// What became of it; nil until it is answered.
    var outcome: InstructionOutcome? {
        guard state == .answered else { return nil }
        func pkeys(_ names: [String]?) -> [PKey] { (names ?? []).compactMap { try? PKey(parsing: $0) } }
        return InstructionOutcome(done: pkeys(done), changed: pkeys(changed), problem: problem)
    }
}
