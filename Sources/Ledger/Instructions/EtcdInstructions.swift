package import EtcdGateway
import KeyHistory
package import Reconciler

/// Instructions in etcd, under `/surf-ufm-pkeyd/<fabric>/requests/`: each with a lease, so that etcd takes it away.
package struct EtcdInstructions: InstructionBoard {
    /// How long an instruction, or its answer, stands.
    private static let lifetime: Int64 = 60

    private let client: EtcdClient
    private let fabric: String
    private let prefix: KeyName
    private let etcd: EtcdCall

    package init(_ client: EtcdClient, fabric: String, advice: @escaping Failure.Advice = { _ in nil }) {
        self.client = client
        self.fabric = fabric
        etcd = EtcdCall(advice)
        prefix = KeyName("/surf-ufm-pkeyd/\(fabric)/requests/")
    }

    private func key(_ id: String) -> [UInt8] { (prefix + id).bytes }

    // MARK: Those who tell

    package func leave(_ what: Instruction.What) async throws(Failure) -> String {
        let id = String.random
        let text = try InstructionDocument(what, fabric: fabric).json()
        _ = try await etcd { () async throws(EtcdError) in
            try await client.put(key(id), text, forSeconds: Self.lifetime)
        }
        return id
    }

    package func isTaken(_ id: String) async throws(Failure) -> Bool {
        try await standing(id)?.document.state != .asked
    }

    package func withdraw(_ id: String) async throws(Failure) -> Bool {
        guard let standing = try await standing(id), standing.document.state == .asked else { return false }
        return try await change(id, at: standing.version, .delete(key: key(id)), "withdrawal of an instruction")
    }

    package func outcome(of id: String) async throws(Failure) -> InstructionOutcome? {
        guard let standing = try await standing(id) else {
            throw Failure(.notShown, "the instruction is gone, and was not answered")
        }
        return standing.document.outcome
    }

    // MARK: The daemon

    package func follow(_ tell: @escaping @Sendable (Instruction) -> Void) async throws(Failure) {
        @Sendable func take(_ key: KeyName, _ value: [UInt8]?) {
            guard let id = key.text(behind: prefix), let document = value.flatMap({ InstructionDocument($0) }),
                document.state == .asked, let instruction = document.instruction(id)
            else { return }
            tell(instruction)
        }
        try await etcd { () async throws(EtcdError) in
            try await Follower(client, .prefix(prefix.bytes)).run { event in
                switch event {
                case .listed(let list, _): for entry in list.entries { take(entry.key, entry.value) }
                case .changed(_, let changes): for change in changes { take(change.key, change.value) }
                case .lost, .progress, .restored: break
                }
            }
        }
    }

    package func take(_ id: String) async throws(Failure) -> Bool {
        guard let standing = try await standing(id), standing.document.state == .asked else { return false }
        var document = standing.document
        document.state = .taken
        return try await change(
            id, at: standing.version, .rewrite(key: key(id), value: try document.json()), "taking of an instruction")
    }

    package func answer(_ id: String, _ outcome: InstructionOutcome) async throws(Failure) {
        // Whoever asked may have given up since, and etcd have taken it away.
        guard let standing = try await standing(id) else { return }
        let text = try standing.document.answered(outcome).json()
        _ = try await change(
            id, at: standing.version, .rewrite(key: key(id), value: text), "answer to an instruction")
    }

    private func standing(_ id: String) async throws(Failure) -> (document: InstructionDocument, version: Int64)? {
        guard let found = try await etcd({ () async throws(EtcdError) in try await client.get(key(id)) }),
            let document = InstructionDocument(found.value)
        else { return nil }
        return (document, found.modRevision)
    }

    private func change(
        _ id: String, at version: Int64, _ change: TransactionChange, _ operation: String
    ) async throws(Failure) -> Bool {
        try await etcd { () async throws(EtcdError) in
            try await client.transaction(
                if: [.modRevision(key: key(id), equals: version)], then: [change], operation: operation)
        }
    }
}
