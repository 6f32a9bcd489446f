import Administration
import Fabric
import Planning
import Text

/// What an import says of itself.
extension ImportPlan.Entry {
    /// One line for people: `~ PKey 0x5000: 1 added, 2 removed, IP over IB no → yes`.
    var words: String {
        switch action {
        case .create: "+ PKey \(pkey): create with \(difference.missing.count) GUIDs"
        case .delete: "- PKey \(pkey): delete with \(difference.unexpected.count) GUIDs"
        case .unchanged: "= PKey \(pkey): unchanged"
        case .change: "~ PKey \(pkey): " + changeWords.joined(separator: ", ")
        }
    }

    private var changeWords: [String] {
        guard let current, let wanted else { return [] }
        let memberWords = difference.memberWords
        var parts = memberWords.isEmpty ? [] : [memberWords]
        if difference.ipOverIBDiffers { parts.append("IP over IB " + (wanted.ipOverIB ? "no → yes" : "yes → no")) }
        if difference.nameDiffers { parts.append("name \(shown(current.name)) → \(shown(wanted.name))") }
        if difference.qosDiffers { parts.append("QoS \(shown(current.qos)) → \(shown(wanted.qos))") }
        return parts
    }

    private func shown(_ name: String?) -> String { name.map { Terminal.line($0) } ?? "-" }

    private func shown(_ qos: QualityOfService?) -> String { qos.map { "(\($0.inWords))" } ?? "-" }
}

extension ImportPlan.Entry.Action {
    var past: String {
        switch self {
        case .create: "created"
        case .change: "changed"
        case .delete: "deleted"
        case .unchanged: "unchanged"
        }
    }
}

extension ImportPlan.Destruction {
    /// `delete 1 PKeys and remove 2 members from 1 PKeys`.
    var words: String {
        [
            deletedPartitions > 0 ? "delete \(deletedPartitions) PKeys" : nil,
            removedMembers > 0 ? "remove \(removedMembers) members from \(poorerPartitions) PKeys" : nil,
        ].compactMap(\.self).joined(separator: " and ")
    }
}

extension ImportRun.Failure {
    var words: String {
        switch self {
        case .refused(let error): ErrorWords.of(error)
        case .portStays(let guid, let origin):
            "nothing was added, since \(guid) could not be removed from PKey \(origin)"
        case .impossible(.name): "UFM names a PKey when it is created only: delete it and import again"
        case .impossible(.ipOverIB):
            "UFM sets IP over IB with members only, and there are none: delete the PKey and import again"
        case .forbidden(let objection): objection
        case .notShown(let left): "UFM took the change and does not show it (\(left.words))"
        case .unreadable(let error): "it was sent, and cannot be read back: \(ErrorWords.of(error))"
        }
    }
}
