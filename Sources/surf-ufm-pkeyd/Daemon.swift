import Adapters
import EtcdGateway
import EtcdV2
import Exposition
import Files
import Glibc
import KeyHistory
import Ledger
import Logging
import Planning
import Reconciler
import Settings
import Surroundings
import Telemetry
import Text
import Transport
import UFMClient
import UnixSignals

/// The composition root: here, and nowhere else, clients get their transport, and the engine its adapters.
struct Connections {
    let log: Logger
    private let http: HTTPClient
    /// What measures what goes to each server; nil where nobody looks.
    private let registry: MetricRegistry?
    /// What is told of proofs that a watch misses nothing.
    private let observatory: Observatory?
    /// What is told when the ledger's records were written.
    private let times: RecordTimes?

    init(log: Logger, seenFrom lookout: Lookout? = nil) throws {
        self.log = log
        (registry, observatory, times) = (lookout?.registry, lookout?.observatory, lookout?.times)
        http = try HTTPClient()
    }

    /// Makes ready what takes time and depends on nothing that has to be read first.
    static func prepare() { HTTPClient.prepare() }

    private func transport(to server: MeteredTransport.Server) -> any HTTPTransport {
        registry.map { MeteredTransport(http, to: server, $0) } ?? http
    }

    /// Aborts all transfers, and ends the thread that performs them.
    func close() { http.shutdown() }

    func etcd(_ inputs: EtcdInputs, _ sources: CredentialSources) throws -> EtcdClient {
        try etcd(try inputs.resolve(sources).told(to: log))
    }

    func ufm(_ inputs: UFMInputs, _ sources: CredentialSources) throws -> UFMClient {
        ufm(try inputs.resolve(sources).told(to: log))
    }

    func etcd(_ configuration: EtcdConfiguration) throws(EtcdError) -> EtcdClient {
        try EtcdClient(telling(configuration), transport: transport(to: .etcd))
    }

    func etcdV2(_ inputs: EtcdInputs, _ sources: CredentialSources) throws -> EtcdV2Client {
        try etcdV2(try inputs.resolve(sources).told(to: log))
    }

    func etcdV2(_ configuration: EtcdConfiguration) throws(EtcdError) -> EtcdV2Client {
        try EtcdV2Client(telling(configuration), transport: transport(to: .etcd))
    }

    private func telling(_ configuration: EtcdConfiguration) -> EtcdConfiguration {
        if let login = configuration.login { KnownSecrets.add(login.password) }
        var configuration = configuration
        configuration.tell = { [log] news in
            switch news {
            case .isOdd(let error):
                log.warning("\(error.description(with: Advice.standard)); the other endpoints are used")
            case .isWell(let endpoint): log.info("etcd at \(endpoint.url) answers as it should again")
            }
        }
        return configuration
    }

    /// The stores of an etcd, in one of which pcocc's keys are.
    func stores(
        _ inputs: EtcdInputs, _ sources: CredentialSources, _ directory: PKeyDirectoryOptions, _ ledger: LedgerInputs
    ) throws -> Stores {
        try Stores(try inputs.resolve(sources).told(to: log), directory, ledger, self)
    }

    /// The ledger in a file, for reading; nil where there is none.
    func ledgerFile(_ path: String, fabric: String) -> (any InspectableLedger)? {
        guard access(path, F_OK) == 0 else { return nil }
        return FileLedger(FileRecords(LedgerFile(path, fabric: fabric)), sources: [])
    }

    fileprivate func ufm(_ configuration: UFMConfiguration) -> UFMClient {
        for secret in configuration.credentials.secrets { KnownSecrets.add(secret) }
        return UFMClient(configuration: configuration, transport: transport(to: .ufm))
    }

    /// Where desired state comes from, in the order of precedence.
    ///
    /// - Parameters:
    ///   - directory: what was said of where they are.
    ///   - fabric: its name in the ledger, beside which second opinions are asked for.
    ///   - floors: how far a former life was told by each.
    func sources(
        _ client: EtcdClient, _ directory: PKeyDirectoryOptions, fabric: String = "default",
        floors: [SourceID: StorePoint] = [:]
    ) -> [any KeySource] {
        [
            EtcdSource(
                client, prefix: directory.pkeyPrefix,
                absentee: KeyName("/surf-ufm-pkeyd/\(fabric)/second-opinion"),
                store: floors[EtcdSource.id(prefix: directory.pkeyPrefix)]?.store, advice: Advice.standard,
                proven: { [observatory] in observatory?.proved("etcd") })
        ]
    }

    func fabric(_ client: UFMClient) -> UFMFabric {
        UFMFabric(client, advice: Advice.standard)
    }

