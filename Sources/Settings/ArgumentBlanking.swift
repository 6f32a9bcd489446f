import Glibc
package import Surroundings

/// Hides passwords given as arguments from `ps` and `/proc`, which every user of the machine can read.
///
/// They are visible between the start of the process and this moment: a file is the better place for a password.
package enum ArgumentBlanking {
    /// The options whose value is a password, as `--option value` or `--option=value`.
    package static let options = OptionNames.passwords

    /// What to blank: the bytes of one argument from an offset to its end.
    package struct Blank: Hashable {
        let argument: Int
        let offset: Int
    }

    /// Where the passwords are in these arguments, of which the first is the program.
    package static func blanks(in arguments: [String]) -> [Blank] {
        var blanks: [Blank] = []
        for (index, argument) in arguments.enumerated().dropFirst() {
            if options.contains(argument), index + 1 < arguments.count {
                blanks.append(Blank(argument: index + 1, offset: 0))
            }
            let name = argument.prefix { $0 != "=" }
            guard options.contains(String(name)) || isNearMiss(name) else { continue }
            if name.utf8.count < argument.utf8.count {
                blanks.append(Blank(argument: index, offset: name.utf8.count + 1))
            } else if isNearMiss(name), index + 1 < arguments.count, !arguments[index + 1].hasPrefix("-") {
                blanks.append(Blank(argument: index + 1, offset: 0))
            }
            // `--password= X`: refused, but X is there to be seen.
            if argument.hasSuffix("="), index + 1 < arguments.count, !arguments[index + 1].hasPrefix("-") {
                blanks.append(Blank(argument: index + 1, offset: 0))
            }
        }
        return blanks
    }

    /// Whether an option that is none of ours was probably meant to be one of a password.
    private static func isNearMiss(_ name: Substring) -> Bool {
        guard name.hasPrefix("--"), !options.contains(String(name)) else { return false }
        return name.lowercased().contains("pas") && !OptionNames.prompts.contains(String(name))
    }

    /// Overwrites the passwords in the memory that `ps` shows, and returns the arguments as they were.
    ///
    /// To be called first thing, before any other thread runs.
    package static func blankProcessArguments() -> ProcessArguments {
        let (arguments, memory) = (ProcessArguments.current, ProcessArguments.memory)
        for blank in blanks(in: arguments.texts) { overwrite(memory[blank.argument], from: blank.offset) }
        return arguments
    }

    /// Puts an `x` in the place of each byte of a C string, from an offset to its end.
    package static func overwrite(_ argument: UnsafeMutablePointer<CChar>?, from offset: Int) {
        guard let argument else { return }
        let length = strlen(argument)
        guard offset < length else { return }
        memset(argument + offset, Int32(UInt8(ascii: "x")), length - offset)
    }
}
