package import EtcdGateway
package import EtcdV2
import Fabric
import KeyHistory
package import Ledger
package import Reconciler

/// Asks both stores of an etcd what they hold.
package struct StoreSurvey: Sendable {
    private let v3: EtcdClient
    private let v2: EtcdV2Client
    private let prefix: String
    private let etcd: EtcdCall

    /// - Parameter prefix: of the PKey directory, with its closing slash.
    package init(
        _ v3: EtcdClient, _ v2: EtcdV2Client, prefix: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.v3 = v3
        self.v2 = v2
        self.prefix = prefix
        etcd = EtcdCall(advice)
    }

    /// What both hold, asked at once.
    package func findings() async -> (v3: StoreChoice.Finding, v2: StoreChoice.Finding) {
        async let first = inV3()
        async let second = inV2()
        return (await first, await second)
    }

    /// What the v2 store holds.
    package func inV2() async -> StoreChoice.Finding {
        switch await v2.interface() {
        case .off(let error): return .off(etcd.failure(error))
        case .unknown(let error): return .silent(etcd.failure(error))
        case .on: break
        }
        return await finding { () async throws(EtcdError) in
            switch try await v2.list(prefix).content {
            case .missing: []
            case .node(let node): node.keys.map { Array($0.key.utf8) }
            }
        }
    }

    /// What the v3 store holds.
    package func inV3() async -> StoreChoice.Finding {
        await finding { () async throws(EtcdError) in
            try await v3.list(.prefix(Array(prefix.utf8)), keysOnly: true).keyValues.map(\.key)
        }
    }

    /// Whether there is a v3 store to be asked at all, by an answer that says so.
    package func hasV3() async throws(Failure) -> Bool {
        try await etcd { () async throws(EtcdError) in
            do throws(EtcdError) {
                _ = try await v3.range(.single([0]), limit: 1, countOnly: true)
                return true
            } catch let error where error.kind == .noGateway {
                return false
            } catch let error
                where [.credentialsMissing, .permissionDenied, .refusedCredentials].contains(error.kind)
            {
                return true
            }
        }
    }

    /// Whether whoever reaches the port may write the v3 store, where the v2 store asks for a password: a ledger in it could be
    /// forged by everybody.
    ///
    /// - Parameter nobody: a client of the v3 store without a login.
    package func isOpenBesideProtected(_ nobody: EtcdClient) async throws(Failure) -> Bool {
        // Of several endpoints one that is silent, or is no etcd, is not to hide that the others have no v2.
        if case .off = await v2.interface() { return false }
        let isProtected = try await etcd { () async throws(EtcdError) in
            do throws(EtcdError) {
                return try await v2.hasAuthentication()
            } catch let error where error.kind == .v2IsOff {
                return false
            }
        }
        guard isProtected else { return false }
        return try await etcd { () async throws(EtcdError) in
            do throws(EtcdError) {
                _ = try await nobody.range(.single([0]), limit: 1, countOnly: true)
                return true
            } catch let error
                where [.credentialsMissing, .permissionDenied, .refusedCredentials, .noGateway].contains(error.kind)
            {
                return false
            } catch let error where error.isOutage {
                // One member that is down must not keep the others' word from us: they all have the same users.
                guard await isRefused(nobody) else { throw error }
                return false
            }
        }
    }

    /// Whether an endpoint of the v3 store says that it takes nobody without a login, and none lets him in.
    private func isRefused(_ nobody: EtcdClient) async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            for endpoint in nobody.configuration.endpoints {
                group.addTask {
                    do throws(EtcdError) {
                        try await nobody.question(endpoint, within: .seconds(2))
                        return true
                    } catch {
                        return [.credentialsMissing, .permissionDenied].contains(error.kind) ? false : nil
                    }
                }
            }
            let answers = await group.reduce(into: []) { $0.append($1) }
            return answers.contains(false) && !answers.contains(true)
        }
    }

    /// A watch of the v2 store for keys that name PKeys; nil where it cannot be had.
    package func arrivalsInV2() async -> V2Arrivals? {
        do throws(EtcdError) {
            return try await V2Arrivals(v2, prefix)
        } catch {
            return nil
        }
    }

    /// Whether a key that names a PKey was set, as soon as it was; false when the watch has ended before.
    package func awaitPKey(in arrivals: V2Arrivals) async -> Bool {
        var arrivals = arrivals
        do throws(EtcdError) {
            while let name = try await arrivals.next() {
                if Self.namesPKey(Array(name.utf8), behind: prefix) { return true }
            }
        } catch {
            // It is opened again, and the stores are asked meanwhile.
        }
        return false
    }

    /// Whether a key behind a prefix is one that counts.
    static func namesPKey(_ name: [UInt8], behind prefix: String) -> Bool {
        KeyName(name).text(behind: KeyName(prefix)).flatMap { try? PKey(named: $0) } != nil
    }

    private func finding(_ names: () async throws(EtcdError) -> [[UInt8]]) async -> StoreChoice.Finding {
        do throws(EtcdError) {
            return try await names().contains { Self.namesPKey($0, behind: prefix) } ? .keys : .none
        } catch {
            let failure = etcd.failure(error)
            return switch error.kind {
            case .noGateway, .v2IsOff: .off(failure)
            case .refusedCredentials, .credentialsMissing, .permissionDenied: .refused(failure)
            default: .silent(failure)
            }
        }
    }
}

extension StoreChoice.Evidence {
    /// What a ledger knows.
    package init(of ledger: any InspectableLedger) async throws(Failure) {
        let about = try await ledger.about().about
        // What has moved, or is not all there yet, says nothing.
        guard about.counts else {
            self.init()
            return
        }
        // What it is pinned to counts before all records, and those are many.
        if let pinned = about.store {
            self.init(pinned: pinned)
            return
        }
        self.init(recordsOf: try await ledger.records().records.values.map { "\($0.record.key)" })
    }
}
