import UFMModel

/// What a simulator is to be and to do, as a JSON document tells it: for a start, or while it runs.
///
/// All of its members may be left out; `ufm-simulator --help` lists them.
package struct ScenarioDocument: Sendable {
    /// What the UFM is to be.
    let ufm: Scenario
    /// What is to go wrong with requests to it.
    let faults: [UFMSimulator.Fault]

    /// Reads a document. Errors name the place in it, and the file if there is one.
    package init(parsing bytes: [UInt8], file: String? = nil) throws(SimulatorError) {
        do throws(JSONField.Failure) {
            let members = try JSONField(document: bytes).members(Scenario.members + ["faults"])
            ufm = try Scenario(members)
            var faults: [UFMSimulator.Fault] = []
            for field in try members["faults"]?.elements() ?? [] { faults.append(try FaultDocument.read(field)) }
            self.faults = faults
        } catch {
            throw .badDocument(file.map { "\($0): \(error)" } ?? error.description)
        }
    }

    /// Reads a file.
    package init(file: String) throws(SimulatorError) {
        guard let bytes = try LocalFile(file).read() else { throw .file(file, "there is no such file") }
        try self.init(parsing: bytes, file: file)
    }
}

extension UFMSimulator.Configuration {
    /// Puts what a scenario says in place of what there is, and adds what it adds.
    package mutating func apply(_ scenario: ScenarioDocument) throws(SimulatorError) {
        try SimulatorError.ofModel { () throws(UFMModelError) in try ufm.apply(scenario.ufm) }
        faults += scenario.faults
    }
}

extension UFMSimulator {
    /// Applies a scenario while the simulator runs: all of it, or nothing where it cannot be.
    package func apply(_ scenario: ScenarioDocument) throws(SimulatorError) {
        try state.apply(scenario)
    }
}