    func ledgerInEtcd(
        _ client: EtcdClient, fabric: String, _ sources: [any KeySource] = [], _ times: RecordTimes? = nil
    ) -> EtcdLedger {
        EtcdLedger(EtcdRecords(client, fabric: fabric, advice: Advice.standard), sources: sources, times: times)
    }

    /// Where people leave instructions for the daemon of a fabric: beside its ledger.
    func instructions(_ place: LedgerPlace, fabric: String, _ client: EtcdClient) -> any InstructionBoard {
        switch place {
        case .etcd: EtcdInstructions(client, fabric: fabric, advice: Advice.standard)
        case .file(let path): FileInstructions(besideLedger: path, fabric: fabric)
        }
    }

    /// Where the daemons of a fabric say that they live: beside its ledger.
    func heartbeats(_ place: LedgerPlace, fabric: String, _ client: EtcdClient) -> any HeartbeatBoard {
        switch place {
        case .etcd: EtcdHeartbeats(client, fabric: fabric, advice: Advice.standard)
        case .file(let path): FileHeartbeats(besideLedger: path)
        }
    }

    /// The ledger of a fabric.
    ///
    /// - Parameters:
    ///   - client: where it is kept when it is kept in etcd.
    ///   - sources: who knows how the keys stand.
    ///   - writing: whether it is to be changed; then a directory in which nothing can be written is an error at once.
    func ledger(
        _ place: LedgerPlace, fabric: String, _ client: EtcdClient, _ sources: [any KeySource], writing: Bool
    ) throws(CommandFailure) -> any InspectableLedger {
        switch place {
        case .etcd: return ledgerInEtcd(client, fabric: fabric, sources, times)
        case .file(let path): return try ledgerInFile(path, fabric: fabric, sources, times, writing: writing)
        }
    }

    func ledgerInFile(
        _ path: String, fabric: String, _ sources: [any KeySource] = [], _ times: RecordTimes? = nil, writing: Bool
    ) throws(CommandFailure) -> FileLedger {
        let file = LedgerFile(path, fabric: fabric)
        do throws(Failure) {
            try file.check(writing: writing)
        } catch {
            throw CommandFailure("--ledger: \(error.message)")
        }
        return FileLedger(FileRecords(file), sources: sources, times: times)
    }

    /// Takes a ledger in a file for a daemon, as long as what is given back lives; nil where it is not in a file.
    func occupy(_ place: LedgerPlace) async throws(CommandFailure) -> DaemonLock? {
        guard case .file(let path) = place else { return nil }
        do throws(Failure) {
            return try await DaemonLock(beside: path)
        } catch {
            throw CommandFailure("--ledger: \(error.message)")
        }
    }
}

/// The daemon, from its settings to its end.
struct Daemon {
    let inputs: DaemonInputs
    let directory: PKeyDirectoryOptions
    /// Where the ledger is, and the name of the fabric in it.
    let ledger: LedgerInputs
    /// Which store of etcd the keys are in.
    let api: EtcdAPI
    let isDryRun: Bool
    /// The options, those of `ufm.yaml` read again.
    let reread: @Sendable () throws -> DaemonInputs
    let log: Logger
    /// Whether the log tells details.
    let detail: LogDetail
    let audit: AuditFile?
    /// Who may look at it.
    let listening: ListenInputs
    let recent: RecentLines?

    /// So long after its start a daemon gives back what only that has needed.
    private static let settling = Duration.seconds(30)

