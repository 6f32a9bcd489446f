extension StringProtocol {
    /// The text without the white space and line ends around it.
    package var trimmed: String {
        // Scalars, because Swift takes a blank with a combining mark after it for one character.
        let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
        let end = scalars.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(String.UnicodeScalarView(scalars[...$0])) } ?? ""
    }
}
