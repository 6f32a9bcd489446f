import Testing

@testable import Reconciler

@Suite("What failures mean")
struct MeaningTests {
    @Test(
        "A server that is away or not at work is waited for, whichever it is",
        arguments: [
            Failure.Cause.unreachable, .timedOut, .connectionLost, .tls(reason: "no common cipher"), .cancelled,
            .unavailable, .busy, .noLeader, .unwritable,
        ])
    func outage(cause: Failure.Cause) {
        #expect(Meaning(of: Failure(cause, ""), by: .fabric) == .outage)
        #expect(Meaning(of: Failure(cause, ""), by: .ledger) == .outage)
    }

    @Test(
        "Trust and settings are not mended by waiting",
        arguments: [
            Failure.Cause.credentialsMissing, .certificateName, .settings, .untrustedCertificate(reason: "expired"),
            .unreadable,
        ])
    func misconfiguration(cause: Failure.Cause) {
        #expect(Meaning(of: Failure(cause, ""), by: .fabric) == .misconfiguration)
        #expect(Meaning(of: Failure(cause, ""), by: .ledger) == .misconfiguration)
    }

    @Test(
        "Who refuses us may not know us yet", arguments: [Failure.Cause.credentials, .permission])
    func refusal(cause: Failure.Cause) {
        #expect(Meaning(of: Failure(cause, ""), by: .fabric) == .refusal)
        #expect(Meaning(of: Failure(cause, ""), by: .ledger) == .refusal)
    }

    @Test(
        "Everything else is about one request",
        arguments: [
            Failure.Cause.rejected, .serverError, .history, .full, .malformed, .incomplete, .notShown, .leaseEnded,
        ])
    func rejection(cause: Failure.Cause) {
        #expect(Meaning(of: Failure(cause, ""), by: .fabric) == .rejection)
        #expect(Meaning(of: Failure(cause, ""), by: .ledger) == .rejection)
    }

    @Test("An answer that is too large is the fabric's size, or a ledger that is not at work")
    func tooLarge() {
        #expect(Meaning(of: Failure(.tooLarge, ""), by: .fabric) == .rejection)
        #expect(Meaning(of: Failure(.tooLarge, ""), by: .ledger) == .outage)
    }
}
