package import Listening

/// What the options say of who may look at the daemon.
package struct ListenInputs: Sendable {
    /// None where nobody may.
    package let addresses: [ListenAddress]
    private let tokenFile: String?

    package init(_ addresses: [ListenAddress], tokenFile: String? = nil) {
        self.addresses = addresses
        self.tokenFile = tokenFile
    }

    /// What visitors have to know; nil where nothing is asked for.
    package func token() -> Resolved<Secret?> {
        Resolved { (notes) throws(SettingsError) in
            guard let tokenFile else { return nil }
            guard let file = try PasswordFile.read(tokenFile, .ownerOnly, holding: "token") else {
                throw SettingsError.file(path: tokenFile, problem: "there is no such file (--listen-token-file)")
            }
            notes.warn([file.warning].compactMap(\.self))
            return file.password
        }
    }
}
