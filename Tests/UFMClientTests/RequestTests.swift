import Fabric
import FoundationEssentials
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("What a request says")
struct RequestTests {
    @Test("Basic credentials go to /ufmRest as base64 of user and password")
    func basicHeader() async throws {
        let scripted = Scripted(.json(try fixture("version-6.14.json")))
        _ = try await scripted.client.version()
        let request = try #require(await scripted.transport.requests.first)
        #expect(request.method == .get)
        #expect(request.url == "https://ufm1/ufmRest/app/ufm_version")
        let encoded = Data("admin:\(Scripted.password)".utf8).base64EncodedString()
        #expect(
            request.headers == [
                HTTPHeader("Accept", "application/json"), HTTPHeader("Authorization", "Basic \(encoded)"),
            ])
        #expect(request.body == nil)
    }

    @Test("A token goes to /ufmRestV3 as it is")
    func tokenHeader() async throws {
        var scripted = Scripted(.json(try fixture("version-6.14.json")))
        scripted.client.configuration.credentials = .token("XyZ123")
        _ = try await scripted.client.version()
        let request = try #require(await scripted.transport.requests.first)
        #expect(request.url == "https://ufm1/ufmRestV3/app/ufm_version")
        #expect(request.headers.contains(HTTPHeader("Authorization", "Basic XyZ123")))
    }

    @Test("A client certificate needs no header")
    func certificateHasNoHeader() async throws {
        var scripted = Scripted(.json(try fixture("version-6.14.json")))
        scripted.client.configuration.credentials = .clientCertificate
        scripted.client.configuration.tls.certificateFile = "/etc/ufm.pem"
        _ = try await scripted.client.version()
        let request = try #require(await scripted.transport.requests.first)
        #expect(request.url == "https://ufm1/ufmRest/app/ufm_version")
        #expect(request.headers == [HTTPHeader("Accept", "application/json")])
        #expect(request.tls.certificateFile == "/etc/ufm.pem")
    }

    @Test("Reads and writes have their own time, and only bodies have a type")
    func timeoutsAndTypes() async throws {
        let scripted = Scripted(.json("{}"), .json("{}", status: 201), .status(200))
        _ = try await scripted.client.partition(key("0x5").number)
        #expect(
            try await scripted.client.perform(
                .create(NewPartition(key("0x5"), ipOverIB: true, by: .empty(index0: false)))) == .done)
        #expect(try await scripted.client.perform(.delete(key("0x5"))) == .done)
        let requests = await scripted.transport.requests
        #expect(requests.map(\.totalTimeout) == [.seconds(30), .seconds(60), .seconds(60)])
        #expect(requests.map(\.connectTimeout) == [.seconds(5), .seconds(5), .seconds(5)])
        let types = requests.map { $0.headers.first { $0.name == "Content-Type" }?.value }
        #expect(types == [nil, "application/json", nil])
    }

    @Test(
        "Hosts may have ports and be addresses",
        arguments: [
            ("ufm1:8443", "https://ufm1:8443/"), ("10.0.0.1", "https://10.0.0.1/"), ("fe80::1", "https://[fe80::1]/"),
            ("[fe80::1]:8443", "https://[fe80::1]:8443/"),
        ])
    func hosts(host: String, start: String) async throws {
        let scripted = Scripted(.json("{}"), hosts: [host])
        _ = try await scripted.client.partition(key("0x5").number)
        #expect(await scripted.lines == ["GET \(start)ufmRest/resources/pkeys/0x5?guids_data=true"])
    }

    @Test("Plain HTTP is spoken on request")
    func plainHTTP() async throws {
        var scripted = Scripted(.json("{}"))
        scripted.client.configuration.scheme = .http
        _ = try await scripted.client.partition(key("0x5").number)
        #expect(await scripted.lines == ["GET http://ufm1/ufmRest/resources/pkeys/0x5?guids_data=true"])
    }

    @Test("The next host is asked when nothing reached the one before")
    func nextHost() async throws {
        let scripted = Scripted(
            .failure(.cannotConnect(host: "ufm1", reason: "refused")), .json(try fixture("version-6.14.json")),
            .status(200), hosts: ["ufm1", "ufm2"])
        #expect(try await scripted.client.perform(.delete(key("0x5"))) == .done)
        #expect(
            await scripted.lines == [
                "GET https://ufm1/ufmRest/app/ufm_version", "GET https://ufm2/ufmRest/app/ufm_version",
                "DELETE https://ufm2/ufmRest/resources/pkeys/0x5",
            ])
    }

    @Test("A second host never gets a write that the first may have got, nor one that it refused")
    func noSecondWrite() async throws {
        for step in [
            ScriptedTransport.Step.failure(.connectionLost(host: "ufm1", reason: "reset", sent: true)),
            .failure(.timedOut(host: "ufm1", after: .seconds(60), sent: true)),
            .failure(.untrustedCertificate(host: "ufm1", reason: "self-signed")),
            .status(503), .status(400, "no"),
        ] {
            let scripted = Scripted(
                .json(try fixture("version-6.14.json")), step, .status(200), hosts: ["ufm1", "ufm2"])
            await #expect(throws: UFMError.self) { try await scripted.client.perform(.delete(key("0x5"))) }
            #expect(await scripted.lines.filter { $0.hasPrefix("DELETE") }.count == 1)
        }
    }

    @Test("Without a host nothing is sent")
    func noHost() async throws {
        let scripted = Scripted(hosts: [])
        let error = await #expect(throws: UFMError.self) { try await scripted.client.version() }
        #expect(error?.isMisconfiguration == true)
        #expect(error?.outcome == .notApplied)
    }
}
