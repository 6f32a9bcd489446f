import Testing
import Transport
import UFMClient

@testable import Settings

@Suite("UFM, from options and files")
struct UFMInputsTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func resolve(
        _ names: OptionNames = .daemon, _ change: (inout UFMInputs) -> Void = { _ in }
    ) -> Resolved<UFMConfiguration> {
        var inputs = UFMInputs(names)
        change(&inputs)
        return inputs.resolve(scratch.sources())
    }

    @Test("Hosts are separated by commas; without any the message names this mode's option")
    func hosts() throws {
        #expect(SettingsScratch.failure(resolve()) == "no UFM host: give --ufm-host, or ufm-host in ufm.yaml")
        #expect(SettingsScratch.failure(resolve(.tool)) == "no UFM host: give --host, or ufm-host in ufm.yaml")
        #expect(try resolve { $0.host = " b ,c:8443" }.result.get().hosts == ["b", "c:8443"])
        #expect(SettingsScratch.failure(resolve(.tool) { $0.host = "b,," })?.hasPrefix("--host: ") == true)
    }

    @Test("A token, a user's password and a certificate are three ways to log in")
    func credentials() throws {
        try scratch.write("secret", to: "ufm-password")
        let token = try scratch.write("tok\n", to: "token")
        #expect(try resolve { $0.host = "a" }.result.get().credentials == .clientCertificate)
        let user = resolve { ($0.host, $0.user) = ("a", "admin") }
        #expect(try user.result.get().credentials == .basic(user: "admin", password: "secret"))
        #expect(user.notes == [.origin("UFM password from \(scratch.path)/ufm-password")])
        #expect(try resolve { ($0.host, $0.tokenFile) = ("a", token) }.result.get().credentials == .token("tok"))
    }

    @Test("A token's file that is loose is told, one with two words or none is refused by name")
    func tokens() throws {
        let loose = try scratch.write("tok", to: "loose", mode: 0o644)
        #expect(
            resolve { ($0.host, $0.tokenFile) = ("a", loose) }.notes
                == [.warning("Loose permissions on token file \(loose) (mode 0644): chmod 600 it")])
        let two = try scratch.write("one two", to: "two")
        for (path, problem) in [
            (two, "holds more than a token: expected one word"),
            (scratch.path + "/none", "is not there: write UFM's access token into it"),
        ] {
            #expect(
                SettingsScratch.failure(resolve { ($0.host, $0.tokenFile) = ("a", path) }) == "\(path): \(problem)")
        }
    }

    @Test("How UFM is verified follows from the options")
    func verification() throws {
        let digits = String(repeating: "0a", count: 32)
        let fingerprint = try CertificateFingerprint(parsing: "sha256:\(digits)")
        func verification(_ change: (inout UFMInputs) -> Void) throws -> TLSSettings.Verification {
            try resolve {
                $0.host = "a"
                change(&$0)
            }.result.get().tls.verification
        }
        #expect(try verification { _ in } == .authority(caFile: nil))
        #expect(try verification { $0.caCertificate = "/ca" } == .authority(caFile: "/ca"))
        #expect(try verification { $0.fingerprints = [fingerprint] } == .fingerprint(fingerprint.value))
        #expect(try verification { $0.verifies = false } == .none)
        #expect(throws: MalformedValue.self) { try CertificateFingerprint(parsing: String(digits.dropLast())) }
        #expect(try resolve { ($0.host, $0.usesTLS) = ("a", false) }.result.get().scheme == .http)
    }
}
