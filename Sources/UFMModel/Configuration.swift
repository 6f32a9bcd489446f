extension UFM {
    /// What a UFM is from the start; the defaults are those of a new one.
    package struct Configuration: Sendable {
        /// The user UFM knows.
        package var user = "admin"
        /// That user's password; the default is UFM's own.
        package var password = "123456"
        /// Users beside that one.
        package var users: [User] = []
        /// Access tokens of `user` that are there from the start.
        package var tokens: [String] = []
        /// The user behind each alternative name of a client certificate, as `associate-user` maps them.
        package var certificateUsers: [String: String] = [:]
        /// The UFM release to be, MAJOR.MINOR.PATCH-BUILD.
        package var version = "6.22.1-3"
        /// The answers to open questions.
        package var switches = Switches()
        /// The bugs to have.
        package var bugs: Set<Bug> = []
        /// The port GUIDs that count as known where `unknownGuid` asks for it.
        package var knownPorts: Set<UInt64> = []
        /// The port GUIDs of each host; they are known too.
        package var hosts: [String: [UInt64]] = [:]
        /// Virtual ports with the port each belongs to; they are known too.
        package var virtualPorts: [UInt64: UInt64] = [:]
        /// Known ports whose link is down.
        package var downPorts: Set<UInt64> = []
        /// Partitions that are there from the start, as if made by hand before it.
        package var partitions: [Partition] = []
        /// Partitions of `partitions.conf.user_ext`: the subnet manager has them, UFM's own model does not.
        package var foreignPartitions: [Partition] = []

        /// The defaults.
        package init() {}
    }
}
