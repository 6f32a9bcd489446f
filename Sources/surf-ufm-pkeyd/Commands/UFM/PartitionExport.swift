import Administration
import Files
import Planning
import UFMClient

/// `--export`: writes all partitions but the default one to a file that `--import` reads.
struct PartitionExport {
    let client: UFMClient
    let format: OutputFormat

    func run(_ path: String) async throws {
        let file = PartitionFile(try await client.writablePartitions().values.compactMap(PartitionGoal.init))
        let text = try file.json() + "\n"
        guard path != "-" else { return Output.text(text) }
        do throws(FileError) {
            try ResultFile.write(text, to: path)
        } catch {
            throw CommandFailure(error.description)
        }
        switch format {
        case .json: try Output.json(Document(file: path, partitions: file.partitions.count))
        case .text: Output.line("Successfully exported \(file.partitions.count) PKeys to \(path)")
        }
    }

    private struct Document: Encodable {
        let operation = "export"
        let file: String
        let partitions: Int
    }
}
