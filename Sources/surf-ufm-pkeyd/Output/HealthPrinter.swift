import Ledger
import Text

/// What a monitoring system is told: one line, or a document, and an exit code.
struct HealthPrinter {
    let format: OutputFormat

    func print(_ health: HealthReport) throws {
        guard format == .text else {
            return try Output.json(
                HealthDocument(
                    health: health.level.name, words: health.words,
                    figures: Dictionary(health.figures.map { ($0.name, $0.count) }, uniquingKeysWith: +)))
        }
        // Servers' words are in it, and it is one line.
        Output.line(Terminal.line(health.line))
    }

    /// That nobody could be asked, and why.
    func print(unknown words: String) throws {
        guard format == .text else {
            return try Output.json(HealthDocument(health: HealthReport.Level.unknown.name, words: words, figures: [:]))
        }
        Output.line(Terminal.line("\(HealthReport.Level.unknown.name): \(words.replacing("|", with: "/"))"))
    }
}

private struct HealthDocument: Encodable {
    let health: String
    let words: String
    let figures: [String: Int]
}
