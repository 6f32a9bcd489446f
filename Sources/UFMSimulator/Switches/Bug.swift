extension UFMSimulator {
    /// Bugs that NVIDIA's release notes name and that can be shown over REST; each has its number there. They are no
    /// switches: with them a UFM is wrong under every reading, and a client can only keep out of their way.
    package enum Bug: String, Sendable, CaseIterable {
        /// 3816196, found in 6.15.2: a POST that creates a partition answers 200 and leaves it without members.
        case postCreatesEmpty = "3816196"
        /// 3985023, found in 6.17.2 and gone in 6.18.0: no POST adds a GUID to an empty partition.
        case emptyRefusesMembers = "3985023"
        /// 4040154, found in 6.15.1-4 and gone in 6.15.6-4: while there is an empty partition the subnet manager
        /// cannot parse its file, and makes every port a full member of the default partition. REST shows nothing of
        /// it; the state report does.
        case emptyBreaksFile = "4040154"
    }
}

extension UFMSimulator.Bug {
    /// The bugs for people: one line for each.
    package static var summary: String {
        allCases.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n")
    }

    private var meaning: String {
        switch self {
        case .postCreatesEmpty: "the POST that creates a partition leaves it empty"
        case .emptyRefusesMembers: "no POST adds GUIDs to an empty partition"
        case .emptyBreaksFile: "an empty partition breaks the subnet manager's file (see /state)"
        }
    }
}
