package import Reconciler

/// Decides in which of etcd's two stores pcocc's keys are, where nobody has said. Pure.
///
/// By keys that name a PKey, and not by directories: one of v2 outlives the move to v3, empty. And by records of ours before
/// all keys: each names the key of its partition, and so the store that was chosen once. What has been chosen is never
/// changed by itself.
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

    /// Of which store the keys are that our records name.
    package struct Records: Hashable, Sendable {
        package var v3 = false
        package var v2 = false

        package init() {}

        /// - Parameter keys: of the records; one without a key names no store.
        package init(of keys: some Sequence<String>) {
            for key in keys where !key.isEmpty {
                if key.hasPrefix(EtcdV2Source.scheme) { v2 = true } else { v3 = true }
            }
        }

        package mutating func formUnion(_ other: Records) {
            v3 = v3 || other.v3
            v2 = v2 || other.v2
        }
    }

    package enum Verdict: Hashable, Sendable {
        case chosen(KeyStore)
        /// Nothing is anywhere: the first key decides.
        case empty
        /// Both have keys, or records of both: somebody has to say which.
        case both(String)
        /// An answer is missing; with what stands in the way.
        case waits(Failure)
    }

    package static func verdict(v3: Finding, v2: Finding, records: Records) -> Verdict {
        switch (records.v3, records.v2) {
        case (true, true): return .both("the ledger has records of keys in etcd's v3 store and of keys in its v2 store")
        case (true, false): return .chosen(.v3)
        case (false, true): return .chosen(.v2)
        case (false, false): break
        }
        switch (v3, v2) {
        case (.keys, .keys): return .both("PKey keys are in etcd's v3 store and in its v2 store")
        case (.silent(let failure), _), (_, .silent(let failure)): return .waits(failure)
        case (.keys, _): return .chosen(.v3)
        case (_, .keys): return .chosen(.v2)
        case (.refused(let failure), _), (_, .refused(let failure)): return .waits(failure)
        case (.none, .off): return .chosen(.v3)
        case (.off, .none): return .chosen(.v2)
        case (.off(let failure), .off): return .waits(failure)
        case (.none, .none): return .empty
        }
    }
}
