package import EtcdGateway
internal import Transport

/// A member, as the cluster knows it.
package struct V2Member: Hashable, Sendable {
    package let name: String
    /// Where its clients are to connect to.
    package let clientURLs: [String]
}

extension EtcdV2Client {
    private struct Members: Decodable, Sendable {
        struct Member: Decodable {
            let name: String?
            let clientURLs: [String]?
        }

        let members: [Member]
    }

    /// The members of the cluster. Needs no login.
    package func memberList() async throws(EtcdError) -> [V2Member] {
        let answer: V2Answer<Members> = try await call(
            .get, "/members", effect: .read, operation: "list of the members")
        return answer.content.members.map { V2Member(name: $0.name ?? "", clientURLs: $0.clientURLs ?? []) }
    }
}

extension EtcdV2Client {
    private struct Enabled: Decodable, Sendable {
        let enabled: Bool
    }

    /// Whether the v2 store asks for passwords. Needs no login.
    package func hasAuthentication() async throws(EtcdError) -> Bool {
        let answer: V2Answer<Enabled> = try await call(
            .get, "/auth/enable", effect: .read, operation: "whether authentication is on")
        return answer.content.enabled
    }

    /// Whether the endpoints have the v2 interface. A silent one has no say. Needs no login.
    package func interface() async -> V2Interface {
        await withTaskGroup(of: Result<Void, EtcdError>.self) { group in
            for endpoint in configuration.endpoints {
                group.addTask {
                    await Result { () async throws(EtcdError) in
                        do throws(EtcdError) {
                            try await self.question(endpoint, within: .seconds(2))
                        } catch {
                            throw error.during("question", at: endpoint)
                        }
                    }
                }
            }
            var (off, other): (EtcdError?, EtcdError?)
            for await result in group {
                switch result {
                case .success: return .on
                case .failure(let error) where error.kind == .v2IsOff: off = error
                case .failure(let error): other = error
                }
            }
            return off.map(V2Interface.off) ?? .unknown(other ?? EtcdError(.unavailable, "no member answered"))
        }
    }
}

/// Whether an etcd has the v2 interface.
package enum V2Interface: Sendable {
    case on
    /// What an endpoint says that has none; no other one has it.
    case off(EtcdError)
    /// Nobody has said so.
    case unknown(EtcdError)
}
