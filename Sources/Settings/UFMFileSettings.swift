/// What `ufm.yaml` says: `settings: {ufm-servers: [HOST, …], ufm-auth-type: password}`; nil for what it does not say.
package struct UFMFileSettings: Hashable, Sendable {
    /// How to log in to UFM; there has only ever been one way.
    package enum Authentication: String, CaseIterable, Sendable {
        case password
    }

    package static let fileName = "ufm.yaml"

    /// The file these settings are from.
    package let path: String
    /// Host names, each perhaps with `:port`; at least one if there are any.
    package var servers: [String]?
    package var authentication: Authentication?
    /// What deserves a word in the log, each with its place in the file.
    package var warnings: [String] = []

    /// Reads `ufm.yaml`, or gives nil when there is none.
    ///
    /// Throws for a file that cannot be read, is not YAML, has values of the wrong kind, or has no `settings:`.
    package static func load(from directory: ConfigDirectory) throws(SettingsError) -> UFMFileSettings? {
        guard let document = try SettingsDocument.load(directory.file(fileName)) else { return nil }
        guard let section = try document.section("settings") else {
            throw document.failure("there is no `settings:` in it: expected `settings: {ufm-servers: [HOST, …]}`")
        }
        return try UFMFileSettings(section)
    }

    private init(_ section: SettingsSection) throws(SettingsError) {
        path = section.document.path
        servers = try section.servers("ufm-servers", .hostAndPort)
        authentication = try section.word("ufm-auth-type", as: Authentication.self)
        warnings = section.strangers(prefix: "ufm-", known: ["ufm-servers", "ufm-auth-type"])
    }
}
