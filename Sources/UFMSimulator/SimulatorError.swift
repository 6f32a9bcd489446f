import HTTPServing
package import UFMModel

/// Why the simulator could not do what it was asked.
package enum SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There can be no such UFM as was asked for.
    case model(UFMModelError)
    /// A scenario, a state file or a body of the control port that cannot be understood: file, place and reason.
    case badDocument(String)
    /// A file that cannot be read or written: its path and the reason.
    case file(String, String)
    /// A certificate that could not be made, read or used.
    case certificate(String)
    /// An address that could not be listened on.
    case listen(String)
    /// A condition that did not come true in time: its description and what the state was.
    case timedOut(String, String)
    /// The simulator was shut down while somebody waited.
    case stopped

    /// One line for people.
    package var description: String {
        switch self {
        case .model(let error): error.description
        case .badDocument(let text): text
        case .file(let path, let reason): "\(path): \(reason)"
        case .certificate(let text): "certificate: \(text)"
        case .listen(let text): "cannot listen on \(text)"
        case .timedOut(let what, let state): "timed out waiting for \(what); \(state)"
        case .stopped: "the simulator was shut down"
        }
    }
}

extension SimulatorError {
    /// Does what the model may find impossible.
    static func ofModel<Value>(
        _ body: () throws(UFMModelError) -> Value
    ) throws(SimulatorError) -> Value {
        do throws(UFMModelError) { return try body() } catch { throw .model(error) }
    }
    /// Serves, where the network lets it.
    static func ofServing<Value>(
        _ body: () async throws(ServingError) -> Value
    ) async throws(SimulatorError) -> Value {
        do throws(ServingError) {
            return try await body()
        } catch {
            switch error {
            case .cannotListen(let address, let reason): throw .listen("\(address): \(reason)")
            }
        }
    }
}
