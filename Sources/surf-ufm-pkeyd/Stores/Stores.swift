import Adapters
import EtcdGateway
import EtcdV2
import KeyHistory
import Ledger
import Logging
import Reconciler
import Settings

/// The two stores of an etcd, in one of which pcocc's keys are; with each its sources and its ledger.
struct Stores: Sendable {
    /// For keys in v3.
    let v3: EtcdClient
    /// For keys in v2.
    let v2: EtcdV2Client
    /// For the ledger, where that is in etcd: always in v3.
    let records: EtcdClient
    private let nobody: EtcdClient
    let connections: Connections
    private let directory: PKeyDirectoryOptions
    let ledger: LedgerInputs

    init(
        _ configuration: EtcdConfiguration, _ directory: PKeyDirectoryOptions, _ ledger: LedgerInputs,
        _ connections: Connections
    ) throws {
        v3 = try connections.etcd(configuration)
        v2 = try connections.etcdV2(configuration)
        if let login = try ledger.login() {
            var own = configuration
            own.login = login
            records = try connections.etcd(own)
        } else {
            records = v3
        }
        var other = configuration
        other.login = nil
        nobody = try connections.etcd(other)
        self.connections = connections
        self.directory = directory
        self.ledger = ledger
    }

    /// What a daemon or a tool works with.
    struct World: Sendable {
        let store: KeyStore
        let sources: [any KeySource]
        let ledger: any InspectableLedger
        /// Where it is.
        let place: LedgerPlace
        /// Where somebody tells a daemon something.
        let instructions: any InstructionBoard
        /// Where daemons say that they live.
        let heartbeats: any HeartbeatBoard
    }

    /// The sources and the ledger of keys in one of the stores.
    ///
    /// - Parameters:
    ///   - floors: how far a former life was told by each source.
    ///   - writing: whether the ledger is to be changed.
    func world(_ store: KeyStore, floors: [SourceID: StorePoint] = [:], writing: Bool) async throws -> World {
        let place = try await place(store)
        if writing { try await takeOver(to: place, besideKeysIn: store) }
        let floor = floors[Self.id(of: store, directory)]
        let sources =
            store == .v3
            ? connections.sources(v3, directory, fabric: ledger.fabric, floors: floors)
            : [try sourceInV2(floor, ledgerAt: place)]
        return World(
            store: store, sources: sources,
            ledger: try connections.ledger(place, fabric: ledger.fabric, records, sources, writing: writing),
            place: place, instructions: connections.instructions(place, fabric: ledger.fabric, records),
            heartbeats: connections.heartbeats(place, fabric: ledger.fabric, records))
    }

    private func sourceInV2(_ floor: StorePoint?, ledgerAt place: LedgerPlace) throws -> any KeySource {
        let known = try connections.ledger(place, fabric: ledger.fabric, records, [], writing: false)
        let hadFloor = floor != nil
        return EtcdV2Source(
            v2, prefix: directory.pkeyPrefix, store: floor?.store,
            hadKeys: { () async throws(Failure) in
                if hadFloor { return true }
                return try await !known.records().records.isEmpty
            }, advice: Advice.standard)
    }

    /// Takes a ledger in a file for a daemon, as long as what is given back lives; nil where it is not in a file.
    func occupy(_ world: World) async throws(CommandFailure) -> DaemonLock? {
        try await connections.occupy(world.place)
    }

    static func id(of store: KeyStore, _ directory: PKeyDirectoryOptions) -> SourceID {
        switch store {
        case .v3: EtcdSource.id(prefix: directory.pkeyPrefix)
        case .v2: EtcdV2Source.id(prefix: directory.pkeyPrefix)
        }
    }

    var survey: StoreSurvey {
        StoreSurvey(v3, v2, prefix: directory.pkeyPrefix, advice: Advice.standard)
    }

    // MARK: Where the ledger is

    /// Where the ledger of keys in a store is.
    private func place(_ store: KeyStore) async throws -> LedgerPlace {
        if case .file? = ledger.place { return .file(path(of: ledger.place)) }
        if ledger.place == nil, store == .v2, try await !survey.hasV3() {
            let path = LedgerPlace.standardPath(.current)
            connections.log.warning(
                "etcd has no v3 interface over JSON: the ledger is \(path), and what it says counts on this host alone")
            return .file(path)
        }
        let isOpen = try await isOpen(besideKeysIn: store)
        if ledger.place == nil {
            let isKept = try await isKeptInFile(besideOpen: isOpen)
            if isKept { return .file(LedgerPlace.standardPath(.current)) }
        }
        guard isOpen else { return .etcd }
        guard ledger.place == nil else {
            throw CommandFailure(
                "--ledger etcd: etcd's v2 store asks for passwords and its v3 store does not, so that everybody who reaches its "
                    + "port could forge the ledger; turn authentication on in v3 (that does not touch pcocc), leave the ledger in "
                    + "a file, or say --ledger-unprotected")
        }
        connections.log.warning(
            "etcd's v3 store asks for no password, and its v2 store does: the ledger is \(LedgerPlace.standardPath(.current)) and not in v3, where everybody could forge it"
        )
        return .file(LedgerPlace.standardPath(.current))
    }

