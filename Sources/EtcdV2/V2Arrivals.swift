package import EtcdGateway

/// The names of keys that are set in a directory of the v2 store, from now on: one request, however many there are.
///
/// That none comes proves nothing: a watch may be dead.
package struct V2Arrivals: Sendable {
    private var watch: V2Watch

    /// - Parameter directory: the name with its closing slash. It need not be there.
    package init(_ client: EtcdV2Client, _ directory: String) async throws(EtcdError) {
        watch = try await client.watch(directory, from: nil, isSingle: false)
    }

    /// The next one; nil when the watch has ended.
    package mutating func next() async throws(EtcdError) -> String? {
        while let event = try await watch.next() {
            if event.effect == .set, !event.node.isDirectory { return event.node.key }
        }
        return nil
    }
}
