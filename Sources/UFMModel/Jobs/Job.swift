/// What UFM does in its own time: a change by host names.
struct Job: Sendable {
    /// What it is to do to a partition.
    enum Work: Sendable {
        case add(membership: Member.Membership, index0: Bool, ipOverIB: Bool)
        case remove
    }

    /// How far it is.
    enum Status: String, Sendable {
        case running = "Running"
        case completed = "Completed"
        case aborted = "Aborted"
    }

    let id: Int
    let pkey: UInt16
    let hosts: [String]
    let work: Work
    let user: String
    let created: Moment
    /// When it acts and ends, on the monotonic clock.
    let due: Int64
    var status = Status.running
    var updated: Moment

    /// The name of its operation.
    var operation: String {
        switch work {
        case .add: "Add hosts to PKey"
        case .remove: "Remove hosts from PKey"
        }
    }

    func write(to json: inout JSONText) {
        json.object { json in
            json.members([("ID", String(id)), ("Status", status.rawValue)])
            json.key("Progress")
            json.integer(status == .completed ? 100 : 0)
            json.members([
                ("Description", "\(operation) \(Spelling.pkey(pkey))"), ("Created", created.text()),
                ("LastUpdated", updated.text()), ("Summary", ""), ("RelatedObjects", hosts.joined(separator: ",")),
                ("CreatedBy", user), ("Operation", operation),
            ])
            json.key("Foreground")
            json.bool(true)
            json.key("SiteName")
            json.null()
        }
    }
}
