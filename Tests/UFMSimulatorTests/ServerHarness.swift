import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Runs a simulator for the length of a test, and one connection to it.
func withSimulator(
    _ change: (inout UFMSimulator.Configuration) -> Void = { _ in },
    _ body: (UFMSimulator, RawConnection) async throws -> Void
) async throws {
    var configuration = UFMSimulator.Configuration()
    change(&configuration)
    try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
        let connection = try #require(RawConnection(to: simulator))
        defer { connection.close() }
        try await body(simulator, connection)
    }
}

extension RawConnection {
    /// A connection of the simulator's own user; nil where nobody listens.
    convenience init?(to simulator: UFMSimulator) {
        self.init(port: simulator.port, authorization: Sample.basic)
    }
}

/// What the tests ask with and for.
enum Sample {
    static let basic = "Basic YWRtaW46MTIzNDU2"
    static let a = "946dae03005985c8"
    static let b = "946dae03005985cc"
    static let guidA: UInt64 = 0x946d_ae03_0059_85c8
    static let guidB: UInt64 = 0x946d_ae03_0059_85cc
}

/// The path of all partitions.
let pkeys = "/ufmRest/resources/pkeys"
/// A body that makes A a member of 0x5.
let addA = #"{"pkey":"0x5","guids":["\#(Sample.a)"]}"#
