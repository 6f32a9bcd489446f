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
