package import Fabric
import Synchronization
package import Transport

/// A client of UFM Enterprise, as far as its partitions go.
///
/// A value whose only state is which host is at work: it may be used from many tasks at once. Reads tell the whole truth or throw. Writes take a
/// `PKey`, so that none can be aimed at the default partition, and are never repeated blindly: an error says whether
/// its call may have been applied, and the caller reads back. A success means that UFM has recorded the change; its
/// subnet manager programs the ports some time after that.
package struct UFMClient: Sendable {
    /// Where UFM is and who we are; a new password is a new client, or a change here.
    package var configuration: UFMConfiguration
    let transport: any HTTPTransport
    /// Until when this copy may send what changes something; nil for any time. Reads need none.
    package var lease: (any SendLease)?
    /// Who is told of each step that was answered, or was not, and how long that took.
    package var changed: (@Sendable (PlanStep, Result<StepOutcome, UFMError>, Duration) -> Void)?
    /// Which of several hosts is at work; copies of a client share what one of them has found out.
    let servers = ServerMemory()

    /// A client that sends through this transport; nothing is sent before the first call.
    package init(configuration: UFMConfiguration, transport: any HTTPTransport) {
        self.configuration = configuration
        self.transport = transport
    }
}

extension UFMClient {
    /// Sends a call to the server that is at work, and returns its answer if that is a success.
    ///
    /// With one host there is nothing to find out. With several, a call goes to the one that answered the cheapest
    /// read as UFM does, so that no write ever meets a standby. When that one fails it is forgotten. The call goes to
    /// another only if it is a read or if nothing of it was sent: two hosts never both get a write.
    func answer(to call: Call) async throws(UFMError) -> Answer {
        let servers = configuration.hosts.map(configuration.baseURL)
        guard let first = servers.first else { throw invalid(call, "no UFM host is given") }
        guard servers.count > 1 else { return try await answer(to: call, at: first) }
        let server = try await master(among: servers)
        do throws(UFMError) {
            return try await answer(to: call, at: server)
        } catch let error where error.isOutage && (error.nothingWasSent || !call.isWrite && !error.isTimeout) {
            return try await answer(to: call, at: try await master(among: servers))
        }
    }

    /// The server that is known to be at work, or the first that turns out to be.
    private func master(among servers: [String]) async throws(UFMError) -> String {
        if let known = self.servers.master, servers.contains(known) { return known }
        var failures: [UFMError] = []
        for server in servers {
            do throws(UFMError) {
                try await probe(server)
                return server
            } catch {
                if error.isCancellation { throw error }
                failures.append(error)
            }
        }
        // The failure that says most: who refuses our password will go on doing so, and so will a wrong certificate. A
        // login page may be a standby's, and says less than the outage of the other.
        throw failures.first { $0.status == 401 || $0.status == 403 } ?? failures.first(where: \.isMisconfiguration)
            ?? failures.first(where: \.isOutage) ?? failures[0]
    }

    /// Asks a server for its version, which changes nothing; throws if it does not answer as a working UFM.
    private func probe(_ server: String) async throws(UFMError) {
        do throws(UFMError) {
            _ = try version(in: try await send(.version, to: server))
        } catch let error where error.kind == .rejected {
            // It is most often the web server that says so, in the place of a UFM that is not at work. But where the
            // default partition is, there is a UFM, whose version is another matter.
            for way in [ReadPath.plain, .slash] {
                guard let answer = try? await send(Call.partition(.defaultPartition).along(way), to: server),
                    let body = try? answer.decoded(PartitionAnswer.self),
                    (try? body.partition(.defaultPartition)) != nil
                else { continue }
                servers.noteWithoutVersion(server)
                servers.note(way, at: server)
                return
            }
            throw error.asOutage
        }
    }

    /// Sends a call to this server, which is forgotten if it turns out not to be at work.
    func answer(to call: Call, at server: String) async throws(UFMError) -> Answer {
        do throws(UFMError) {
            do throws(UFMError) {
                return try await send(call, to: server)
            } catch let error where error.isRejected(404) && error.isPage {
                // UFM says 404 of what is not there, and so does a web server whose UFM is not there. Only the first
                // of them knows its version.
                if call.path != Call.version.path { try await probe(server) }
                throw error
            }
        } catch {
            // A standby's web server may ask for a login as well. One that is busy is at work.
            if error.isOutage && error.status != 429 && error.status != 408 || error.isRefusedCredentials {
                servers.forget(server)
            }
            throw error
        }
    }

    private func send(_ call: Call, to server: String) async throws(UFMError) -> Answer {
        let exchange = Exchange(
            call: call, server: server, path: configuration.credentials.pathPrefix + call.path,
            secrets: configuration.credentials.secrets, user: configuration.credentials.user)
        let clock = ContinuousClock()
        let start = clock.now
        let arrival = try await send(exchange)
        if let failure = exchange.failure(arrival.response) { throw failure }
        return Answer(exchange: exchange, arrival: arrival, duration: clock.now - start)
    }
}

extension UFMError {
    fileprivate var asOutage: UFMError {
        UFMError(
            kind: .unavailable(retryAfter: nil), method: method, path: path, server: server, status: status,
            serverWords: serverWords, outcome: outcome, isPage: isPage)
    }

    fileprivate var isTimeout: Bool {
        if case .transport(.timedOut) = kind { true } else { false }
    }
}

/// Which host was last seen at work as UFM, and which release it is.
///
/// A class, since what one copy of a client finds out holds for all of them: after a failover one call looks for the
/// new master, not every one.
final class ServerMemory: Sendable {
    private struct Contents {
        var master: String?
        var version: UFMVersion?
        /// The path along which a server was seen to show partitions.
        var readPath: (server: String, way: ReadPath)?
    }

    private let contents = Mutex(Contents())

    /// `https://host[:port]` of the server that last answered as a working UFM, until it fails.
    var master: String? { contents.withLock { $0.master } }

    /// The release of that server, where it was told.
    var version: UFMVersion? { contents.withLock { $0.version } }

    /// This server has answered as a working UFM.
    func note(_ version: UFMVersion, at server: String) {
        contents.withLock { ($0.master, $0.version) = (server, version) }
    }

    /// This server has answered as a working UFM, which does not tell its release.
    func noteWithoutVersion(_ server: String) {
        contents.withLock { ($0.master, $0.version) = (server, nil) }
    }

    /// How the partitions of the server in use are read; nil where that is not known.
    var readPath: ReadPath? { contents.withLock { $0.readPath?.way } }

    /// This server has shown partitions along this path.
    func note(_ way: ReadPath, at server: String) {
        contents.withLock { $0.readPath = (server, way) }
    }

    /// This server is not at work: the next call looks for one that is, and its release may be another by then.
    func forget(_ server: String) {
        contents.withLock { contents in
            if contents.master == server { (contents.master, contents.version) = (nil, nil) }
            // What comes back there may be another release.
            if contents.readPath?.server == server { contents.readPath = nil }
        }
    }
}
