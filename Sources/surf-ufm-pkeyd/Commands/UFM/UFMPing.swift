import UFMClient

/// `--ping`: whether UFM answers, how fast, and to whom.
struct UFMPing {
    let client: UFMClient
    let format: OutputFormat

    func run() async throws {
        let start = ContinuousClock.now
        let version = try await client.version()
        let latency = start.duration(to: .now)
        let ms = Double(latency.components.attoseconds) / 1e15 + Double(latency.components.seconds) * 1_000
        Output.line("Version: \(version)")
        Output.line("Latency: \(ms) ms")
    }
}
