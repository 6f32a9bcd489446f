import UFMModel

/// What a simulator keeps over its restarts: partitions and tokens.
struct StateFile: Sendable {
    private let file: LocalFile

    init(_ path: String) {
        file = LocalFile(path)
    }

    /// Puts what was kept in place of the partitions that the model was started with; without a file nothing happens.
    func restore(_ model: inout UFM) throws(SimulatorError) {
        guard let bytes = try file.read() else { return }
        do throws(JSONField.Failure) {
            let members = try JSONField(document: bytes).members(["partitions", "tokens"])
            guard let field = members["partitions"] else {
                throw JSONField.Failure(description: "partitions is missing")
            }
            let partitions = try PartitionDocument.read(field).compactMapValues { $0 }
            var tokens: [AccessToken] = []
            for field in try members["tokens"]?.elements() ?? [] { tokens.append(try AccessToken(field)) }
            model.restore(partitions, tokens)
        } catch {
            throw .badDocument("\(file.path): \(error)")
        }
    }

    /// Keeps what the model holds.
    func save(_ model: UFM) throws(SimulatorError) {
        let text = JSONText.object { json in
            json.key("partitions")
            json.object { json in
                for (key, partition) in model.partitions.sorted(by: { $0.key < $1.key })
                where key != Spelling.defaultPKey {
                    json.key(Spelling.pkey(key))
                    PartitionDocument.write(partition, withSettings: true, to: &json)
                }
            }
            json.key("tokens")
            json.array { json in model.tokens.forEach { $0.write(to: &json) } }
        }
        try file.write(text + "\n")
    }
}
