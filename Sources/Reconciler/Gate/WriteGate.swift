/// Whether anything may be written now: the one place that is asked. Pure.
///
/// Every action that writes needs a ``WritePermit``, and permits are made here alone: what would write without having asked
/// does not compile.
package struct WriteGate: Sendable {
    /// Why nothing may be written.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The source, the ledger and the fabric have not all been read completely yet.
        case starting
        /// We were told to end.
        case stopping
        /// What the source says may not be its own history.
        case sourceDoubt = "source-doubt"
        case fabricDown = "fabric-down"
        case ledgerDown = "ledger-down"
        /// Another one writes, or nobody knows who does.
        case notLeading = "not-leading"
        /// Something has changed that somebody is to confirm first.
        case unconfirmed
        /// Nobody knows yet in which of two stores the keys are.
        case undecidedStore = "undecided-store"
        /// Nothing is ever written; what would be is told.
        case dryRun = "dry-run"

        /// Whether a change that has been begun is seen through all the same: half of it would be worse than all.
        var letsFinish: Bool {
            switch self {
            case .stopping, .fabricDown, .ledgerDown: true
            case .starting, .sourceDoubt, .notLeading, .unconfirmed, .undecidedStore, .dryRun: false
            }
        }

        /// Whether somebody else is to open the gate, and not what we are told by the servers that we read.
        var isOfOthers: Bool {
            switch self {
            case .notLeading, .unconfirmed: true
            case .starting, .stopping, .sourceDoubt, .fabricDown, .ledgerDown, .undecidedStore, .dryRun: false
            }
        }
    }

    /// What a permit is asked for.
    package enum Write: Hashable, Sendable, CaseIterable {
        case step, claim, batch, amendment, authorisation, release, confirmation
    }

    /// What opens or closes the gate from outside, such as an election.
    package enum Change: Sendable {
        case close(Reason)
        case open(Reason)
        /// Opens for a reason: from now on permits are good as long as this lease, and writes compare this fence. Whoever held
        /// a permit under another lease asks that one.
        case lead(Reason, any WriteLease, WriteFence?)
    }

    private(set) package var closedBy: Set<Reason>
    private var lease: any WriteLease
    private var fence: WriteFence?

    /// - Parameters:
    ///   - closedBy: the reasons that stand from the beginning; one that nobody opens stands for ever.
    ///   - lease: how long permits are good for.
    ///   - fence: what the ledger is to compare with each write.
    package init(closedBy: Set<Reason> = [], lease: any WriteLease = EndlessLease(), fence: WriteFence? = nil) {
        self.closedBy = closedBy
        self.lease = lease
        self.fence = fence
    }

    package mutating func close(_ reason: Reason) { closedBy.insert(reason) }
    package mutating func open(_ reason: Reason) { closedBy.remove(reason) }

    /// Closes for a server that does not answer, and opens for one that does.
    mutating func heed(_ sides: Sides) {
        set(.fabricDown, sides.fabric.outage != nil)
        set(.ledgerDown, sides.ledger.outage != nil)
    }

    private mutating func set(_ reason: Reason, _ stands: Bool) {
        if stands { close(reason) } else { open(reason) }
    }

    package mutating func take(_ change: Change) {
        switch change {
        case .close(let reason): close(reason)
        case .open(let reason): open(reason)
        case .lead(let reason, let lease, let fence):
            self.lease = lease
            self.fence = fence
            open(reason)
        }
    }

    /// A permit, or nil while anything forbids the writing.
    ///
    /// - Parameter begun: the permit under which the same change was begun.
    package func permit(for write: Write, finishing begun: WritePermit? = nil) -> WritePermit? {
        guard closedBy.allSatisfy({ $0.letsFinish && begun != nil }) else { return nil }
        return WritePermit(write: write, lease: lease, fence: fence)
    }

    /// Whether a change may be begun, be it in a rehearsal.
    var letsBegin: Bool { closedBy.isEmpty || isRehearsal }

    /// Whether somebody who tells a daemon something means this one: it leads, and its words count.
    var isAddressed: Bool { closedBy.isDisjoint(with: [.notLeading, .dryRun, .stopping]) }

    /// Whether everything would be done, were it not forbidden to do anything: then it is told instead.
    var isRehearsal: Bool { closedBy == [.dryRun] }
}

/// The right to write once, from ``WriteGate`` alone.
package struct WritePermit: Sendable {
    package let write: WriteGate.Write
    /// Is asked again when the writing takes place: between the permit and the request time may pass.
    package let lease: any WriteLease
    package let fence: WriteFence?

    fileprivate init(write: WriteGate.Write, lease: any WriteLease, fence: WriteFence?) {
        self.write = write
        self.lease = lease
        self.fence = fence
    }
}

/// How long a permit is good for. Asked at the moment of use: a renewal moves the end on, and a paused machine may pass it
/// before anybody notices.
package protocol WriteLease: Sendable {
    /// How long it is in force as things are now: zero or less once it has run out, nil for ever.
    var remaining: Duration? { get }
}

extension WriteLease {
    package var hasRunOut: Bool { remaining.map { $0 <= .zero } ?? false }
}

/// The lease of one who writes alone: nobody can take it away.
package struct EndlessLease: WriteLease {
    package init() {}
    package var remaining: Duration? { nil }
}

/// A key of the ledger's store that must stand at a revision for a write to be carried out there, or a key to be confirmed.
package struct WriteFence: Hashable, Sendable {
    package let key: String
    package let revision: Int64

    package init(key: String, revision: Int64) {
        self.key = key
        self.revision = revision
    }
}
