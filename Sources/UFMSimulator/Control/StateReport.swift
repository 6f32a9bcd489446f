import UFMModel

/// The state written out: as JSON that is the same for the same state, and as a table for people.
struct StateReport {
    private let state: UFMSimulator.State
    private var partitions: [Partition] { state.partitions.values.sorted { $0.key < $1.key } }

    init(_ state: UFMSimulator.State) {
        self.state = state
    }

    var json: String {
        JSONText.object { json in
            json.key("last_updated")
            json.optional(state.lastUpdated?.timestamp)
            writeDamage(to: &json)
            json.key("partitions")
            json.object { json in
                for partition in partitions {
                    json.key(Spelling.pkey(partition.key))
                    PartitionDocument.write(partition, withSettings: false, to: &json)
                }
            }
        }
    }

    /// What REST does not show; without it these members are not there.
    private func writeDamage(to json: inout JSONText) {
        if state.isFileBroken {
            json.key("subnet_manager")
            json.string("PARSE ERROR: every port is a full member of 0x7fff")
        }
        let overflow = state.overflow
        guard !overflow.isEmpty else { return }
        json.key("overflow")
        json.object { json in
            for (guid, keys) in overflow.sorted(by: { $0.key < $1.key }) {
                json.key(Spelling.guid(guid))
                json.array { json in keys.forEach { json.string(Spelling.pkey($0)) } }
            }
        }
    }

    /// One line per member, and one for a partition that has none.
    var table: String {
        var rows = [["PKEY", "NAME", "IPOIB", "MEMBER", "MEMBERSHIP", "INDEX0"]]
        for partition in partitions {
            var head = [Spelling.pkey(partition.key), partition.name, partition.ipOverIB ? "yes" : "no"]
            if partition.members.isEmpty { rows.append(head + ["-", "-", "-"]) }
            for (guid, member) in partition.members.sorted(by: { $0.key < $1.key }) {
                rows.append(
                    head + [Spelling.guid(guid), member.membership.rawValue, member.index0 ? "yes" : "no"])
                head = ["", "", ""]
            }
        }
        let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return line.prefix(upTo: line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.endIndex) + "\n"
        }.joined()
    }
}

extension UFMSimulator.RequestRecord {
    /// The record as one line of JSON; `start_ns` and `end_ns` are of the monotonic clock.
    package var json: String {
        JSONText.object { json in
            json.key("sequence")
            json.integer(sequence)
            json.key("method")
            json.string(method)
            json.key("path")
            json.string(path)
            json.key("body")
            json.string(body)
            json.key("node")
            json.integer(node)
            json.key("start")
            json.string(start.timestamp)
            json.key("start_ns")
            json.integer(start.monotonic)
            json.key("end")
            json.optional(end?.timestamp)
            json.key("end_ns")
            if let end { json.integer(end.monotonic) } else { json.null() }
            json.key("status")
            if let status { json.integer(status) } else { json.null() }
            json.key("fault")
            json.optional(fault)
            if !overflowed.isEmpty {
                json.key("overflowed")
                json.array { json in overflowed.forEach { json.string(Spelling.guid($0)) } }
            }
            json.key("changed")
            json.bool(changedState)
        }
    }
}