    func run() async throws {
        // Before anything can take long: from here on a signal ends the daemon in good order.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigusr1)
        EndingSignals.letGo(but: [SIGINT, SIGTERM, SIGHUP])
        let lookout = try Lookout(listening, fabric: ledger.fabric, recent, log: log)
        defer { lookout?.close() }
        let connections = try Connections(log: log, seenFrom: lookout)
        defer { connections.close() }
        guard let settings = try resolved() else { return }
        tell(settings)
        for complaint in RivalDaemons.complaints(of: RivalDaemons.running()) { log.warning("\(complaint)") }
        let memory = try memory(settings)
        var floors: [SourceID: StorePoint] = [:]
        for store in [KeyStore.v3, .v2] {
            floors.merge(try self.floors(of: Stores.id(of: store, directory), memory)) { first, _ in first }
        }
        var etcd = settings.etcd
        let cluster = settings.etcdCluster ?? floors.values.compactMap(\.store).first
        etcd.cluster = cluster.map(ClusterChoice.pinned) ?? .elected
        let stores = try Stores(etcd, directory, ledger, connections)
        let ufmFabric = connections.fabric(connections.ufm(settings.ufm))
        let supervisor = Supervisor()
        log.info("Performing initial PKey scan...")
        if !settings.engine.runsOnce {
            let seconds = settings.engine.resyncInterval.components.seconds
            log.info("Starting monitoring loop (poll interval: \(seconds)s)")
        }
        let relay = SignalRelay()
        let hosts = isDryRun ? settings.ufm.hosts : await HostAddresses.all(of: settings.ufm.hosts)
        let ground = Ground(
            Footing(
                hosts: hosts, range: settings.engine.limits.range, prefix: KeyName(directory.pkeyPrefix)))
        let life = Life(
            stores: stores, fabric: ufmFabric, memory: isDryRun ? nil : memory, floors: floors,
            engine: settings.engine, isDryRun: isDryRun, supervisor: supervisor, observatory: lookout?.observatory,
            ground: ground, log: log)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                for await signal in signals { relay.send(signal) }
            }
            if !settings.engine.runsOnce {
                let certificates = CertificateWatch(
                    clock: ContinuousClock(), epoch: { time(nil) },
                    look: {
                        let seen = await ufmFabric.certificates() + stores.v3.seenCertificates()
                        lookout?.observatory.learn { facts in
                            for certificate in seen { facts.certificates[certificate.server] = certificate.expiry }
                        }
                        return seen
                    },
                    warn: { log.warning("\($0)") })
                group.addTask { await certificates.run() }
                group.addTask {
                    if (try? await Task.sleep(for: Self.settling)) != nil { ProcessMemory.settle() }
                }
            }
            defer { group.cancelAll() }
            try await life.run(on: api) {
                while !relay.isOver, let signal = await relay.next() {
                    if signal == .sigusr1 {
                        let words = detail.toggle() ? "logged from now on" : "no longer logged"
                        log.info("SIGUSR1 received: details are \(words)")
                        continue
                    }
                    guard signal == .sighup else {
                        relay.end()
                        log.info("\(signal) received: finishing what is under way")
                        return
                    }
                    let renewal = { await renew(settings, stores, ufmFabric, connections, lookout) }
                    if let supervisor { await supervisor.reload(renewal) } else { await renewal() }
                }
            }
        }
        log.info("PKey monitor stopped")
    }

    /// What a former life knew, and the next one is to know; nil without a state directory.
    private func memory(_ settings: DaemonSettings) throws(CommandFailure) -> StoreMemory? {
        guard let path = settings.stateDirectory else { return nil }
        let directory = StateDirectory(path)
        guard directory.isWritable else {
            throw CommandFailure("--state-dir \(path): files cannot be written there: \(SystemWords.lastError)")
        }
        return StoreMemory(directory)
    }

    /// What a former life has left of a source; nothing where another cluster is meant from now on.
    private func floors(
        of source: SourceID, _ memory: StoreMemory?
    ) throws(CommandFailure) -> [SourceID: StorePoint] {
        let floor: StorePoint?
        do throws(Failure) {
            floor = try memory?.point(of: source)
        } catch {
            throw CommandFailure("--state-dir: \(error.message)")
        }
        guard let floor else { return [:] }
        if let known = floor.store, let cluster = inputs.etcdCluster, known != cluster {
            log.warning(
                "etcd's cluster is 0x\(Hex.digits(cluster)) from now on, as --etcd-cluster-id says, and no longer 0x\(Hex.digits(known))"
            )
            return [:]
        }
        return [source: floor]
    }

    /// The settings; nil when it was asked to end while it asked for a password, which is no failure.
    private func resolved() throws(SettingsError) -> DaemonSettings? {
        do throws(SettingsError) {
            return try inputs.resolve().told(to: log)
        } catch {
            if case .interrupted(let signal) = error, signal != SIGHUP { return nil }
            throw error
        }
    }

    private func tell(_ settings: DaemonSettings) {
        log.info("etcd: \(settings.etcd.endpoints.map(\.url).joined(separator: ", "))")
        log.info("UFM: \(settings.ufm.hosts.joined(separator: ", "))")
        let range = settings.engine.limits.range
        if range != .everything { log.info("Managed range: \(range)") }
    }

    private func renew(
        _ settings: DaemonSettings, _ stores: Stores, _ ufmFabric: UFMFabric, _ connections: Connections,
        _ lookout: Lookout?
    ) async {
        do throws(AuditFile.Problem) {
            try audit?.reopen()
        } catch {
            log.error("SIGHUP received: changes go on in the old file: --audit-log: \(error)")
        }
        do {
            let renewal = try settings.reloaded(try reread()).told(to: log)
            if let login = renewal.etcdLogin {
                KnownSecrets.add(login.password)
                await stores.v3.renew(login: login)
                stores.v2.renew(login: login)
            }
            if let login = try ledger.login() {
                KnownSecrets.add(login.password)
                await stores.records.renew(login: login)
            }
            ufmFabric.renew(connections.ufm(renewal.ufm))
            try lookout?.renew(log: log)
            log.info("SIGHUP received: passwords have been read again")
        } catch {
            log.error("SIGHUP received: the old passwords stay in use: \(ErrorWords.sentence(error))")
        }
    }
}
