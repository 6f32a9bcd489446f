import UFMModel

/// Faults in scenarios and on the control port.
enum FaultDocument {
    private static let known = [
        "kind", "method", "path", "count", "skip", "after", "for", "delay", "status", "body", "contentType",
    ]

    /// Reads `{"kind":"delay","method":"POST","path":"/resources","count":1,"delay":500}`; all but the kind may be left
    /// out, times are in milliseconds, a count of 0 means until the faults are removed.
    static func read(_ field: JSONField) throws(JSONField.Failure) -> UFMSimulator.Fault {
        let members = try field.members(known)
        func integer(_ name: String, default standard: Int) throws(JSONField.Failure) -> Int {
            try members[name]?.integer(0...1_000_000_000) ?? standard
        }
        let status = try members["status"]?.integer(100...599) ?? 503
        let delay = Duration.milliseconds(try integer("delay", default: 1000))
        let contentType = try members["contentType"]?.string() ?? "application/json"
        let kinds: [UFMSimulator.Fault.Kind] = [
            .status(status), .statusAfterActing(status),
            .answer(status: status, contentType: contentType, body: try members["body"]?.string() ?? ""),
            .delay(delay), .hang, .cutBeforeActing, .cutAfterActing, .truncateBody, .repeatAfter(delay),
        ]
        guard let name = members["kind"] else { throw field.failure("kind is missing") }
        let word = try name.string()
        guard let kind = kinds.first(where: { $0.name == word }) else {
            throw name.failure("must be one of \(kinds.map(\.name).joined(separator: ", "))")
        }
        let count = try integer("count", default: members["for"] == nil ? 1 : 0)
        var fault = UFMSimulator.Fault(
            kind, method: try members["method"]?.string(), path: try members["path"]?.string() ?? "/",
            count: count == 0 ? nil : count)
        fault.skip = try integer("skip", default: 0)
        fault.after = .milliseconds(try integer("after", default: 0))
        if members["for"] != nil { fault.lasting = .milliseconds(try integer("for", default: 0)) }
        return fault
    }

    /// A fault as it is read.
    static func write(_ fault: UFMSimulator.Fault, to json: inout JSONText) {
        json.object { json in
            json.members([("kind", fault.kind.name)])
            if let method = fault.method { json.members([("method", method)]) }
            json.members([("path", fault.path)])
            var numbers = [("count", fault.count ?? 0), ("skip", fault.skip), ("after", fault.after.milliseconds)]
            if let lasting = fault.lasting { numbers.append(("for", lasting.milliseconds)) }
            switch fault.kind {
            case .status(let status), .statusAfterActing(let status): numbers.append(("status", status))
            case .delay(let delay), .repeatAfter(let delay): numbers.append(("delay", delay.milliseconds))
            case .answer(let status, let contentType, let body):
                numbers.append(("status", status))
                json.members([("contentType", contentType), ("body", body)])
            case .hang, .cutBeforeActing, .cutAfterActing, .truncateBody: break
            }
            for (name, number) in numbers {
                json.key(name)
                json.integer(number)
            }
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
