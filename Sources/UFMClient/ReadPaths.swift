import Fabric
import Text
import Transport

/// How reads of partitions are addressed: routers differ in what they make of a slash at the end of a path.
enum ReadPath: Sendable {
    case plain
    case slash

    var other: ReadPath { self == .plain ? .slash : .plain }
}

extension Call {
    /// The same with a slash at the end of the path.
    var withSlash: Call {
        var call = self
        let query = path.drop { $0 != "?" }
        call.path = path.dropLast(query.count) + "/" + query
        return call
    }

    func along(_ way: ReadPath) -> Call { way == .plain ? self : withSlash }
}

extension UFMClient {
    /// The answer to a read of the list of partitions, along the path that this UFM knows.
    func listAnswer(to call: Call) async throws(UFMError) -> Answer {
        let way = servers.readPath ?? .plain
        do throws(UFMError) {
            return try await answer(to: call.along(way))
        } catch let error where error.isOfPath {
            guard let answer = try? await answer(to: call.along(way.other)), !answer.isNothing else { throw error }
            servers.note(way.other, at: answer.exchange.server)
            return answer
        }
    }

    /// The answer to a read of one partition, or nil where UFM says that there is none.
    ///
    /// A 404 is also what a router says to a path that it does not know, of whichever partition. So it is believed only
    /// of a UFM that shows its default partition when it is asked in the same way, or lists no such partition.
    func partitionAnswer(
        _ number: PartitionNumber, _ call: (PartitionNumber) -> Call
    ) async throws(UFMError) -> Answer? {
        let known = servers.readPath
        do throws(UFMError) {
            return try await answer(to: call(number).along(known ?? .plain)).unlessNothing
        } catch let error where error.isOfPath {
            if known != nil, error.status == 404 { return nil }
            guard let way = try await readPath(call) else { return try await absentFromList(number, error) }
            guard way != .plain else { return nil }
            do throws(UFMError) {
                return try await answer(to: call(number).along(way)).unlessNothing
            } catch let error where error.isRejected(404) {
                return nil
            }
        }
    }

    /// The path by which this UFM shows its default partition; nil where it does by none.
    private func readPath(_ call: (PartitionNumber) -> Call) async throws(UFMError) -> ReadPath? {
        for way in [ReadPath.plain, .slash] {
            do throws(UFMError) {
                let answer = try await answer(to: call(.defaultPartition).along(way))
                guard !answer.isNothing else { continue }
                servers.note(way, at: answer.exchange.server)
                return way
            } catch let error where error.isOfPath {
                continue
            }
        }
        return nil
    }

    /// Nil where the list has no such partition; `refusal` is what UFM said to a read of it alone.
    private func absentFromList(_ number: PartitionNumber, _ refusal: UFMError) async throws(UFMError) -> Answer? {
        guard try await snapshot().partitions[number] == nil else {
            throw refusal.asContradiction("it lists \(number), and says \(refusal.status ?? 0) to a read of it alone")
        }
        return nil
    }
}

extension Answer {
    /// Whether it says that there is nothing: no body, `{}`, `null` or `[]`.
    fileprivate var isNothing: Bool {
        let text = String(decoding: response.body.prefix(64), as: UTF8.self).trimmed
        return response.firstByte == nil || text == "null" || text.allSatisfy { "{}[]".contains($0) || $0.isWhitespace }
    }

    fileprivate var unlessNothing: Answer? { response.firstByte == nil ? nil : self }
}

extension UFMError {
    /// Whether it may be about the path and not about what is asked for.
    fileprivate var isOfPath: Bool { isRejected(404, 405) || redirectsToSlash }
}
