import Synchronization

/// Which host was last seen at work as UFM, and which release it is.
///
/// A class, since what one copy of a client finds out holds for all of them: after a failover one call looks for the
/// new master, not every one.
final class ServerMemory: Sendable {
    private struct Contents {
        var master: String?
        var version: UFMVersion?
    }

    private let contents = Mutex(Contents())

    /// `https://host[:port]` of the server that last answered as a working UFM, until it fails.
    var master: String? { contents.withLock { $0.master } }

    /// The release of that server, where it was told.
    var version: UFMVersion? { contents.withLock { $0.version } }

    /// This server has answered as a working UFM.
    func note(_ version: UFMVersion, at server: String) {
        contents.withLock { $0 = Contents(master: server, version: version) }
    }

    /// This server is not at work: the next call looks for one that is, and its release may be another by then.
    func forget(_ server: String) {
        contents.withLock { contents in
            if contents.master == server { contents = Contents() }
        }
    }
}
