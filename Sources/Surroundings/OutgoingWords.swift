internal import Text

/// The way by which words leave the process: no secret is in them, and nothing that a terminal would obey instead of showing
/// it. Whoever writes to a terminal, a log or an error stream sends them through here.
///
/// Secrets go first: an escaped one would not be found any more.
package enum OutgoingWords {
    /// The words on one line, whatever is in them.
    package static func line(_ words: String) -> String { Terminal.line(KnownSecrets.redacted(words)) }

    /// A result, which keeps its lines, and is what was asked for: if a key's value is a password, it is shown.
    package static func result(_ text: String) -> String { Terminal.text(Array(text.utf8)) }
}
