import Testing
import UFMSimulator

/// Runs a simulator for the length of a test, and one connection to it.
func withSimulator(
    _ change: (inout UFMSimulator.Configuration) -> Void = { _ in },
    _ body: (UFMSimulator, RawConnection) async throws -> Void
) async throws {
    var configuration = UFMSimulator.Configuration()
    change(&configuration)
    try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
        let connection = try #require(RawConnection(port: simulator.port))
        defer { connection.close() }
        try await body(simulator, connection)
    }
}

/// The path of all partitions.
let pkeys = "/ufmRest/resources/pkeys"
/// A body that makes A a member of 0x5.
let addA = #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"]}"#
