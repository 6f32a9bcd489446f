import Planning
import Testing

@testable import Settings

@Suite("networks.yaml")
struct NetworksFileTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func ranges(_ text: String) throws -> String? {
        try scratch.write(text, to: "networks.yaml")
        return try NetworksFileSettings.load(from: scratch.directory).map { ManagedRange($0.ranges).description }
    }

    @Test("The ranges of all InfiniBand networks are managed, and other networks say nothing")
    func ranges() throws {
        #expect(try NetworksFileSettings.load(from: scratch.directory) == nil)
        let text = """
            nat-rssh:
              type: nat
              settings: {network: 10.250.0.0/16}
            ib:
              type: infiniband
              settings: {host-device: mlx5_0, min-pkey: "0x2000", max-pkey: "0x3000"}
            ib2:
              type: ib
              settings: {min-pkey: "0x3800", max-pkey: "0x38ff"}
            vf:
              type: host-infiniband
              settings: {host-device: mlx5_0}
            """
        #expect(try ranges(text) == "0x2000-0x3000,0x3800-0x38ff")
    }

    @Test("Without an InfiniBand network everything is managed, with a word about it")
    func none() throws {
        try scratch.write("nat:\n  type: nat\n", to: "networks.yaml")
        let settings = try #require(try NetworksFileSettings.load(from: scratch.directory))
        #expect(settings.ranges.isEmpty && settings.warnings.count == 1)
    }

    @Test(
        "A range that cannot be used is refused with its place, and never read as everything",
        arguments: [
            ("ib:\n  type: ib\n  settings: {min-pkey: '0x2000'}\n", "max-pkey"),
            ("ib:\n  type: ib\n", "min-pkey"),
            ("ib:\n  type: ib\n  settings: {min-pkey: '0x3000', max-pkey: '0x2000'}\n", "above"),
            ("ib:\n  type: ib\n  settings: {min-pkey: '0x2000', max-pkey: '0x7fff'}\n", "max-pkey"),
            ("ib:\n  type: ib\n  settings: {min-pkey: 'x', max-pkey: '0x7ff0'}\n", "min-pkey"),
        ])
    func refused(text: String, word: String) throws {
        let file = try scratch.write(text, to: "networks.yaml")
        let failure = try #require(
            SettingsScratch.failure { () throws(SettingsError) in
                _ = try NetworksFileSettings.load(from: scratch.directory)
            })
        #expect(failure.hasPrefix(file + ":"))
        #expect(failure.contains(word))
    }
}
