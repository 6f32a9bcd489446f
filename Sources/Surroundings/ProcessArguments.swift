internal import CStart

/// The program's arguments, of which the first is the program, as the system handed them over.
package struct ProcessArguments {
    /// The texts; bytes that are not UTF-8 become replacement characters.
    package let texts: [String]
    /// The memory that `ps` shows of each, or nil.
    package let memory: [UnsafeMutablePointer<CChar>?]

    /// Those of this process. Swift's own come from /proc, without which it knows of none.
    package static var current: ProcessArguments {
        let count = Int(pkeyd_argument_count())
        guard count > 0, let arguments = pkeyd_arguments() else {
            let memory = (0..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
            return ProcessArguments(texts: CommandLine.arguments, memory: memory)
        }
        let memory = (0..<count).map { arguments[$0] }
        return ProcessArguments(texts: memory.map { $0.map { String(cString: $0) } ?? "" }, memory: memory)
    }
}
