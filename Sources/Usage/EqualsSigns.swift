/// Words that end in an equals sign, which the parser reads otherwise than people do.
package enum EqualsSigns {
    /// The arguments with an empty value of its own behind each option that ends in an equals sign: the parser would take
    /// the next word for its value, and `--prefix= /keep/` would be about `/keep/`.
    package static func spelledOut(_ arguments: [String]) -> [String] {
        var spelled: [String] = []
        for (index, argument) in arguments.enumerated() {
            guard argument != "--" else { return spelled + arguments[index...] }
            if argument.hasPrefix("--"), case .option(let name, .empty) = CommandWords.option(argument) {
                spelled += [name, ""]
            } else {
                spelled.append(argument)
            }
        }
        return spelled
    }
}
