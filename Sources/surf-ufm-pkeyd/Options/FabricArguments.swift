import ArgumentParser
import Fabric
import Planning
import Settings

extension Membership: ExpressibleByArgument {}

extension Index0Policy: ExpressibleByArgument {}

extension GUIDArgument {
    /// The arguments of the program, with an empty value behind each `--guids` that has none.
    ///
    /// `--list --guids` shows members and `--pkey P --guids GUID,…` changes them. The parser has no option that is a
    /// flag and a list, so the flag becomes the empty list before it looks.
    static func completingBareGUIDs(_ arguments: [String]) -> [String] {
        var completed: [String] = []
        for (index, argument) in arguments.enumerated() {
            completed.append(argument)
            guard argument == "--guids" else { continue }
            let next = index + 1 < arguments.count ? arguments[index + 1] : nil
            if next == nil || next?.hasPrefix("-") == true { completed.append("") }
        }
        return completed
    }
}
