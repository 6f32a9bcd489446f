internal import CStart
internal import Glibc

/// The program's arguments, of which the first is the program, as the system handed them over.
package struct ProcessArguments: Sendable {
    /// The texts; bytes that are not UTF-8 become replacement characters.
    package let texts: [String]
    /// The first of which the text is not what was typed: a key, a file or a password would be another one. nil where all
    /// are UTF-8.
    package let firstOddity: Int?

    package init(_ arguments: [[UInt8]]) {
        texts = arguments.map { String(decoding: $0, as: UTF8.self) }
        firstOddity = arguments.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    }

    /// The memory that `ps` shows of each, or nil. Swift's own arguments come from /proc, without which it knows of none.
    package static var memory: [UnsafeMutablePointer<CChar>?] {
        let count = Int(pkeyd_argument_count())
        guard count > 0, let arguments = pkeyd_arguments() else {
            return (0..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
        }
        return (0..<count).map { arguments[$0] }
    }

    /// Those of this process.
    package static var current: ProcessArguments {
        ProcessArguments(
            memory.map { argument in
                guard let argument else { return [] }
                return UnsafeBufferPointer(start: argument, count: strlen(argument)).map { UInt8(bitPattern: $0) }
            })
    }
}
