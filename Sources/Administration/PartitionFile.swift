package import Files
import JSONText
package import Planning
import Text
import YAMLReader

/// What `--export` writes and `--import` reads: partitions as JSON, which may be YAML when read.
///
/// `{"format":"surf-ufm-pkeyd partitions","partitions":[{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,
/// "name":…,"pkey":…,"qos":{"mtu_limit":…,"rate_limit":…,"service_level":…}}],"version":1}`. `name` is there for partitions
/// that somebody named, `qos` where UFM tells it; all else always is. The default partition is never in it.
package struct PartitionFile: Sendable {
    static let format = "surf-ufm-pkeyd partitions"
    static let version = 1

    /// In ascending order of PKey.
    package let partitions: [PartitionGoal]

    package init(_ partitions: some Sequence<PartitionGoal>) {
        self.partitions = partitions.sorted { $0.pkey < $1.pkey }
    }

    /// The same state is the same bytes.
    package func json() throws -> String {
        let document = Document(partitions: partitions.map(PartitionDocument.exported))
        return Terminal.json(String(decoding: try JSONText.bytes(document, .lines), as: UTF8.self))
    }

    private struct Document: Encodable {
        let format = PartitionFile.format
        let version = PartitionFile.version
        let partitions: [PartitionDocument]
    }
}

extension PartitionFile {
    /// Reads and checks a whole file; the first flaw throws, with its line and column.
    ///
    /// - Parameter path: `-` for standard input.
    package static func read(_ path: String) throws(FileError) -> PartitionFile {
        // 32,000 partitions, or a million members.
        let most = 256 << 20
        guard
            let file = try path == "-"
                ? LocalFile.readStandardInput(limit: most) : LocalFile.read(path, limit: most)
        else { throw FileError(path: path, "is not there") }
        do throws(YAMLError) {
            let limits = YAMLLimits(bytes: most, depth: 16, nodes: 20_000_000)
            guard let root = try YAMLReader.parse(file.bytes, limits: limits) else {
                throw YAMLError("there is nothing in it", at: YAMLMark(line: 1, column: 1))
            }
            return PartitionFile(try PartitionFileReader.partitions(root))
        } catch {
            throw FileError(path: file.path, line: error.line, column: error.column, error.problem)
        }
    }
}
