import Adapters
import EtcdGateway
import Text

/// `--status`: every endpoint, and what is wrong with it.
struct EtcdStatus {
    let client: EtcdClient
    let format: OutputFormat

    private struct Document: Encodable {
        let endpoint: String
        var version: String?
        var member_id: String?
        var cluster_id: String?
        var is_leader: Bool?
        var revision: Int64?
        var raft_term: UInt64?
        var database_bytes: Int64?
        var latency_ms: Double?
        var problems: [String] = []
    }

    func run() async throws {
        let answers = await client.statusOfAll()
        let vote = ClusterComparison(answers.compactMap { try? $0.status.get().clusterID })
        let documents = answers.map { endpoint, result in
            var document = Document(endpoint: endpoint.url)
            switch result {
            case .success(let status):
                document.version = status.version
                document.member_id = Hex.digits(status.memberID)
                document.cluster_id = Hex.digits(status.clusterID)
                document.is_leader = status.isLeader
                document.revision = status.revision
                document.raft_term = status.raftTerm
                document.database_bytes = status.databaseSize
                document.latency_ms = (status.latency / .microseconds(1)).rounded() / 1_000
                document.problems = status.shortcomings + (vote.problem(of: status.clusterID).map { [$0] } ?? [])
            case .failure(let error): document.problems = [ErrorWords.of(error)]
            }
            return document
        }
        if format == .json { try Output.json(documents) } else { printTable(documents) }
        let silent = documents.filter { $0.version == nil }.map(\.endpoint)
        guard silent.isEmpty else {
            let share = "\(silent.count) of \(documents.count) endpoints"
            throw CommandFailure("no status of \(share): \(silent.joined(separator: ", "))")
        }
        guard vote.isOne else { throw CommandFailure("the endpoints are of several clusters") }
    }

    private func printTable(_ documents: [Document]) {
        var table = Table(header: [
            "ENDPOINT", "VERSION", "LEADER", "REVISION", "TERM", "DB SIZE", "LATENCY", "CLUSTER", "PROBLEMS",
        ])
        for document in documents {
            let words = Terminal.line(document.problems.joined(separator: "; "))
            let problems = words.isEmpty ? "none" : words
            guard let version = document.version else {
                table.append([document.endpoint, "-", "-", "-", "-", "-", "-", "-", problems])
                continue
            }
            table.append([
                document.endpoint, version, document.is_leader == true ? "yes" : "no", "\(document.revision ?? 0)",
                "\(document.raft_term ?? 0)", "\((document.database_bytes ?? 0) / 1_024) KiB",
                "\(document.latency_ms ?? 0) ms", document.cluster_id ?? "-", problems,
            ])
        }
        for line in table.lines { Output.line(line) }
    }
}

/// Whether endpoints are of one cluster, and which of them are not of the one that most are of.
private struct ClusterComparison {
    private var counts: [UInt64: Int] = [:]

    /// - Parameter ids: the cluster of each endpoint that answers.
    init(_ ids: [UInt64]) {
        for id in ids { counts[id, default: 0] += 1 }
    }

    var isOne: Bool { counts.count <= 1 }

    /// What is wrong with an endpoint of a cluster.
    func problem(of id: UInt64) -> String? {
        guard !isOne else { return nil }
        guard let most = counts.values.max(), counts.values.count(where: { $0 == most }) == 1 else {
            return "the endpoints are of several clusters"
        }
        return counts[id] == most ? nil : "of another cluster than most endpoints"
    }
}
