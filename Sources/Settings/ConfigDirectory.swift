import Files
import Glibc

/// The directory with `batch.yaml`, `ufm.yaml` and the password files.
package struct ConfigDirectory: Hashable, Sendable {
    /// pcocc's own variable for a configuration elsewhere.
    package static let variable = "PCOCC_SYSTEM_CONF_DIR"
    /// Where pcocc's packages put it.
    package static let standard = ConfigDirectory(path: "/etc/pcocc")

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The directory of `--config-dir`, else of the environment, else `/etc/pcocc`.
    ///
    /// Throws when a directory that somebody named is not there: going on with defaults would hide a typing error.
    /// The standard one may be missing.
    package static func resolve(option: String?, environment: ProcessEnvironment) throws(SettingsError)
        -> ConfigDirectory
    {
        if let option { return try existing(option, namedBy: OptionNames.configDirectory) }
        if let value = environment[variable] { return try existing(value, namedBy: variable) }
        return standard
    }

    /// The name of the instance of which this is the directory, as in `/etc/pcocc/east`: on a host that serves several
    /// fabrics. nil for a directory elsewhere.
    package var instance: String? {
        let parts = path.split(separator: "/").filter { $0 != "." }.map(String.init)
        let standard = Self.standard.path.split(separator: "/").map(String.init)
        return path.hasPrefix("/") && parts.count == standard.count + 1 && Array(parts.dropLast()) == standard
            ? parts.last : nil
    }

    /// What an instance's settings lack, in words; nil where nothing does.
    ///
    /// - Parameter ledger: what is said of its place; nil where nothing is.
    package static func problem(ofInstance instance: String, namesFabric: Bool, ledger: String?) -> String? {
        guard namesFabric else {
            return "the directory of an instance has to name its fabric: add `fabric: \(instance)`"
        }
        // Where a file is by default, the tools would look for that of another daemon.
        guard ledger == "file" else { return nil }
        return "the directory of an instance has to name the ledger's file: "
            + "`ledger: file:/var/lib/surf-ufm-pkeyd-\(instance)/ledger.json`"
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String {
        path.utf8.last == UInt8(ascii: "/") ? path + name : "\(path)/\(name)"
    }

    private static func existing(_ path: String, namedBy name: String) throws(SettingsError) -> ConfigDirectory {
        guard !path.isEmpty else { throw .option(name: name, problem: "the path is empty") }
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw .option(name: name, problem: "\(path): \(SystemWords.lastError)")
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw .option(name: name, problem: "\(path): not a directory")
        }
        return ConfigDirectory(path: path)
    }
}
