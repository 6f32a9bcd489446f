import Administration
import Fabric
import Planning
import UFMClient

/// `--pkey`: adds members to a partition, removes some, or sets them all.
struct MemberCommand {
    let client: UFMClient
    let options: UFMMemberOptions
    let format: OutputFormat

    private var editor: PartitionEditor { PartitionEditor(client) }

    func run(on pkey: PKey) async throws {
        if options.removeGuids {
            try await remove(try options.loadGUIDs(), from: pkey)
        } else if options.setGuids {
            try await set(try options.loadMembers(), of: pkey)
        } else {
            try await add(try options.loadMembers(), to: pkey)
        }
    }

    private func add(_ members: [Member], to pkey: PKey) async throws {
        let progress = MemberProgressLine("added to PKey \(pkey)")
        try await progress.during { (report) async throws(UFMError) in
            try await editor.add(members, to: pkey, ipOverIB: options.ipOverIb, progress: report)
        }
        try ChangeDocument("add", pkey, guids: members.count)
            .print(format, or: "Successfully added \(members.count) GUIDs to PKey \(pkey)")
    }

    private func remove(_ guids: [GUID], from pkey: PKey) async throws {
        let progress = MemberProgressLine("removed from PKey \(pkey)")
        var wasThere = true
        try await progress.during { (report) async throws(UFMError) in
            wasThere = try await editor.remove(guids, from: pkey, progress: report)
        }
        // To the reconciler a partition that is not there is one without these members; here it is a typing error.
        guard wasThere else { throw CommandFailure("PKey \(pkey) not found in UFM") }
        try ChangeDocument("remove", pkey, guids: guids.count)
            .print(format, or: "Successfully removed \(guids.count) GUIDs from PKey \(pkey)")
    }

    private func set(_ members: [Member], of pkey: PKey) async throws {
        let setting = try await editor.setting(members, of: pkey, ipOverIB: options.ipOverIb)
        if !setting.steps.isEmpty {
            let progress = MemberProgressLine("set in PKey \(pkey)")
            try await progress.during { (report) async throws(UFMError) in
                try await editor.perform(setting, progress: report)
            }
            try await verify(setting)
        }
        if format == .text { setting.difference.memberLines.forEach(Output.line) }
        try ChangeDocument("set", pkey, setting.difference).print(format, or: sentence(setting))
    }

    private func sentence(_ setting: PartitionEditor.Setting) -> String {
        let (pkey, members) = (setting.goal.pkey, setting.goal.members)
        guard setting.current != nil else { return "Successfully created PKey \(pkey) with \(members.count) GUIDs" }
        let count = "PKey \(pkey) has \(members.count) GUIDs"
        let words = setting.difference.memberWords
        if !words.isEmpty { return "Successfully set: \(count) (\(words))" }
        return setting.difference.isEmpty ? "\(count) already: nothing to do" : "Successfully set: \(count)"
    }

    private func verify(_ setting: PartitionEditor.Setting) async throws {
        let left: Difference
        do throws(UFMError) {
            left = try await editor.remainder(of: setting)
        } catch {
            throw CommandFailure("the members were sent, and cannot be read back: \(ErrorWords.of(error))")
        }
        guard !left.isEmpty else { return }
        let words = left.memberWords
        throw CommandFailure(
            "UFM took the members of PKey \(setting.goal.pkey) and shows others"
                + (words.isEmpty ? "" : " (still to be \(words))"))
    }
}

extension Difference {
    /// `1 added, 2 removed, 1 changed`, without what is none.
    var memberWords: String {
        let parts = [(missing.count, "added"), (unexpected.count, "removed"), (misflagged.count, "changed")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// One line for each member that differs: `+` to be added, `-` removed, `~` changed.
    fileprivate var memberLines: [String] {
        func words(_ member: Member) -> String {
            "\(member.guid) \(member.membership.rawValue)" + (member.index0 ? " index0" : "")
        }
        return missing.map { "+ \(words($0))" } + unexpected.map { "- \($0)" } + misflagged.map { "~ \(words($0))" }
    }
}
