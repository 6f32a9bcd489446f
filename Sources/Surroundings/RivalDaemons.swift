internal import Glibc

/// Other programs on this host that would write a fabric's partitions: pcocc's own `pkeyd`, and this program's predecessor.
///
/// Their units exclude ours (`Conflicts=`); this finds those that were started by hand.
package enum RivalDaemons {
    /// What is known of a running process.
    package struct Process {
        package var number: Int
        /// The command line, word by word.
        package var words: [String]
        /// The program's file; nil where it may not be looked at.
        package var program: String?

        package init(number: Int, words: [String], program: String?) {
            (self.number, self.words, self.program) = (number, words, program)
        }
    }

    /// One sentence for each that is among these processes.
    package static func complaints(of processes: [Process]) -> [String] {
        processes.compactMap { process in
            if isPkeydOfPcocc(process.words) {
                return
                    "pcocc's own pkeyd runs on this host (process \(process.number)) and serves the same keys: stop it "
                    + "(systemctl disable --now pkeyd)"
            }
            if isPredecessor(process) {
                return
                    "the predecessor, surf_ufm_pkeyd, runs on this host (process \(process.number)) and writes the same "
                    + "partitions: stop it"
            }
            return nil
        }
    }

    /// Those that run now, as far as /proc shows them: none where it shows none.
    package static func running() -> [Process] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [Process] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let number = Int(name), number != getpid() else { continue }
            let words = commandLine(number)
            if !words.isEmpty { found.append(Process(number: number, words: words, program: program(number))) }
        }
        return found
    }

    /// `pcocc internal pkeyd`, run by whichever interpreter.
    private static func isPkeydOfPcocc(_ words: [String]) -> Bool {
        guard let own = words.prefix(3).firstIndex(where: { fileName($0) == "pcocc" }) else { return false }
        return words[(own + 1)...].starts(with: ["internal", "pkeyd"])
    }

    /// Its script under an interpreter, or its program, watching: not one of its tools, which end by themselves.
    private static func isPredecessor(_ process: Process) -> Bool {
        let names = ["surf_ufm_pkeyd", "surf_ufm_pkeyd.py"]
        guard let own = process.words.prefix(3).firstIndex(where: { names.contains(fileName($0)) }) else {
            return false
        }
        if ["ufm", "etcd", "plan", "status"].contains(process.words.dropFirst(own + 1).first) { return false }
        // By this name our own program is called as well.
        if own > 0 { return true }
        return process.program.map { !["surf-ufm-pkeyd", "surf-ufm-pkeyd (deleted)"].contains(fileName($0)) } ?? false
    }

    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The first words; a kernel's thread, or one that has just ended, has none.
    private static func commandLine(_ number: Int) -> [String] {
        let file = open("/proc/\(number)/cmdline", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func program(_ number: Int) -> String? {
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { names in
                guard let first = names.baseAddress else { return 0 }
                return max(0, readlink("/proc/\(number)/exe", first, names.count))
            }
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
