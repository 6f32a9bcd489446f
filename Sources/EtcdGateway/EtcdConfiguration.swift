internal import Text
package import Transport

/// What it takes to speak to an etcd cluster.
package struct EtcdConfiguration: Sendable {
    /// A user and its password; neither is ever printed.
    package struct Login: Sendable, CustomStringConvertible {
        package let user: String
        package let password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        package var description: String { user }
    }

    /// The members to talk to, in order of preference; at least one.
    package var endpoints: [EtcdEndpoint]
    /// Absent where etcd runs without authentication.
    package var login: Login?
    package var tls: TLSSettings
    /// How long one operation may take, over all endpoints tried. etcd's own limit is 7 s: a shorter one hides its verdict.
    package var timeout: Duration
    /// Whose answers count.
    package var cluster = ClusterChoice.any
    /// How long a member may keep us waiting before another one is asked as well, and before it is felt for a pulse; nil for
    /// a second, or less where ``timeout`` is short.
    package var patience: Duration?
    /// Is told what is wrong with single endpoints while others do their work.
    package var tell: @Sendable (EndpointNews) -> Void = { _ in }

    package init(
        endpoints: [EtcdEndpoint], login: Login? = nil, tls: TLSSettings = TLSSettings(),
        timeout: Duration = .seconds(30)
    ) {
        self.endpoints = endpoints
        self.login = login
        self.tls = tls
        self.timeout = timeout
    }
}

/// One member of an etcd cluster: where its client port listens.
package struct EtcdEndpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        case http
        case https
    }

    package let scheme: Scheme
    /// Host name or address; an IPv6 address without its brackets.
    package let host: String
    package let port: UInt16
    /// The one of the name's addresses that is meant; nil where the name has one, or is one.
    package let address: String?

    package init(scheme: Scheme, host: String, port: UInt16, address: String? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.address = address
    }

    /// The endpoint as it was configured: all addresses of a name are one.
    package var named: EtcdEndpoint { EtcdEndpoint(scheme: scheme, host: host, port: port) }

    /// Reads `host`, `host:port`, `[v6]:port` or any of them behind `http://` or `https://`.
    ///
    /// - Parameters:
    ///   - defaultScheme: taken where the text has none.
    ///   - defaultPort: taken where the text has none.
    package init(parsing text: String, defaultScheme: Scheme, defaultPort: UInt16) throws(EtcdError) {
        var rest = text[...]
        var scheme = defaultScheme
        if let separator = rest.firstRange(of: "://") {
            guard let named = Scheme(rawValue: rest[..<separator.lowerBound].lowercased()) else {
                throw .usage("etcd endpoint \(text): the scheme must be http or https")
            }
            scheme = named
            rest = rest[separator.upperBound...]
        }
        if rest.last == "/" { rest.removeLast() }
        do throws(HostAndPort.Flaw) {
            let server = try HostAndPort(parsing: rest)
            self.init(scheme: scheme, host: server.host, port: server.port ?? defaultPort)
        } catch {
            throw .usage("etcd endpoint \(text): expected host, host:port or [IPv6 address]:port")
        }
    }

    /// `https://host:port`, with brackets around an IPv6 address.
    package var url: String {
        "\(scheme.rawValue)://\(description)"
    }

    /// `host:port`.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Whose answers count.
package enum ClusterChoice: Hashable, Sendable {
    /// Whoever answers: for tools.
    case any
    /// The cluster of which most endpoints are; see ``ClusterVote``.
    case elected
    /// The cluster with this id, and no other.
    case pinned(UInt64)
}
