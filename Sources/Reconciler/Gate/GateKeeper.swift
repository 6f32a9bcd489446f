/// Who decides from outside whether anything may be written, such as an election.
///
/// Its reason stands from the beginning until it opens the gate, and again once it has ended: whoever has failed says nothing
/// any more. The loop runs it for as long as it runs itself, so that what is under way when it stops is still under the lease.
package protocol GateKeeper: Sendable {
    /// Why nothing may be written while it has not opened the gate. It can open and close the gate for no other reason.
    var reason: WriteGate.Reason { get }

    /// Tells whether anything may be written, again whenever that changes, until the task is cancelled.
    func keep(_ tell: @escaping @Sendable (GateWord) -> Void) async
}

/// What a ``GateKeeper`` tells.
package enum GateWord: Sendable {
    case close
    case open
    /// Opens: we lead, for as long as this lease is in force, and writes compare this fence.
    case lead(any WriteLease, WriteFence?)
}

extension WriteGate.Change {
    init(_ word: GateWord, of keeper: any GateKeeper) {
        self =
            switch word {
            case .close: .close(keeper.reason)
            case .open: .open(keeper.reason)
            case .lead(let lease, let fence): .lead(keeper.reason, lease, fence)
            }
    }
}
