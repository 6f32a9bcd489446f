import Glibc

/// What lines are to look like, as an option says it.
package enum LogFormat: String, CaseIterable, Sendable {
    case auto, text, json, journal
}

/// Whether lines on a terminal have colours, as an option says it.
package enum ColourChoice: String, CaseIterable, Sendable {
    case auto, always, never
}

/// What is behind an output.
package struct OutputFacts: Hashable, Sendable {
    package var isTerminal = false
    package var isJournal = false
    /// Whether the user wants no colours anywhere (no-color.org).
    package var isPlain = false

    package init(isTerminal: Bool = false, isJournal: Bool = false, isPlain: Bool = false) {
        self.isTerminal = isTerminal
        self.isJournal = isJournal
        self.isPlain = isPlain
    }

    /// Of a descriptor of this process, by what the environment says.
    package init(of descriptor: Int32) {
        isTerminal = isatty(descriptor) == 1
        isPlain =
            getenv("NO_COLOR").map { $0.pointee != 0 } ?? false || getenv("TERM").map { String(cString: $0) } == "dumb"
        let journal = getenv("JOURNAL_STREAM").map { String(cString: $0) }
        let other = descriptor == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO
        // Where the two go to the journal by sockets of their own, the variable has that of standard error alone.
        isJournal = Self.isStream(journal, descriptor) || Self.isSocket(descriptor) && Self.isStream(journal, other)
    }

    /// Whether a descriptor is what `$JOURNAL_STREAM` names: `device:inode`.
    package static func isStream(_ journal: String?, _ descriptor: Int32) -> Bool {
        var information = stat()
        guard let journal, fstat(descriptor, &information) == 0 else { return false }
        return journal == "\(information.st_dev):\(information.st_ino)"
    }

    private static func isSocket(_ descriptor: Int32) -> Bool {
        var information = stat()
        return fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFSOCK
    }
}

extension LogStyle {
    /// The style that the options call for on such an output.
    package init(_ format: LogFormat, _ colour: ColourChoice = .auto, on output: OutputFacts) {
        let isColoured = colour == .always || colour == .auto && !output.isPlain && output.isTerminal
        switch format {
        case .json: self = .json
        case .journal: self = .journal
        case .auto where output.isJournal: self = .journal
        case .auto where output.isTerminal || colour == .always: self = .terminal(isColoured: isColoured)
        case .text where colour == .always: self = .terminal(isColoured: true)
        case .auto, .text: self = .text
        }
    }
}
