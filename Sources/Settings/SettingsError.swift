package import Fabric
package import Files
package import YAMLReader

/// Why a setting or password cannot be used: one line that names where it is and what to do. Never holds a secret.
package enum SettingsError: Error, Hashable {
    /// A file that is there cannot be read, or is unfit as a whole.
    case file(path: String, problem: String)
    /// Something at one place of a file is wrong.
    case place(path: String, line: Int, column: Int, problem: String)
    /// An option or environment variable is wrong.
    case option(name: String, problem: String)
    /// No source has the password; the file and the option are places to put it.
    case noPassword(Credential, user: String, file: String, option: String)
    /// Neither the option nor a file says where UFM is.
    case noUFMHost(option: String)
    /// A file with settings for etcd does not say where it is.
    case noEtcdServers(path: String)
    /// The option for endpoints has none in it.
    case noEndpoint
    /// The options want a port to be a full and a limited member at once.
    case contradictingMembership(GUID)
    /// What is to be an endpoint of etcd is none; the text says so.
    case endpoint(String)
    /// A password was asked for, and none came.
    case prompt(String)
    /// A signal arrived during the prompt; it has been passed on after the terminal was put right.
    case interrupted(signal: Int32)

    package init(_ error: FileError) {
        self = .file(path: error.path, problem: error.problem)
    }

    package init(_ error: YAMLError, in path: String) {
        self = .place(path: path, line: error.line, column: error.column, problem: error.problem)
    }
}

extension SettingsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let problem): "\(path): \(problem)"
        // The form that editors and compilers use: many terminals open the file there.
        case .place(let path, let line, let column, let problem): "\(path):\(line):\(column): \(problem)"
        case .option(let name, let problem): "\(name): \(problem)"
        case .noPassword(let credential, let user, let file, let option):
            "no \(credential.label) password for \(user): put it into \(file), a systemd credential "
                + "\(credential.fileName), \(credential.variable) or \(option)"
        case .noUFMHost(let option): "no UFM host: give \(option), or ufm-host in ufm.yaml"
        case .noEtcdServers(let path):
            "etcd: \(path) names no etcd-servers; add them, or give \(OptionNames.etcdEndpoints)"
        case .noEndpoint: "etcd: \(OptionNames.etcdEndpoints) names no endpoint"
        case .contradictingMembership(let guid): "\(guid) is given as full and as limited: nothing was changed"
        case .endpoint(let text), .prompt(let text): text
        case .interrupted(let signal): "interrupted by signal \(signal)"
        }
    }
}
