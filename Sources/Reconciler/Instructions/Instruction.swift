package import Fabric

/// What somebody tells the daemon to do, of what was shown to him: whatever has changed since stays as it is.
package struct Instruction: Hashable, Sendable {
    package enum What: Hashable, Sendable {
        /// Deletions and changes that are held back go on; each with the version of its record as it was shown.
        case approve([PKey: RecordVersion])
        /// Partitions that are there and not ours are taken over; each with what was shown to be in the way.
        case adopt([PKey: ConflictNote])
        /// The daemon goes on with another fabric manager, or a wider range, as it was shown.
        case confirm(Confirmation)
    }

    /// What was shown of what a daemon stands on, and is to stand on.
    package struct Confirmation: Hashable, Sendable {
        package let before: Footing?
        package let after: Footing

        package init(before: Footing?, after: Footing) {
            self.before = before
            self.after = after
        }
    }

    /// Another one for every instruction.
    package let id: String
    package let what: What

    package init(_ id: String, _ what: What) {
        self.id = id
        self.what = what
    }

    /// The partitions that it is about, in ascending order.
    package var pkeys: [PKey] {
        switch what {
        case .approve(let shown): shown.keys.sorted()
        case .adopt(let shown): shown.keys.sorted()
        case .confirm: []
        }
    }
}

/// What became of an instruction.
package struct InstructionOutcome: Hashable, Sendable {
    /// In ascending order.
    package var done: [PKey]
    /// Those that were no longer as they were shown, and stay as they are; in ascending order.
    package var changed: [PKey]
    /// Why the rest was not done; nil where there is no rest.
    package var problem: String?

    package init(done: [PKey] = [], changed: [PKey] = [], problem: String? = nil) {
        self.done = done
        self.changed = changed
        self.problem = problem
    }

    /// Nothing may be written now.
    init(closedBy reasons: Set<WriteGate.Reason>) {
        self.init(problem: "the daemon may not write now (\(reasons.map(\.rawValue).sorted().joined(separator: ", ")))")
    }
}

/// Where instructions are left for the daemon. Whoever takes one does so before he acts, and nobody takes it twice.
package protocol InstructionDesk: Sendable {
    /// Tells each instruction that is left, until the task is cancelled.
    func follow(_ tell: @escaping @Sendable (Instruction) -> Void) async throws(Failure)
    /// Takes an instruction; says whether it was still there to be taken.
    func take(_ id: String) async throws(Failure) -> Bool
    /// Says what became of one that was taken.
    func answer(_ id: String, _ outcome: InstructionOutcome) async throws(Failure)
}

/// What an instruction comes to in the ledger: one writing for each partition that is as it was shown.
package struct InstructionWork: Hashable, Sendable {
    package enum Write: Hashable, Sendable {
        /// The record that says that somebody has approved it, over the one that was shown.
        case approve(LedgerRecord, over: RecordVersion)
        /// The first record of a partition, if its key still is as it was told.
        case adopt(LedgerRecord, expecting: KeyState)

        var record: LedgerRecord {
            switch self {
            case .approve(let record, _), .adopt(let record, _): record
            }
        }
    }

    package let id: String
    package let writes: [PKey: Write]
    /// Those that are no longer as they were shown, in ascending order.
    let changed: [PKey]
}

extension InstructionWork {
    /// - Parameter standing: how it stands with a partition now.
    init(_ instruction: Instruction, key: (Standing) -> KeyState, standing: (PKey) -> Standing?) {
        id = instruction.id
        var found: [PKey: Write] = [:]
        for pkey in instruction.pkeys {
            guard let standing = standing(pkey) else { continue }
            switch instruction.what {
            case .approve(let shown):
                guard let record = standing.record, record.state == .guarded, shown[pkey] == standing.version else {
                    continue
                }
                found[pkey] = .approve(record.approved, over: standing.version)
            case .adopt(let shown):
                guard let conflict = standing.conflict,
                    shown[pkey] == ConflictNote(key: standing.key, revision: standing.revision, conflict)
                else { continue }
                found[pkey] = .adopt(standing.record(.claimed), expecting: key(standing))
            // It is about no partition, and heard by who keeps the gate.
            case .confirm: continue
            }
        }
        writes = found
        changed = instruction.pkeys.filter { found[$0] == nil }
    }
}

extension LedgerRecord {
    /// The same record, approved.
    package var approved: LedgerRecord { LedgerRecord(.approved, key: key, revision: revision) }
}

/// How people let deletions go on that are held back: the one place for these words.
package enum ApprovalWords {
    /// What they type; the options that lead to etcd and the ledger come on top.
    package static let command = "surf-ufm-pkeyd status --approve-deletes"
}
