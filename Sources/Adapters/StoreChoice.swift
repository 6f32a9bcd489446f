package import Reconciler

/// Decides in which of etcd's two stores pcocc's keys are, where nobody has said. Pure.
///
/// By what our ledger is pinned to before all else, and where it says nothing by our records: each names the key of its
/// partition, and so the store that was chosen once. What has been chosen is never changed by itself. Else by keys that name a
/// PKey, and not by directories: one of v2 outlives the move to v3, empty.
package struct StoreChoice: Sendable {
    /// What a store was found to hold.
    package enum Finding: Hashable, Sendable {
        /// Keys that name PKeys.
        case keys
        case none
        /// It says itself that it is not there.
        case off(Failure)
        /// It does not let us in.
        case refused(Failure)
        /// Nobody knows.
        case silent(Failure)
    }

    /// What ledgers of ours know of it.
    package struct Evidence: Hashable, Sendable {
        /// The stores that they are pinned to.
        package private(set) var pinned: Set<KeyStore> = []
        /// The stores of the keys that their records name, where records had to be read: what is pinned decides without them.
        package private(set) var recorded: Set<KeyStore> = []

        /// - Parameter keys: of the records. A record of version 0.1 may have none: that knew v3 alone.
        package init(pinned: KeyStore? = nil, recordsOf keys: some Sequence<String> = [String]()) {
            if let pinned { self.pinned = [pinned] }
            for key in keys { recorded.insert(key.hasPrefix(EtcdV2Source.scheme) ? .v2 : .v3) }
        }

        package mutating func formUnion(_ other: Evidence) {
            pinned.formUnion(other.pinned)
            recorded.formUnion(other.recorded)
        }
    }

    package enum Verdict: Hashable, Sendable {
        /// It is known.
        case chosen(KeyStore)
        /// The other one is not there, and in this one nothing is yet: it is used, and not pinned.
        case alone(KeyStore)
        /// Nothing is anywhere: the first key decides.
        case empty
        /// Both have keys, or records of both: somebody has to say which.
        case both(String)
        /// An answer is missing; with what stands in the way.
        case waits(Failure)
    }

    /// What is known without asking the stores; nil where nothing is.
    package static func verdict(_ known: Evidence) -> Verdict? {
        if known.pinned.count > 1 { return .both("our ledgers are pinned to both of etcd's stores") }
        if let pinned = known.pinned.first { return .chosen(pinned) }
        if known.recorded.count > 1 {
            return .both("the ledger has records of keys in etcd's v3 store and of keys in its v2 store")
        }
        return known.recorded.first.map(Verdict.chosen)
    }

    /// What both stores say, where nothing is known.
    package static func verdict(v3: Finding, v2: Finding) -> Verdict {
        switch (v3, v2) {
        case (.keys, .keys): return .both("PKey keys are in etcd's v3 store and in its v2 store")
        case (.silent(let failure), _), (_, .silent(let failure)): return .waits(failure)
        case (.keys, _): return .chosen(.v3)
        case (_, .keys): return .chosen(.v2)
        case (.refused(let failure), _), (_, .refused(let failure)): return .waits(failure)
        case (.none, .off): return .alone(.v3)
        case (.off, .none): return .alone(.v2)
        case (.off(let failure), .off): return .waits(failure)
        case (.none, .none): return .empty
        }
    }
}
