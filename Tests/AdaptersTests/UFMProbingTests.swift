import Fabric
import ScriptedUFM
import Testing
import Transport

@testable import Adapters

/// How UFM is asked whether it is at work, and what its mark of the last change may answer.
@Suite("Asking UFM cheaply")
struct UFMProbingTests {
    private static let list =
        #"{"0x7fff":{"guids":[],"index0":false,"ip_over_ib":true,"membership":"limited","partition":"management"}}"#

    @Test("While UFM is away the question is short, but for one in thirty; once it is back it is patient again")
    func patience() async {
        let version = ScriptedTransport.Step.json(#"{"ufm_release_version": "6.15.1-4"}"#)
        let silence = ScriptedTransport.Step.failure(.timedOut(host: "ufm1", after: .seconds(2), sent: true))
        let failures = [ScriptedTransport.Step](repeating: silence, count: 31)
        let scripted = Scripted(failures + [version, version])
        let fabric = UFMFabric(scripted.client)
        for _ in 0..<33 { try? await fabric.ping() }
        let limits = await scripted.transport.requests.compactMap(\.totalTimeout)
        let short = [Int](repeating: 2, count: 29)
        #expect(limits == ([10] + short + [10, 2, 10]).map { .seconds($0) })
        let connects = await scripted.transport.requests.map(\.connectTimeout)
        #expect(connects == ([5] + short + [5, 2, 5]).map { .seconds($0) })
    }

    @Test(
        "Whatever is answered in place of the mark of the last change, the list is read",
        arguments: [
            ScriptedTransport.Step.json("{}", status: 500), .html("<html>Internal Server Error</html>", status: 500),
            .html("<html>busy</html>", status: 503), .status(404), .json("[]"),
        ])
    func mark(_ step: ScriptedTransport.Step) async throws {
        let scripted = Scripted(step, .json(Self.list))
        let snapshot = try await UFMFabric(scripted.client).snapshot()
        #expect(snapshot.partitions.count == 1)
        #expect(await scripted.transport.unusedSteps == 0)
    }
}
