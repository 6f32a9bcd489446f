package import EtcdGateway

/// What the options say of the ledger.
package struct LedgerInputs: Sendable {
    /// Nil for where it belongs by itself.
    package let place: LedgerPlace?
    private let user: String?
    private let passwordFile: String?
    /// Whether it may be where everybody can write it.
    package let isUnprotected: Bool
    /// The name of the fabric in it.
    package let fabric: String

    package init(place: LedgerPlace?, user: String?, passwordFile: String?, isUnprotected: Bool, fabric: String) {
        self.place = place
        self.user = user
        self.passwordFile = passwordFile
        self.isUnprotected = isUnprotected
        self.fabric = fabric
    }

    /// The login of the v3 store that keeps it; nil where that is the login of the keys.
    package func login() throws(SettingsError) -> EtcdConfiguration.Login? {
        guard let user, let passwordFile else { return nil }
        guard let file = try PasswordFile.read(passwordFile, .ownerOnly) else {
            throw SettingsError.file(path: passwordFile, problem: "there is no such file (--ledger-etcd-password-file)")
        }
        return EtcdConfiguration.Login(user: user, password: file.password.reveal())
    }
}
