import ArgumentParser
import Listening
import Settings

/// Who may look at the daemon.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where /metrics, /healthz, /readyz, a page (/) and /api/v1/status are shown: 127.0.0.1:9809, [::1]:9809 or unix:PATH; several times for several. Another address asks for --listen-token-file (default: nowhere).",
            valueName: "address:port|unix:path"),
        transform: { text in
            do {
                return try ListenAddress(parsing: text)
            } catch {
                throw ValidationError("\(text): \(error).")
            }
        })
    var listen: [ListenAddress] = []
    @Option(
        help: ArgumentHelp(
            "The file of the token that visitors from the network have to send (Authorization: Bearer TOKEN); unix: asks for none.",
            valueName: "file"))
    var listenTokenFile: String?

    func validate() throws {
        if let problem = ListenRule.refusal(of: listen, hasToken: listenTokenFile != nil) {
            throw ValidationError("--listen \(problem)")
        }
        if listenTokenFile != nil, listen.isEmpty { throw ValidationError("--listen-token-file goes with --listen.") }
    }

    var inputs: ListenInputs { ListenInputs(listen, tokenFile: listenTokenFile) }
}
