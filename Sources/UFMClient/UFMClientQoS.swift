package import Fabric

/// A partition with what a list of members does not tell.
package struct PartitionDetails: Sendable, Equatable {
    /// Its members and flags.
    package let partition: Partition
    /// Its quality of service; nil where UFM does not say.
    package let qos: QualityOfService?
}

extension UFMClient {
    /// What setting the quality of service came to.
    package enum QoSChange: Sendable {
        /// UFM reports the new values.
        case inEffect
        /// UFM took the new values and still reports others: they come with its next restart. To set them again is
        /// of no use.
        case afterRestart
    }

    /// The quality of service of every partition for which UFM tells it.
    ///
    /// A list of its own: UFM cannot give members and quality of service in one (its bug 5409095).
    package func qualityOfService() async throws(UFMError) -> [PartitionNumber: QualityOfService] {
        let answer = try await perform(.qosList)
        if answer.response.firstByte == UInt8(ascii: "[") {
            throw answer.exchange.error(.incompleteAnswer("a list without quality of service"))
        }
        let list = try answer.decoded(PartitionListAnswer.self)
        return try answer.reading(list.qualityOfService)
    }

    /// One partition with members and quality of service, which UFM can give together for one; nil if there is none.
    package func details(_ number: PartitionNumber) async throws(UFMError) -> PartitionDetails? {
        try await one(number, .details(number)) { (body) throws(AnswerFlaw) in
            try body.partition(number).map { PartitionDetails(partition: $0, qos: body.qos) }
        }
    }

    /// Sets the quality of service of a partition that is there, all three values, and reads it back.
    ///
    /// An answer that was lost is looked for in the partition before it counts as one. A partition that is not there
    /// is an error.
    package func setQoS(of key: PKey, to qos: QualityOfService) async throws(UFMError) -> QoSChange {
        if let flaw = qos.flaw { throw invalid(.setQoS([]), flaw) }
        do throws(UFMError) {
            _ = try await perform(Call.setQoS, QoSBody(pkey: key.description, qos))
        } catch {
            guard error.outcome == .unknown, let now = try? await details(key.number), now.qos == qos else {
                throw error
            }
            return .inEffect
        }
        do throws(UFMError) {
            guard let now = try await details(key.number) else {
                throw invalid(.setQoS([]), "\(key) is not there")
            }
            return now.qos == qos ? .inEffect : .afterRestart
        } catch {
            var error = error
            error.outcome = .unknown
            throw error
        }
    }
}
