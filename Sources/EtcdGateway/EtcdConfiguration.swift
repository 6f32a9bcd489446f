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
