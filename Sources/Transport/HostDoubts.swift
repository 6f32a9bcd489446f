/// Which servers have just answered that they are not well.
///
/// Behind a balancer a kept connection leads to one of several servers. One that answers 503 goes on doing so for as long
/// as the connection is kept, while a new one would lead to another that is well.
struct HostDoubts {
    private var doubted: Set<String> = []

    /// Whether requests to the host are to make new connections.
    func isDoubted(_ host: String) -> Bool { doubted.contains(host) }

    /// Takes an answer into account. Only one over a new connection shows that the next ones need none.
    mutating func answered(_ host: String, isUnwell: Bool, overKeptConnection: Bool) {
        if isUnwell {
            doubted.insert(host)
        } else if !overKeptConnection {
            doubted.remove(host)
        }
    }
}
