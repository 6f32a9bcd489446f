package import Fabric

extension UFMClient {
    /// UFM's release: the cheapest question there is, for a start and for a sign of life.
    package func version() async throws(UFMError) -> UFMVersion {
        try version(in: try await perform(.version))
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
        do throws(UFMError) {
            return try await release() >= .partitionNames
        } catch let error where error.isMalformedAnswer {
            return false
        }
    }

    /// The release, asked for where it is not known.
    func release() async throws(UFMError) -> UFMVersion {
        if let known = servers.version { return known }
        return try await version()
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
        let answer = try await perform(.list)
        if answer.response.firstByte == UInt8(ascii: "[") {
            throw answer.exchange.error(.incompleteAnswer("a list without members"))
        }
        let list = try answer.decoded(PartitionListAnswer.self)
        return try answer.reading(list.snapshot)
    }

    /// One partition with its members, or nil if UFM says that there is none.
    ///
    /// UFM says so with a 404 or with an empty body, `{}`, `null` or `[]`. Anything else that is not this partition
    /// throws.
    package func partition(_ number: PartitionNumber) async throws(UFMError) -> Partition? {
        try await one(number, .partition(number)) { (body) throws(AnswerFlaw) in try body.partition(number) }
    }

    /// What `read` makes of the answer to a call for one partition, or nil if the answer says that there is none.
    func one<Value>(
        _ number: PartitionNumber, _ call: Call, read: (PartitionAnswer) throws(AnswerFlaw) -> Value?
    ) async throws(UFMError) -> Value? {
        let answer: Answer
        do throws(UFMError) {
            answer = try await perform(call)
        } catch let error where error.isRejected(404) {
            return nil
        }
        guard answer.response.firstByte != nil else { return nil }
        let body = try answer.decoded(PartitionAnswer.self)
        return try answer.reading { () throws(AnswerFlaw) in try read(body) }
    }

    /// When any partition last changed: a text without meaning but for equality with an earlier one.
    ///
    /// Nil where UFM does not know, as after its start, or has no such call: take nil as "changed", always.
    package func lastUpdated() async throws(UFMError) -> String? {
        do throws(UFMError) {
            return try await perform(.lastUpdated).decoded(LastUpdatedBody.self).lastUpdated
        } catch let error where error.isRejected(404) {
            return nil
        }
    }
}
