internal import Fabric
internal import Planning

/// Says in the log what has changed from one status to the next: servers that go and come back, and what was found. Pure.
///
/// It alone remembers what has been told; the engine knows only how things stand.
package struct LogReporter: Sendable {
    private let fabricName: String
    private let policy: String
    private var last: EngineStatus?
    var reminders = Reminders()
    /// When it was last said how it stands, and what the figures were then.
    var summarised: (at: Duration, totals: EngineStatus.Totals)?

    package init(_ configuration: EngineConfiguration) {
        fabricName = configuration.fabricName
        policy = configuration.limits.policy.rawValue
    }

    /// The lines of one event, in their order.
    ///
    /// - Parameters:
    ///   - now: the status after the event.
    ///   - said: what the engine itself said in answer to it.
    package mutating func lines(_ now: EngineStatus, said: [Message] = []) -> [Message] {
        let before = last
        last = now
        var lines = servers(before, now)
        var rest = said[...]
        var line = now.lines - said.count
        for finding in now.findings.after(before?.findings.count ?? 0) {
            while line < finding.line, let next = rest.popFirst() {
                lines.append(next)
                line += 1
            }
            lines += words(of: finding.what, in: now)
        }
        return lines + rest + lasting(now)
    }

    // MARK: Servers

    private func servers(_ before: EngineStatus?, _ now: EngineStatus) -> [Message] {
        var lines = sources(before?.sources ?? [], now)
        lines += outage("UFM", before?.fabric, now.fabric, at: now.at)
        if now.fabric.isKnown, before?.fabric.isKnown != true {
            lines.append(Message(.info, "Successfully authenticated with UFM at \(fabricName)"))
        }
        return lines + outage("The ledger", before?.ledger, now.ledger, at: now.at)
    }

    private func sources(_ before: [EngineStatus.Source], _ now: EngineStatus) -> [Message] {
        now.sources.flatMap { source -> [Message] in
            let (name, known) = (source.id.name, before.first { $0.id == source.id })
            if let outage = source.outage, outage.since != known?.outage?.since {
                let patience = patience(outage, isKnown: source.told != nil) ?? "trying until it can"
                return [Message(.error, "\(name) cannot be read; \(patience): \(outage.last.message)")]
            }
            guard let over = known?.outage, source.outage == nil else { return [] }
            let lasted = source.lastOutage ?? (now.at - over.since)
            return [Message(.info, "\(name) is read again, after \(lasted.inWords)")]
        }
    }

    private func outage(
        _ name: String, _ known: EngineStatus.Server?, _ server: EngineStatus.Server, at time: Duration
    ) -> [Message] {
        let (before, now) = (known?.outage, server.outage)
        if let now, now.since != before?.since {
            let patience = patience(now, isKnown: server.isKnown) ?? "trying until it does"
            return [Message(.error, "\(name) does not answer; \(patience): \(now.last.message)")]
        }
        guard let before, now == nil else { return [] }
        return [Message(.info, "\(name) answers again, after \((time - before.since).inWords)")]
    }

    /// How long a server is waited for that refuses us before it has ever answered; nil for all others.
    private func patience(_ outage: Outage, isKnown: Bool) -> String? {
        guard !isKnown, Meaning(of: outage.last, by: .ledger) == .refusal else { return nil }
        return "trying for two minutes, in case it is starting"
    }

    // MARK: Findings

    private func words(of finding: Finding.What, in status: EngineStatus) -> [Message] {
        let source = status.sources.map(\.id.name).joined(separator: " and ")
        switch finding {
        case .listed(let id, let reason, let keys, let revision):
            return [Message(.debug, "\(id.name) listed (\(reason)): \(keys) keys at revision \(revision)")]
        case .listedOld(let revision, let newest):
            return [Message(.debug, "a list of revision \(revision) is older than \(newest): not used")]
        case .notListed(let failure): return [Message(.debug, "resync: \(failure.message)")]
        case .wanted(let new, let deleted):
            return [("new", new), ("deleted", deleted)].filter { !$1.isEmpty }.map { word, pkeys in
                Message(.info, "Found \(pkeys.count) \(word) PKey(s): \(pkeys.inWords)")
            }
        case .lostRecords(let lost, let count):
            let text =
                "\(lost.count) of \(count) ledger records are gone from \(source): what they owned stays as it is in UFM: "
                + "\(lost.inWords); is \(source) what it should be?"
            return [Message(.error, text)]
        case .strange(let strange):
            let hold = strange.pkey.map { "; PKey \($0) is held as it is" } ?? ""
            return [Message(.warning, "\(strange.name): \(strange.problem)\(hold)")]
        case .room(.none(let words)):
            let text = "\(source) is full: \(words); partitions are deleted all the same, and none is claimed"
            return [Message(.error, text)]
        case .room: return [Message(.info, "\(source) has room again")]
        case .begun(let keys, let records, let toDo):
            return [Message(.debug, "\(keys) PKeys in \(source), \(records) in the ledger, \(toDo) to do")]
        case .approved(let pkeys):
            return pkeys.map { Message(.warning, "The deletion of PKey \($0) has been approved") }
        case .heldBack(let held, let owned, let since):
            // A ledger that was lost with the keys has no record of those that are held.
            let text =
                "\(held.count) deletions at once, of \(max(owned, held.count)) partitions, are held back: \(held.inWords); "
                + "is \(source) what it should be? If so: surf-ufm-pkeyd status --approve-deletes"
            return [Message(.error, text + (since.map { " (held back since \($0))" } ?? ""))]
        case .lackingList(let lacking, let seen):
            let text =
                "UFM's list lacks \(lacking) of the \(seen) partitions that it had, and nobody deleted them: it may be starting, "
                + "or restored; what it lacks stays ours for 10 minutes"
            return [Message(.warning, text)]
        case .inventory(let inventory): return words(of: inventory, in: source)
        case .leftUndone(let pkeys):
            let text =
                pkeys.isEmpty
                ? "nothing is left undone"
                : "\(pkeys.count) partitions differ and are left as they are: \(pkeys.inWords)"
            return [Message(.warning, "Policy \(policy): \(text)")]
        case .drifted(let drift, let pkeys):
            let figures = [
                "missing": "\(drift.missing)", "unexpected": "\(drift.unexpected)", "flags": "\(drift.flags)",
            ]
            return [
                Message(
                    .warning, "UFM has drifted in \(pkeys.count) partitions and is repaired: \(pkeys.inWords)", figures)
            ]
        case .listUnusable(let failure):
            let text = "UFM's list of partitions cannot be read, single ones can; trying until it can"
            return [Message(.error, "\(text): \(failure.message)")]
        case .listUsable(let lasted):
            return [Message(.info, "UFM's list of partitions can be read again, after \(lasted.inWords)")]
        case .untoldFlags:
            let text =
                "UFM does not tell index 0 or IP over IB of every partition: there these flags cannot be enforced"
            return [Message(.warning, text)]
        case .noWholeRequests:
            let text =
                "UFM does not replace the members of a partition in one request; from now on those who leave are removed "
                + "before others are added"
            return [Message(.warning, text)]
        case .writesRefused(let failure):
            let text =
                "UFM lets us read and change nothing; one change at a time is tried, at least once a minute: "
                + "\(failure.message)"
            return [Message(.error, text)]
        case .writesTaken(let lasted): return [Message(.info, "UFM takes changes again, after \(lasted.inWords)")]
        case .waits(let pkey, let note?): return [Message(.info, "PKey \(pkey) \(note.words)")]
        case .waits(let pkey, nil): return [Message(.info, "PKey \(pkey) waits for no port any more")]
        case .conflict(let pkey, let conflict?):
            let text =
                "PKey \(pkey) is in conflict: UFM has a partition of that number which is not ours; \(conflict.inWords): nothing is "
                + "written until they are gone, or somebody says: surf-ufm-pkeyd status --adopt \(pkey)"
            return [Message(.error, text)]
        case .back(let pkey, let isAsItWas):
            let rest =
                isAsItWas
                ? "as it was when we deleted it: unless a key wants it, it is deleted once more"
                : "and not as it was when we deleted it: it is not ours, and stays as it is"
            return [Message(.warning, "PKey \(pkey) is in UFM again, which was away or restored: \(rest)")]
        case .adopted(let pkey):
            return [Message(.warning, "PKey \(pkey) is ours from now on: somebody has said so")]
        case .conflict(let pkey, nil): return [Message(.info, "PKey \(pkey) is in conflict no more")]
        case .troubled(let pkey, let failure):
            return [Message(.error, "PKey \(pkey) is not in step; trying again: \(failure.message)")]
        case .troubledTogether(let pkeys, let failure):
            if pkeys.count == 1, let pkey = pkeys.first.first { return words(of: .troubled(pkey, failure), in: status) }
            let text = "\(pkeys.count) PKeys are not in step: \(pkeys.inWords); trying again: \(failure.message)"
            return [Message(.error, text)]
        }
    }

    private func words(of inventory: EngineStatus.Inventory, in source: String) -> [Message] {
        let (ours, others) = (inventory.managed, inventory.unmanaged)
        var lines = [
            "UFM Status: \(inventory.total) total PKeys, \(ours.count) managed via \(source), \(others.count) unmanaged"
        ]
        if !others.isEmpty { lines.append("UFM PKeys NOT managed through \(source): \(others.inWords)") }
        if !ours.isEmpty { lines.append("UFM PKeys managed through \(source): \(ours.inWords)") }
        return lines.map { Message(.info, $0) }
    }
}
