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
    /// No source has the password; the text says where it may be put.
    case noPassword(String)
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
        case .noPassword(let text), .prompt(let text): text
        case .interrupted(let signal): "interrupted by signal \(signal)"
        }
    }
}
