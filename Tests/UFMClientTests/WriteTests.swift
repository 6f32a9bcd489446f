import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Writing whole partitions")
struct WriteTests {
    private let one = "946dae03005985c8"
    private let two = "946dae03005985cc"

    private func empty(_ text: String) throws -> PlanStep {
        .create(NewPartition(try key(text), ipOverIB: true, by: .empty(index0: false)))
    }

    @Test("Creating sends the documented fields and takes any 2xx")
    func create() async throws {
        let scripted = Scripted(.status(201), .json("{}"), .status(200, "done"), .html(""))
        for _ in 0..<4 {
            #expect(try await scripted.client.perform(empty("0x12")) == .done)
        }
        #expect(await scripted.lines.first == "POST https://ufm1/ufmRest/resources/pkeys/add")
        #expect(await scripted.bodies.first == #"{"index0":false,"ip_over_ib":true,"pkey":"0x12"}"#)
    }

    @Test("A refused creation is a success if the partition is there", arguments: [400, 409])
    func createExisting(status: Int) async throws {
        let scripted = Scripted(
            .json(try fixture("error-detail.json"), status: status), .json(#"{"guids":[]}"#))
        #expect(try await scripted.client.perform(empty("0x67")) == .alreadyThere)
        #expect(await scripted.lines.last == "GET https://ufm1/ufmRest/resources/pkeys/0x67?guids_data=true")
    }

    @Test("A refused creation stays refused if the partition is not there")
    func createRefused() async throws {
        let scripted = Scripted(.status(400, "Failed validating 'additionalProperties' in schema"), .json("{}"))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(empty("0x67"))
        }
        #expect(error?.method == "POST")
        #expect(error?.kind == .rejected)
        #expect(error?.outcome == .notApplied)
        #expect(error?.serverWords == "Failed validating 'additionalProperties' in schema")
    }

    @Test("Replacing members with one membership sends it once")
    func replaceUniform() async throws {
        let scripted = Scripted(.status(200))
        let members = [Member(guid: try guid(two), index0: true), Member(guid: try guid(one), index0: true)]
        #expect(try await scripted.client.perform(.replace(key("0x200E"), members, ipOverIB: false)) == .done)
        #expect(await scripted.lines == ["PUT https://ufm1/ufmRest/resources/pkeys/"])
        let body =
            #"{"guids":["\#(one)","\#(two)"],"index0":true,"ip_over_ib":false,"membership":"full","pkey":"0x200e"}"#
        #expect(await scripted.bodies == [body])
    }

    @Test("Replacing members with several memberships sends one per GUID and no common one")
    func replaceMixed() async throws {
        let scripted = Scripted(.json("{}"))
        let members = [
            Member(guid: try guid(two), membership: .limited, index0: false),
            Member(guid: try guid(one), index0: false),
        ]
        #expect(try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true)) == .done)
        let body =
            #"{"guids":["\#(one)","\#(two)"],"index0":false,"ip_over_ib":true,"#
            + #""memberships":["full","limited"],"pkey":"0x67"}"#
        #expect(await scripted.bodies == [body])
    }

    @Test("A replacement is never cut into pieces")
    func replaceWhole() async throws {
        let scripted = Scripted(.status(200))
        let members = guids(500).map { Member(guid: $0, index0: false) }
        #expect(try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true)) == .done)
        #expect(await scripted.transport.requests.count == 1)
        #expect(await scripted.bodies.first??.contains("00000000000001f4") == true)
    }

    @Test("A replacement by nobody, by too many, or with differing index0, is not sent")
    func replaceNonsense() async throws {
        let scripted = Scripted(.status(200))
        let differing = [Member(guid: try guid(one), index0: true), Member(guid: try guid(two), index0: false)]
        let many = guids(501).map { Member(guid: $0, index0: false) }
        for members in [[], differing, many] {
            let error = await #expect(throws: UFMError.self) {
                try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true))
            }
            #expect(error?.outcome == .notApplied)
            guard case .invalidCall = error?.kind else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(await scripted.transport.requests.isEmpty)
    }

    @Test("A replacement that is refused is an outcome, and nothing else is sent", arguments: [400, 404, 413, 500])
    func replaceRefused(status: Int) async throws {
        let scripted = Scripted(.status(status, "no"), .status(200))
        let members = guids(3).map { Member(guid: $0, index0: false) }
        let outcome = try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true))
        guard case .refusedWhole(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.status == status && error.outcome == (status == 500 ? .unknown : .notApplied))
        #expect(await scripted.transport.unusedSteps == 1)
    }

    @Test("A UFM that has no request for all members says so, whatever comes with it", arguments: [405, 501])
    func replaceUnknown(status: Int) async throws {
        let scripted = Scripted(.status(status, "<html>no</html>"), .status(200))
        let members = guids(3).map { Member(guid: $0, index0: false) }
        let outcome = try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true))
        guard case .noSuchCall(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.status == status)
        #expect(await scripted.transport.unusedSteps == 1)
    }

    @Test("A page with a 500 leaves it to a read whether all members were set")
    func replaceFailedWithPage() async throws {
        let scripted = Scripted(.status(500, "<html>Internal Server Error</html>"))
        let members = guids(3).map { Member(guid: $0, index0: false) }
        let outcome = try await scripted.client.perform(.replace(key("0x67"), members, ipOverIB: true))
        guard case .refusedWhole(let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.outcome == .unknown)
    }

    @Test("A UFM without the call that makes an empty partition says so", arguments: [404, 405])
    func createUnknown(status: Int) async throws {
        let scripted = Scripted(.status(status))
        guard case .noSuchCall = try await scripted.client.perform(empty("0x67")) else {
            Issue.record("\(status)")
            return
        }
        #expect(await scripted.transport.requests.count == 1)
    }

    @Test("Deleting says whether there was something to delete")
    func delete() async throws {
        let scripted = Scripted(.status(200), .json("{}"), .status(404, "not found"), .json("{}"))
        #expect(try await scripted.client.perform(.delete(key("0x67"))) == .done)
        #expect(try await scripted.client.perform(.delete(key("0x67"))) == .done)
        #expect(try await scripted.client.perform(.delete(key("0x67"))) == .wasAbsent)
        #expect(await scripted.lines.first == "DELETE https://ufm1/ufmRest/resources/pkeys/0x67")
        #expect(await scripted.bodies == [nil, nil, nil, nil])
    }

    @Test(
        "A deletion that UFM has no call for, of what is there, is neither done nor absent", arguments: [404, 405, 501])
    func deleteUnknown(status: Int) async throws {
        let scripted = Scripted(.status(status), .json(#"{"guids":[]}"#))
        guard case .noSuchCall(let error) = try await scripted.client.perform(.delete(key("0x67"))) else {
            Issue.record("\(status)")
            return
        }
        #expect(error.status == status && error.outcome == .notApplied)
    }
}
