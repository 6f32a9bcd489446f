import ArgumentParser
import UFMModel
import UFMSimulator

/// Who may ask the simulator.
struct UserOptions: ParsableArguments {
    @Option(help: "The user UFM knows.")
    var user = "admin"

    @Option(help: "That user's password.")
    var password = "123456"

    @Option(
        name: .customLong("extra-user"),
        help: ArgumentHelp(
            "Another user; the role is System_Admin (or left out), Fabric_Admin or Monitoring_Only. Repeatable.",
            valueName: "name:password[:role]"))
    var users: [String] = []

    @Option(
        help: ArgumentHelp("An access token of --user for /ufmRestV3 that is there from the start; repeatable."))
    var token: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who a client certificate with that alternative name is; needs --client-ca. Repeatable.",
            valueName: "san=user"))
    var clientSan: [String] = []

    func apply(to configuration: inout UFMSimulator.Configuration) throws {
        configuration.ufm.user = user
        configuration.ufm.password = password
        configuration.ufm.users += try users.map { try User(specification: $0) }
        configuration.ufm.tokens += token
        for (name, user) in try clientSan.map({ try pair($0, "--client-san") }) {
            configuration.ufm.certificateUsers[name] = user
        }
        guard clientSan.isEmpty || configuration.clientCA != nil else {
            throw ValidationError("--client-san needs --client-ca")
        }
    }
}
