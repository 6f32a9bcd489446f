internal import Glibc
internal import Surroundings
internal import Synchronization
internal import Text

/// Where a server is, as we looked it up.
struct ServerAddresses: Equatable, Sendable {
    let name: String
    let port: Int
    /// Numeric, in the order in which they are to be tried; at least one.
    let addresses: [String]

    /// The entry of libcurl's table of names: `name:port:address,address`.
    var curlEntry: String {
        "\(name):\(port):" + addresses.map { $0.contains(":") ? "[\($0)]" : $0 }.joined(separator: ",")
    }
}

/// The name and port of a server in a URL; nil where the URL has an address, which needs no look-up.
struct ServerNameAndPort: Equatable {
    let name: String
    let port: Int

    init?(ofURL url: String) {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let server = try? HostAndPort(parsing: authority), !server.isIPv6, !Self.isAddress(server.host) else {
            return nil
        }
        name = server.host
        port = server.port.map(Int.init) ?? (url.hasPrefix("https://") ? 443 : 80)
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in_addr()
        // All that the system takes for an address, short forms included, is libcurl's to read.
        return inet_aton(text, &address) != 0
    }
}

/// Asks the system for the addresses of names, on threads of its own: an answer may take minutes, and some versions of
/// libcurl stop all transfers until it has come.
final class NameDirectory: Sendable {
    /// Why there are no addresses.
    enum Failure: Error, Equatable {
        /// The name is known not to exist.
        case noSuchName
        /// Nobody could say.
        case noAnswer
        /// Nobody has said so far.
        case late
    }

    typealias LookUp = @Sendable (String) -> Result<[String], Failure>
    private typealias Answer = Result<[String], Failure>

    private struct Known {
        let addresses: [String]
        let since: ContinuousClock.Instant
    }

    private struct State {
        var known: [String: Known] = [:]
        /// Those who wait for each look-up that is under way: one for each name at most, and so few threads.
        var waiting: [String: [Int: CheckedContinuation<Answer?, Never>]] = [:]
        var lastWaiter = 0
    }

    /// How long an answer is taken for true without asking.
    private static let age = Duration.seconds(60)
    /// How long a new answer is waited for where there is an old one.
    private static let patience = Duration.seconds(1)

    private let state = Mutex(State())
    private let lookUp: LookUp

    init(lookUp: @escaping LookUp = NameDirectory.askSystem) {
        self.lookUp = lookUp
    }

    /// The addresses of a server. An old answer is better than none, so that a name server that is away, or a name that
    /// is missing from it for a while, takes nobody else with it; a certificate shows whether the right one is still there.
    func addresses(
        of server: ServerNameAndPort, within limit: Duration
    ) async throws(Failure) -> ServerAddresses {
        let known = state.withLock { $0.known[server.name] }
        if let known, known.since.duration(to: .now) < Self.age { return server.at(known.addresses) }
        let answer = await withTimeLimit(known == nil ? limit : min(limit, Self.patience)) {
            await self.ask(server.name)
        }
        switch (answer ?? nil, known) {
        case (.success(let addresses), _): return server.at(addresses)
        case (_, let known?): return server.at(known.addresses)
        case (.failure(let failure), nil): throw failure
        case (nil, nil): throw .late
        }
    }

    /// Has the next request ask again: nobody was at the address.
    func doubt(_ server: ServerNameAndPort) {
        state.withLock { state in
            guard let known = state.known[server.name] else { return }
            state.known[server.name] = Known(addresses: known.addresses, since: known.since - Self.age)
        }
    }

    /// The answer of a look-up, begun unless one is under way; nil when the task was cancelled.
    private func ask(_ name: String) async -> Answer? {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isFirst: Bool? = state.withLock { state in
                    // Set before the handler below runs, which needs this lock: it is seen here or there.
                    if Task.isCancelled { return nil }
                    defer { state.waiting[name, default: [:]][number] = continuation }
                    return state.waiting[name] == nil
                }
                guard let isFirst else { return continuation.resume(returning: nil) }
                if isFirst { begin(name) }
            }
        } onCancel: {
            state.withLock { $0.waiting[name]?.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }

    private func begin(_ name: String) {
        do throws(ThreadError) {
            try SystemThread.startDetached { [self] in end(name, with: lookUp(name)) }
        } catch {
            end(name, with: .failure(.noAnswer))
        }
    }

    private func end(_ name: String, with answer: Answer) {
        let waiting = state.withLock { state in
            if case .success(let addresses) = answer {
                state.known[name] = Known(addresses: addresses, since: .now)
            }
            return state.waiting.removeValue(forKey: name) ?? [:]
        }
        for continuation in waiting.values { continuation.resume(returning: answer) }
    }

    /// The system's answer, in the system's order. Names below `localhost` are this machine, whoever knows them (RFC 6761,
    /// section 6.3): libcurl has it so, and a system may not.
    static func askSystem(_ name: String) -> Result<[String], Failure> {
        if name.lowercased().hasSuffix(".localhost") { return .success(["127.0.0.1", "::1"]) }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard status == 0 else {
            return .failure(status == EAI_NONAME || status == EAI_FAIL ? .noSuchName : .noAnswer)
        }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard status == 0 else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses.isEmpty ? .failure(.noAnswer) : .success(addresses)
    }
}

extension ServerNameAndPort {
    fileprivate func at(_ addresses: [String]) -> ServerAddresses {
        ServerAddresses(name: name, port: port, addresses: addresses)
    }
}
