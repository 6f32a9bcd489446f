package import UFMModel

extension UFMSimulator {
    /// What a simulator is started with; the defaults are a new UFM behind plain HTTP, on a free port of the loopback
    /// interface.
    package struct Configuration: Sendable {
        /// Where the server's certificate comes from.
        package enum TLS: Sendable {
            /// Plain HTTP.
            case none
            /// A certificate made at start by the `openssl` command, in that directory, or in one removed at shutdown.
            case selfSigned(directory: String?)
            /// PEM files that exist.
            case files(certificate: String, key: String)
        }

        /// The UFM to be.
        package var ufm = UFM.Configuration()
        /// The address to listen on.
        package var host = "127.0.0.1"
        /// The port to listen on; 0 for a free one.
        package var port = 0
        /// The port of the control listener, always on 127.0.0.1; 0 for a free one, nil for none.
        package var controlPort: Int?
        /// Whether to speak TLS.
        package var tls = TLS.none
        /// A PEM file with the authorities of client certificates; without one no client is asked for any.
        package var clientCA: String?
        /// Whether a connection needs a client certificate, as UFM before 6.18 does where its file was edited.
        package var requiresClientCertificate = false
        /// How long each request waits. It acts at the end of that time, right before its answer, and even if the
        /// client has gone by then, as a UFM behind a proxy does.
        package var latency = Duration.zero
        /// Whether it is a standby until it is promoted.
        package var isStandby = false
        /// The faults that are set from the start.
        package var faults: [Fault] = []
        /// A file that keeps partitions and tokens over restarts, written anew at every change. Where it exists, what it
        /// holds is in place of the partitions to preload.
        package var stateFile: String?
        /// How many requests the log keeps at least; the oldest go first.
        package var requestLogLimit = 100_000
        /// Called with each request when it ends, on the event loop: it must be quick.
        package var onRequestEnd: (@Sendable (RequestRecord) -> Void)?

        /// The defaults.
        package init() {}
    }
}
