extension UFMSimulator {
    /// Somebody who may ask UFM.
    package struct User: Sendable, Equatable {
        /// What somebody may do; by UFM's own names.
        package enum Role: String, Sendable, CaseIterable {
            /// Everything.
            case systemAdmin = "System_Admin"
            /// Everything but tokens and users.
            case fabricAdmin = "Fabric_Admin"
            /// Reading.
            case monitoringOnly = "Monitoring_Only"
        }

        /// The name.
        package let name: String
        /// The password, in clear.
        package var password: String
        /// What the user may do.
        package var role: Role

        /// A user.
        package init(name: String, password: String, role: Role = .systemAdmin) {
            self.name = name
            self.password = password
            self.role = role
        }
    }
}

extension UFMSimulator.User {
    /// Reads `name:password:role`; the role may be left out. The password has no colon.
    package init(specification text: String) throws(SimulatorError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard (2...3).contains(parts.count), !parts[0].isEmpty else { throw .badUser(text) }
        guard let role = parts.count == 3 ? Role(rawValue: parts[2]) : .systemAdmin else { throw .badUser(text) }
        self.init(name: parts[0], password: parts[1], role: role)
    }
}
