/// A release, or a temper, that sets version, switches and bugs together.
package enum Profile: String, Sendable, CaseIterable {
    /// The release of 2023: no `/pkeys/add`.
    case ufm612 = "6.12"
    /// The first release with `/pkeys/add`, and the bugs around empty partitions.
    case ufm6151 = "6.15.1"
    /// The release that was probed live.
    case ufm6191 = "6.19.1"
    /// The default: what live evidence says, with the schema of 6.22.
    case ufm6221 = "6.22.1"
    /// 6.22.1 that refuses whatever some source says is refused.
    case strict
    /// 6.22.1 that lets through whatever some source says is let through.
    case lenient
}

extension Profile {
    /// What a profile is made of; a switch that it does not name has its default.
    struct Choices {
        let version: String
        var switches: [(name: String, value: String)] = []
        var bugs: Set<Bug> = []
    }

    /// The table of profiles. What follows from the version alone is not in it: before 6.15 `/pkeys/add` is a 404,
    /// before 6.18 `ufm_version` has its old form of 34 bytes, before 6.19 the default partition shows no flags of
    /// its own, and before 6.22 `partition_name` is refused as an additional property.
    var choices: Choices {
        switch self {
        case .ufm612:
            // The documents let POST take `memberships`; nobody has probed a release this old.
            Choices(version: "6.12.0-4", switches: [("postMemberships", "honour")])
        case .ufm6151:
            // 4040154 names this very build. 3985023 was found later, but in what `/add` had done since it came.
            Choices(
                version: "6.15.1-4", switches: [("postMemberships", "honour")],
                bugs: [.emptyRefusesMembers, .emptyBreaksFile])
        case .ufm6191:
            // Probed: POST ignores `memberships`, PUT heeds it, the last removal takes the partition with it.
            Choices(version: "6.19.1-5", switches: [("postMemberships", "ignore")])
        case .ufm6221:
            Choices(version: "6.22.1-3")
        case .strict:
            // It knows no GUID but those of known ports, hosts and virtual ports.
            Choices(
                version: "6.22.1-3",
                switches: [
                    ("missingGet", "notFound"), ("dupCreate", "409"), ("createStatus", "201"), ("postMissing", "404"),
                    ("unknownGuid", "404"), ("removeNonMember", "404"), ("secondIndex0", "400"), ("maxGuids", "500"),
                    ("qosNeedsRestart", "true"), ("hostsReply", "202"), ("tableFull", "400"),
                ])
        case .lenient:
            Choices(
                version: "6.22.1-3",
                switches: [
                    ("removeMissingPkey", "200"), ("putEmpty", "empty"), ("bothFlagsOnList", "dropQos"),
                    ("postMemberships", "honour"), ("foreignPkeys", "visible"),
                ])
        }
    }

    /// The table for people: one line for each profile.
    package static var summary: String {
        allCases.map { profile in
            let choices = profile.choices
            let settings =
                choices.switches.map { "\($0.name)=\($0.value)" } + choices.bugs.map { "bug \($0.rawValue)" }.sorted()
            return "  \(profile.rawValue): UFM \(choices.version)" + settings.map { ", " + $0 }.joined()
        }.joined(separator: "\n")
    }
}

extension UFM.Configuration {
    /// Sets version, switches and bugs to those of a profile, whatever they were.
    package mutating func apply(_ profile: Profile) throws(UFMModelError) {
        let choices = profile.choices
        version = choices.version
        bugs = choices.bugs
        switches = Switches()
        for (name, value) in choices.switches { try switches.set(name, to: value) }
    }
}
