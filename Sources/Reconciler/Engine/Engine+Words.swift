internal import Fabric
internal import KeyHistory
internal import Planning

/// What the log says of a run; the wording is the predecessor's where it logged the same.
extension Engine {
    func sayPlanned(_ pkey: PKey, _ steps: [PlanStep], actual: Partition?, _ actions: inout Actions) {
        for step in steps {
            switch step {
            case .add(_, let members, _):
                if actual == nil { actions.say(.info, "PKey \(pkey) doesn't exist, creating it...") }
                actions.say(.info, "Configuring PKey \(pkey) with \(members.count) GUIDs in UFM")
            case .remove(_, let guids):
                actions.say(.info, "PKey \(pkey) removing \(guids.count) obsolete GUIDs: \(guids.inWords)")
            case .replace(_, let members, _):
                let obsolete = (actual?.members.keys.sorted() ?? []).filter { guid in
                    !members.contains { $0.guid == guid }
                }
                actions.say(.info, "PKey \(pkey) removing \(obsolete.count) obsolete GUIDs: \(obsolete.inWords)")
                actions.say(.info, "Configuring PKey \(pkey) with \(members.count) GUIDs in UFM")
            case .delete:
                actions.say(.info, "Removing PKey \(pkey) from UFM (no longer exists in \(desired.name))")
            }
        }
    }

    func sayWritten(_ step: PlanStep, _ actions: inout Actions) {
        switch step {
        case .add(let pkey, let members, _):
            actions.say(.info, "Successfully added \(members.count) new GUIDs to PKey \(pkey)")
        case .remove(let pkey, let guids):
            actions.say(.info, "Successfully removed \(guids.count) GUIDs from PKey \(pkey)")
        case .replace(let pkey, let members, _):
            actions.say(.info, "Successfully set \(members.count) GUIDs of PKey \(pkey)")
        case .delete: break
        }
    }

    func sayInStep(_ pkey: PKey, _ job: Job, now: Duration, _ actions: inout Actions) {
        let text =
            job.hasWritten
            ? "Successfully synchronized PKey \(pkey)"
            : "PKey \(pkey) is already synchronized (no changes needed)"
        actions.say(.info, text, figures(job, now: now))
    }

    func figures(_ job: Job, now: Duration) -> [String: String] {
        ["ms": (now - job.since).milliseconds, "revision": job.revision.description]
    }
}
