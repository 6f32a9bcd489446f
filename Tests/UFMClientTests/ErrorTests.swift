import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Errors and what they say")
struct ErrorTests {
    private func write(_ step: ScriptedTransport.Step) async throws -> UFMError {
        let error = await #expect(throws: UFMError.self) {
            try await Scripted(step).client.perform(.delete(key("0x67")))
        }
        return try #require(error)
    }

    @Test("A 401, a 403, a login page and a redirect are refused credentials")
    func refusedCredentials() async throws {
        let page = try fixture("unauthorized.html")
        let login = try fixture("login.html")
        for (step, outcome) in [
            (ScriptedTransport.Step.html(page, status: 401), UFMError.Outcome.notApplied), (.status(403), .notApplied),
            (.html(login), .unknown), (.status(200, "\u{FEFF}\n \(login)"), .unknown), (.html("Log in!"), .unknown),
            (.status(302, "", [HTTPHeader("Location", "/ufm_web")]), .unknown),
        ] {
            let error = try await write(step)
            #expect(error.isRefusedCredentials && !error.isOutage)
            #expect(error.outcome == outcome)
        }
    }

    @Test("A server at rest or busy is unavailable, for as long as it says")
    func unavailable() async throws {
        let page = try fixture("unavailable.html")
        for status in [500, 502, 503, 504] {
            let error = try await write(.html(page, status: status))
            #expect(error.kind == .unavailable(retryAfter: nil))
            #expect(error.isOutage)
            #expect(error.outcome == .unknown)
            #expect(error.serverWords == "503 Service Temporarily Unavailable")
        }
        let patient = try await write(.status(503, "", [HTTPHeader("retry-after", "17")]))
        #expect(patient.kind == .unavailable(retryAfter: .seconds(17)))
        #expect(patient.retryAfter == .seconds(17))
        let busy = try await write(.status(429))
        #expect(busy.kind == .unavailable(retryAfter: nil))
        #expect(busy.outcome == .notApplied)
    }

    @Test(
        "The wait that a server asks for is read as seconds and as a date, and is a day at most",
        arguments: [
            ("17", 17), ("0", 0), (" 5 ", 5), ("999999999999999999999", 86_400), ("Wed, 21 Oct 2026 07:28:30 GMT", 30),
            ("Thu, 22 Oct 2026 07:28:00 GMT", 86_400), ("Wed, 21 Oct 2026 07:27:59 GMT", 0),
            ("Fri, 01 Mar 2030 00:00:00 GMT", 86_400), ("soon", nil), ("-5", nil), ("", nil),
            ("Wed, 32 Oct 2026 07:28:30 GMT", nil), ("Wednesday, 21-Oct-26 07:28:30 GMT", nil),
        ] as [(String, Int?)])
    func retryAfter(text: String, seconds: Int?) async throws {
        let headers = [HTTPHeader("Retry-After", text), HTTPHeader("Date", "Wed, 21 Oct 2026 07:28:00 GMT")]
        for status in [429, 503] {
            #expect(try await write(.status(status, "", headers)).retryAfter == seconds.map { .seconds($0) })
        }
        // Leap days count: from the last second of February to the second of March.
        let leap = [
            HTTPHeader("retry-after", "Fri, 01 Mar 2024 00:00:09 GMT"),
            HTTPHeader("date", "Thu, 29 Feb 2024 23:59:59 GMT"),
        ]
        #expect(try await write(.status(503, "", leap)).retryAfter == .seconds(10))
    }

    @Test("A 5xx leaves a write's outcome unknown and a read's clear")
    func serverFailure() async throws {
        let error = try await write(.status(500, "Traceback"))
        #expect(error.kind == .serverFailure)
        #expect(error.outcome == .unknown)
        #expect(!error.isOutage)
        let read = await #expect(throws: UFMError.self) { try await Scripted(.status(500)).client.snapshot() }
        #expect(read?.outcome == .notApplied)
    }

    @Test("A 4xx was not applied", arguments: [400, 404, 405, 409, 413, 414, 422])
    func rejected(status: Int) async throws {
        let error = await #expect(throws: UFMError.self) {
            _ = try await Scripted(.status(status, "no")).client.perform(.setQoS(key("0x67"), QualityOfService()))
        }
        #expect(error?.kind == .rejected)
        #expect(error?.outcome == .notApplied)
    }

    @Test("A write that broke after it was sent is unknown and is not sent again; one that never left was not applied")
    func brokenWrites() async throws {
        let cases: [(TransportError, UFMError.Outcome, outage: Bool)] = [
            (.connectionLost(host: "ufm1", reason: "reset", sent: true), .unknown, true),
            (.connectionLost(host: "ufm1", reason: "reset", sent: false), .notApplied, true),
            (.timedOut(host: "ufm1", after: .seconds(60), sent: true), .unknown, true),
            (.timedOut(host: "ufm1", after: .seconds(5), sent: false), .notApplied, true),
            (.cannotConnect(host: "ufm1", reason: "refused"), .notApplied, true),
            (.cannotResolve(host: "ufm1"), .notApplied, true),
            (.cancelled, .unknown, false),
            (.untrustedCertificate(host: "ufm1", reason: "self-signed"), .notApplied, false),
        ]
        for (failure, outcome, outage) in cases {
            let scripted = Scripted(.failure(failure), .status(200))
            let error = await #expect(throws: UFMError.self) {
                try await scripted.client.perform(.delete(key("0x67")))
            }
            #expect(error?.kind == .transport(failure))
            #expect(error?.outcome == outcome)
            #expect(error?.isOutage == outage)
            #expect(await scripted.transport.unusedSteps == 1)
        }
    }

    @Test("An error is one line with method, host, path, status and the server's words")
    func description() async throws {
        let error = try await write(.html(try fixture("unavailable.html"), status: 503))
        #expect(
            error.description == "DELETE https://ufm1/ufmRest/resources/pkeys/0x67: UFM is unavailable (status 503): "
                + "503 Service Temporarily Unavailable [it may have been applied]")
        let unreachable = try await write(.failure(.cannotResolve(host: "ufm1")))
        #expect(
            unreachable.description
                == "DELETE https://ufm1/ufmRest/resources/pkeys/0x67: host name not found")
    }

    @Test("The server's words are one line, short, and without control characters")
    func serverWords() async throws {
        let long = try await write(.status(400, "\n\n \u{1B}[31m" + String(repeating: "word ", count: 2_000)))
        #expect(long.serverWords?.count == 200)
        #expect(long.serverWords?.hasPrefix("[31mword word") == true)
        #expect(long.description.utf8.allSatisfy { $0 >= 0x20 })
        #expect(try await write(.status(400, "first\r\nsecond")).serverWords == "first")
        #expect(try await write(.status(400, " \n ")).serverWords == nil)
        #expect(try await write(.json(#"{"detail":"a <b> c"}"#, status: 400)).serverWords == #"{"detail":"a <b> c"}"#)
    }

    @Test("Credentials are in no error and no description, even if the server quotes them")
    func noSecrets() async throws {
        let scripted = Scripted(.json("{}"), .status(401, "wrong: \(Scripted.password)"))
        _ = try await scripted.client.partition(key("0x67").number)
        let header = await scripted.transport.requests.first?.headers.first { $0.name == "Authorization" }
        let value = try #require(header?.value.dropFirst("Basic ".count))
        let quoting = Scripted(.status(400, "Authorization: Basic \(value) for admin:\(Scripted.password)"))
        for client in [scripted.client, quoting.client] {
            let error = await #expect(throws: UFMError.self) { try await client.perform(.delete(key("0x67"))) }
            for text in ["\(try #require(error))", String(reflecting: error), "\(client)", String(reflecting: client)] {
                #expect(!text.contains(Scripted.password))
                #expect(!text.contains(value))
            }
            var dumped = ""
            dump(client, to: &dumped)
            #expect(!dumped.contains(Scripted.password))
        }
    }

    @Test("A path of many GUIDs is shortened in the description and whole in the error")
    func longPath() async throws {
        let error = await #expect(throws: UFMError.self) {
            try await Scripted(.status(500)).client.perform(.remove(key("0x67"), guids(100)))
        }
        #expect((error?.description.count ?? 0) < 250)
        #expect(error?.path.split(separator: ",").count == 100)
    }
}
