package import Fabric
package import Transport

extension UFMClient {
    /// UFM's release: the cheapest question there is, for a start and for a sign of life.
    package func version() async throws(UFMError) -> UFMVersion {
        try version(in: try await answer(to: .version))
    }

    /// The release that an answer names; it is remembered for the server that gave it.
    func version(in answer: Answer) throws(UFMError) -> UFMVersion {
        let body = try answer.decoded(VersionBody.self)
        let version = try answer.reading { () throws(AnswerFlaw) in
            guard let version = UFMVersion(parsing: body.release) else {
                throw .malformed("'\(body.release)' is no version")
            }
            return version
        }
        servers.note(version, at: answer.exchange.server)
        return version
    }

    /// Whether UFM takes names for partitions, as it does from 6.22 on; older ones refuse the whole request.
    ///
    /// A request only where the version is not known yet. Calls that are given a name leave it out where this is false.
    package func takesPartitionNames() async throws(UFMError) -> Bool {
        try await isAtLeast(.partitionNames)
    }

    /// Whether this release is free of the bugs around empty partitions: false for those before 6.18.
    package func keepsEmptyPartitions() async throws(UFMError) -> Bool {
        try await isAtLeast(.emptyPartitions)
    }

    /// Whether the release, asked for where it is not known, is this one or a later one; a UFM that does not tell it is not.
    private func isAtLeast(_ version: UFMVersion) async throws(UFMError) -> Bool {
        if let known = servers.version { return known >= version }
        do throws(UFMError) {
            return try await self.version() >= version
        } catch let error where error.isMalformedAnswer || error.isRejected(404, 405) {
            return false
        }
    }

    /// The name, if there is one and UFM takes it.
    func accepted(_ name: String?) async throws(UFMError) -> String? {
        guard let name, !name.isEmpty, try await takesPartitionNames() else { return nil }
        return name
    }

    /// Every partition of the fabric with its members, in one request.
    ///
    /// One PKey, GUID or flag that cannot be read fails the whole, as does a list without members or without the
    /// default partition, the empty list included: what is missing from a snapshot is taken to be missing from UFM.
    package func snapshot() async throws(UFMError) -> FabricSnapshot {
        var answer = try await listAnswer(to: .list)
        try answer.refuseArray(lacking: "members")
        if let partitions = answer.arrival.partitions {
            return try answer.reading { () throws(AnswerFlaw) in try FabricSnapshot(listed: partitions) }
        }
        // A large one that is not in the usual form: the decoder has to see all of it.
        if !answer.arrival.isWhole { answer = try await listAnswer(to: .wholeList) }
        let list = try answer.decoded(PartitionListAnswer.self)
        return try answer.reading(list.snapshot)
    }

    /// One partition with its members, or nil if UFM says that there is none.
    ///
    /// UFM says so with a 404 or with an empty body, `{}`, `null` or `[]`. Anything else that is not this partition
    /// throws.
    package func partition(_ number: PartitionNumber) async throws(UFMError) -> Partition? {
        try await one(number, Call.partition) { (body) throws(AnswerFlaw) in try body.partition(number) }
    }

    /// What `read` makes of the answer to a call for one partition, or nil if the answer says that there is none.
    func one<Value>(
        _ number: PartitionNumber, _ call: (PartitionNumber) -> Call,
        read: (PartitionAnswer) throws(AnswerFlaw) -> Value?
    ) async throws(UFMError) -> Value? {
        guard let answer = try await partitionAnswer(number, call) else { return nil }
        let body = try answer.decoded(PartitionAnswer.self)
        return try answer.reading { () throws(AnswerFlaw) in try read(body) }
    }

    /// The quality of service of every partition for which UFM tells it.
    ///
    /// A list of its own: UFM cannot give members and quality of service in one (its bug 5409095).
    package func qualityOfService() async throws(UFMError) -> [PartitionNumber: QualityOfService] {
        let answer = try await listAnswer(to: .qosList)
        try answer.refuseArray(lacking: "quality of service")
        let list = try answer.decoded(PartitionListAnswer.self)
        return try answer.reading(list.qualityOfService)
    }

    /// Every partition with members and quality of service. Two requests: UFM cannot list both in one.
    package func fullSnapshot() async throws(UFMError) -> FabricSnapshot {
        let (snapshot, qos) = (try await snapshot(), try await qualityOfService())
        return FabricSnapshot(
            complete: snapshot.partitions.values.map { partition in
                var partition = partition
                partition.qos = qos[partition.number]
                return partition
            })
    }

    /// One partition with members and quality of service, which UFM can give together for one; nil if there is none.
    package func details(_ number: PartitionNumber) async throws(UFMError) -> Partition? {
        try await one(number, Call.details) { (body) throws(AnswerFlaw) in
            guard var partition = try body.partition(number) else { return nil }
            partition.qos = body.qos
            return partition
        }
    }

    /// When any partition last changed: a text without meaning but for equality with an earlier one.
    ///
    /// Nil where UFM does not know, as after its start, or has no such call: take nil as "changed", always.
    package func lastUpdated() async throws(UFMError) -> String? {
        do throws(UFMError) {
            return try await answer(to: .lastUpdated).decoded(LastUpdatedBody.self).lastUpdated
        } catch let error where error.isRejected(404) {
            return nil
        }
    }
}

/// A sign of life of UFM.
package struct UFMSignOfLife: Sendable {
    /// Its release.
    package let version: UFMVersion
    /// From the request to the end of the answer, a new connection included.
    package let latency: Duration
    /// How we showed who we are: `basic`, `token` or `client certificate`.
    package let authentication: String
    /// `https://host[:port]` of the server that answered.
    package let server: String
    /// The certificate it showed; nil over plain HTTP.
    package let certificate: ServerCertificate?
}

extension UFMClient {
    /// Asks the server in use for its version, and tells how that went.
    package func ping() async throws(UFMError) -> UFMSignOfLife {
        var call = Call.version
        call.reportsCertificate = true
        let answer = try await answer(to: call)
        return UFMSignOfLife(
            version: try version(in: answer), latency: answer.duration,
            authentication: configuration.credentials.kind, server: answer.exchange.server,
            certificate: answer.response.head.certificate)
    }
}
