/// The words of a command line behind its mode, by what each is. Pure.
///
/// A word is taken for a value only where the parser would take it for one, so that no password and no key is mistaken for
/// something to repeat.
struct CommandWords {
    enum Word: Hashable {
        /// An option, without what stands behind its equals sign; and whether one stands there, and whether something
        /// stands behind that.
        case option(String, equals: Equals)
        case value
        /// A word that belongs to no option.
        case bare(String)
    }

    enum Equals: Hashable {
        case none
        case empty
        case value
    }

    let mode: OptionCatalog.Mode
    let words: [Word]

    /// - Parameter arguments: without the program's name.
    init?(_ arguments: [String], _ catalog: OptionCatalog) {
        let named = arguments.first.flatMap { catalog.mode($0) }
        guard let mode = named ?? catalog.mode(catalog.standard) else { return nil }
        self.mode = mode
        var words: [Word] = []
        // How many more words may be values of the option before them.
        var open = 0
        for argument in arguments.dropFirst(named == nil ? 0 : 1) {
            // What stands behind two dashes alone is no option.
            if argument == "--" { break }
            if argument.hasPrefix("--") {
                let option = Self.option(argument)
                words.append(option)
                open = 0
                if case .option(let name, .none) = option, let known = mode.option(name), known.takesValue {
                    open = known.takesMany ? .max : 1
                }
            } else if argument.hasPrefix("-"), argument != "-" {
                // `-h`, or a number below zero where there is none: the parser knows.
                open = 0
            } else if open > 0 {
                open -= 1
                words.append(.value)
            } else {
                words.append(.bare(argument))
            }
        }
        self.words = words
    }

    static func option(_ argument: String) -> Word {
        guard let equals = argument.firstIndex(of: "=") else { return .option(argument, equals: .none) }
        let isEmpty = argument.index(after: equals) == argument.endIndex
        return .option(String(argument[..<equals]), equals: isEmpty ? .empty : .value)
    }
}
