import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Removing members")
struct RemoveMembersTests {
    private func present(_ guids: [GUID]) -> ScriptedTransport.Step {
        .json(#"{"guids":[\#(guids.map { #"{"guid":"\#($0)"}"# }.joined(separator: ","))]}"#)
    }

    @Test("The GUIDs stand in the path, ascending and each once")
    func path() async throws {
        let scripted = Scripted(.status(200))
        let guids = [try guid("946dae03005985cc"), try guid("946dae03005985c8"), try guid("946dae03005985cc")]
        #expect(try await scripted.client.perform(.remove(key("0x67"), guids)) == .done)
        let path = "/ufmRest/resources/pkeys/0x67/guids/946dae03005985c8,946dae03005985cc"
        #expect(await scripted.lines == ["DELETE https://ufm1\(path)"])
        #expect(await scripted.bodies == [nil])
    }

    @Test("At most 100 GUIDs are in a request, and its first line stays below 8,000 bytes")
    func pieces() async throws {
        let scripted = Scripted(Array(repeating: .status(200), count: 3))
        #expect(try await scripted.client.perform(.remove(key("0x7ffe"), guids(250))) == .done)
        let urls = await scripted.transport.requests.map(\.url)
        #expect(urls.map { $0.split(separator: ",").count } == [100, 100, 50])
        #expect(urls.allSatisfy { "DELETE \($0) HTTP/1.1".utf8.count < 8_000 })
        let sent = urls.flatMap { ($0.split(separator: "/").last ?? "").split(separator: ",").map(String.init) }
        #expect(sent == guids(250).map(\.description))
    }

    @Test("A refusal is a success if nobody is left", arguments: [400, 404])
    func refusedButGone(status: Int) async throws {
        let gone = Scripted(.status(status), .json("{}"))
        #expect(try await gone.client.perform(.remove(key("0x67"), guids(2))) == .done)
        let others = Scripted(.status(status), present([try guid("946dae03005985c8")]))
        #expect(try await others.client.perform(.remove(key("0x67"), guids(2))) == .done)
        #expect(await others.transport.requests.count == 2)
    }

    @Test("A refusal for one who is not there is met by removing the others alone")
    func refusedForOne() async throws {
        let scripted = Scripted(.status(404), present([guids(3)[1]]), .status(200))
        #expect(try await scripted.client.perform(.remove(key("0x67"), guids(3))) == .done)
        #expect(await scripted.lines.last?.hasSuffix("/0x67/guids/0000000000000002") == true)
    }

    @Test("A refusal with everybody still there is an error")
    func refused() async throws {
        let scripted = Scripted(.status(404, "nope"), present(guids(2)))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(.remove(key("0x67"), guids(2)))
        }
        #expect(error?.method == "DELETE")
        #expect(error?.status == 404)
        #expect(error?.outcome == .notApplied)
    }

    @Test("A refusal that no read can explain is an error")
    func unexplained() async throws {
        let scripted = Scripted(.status(404), .status(503))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(.remove(key("0x67"), guids(2)))
        }
        #expect(error?.isOutage == true)
    }

    @Test("The partition may vanish with its last member before the last piece")
    func vanishes() async throws {
        let scripted = Scripted(.status(200), .status(404), .json("{}"))
        #expect(try await scripted.client.perform(.remove(key("0x67"), guids(101))) == .done)
        #expect(await scripted.transport.unusedSteps == 0)
    }
}