    /// Whether a file has records, and etcd none: what has records stays the ledger, whatever has become of passwords since.
    @inline(never)
    private func isKeptInFile(besideOpen isOpen: Bool) async throws -> Bool {
        let path = LedgerPlace.standardPath(.current)
        guard let file = connections.ledgerFile(path, fabric: ledger.fabric), try await file.holdsWhatCounts() else {
            return false
        }
        guard !isOpen else { return true }
        guard try await !connections.ledgerInEtcd(records, fabric: ledger.fabric).holdsWhatCounts() else {
            throw CommandFailure(
                "the ledger in etcd has records and so has \(path): say which is meant with --ledger etcd or --ledger file:\(path)"
            )
        }
        connections.log.info("the ledger is \(path), which has records")
        return true
    }

    private func path(of place: LedgerPlace?) -> String {
        if case .file(let path)? = place { path } else { LedgerPlace.standardPath(.current) }
    }

    /// Whether the v3 store is open to everybody beside a protected v2 store that has the keys.
    ///
    /// Kept out of its callers: Swift 6.3 does not get through with their optimisation else.
    @inline(never)
    func isOpen(besideKeysIn store: KeyStore) async throws -> Bool {
        guard store == .v2, !ledger.isUnprotected else { return false }
        return try await isOpen()
    }

    @inline(never)
    private func isOpen() async throws(Failure) -> Bool {
        try await survey.isOpenBesideProtected(nobody)
    }

    // MARK: Which store

    /// In which store the keys are, as far as can be said now.
    func choice() async -> StoreChoice.Verdict {
        do throws(Failure) {
            // Whoever takes records that everybody could have written does not take keys with them.
            let hasNoSay = ledger.isUnprotected ? false : try await isOpen()
            // Before the stores are asked: one that is switched off, or emptied, changes nothing that was chosen.
            if let verdict = StoreChoice.verdict(try await known(isOpen: hasNoSay)) { return verdict }
            let (v3, v2) = await survey.findings()
            guard v3 == .keys, try await isOpen() else { return StoreChoice.verdict(v3: v3, v2: v2) }
            // What everybody could have written says nothing, and is not acted on either.
            switch StoreChoice.verdict(v3: .none, v2: v2) {
            case .chosen(.v2): return .chosen(.v2)
            case .waits(let failure): return .waits(failure)
            case .chosen, .alone, .both, .empty:
                return .waits(
                    Failure(
                        .settings,
                        "PKey keys are in etcd's v3 store alone, which asks for no password beside a v2 store that does, so that "
                            + "everybody could have written them: if they are meant, say --etcd-api v3"))
            }
        } catch {
            return .waits(error)
        }
    }

    /// What our ledgers know, wherever they are.
    private func known(isOpen: Bool) async throws(Failure) -> StoreChoice.Evidence {
        var found = StoreChoice.Evidence()
        if ledger.place == .etcd || ledger.place == nil, !isOpen {
            do throws(Failure) {
                found.formUnion(try await .init(of: connections.ledgerInEtcd(records, fabric: ledger.fabric)))
            } catch {
                // Where there is no v3 store there is no ledger in it.
                guard ledger.place == nil, try await !survey.hasV3() else { throw error }
            }
        }
        if ledger.place != .etcd, let file = connections.ledgerFile(path(of: ledger.place), fabric: ledger.fabric) {
            found.formUnion(try await .init(of: file))
        }
        return found
    }

    /// The directory of the keys, where it is missing and must not be.
    func lostDirectory(_ world: World) async throws(Failure) -> LostDirectory? {
        guard world.store == .v2 else { return nil }
        return try await LostDirectory(v2, prefix: directory.pkeyPrefix, world.ledger)
    }

    /// What the store that is not used has of pcocc's.
    enum OtherKeys: Sendable {
        case none
        case keys
        /// Keys that everybody could have written: they have no say.
        case forgeable
    }

    func keys(besides store: KeyStore) async -> OtherKeys {
        switch store {
        case .v3: return await survey.inV2() == .keys ? .keys : .none
        case .v2:
            guard await survey.inV3() == .keys else { return .none }
            do throws(Failure) {
                return try await isOpen() ? .forgeable : .keys
            } catch {
                // It is asked again at the next look.
                return .none
            }
        }
    }

    /// The one store that a tool is to look at.
    func standing(_ api: EtcdAPI) async throws -> KeyStore {
        switch api {
        case .v3: return .v3
        case .v2: return .v2
        case .auto:
            switch await choice() {
            case .chosen(let store), .alone(let store): return store
            // What stands in the way is told by what is read.
            case .empty, .waits: return .v3
            case .both(let words): throw CommandFailure(Self.undecided(words))
            }
        }
    }

    static func undecided(_ words: String) -> String {
        "\(words): say which are meant with --etcd-api v3 or --etcd-api v2"
    }
}
