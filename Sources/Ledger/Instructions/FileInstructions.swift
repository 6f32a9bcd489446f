import Files
package import Reconciler

/// Instructions beside a ledger file, in the directory `requests`: `LEDGER.<id>.asked` until a daemon renames it to
/// `….taken`, and `….answered` with what became of it. A rename succeeds once: that is the comparison.
package struct FileInstructions: InstructionBoard {
    private static let lifetime = 60
    private static let sizeLimit = 1 << 22

    private let directory: DropDirectory
    private let name: String
    private let fabric: String
    private let interval: Duration

    /// - Parameters:
    ///   - path: of the ledger.
    ///   - interval: how often the daemon looks.
    package init(besideLedger path: String, fabric: String, interval: Duration = .milliseconds(200)) {
        directory = DropDirectory(StagedFile.directory(of: path) + "/requests")
        name = String(path.split(separator: "/").last ?? "ledger")
        self.fabric = fabric
        self.interval = interval
    }

    private func file(_ id: String, _ state: InstructionDocument.State) -> String { "\(name).\(id).\(state.rawValue)" }

    // MARK: Those who tell

    package func leave(_ what: Instruction.What) async throws(Failure) -> String {
        let id = String.random
        try write(InstructionDocument(what, fabric: fabric), as: file(id, .asked))
        return id
    }

    package func isTaken(_ id: String) async throws(Failure) -> Bool { !directory.has(file(id, .asked)) }

    package func withdraw(_ id: String) async throws(Failure) -> Bool { directory.remove(file(id, .asked)) }

    package func outcome(of id: String) async throws(Failure) -> InstructionOutcome? {
        try read(file(id, .answered))?.outcome
    }

    // MARK: The daemon

    package func follow(_ tell: @escaping @Sendable (Instruction) -> Void) async throws(Failure) {
        try reading { () throws(FileError) in try directory.make() }
        var told: Set<String> = []
        repeat {
            let names = try reading { () throws(FileError) in try directory.names() }.filter {
                $0.hasPrefix("\(name).")
            }
            for file in names where directory.age(of: file).map({ $0 > Self.lifetime }) ?? false {
                _ = directory.remove(file)
            }
            for file in names where file.hasSuffix(".asked") && told.insert(file).inserted {
                let id = String(file.dropFirst(name.count + 1).dropLast(".asked".count))
                guard let document = try? read(file), document.fabric == fabric,
                    let instruction = document.instruction(id)
                else { continue }
                tell(instruction)
            }
            told.formIntersection(names)
        } while (try? await Task.sleep(for: interval)) != nil
    }

    package func take(_ id: String) async throws(Failure) -> Bool {
        guard directory.age(of: file(id, .asked)).map({ $0 <= Self.lifetime }) ?? false else { return false }
        return directory.rename(file(id, .asked), to: file(id, .taken))
    }

    package func answer(_ id: String, _ outcome: InstructionOutcome) async throws(Failure) {
        guard let document = try read(file(id, .taken)) else { return }
        try write(document.answered(outcome), as: file(id, .answered))
        _ = directory.remove(file(id, .taken))
    }

    private func read(_ file: String) throws(Failure) -> InstructionDocument? {
        let bytes = try reading { () throws(FileError) in
            try LocalFile.read(directory.path(of: file), limit: Self.sizeLimit)?.bytes
        }
        return bytes.flatMap { InstructionDocument($0) }
    }

    private func write(_ document: InstructionDocument, as file: String) throws(Failure) {
        let text = try document.json()
        do throws(StagedFile.Problem) {
            try StagedFile(text, replacing: directory.path(of: file), name: .unique, mode: 0o644).putInPlace()
        } catch {
            throw Failure(
                .unwritable,
                "instructions stand in \(directory.path), which a daemon makes: \(error.step): \(error.reason)")
        }
    }

    private func reading<Value>(_ call: () throws(FileError) -> Value) throws(Failure) -> Value {
        do throws(FileError) {
            return try call()
        } catch {
            throw Failure(.unreadable, "instructions: \(error)")
        }
    }
}
