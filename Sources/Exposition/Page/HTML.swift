internal import Surroundings

/// A piece of a page. What is interpolated as text is escaped; only what is written in the source is taken as it is.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    package let text: String

    package init(stringLiteral text: StaticString) { self.text = text.description }

    package init(stringInterpolation pieces: Pieces) { text = pieces.text }

    package init(joining parts: some Sequence<HTML>) { text = parts.map(\.text).joined() }

    package struct Pieces: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
        package mutating func appendInterpolation(_ piece: HTML) { text += piece.text }
        package mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.text } }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
        package mutating func appendInterpolation(_ words: String) { text += HTML.escaped(words) }
    }

    /// Words of others: without secrets, on one line, with nothing in them that turns the direction of what follows, and with
    /// nothing that is a tag, an entity, or the end of an attribute.
    static func escaped(_ words: String) -> String {
        var result = ""
        // By scalars: a sign with a combining mark behind it is one character to Swift, and a sign to a browser.
        for scalar in OutgoingWords.line(words).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
