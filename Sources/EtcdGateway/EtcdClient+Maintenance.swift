/// What one member says of itself.
package struct MemberStatus: Sendable {
    package let endpoint: EtcdEndpoint
    package let memberID: UInt64
    /// Of which cluster it is.
    package let clusterID: UInt64
    /// `3.4.23`.
    package let version: String
    /// The member it follows; 0 where it knows none.
    package let leader: UInt64
    package let revision: Int64
    package let raftTerm: UInt64
    package let isLearner: Bool
    /// Bytes of its database file.
    package let databaseSize: Int64
    /// What is wrong with it, in etcd's words: errors and alarms.
    package let problems: [String]
    /// How long the answer took.
    package let latency: Duration

    package var isLeader: Bool { leader == memberID }

    /// What is wrong with it, and what keeps it from serving everything.
    package var shortcomings: [String] {
        problems + (leader == 0 ? ["no leader"] : []) + (isLearner ? ["learner"] : [])
    }
}

extension EtcdClient {
    private struct Empty: Encodable, Sendable {}

    private struct StatusAnswer: Decodable, Sendable {
        let header: WireHeader
        let version: String?
        let dbSize: WireInt64?
        let leader: WireUInt64?
        let raftTerm: WireUInt64?
        let isLearner: Bool?
        let errors: [String]?
    }

    private struct AlarmRequest: Encodable, Sendable {
        let action = "GET"

        private enum CodingKeys: String, CodingKey {
            case action
        }
    }

    private struct AlarmAnswer: Decodable, Sendable {
        struct Alarm: Decodable {
            let memberID: WireUInt64?
            let alarm: String?
        }

        let alarms: [Alarm]?
    }

    /// Asks one member how it is. With authentication on, some versions tell only root.
    package func status(of endpoint: EtcdEndpoint) async throws(EtcdError) -> MemberStatus {
        let start = ContinuousClock.now
        let status: StatusAnswer = try await call(
            "/v3/maintenance/status", Empty(), at: endpoint, operation: "status of the member")
        let latency = start.duration(to: .now)
        let alarms: AlarmAnswer = try await call(
            "/v3/maintenance/alarm", AlarmRequest(), at: endpoint, operation: "alarms of the member")
        let memberID = status.header.header.memberID
        let ownAlarms = (alarms.alarms ?? []).filter { $0.memberID?.value == memberID }.compactMap(\.alarm)
        return MemberStatus(
            endpoint: endpoint, memberID: memberID, clusterID: status.header.header.clusterID,
            version: status.version ?? "?", leader: status.leader?.value ?? 0,
            revision: status.header.header.revision, raftTerm: status.raftTerm?.value ?? 0,
            isLearner: status.isLearner ?? false, databaseSize: status.dbSize?.value ?? 0,
            problems: (status.errors ?? []) + ownAlarms.map { "alarm \($0)" }, latency: latency)
    }

    /// What the cluster complains of: `NOSPACE`, once for each member that does.
    package func alarms() async throws(EtcdError) -> [String] {
        let (answer, _): (AlarmAnswer, _) = try await call(
            "/v3/maintenance/alarm", AlarmRequest(), effect: .read, operation: "alarms of the cluster")
        return (answer.alarms ?? []).compactMap(\.alarm)
    }

    /// Asks every endpoint how it is, one after the other.
    package func statusOfAll() async -> [(endpoint: EtcdEndpoint, status: Result<MemberStatus, EtcdError>)] {
        var all: [(endpoint: EtcdEndpoint, status: Result<MemberStatus, EtcdError>)] = []
        for endpoint in configuration.endpoints {
            do throws(EtcdError) {
                all.append((endpoint, .success(try await status(of: endpoint))))
            } catch {
                all.append((endpoint, .failure(error)))
            }
        }
        return all
    }
}
