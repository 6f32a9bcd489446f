/// Several real etcds on loopback that form one cluster; they go as an ``EtcdServer`` goes.
package actor EtcdCluster {
    /// Each can be killed, frozen and started again for itself.
    package nonisolated let members: [EtcdServer]
    package nonisolated let options: EtcdOptions

    private init(options: EtcdOptions, members: [EtcdServer]) {
        self.options = options
        self.members = members
    }

    /// Starts a cluster and waits until every member serves.
    package static func start(
        _ options: EtcdOptions = EtcdOptions(), size: Int = 3
    ) async throws(HarnessError) -> EtcdCluster {
        var options = options
        // etcd's own times: members that elect each other on a busy machine need longer than a lone one.
        options.arguments = ["--heartbeat-interval", "100", "--election-timeout", "1000"] + options.arguments
        return try await EtcdServer.onFreePorts(size) { (places) async throws(HarnessError) in
            var members: [EtcdServer] = []
            for place in places { members.append(try EtcdServer(options: options, at: place, among: places)) }
            // All at once: none serves before most of them run.
            try await launch(members)
            try await members[0].enableAuthentication()
            return EtcdCluster(options: options, members: members)
        }
    }

    /// Where clients connect to, in the order of the members.
    package nonisolated var endpoints: [String] { members.map(\.endpoint) }

    /// Calls `etcdctl` against one member, as root when the cluster authenticates, and gives what that printed.
    @discardableResult
    package nonisolated func etcdctl(
        at member: Int = 0, _ arguments: String..., input: String? = nil
    ) async throws(HarnessError) -> String {
        try await members[member].control(arguments, asRoot: true, input: input)
    }

    /// Kills a member (SIGKILL), as a power cut would. Its data stays.
    package func kill(_ member: Int) async throws(HarnessError) { try await members[member].kill() }

    /// Freezes a member (SIGSTOP): connections stay open and nothing answers.
    package func pause(_ member: Int) async { await members[member].pause() }

    /// Lets a member go on after `pause`.
    package func resume(_ member: Int) async { await members[member].resume() }

    /// Starts a member again, and waits until it serves: most of the others must run.
    package func restart(_ member: Int) async throws(HarnessError) { try await members[member].restart() }

    /// Kills every member.
    package func end() async throws(HarnessError) {
        for member in members { try await member.kill() }
    }

    private static func launch(_ members: [EtcdServer]) async throws(HarnessError) {
        let failures = await withTaskGroup(of: HarnessError?.self) { group in
            for member in members {
                group.addTask {
                    do throws(HarnessError) {
                        try await member.launch()
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var failures: [HarnessError] = []
            for await failure in group {
                guard let failure else { continue }
                failures.append(failure)
                // The others would wait in vain.
                group.cancelAll()
            }
            return failures
        }
        // The first one is the cause of the others.
        if let failure = failures.first { throw failure }
    }
}

/// Gives the body a cluster that is gone when it returns; throws what the body throws, or a ``HarnessError``.
package func withEtcdCluster<Result>(
    _ options: EtcdOptions = EtcdOptions(), isolation: isolated (any Actor)? = #isolation,
    _ body: (EtcdCluster) async throws -> Result
) async throws -> Result {
    let cluster = try await EtcdCluster.start(options)
    do {
        let result = try await body(cluster)
        try await cluster.end()
        return result
    } catch {
        // The error of the body is the one that counts.
        try? await cluster.end()
        throw error
    }
}
