import Fabric

extension UFMClient {
    /// Called as GUIDs are settled, done or refused, with how many of how many; the last call has both the same.
    package typealias MemberProgress = @Sendable (_ done: Int, _ of: Int) -> Void
}

/// How far a call of several requests has come.
struct MemberAccount {
    private let total: Int
    private let report: UFMClient.MemberProgress?
    private var settled = 0
    private var refusal: UFMError?
    private(set) var refusedGUIDs: [GUID] = []
    /// Whether a request of this call has changed something, as far as we know.
    var changedSomething = false

    init(total: Int, report: UFMClient.MemberProgress?) {
        self.total = total
        self.report = report
    }

    /// These many more are as they were to be.
    mutating func settle(_ count: Int) {
        changedSomething = true
        advance(count)
    }

    /// UFM will not have these.
    mutating func refuse(_ guids: [GUID], for error: UFMError) {
        refusal = refusal ?? error
        refusedGUIDs += guids
        advance(guids.count)
    }

    private mutating func advance(_ count: Int) {
        settled += count
        report?(settled, total)
    }

    /// Throws if UFM refused anybody.
    func finish() throws(UFMError) {
        if let refusal { throw qualified(refusal) }
    }

    /// The error as one of the whole call: once a request before it was obeyed, "not applied" is no longer true.
    func qualified(_ error: UFMError) -> UFMError { error.asPart(ofChange: changedSomething, refused: refusedGUIDs) }
}
