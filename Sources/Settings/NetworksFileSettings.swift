package import Fabric
import YAMLReader

/// What pcocc's `networks.yaml` says of PKeys: `NAME: {type: infiniband, settings: {min-pkey: "0x2000", max-pkey: "0x3000"}}`.
package struct NetworksFileSettings: Hashable, Sendable {
    package static let fileName = "networks.yaml"
    /// What pcocc calls networks that take their PKeys from etcd.
    private static let types = ["infiniband", "ib"]

    /// The file these settings are from.
    package let path: String
    /// The PKeys of each InfiniBand network, both ends included.
    package var ranges: [ClosedRange<PKey>] = []
    package var warnings: [String] = []

    /// Reads `networks.yaml`, or gives nil when there is none.
    ///
    /// Throws for a file that cannot be read or is not YAML, and for an InfiniBand network whose range cannot be used:
    /// managing everything instead would be the opposite of what somebody meant.
    package static func load(from directory: ConfigDirectory) throws(SettingsError) -> NetworksFileSettings? {
        guard let document = try SettingsDocument.load(directory.file(fileName)) else { return nil }
        var settings = NetworksFileSettings(path: document.path)
        for entry in document.root.entries ?? [] where types.contains(entry.value["type"]?.text ?? "") {
            let (first, last) = (try end("min-pkey", of: entry, document), try end("max-pkey", of: entry, document))
            guard first <= last else {
                throw document.failure(
                    at: entry.value.mark, "\(entry.key): min-pkey \(first) is above max-pkey \(last)")
            }
            settings.ranges.append(first...last)
        }
        if settings.ranges.isEmpty {
            settings.warnings.append("\(document.path): no InfiniBand network: every PKey in etcd is managed")
        }
        return settings
    }

    private static func end(
        _ name: String, of network: YAMLEntry, _ document: SettingsDocument
    ) throws(SettingsError) -> PKey {
        guard let node = network.value["settings"]?[name], let text = node.text else {
            throw document.failure(
                at: network.value.mark, "\(network.key): an InfiniBand network needs settings.\(name)")
        }
        do throws(FabricError) {
            return try PKey(parsing: text)
        } catch {
            throw document.failure(at: node.mark, "\(network.key).settings.\(name): \(error)")
        }
    }
}
