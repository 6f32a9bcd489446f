import ArgumentParser
import UFMSimulator

/// What is in the fabric from the start.
struct FabricOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A partition that is there from the start, as if made by hand; repeatable.", valueName: "pkey[:guid,guid]"))
    var partition: [String] = []

    @Option(
        help: ArgumentHelp(
            "A partition of partitions.conf.user_ext, which UFM does not know; repeatable.",
            valueName: "pkey[:guid,guid]"))
    var foreignPartition: [String] = []

    @Option(
        help: ArgumentHelp("A port GUID that counts as known where unknownGuid asks; repeatable.", valueName: "guid"))
    var knownPort: [String] = []

    @Option(
        name: .customLong("fabric-host"),
        help: ArgumentHelp("A host with the GUIDs of its ports; repeatable.", valueName: "name=guid,guid"))
    var hosts: [String] = []

    @Option(
        help: ArgumentHelp("A virtual port and the port it belongs to; repeatable.", valueName: "guid=guid"))
    var virtualPort: [String] = []

    func apply(to configuration: inout UFMSimulator.Configuration) throws {
        configuration.partitions += try partition.map { try UFMSimulator.Partition(specification: $0) }
        configuration.foreignPartitions += try foreignPartition.map { try UFMSimulator.Partition(specification: $0) }
        configuration.knownPorts.formUnion(try knownPort.map { try UFMSimulator.Partition.guid($0) })
        for (name, guids) in try hosts.map({ try pair($0, "--fabric-host") }) {
            configuration.hosts[name] = try guids.split(separator: ",").map { try UFMSimulator.Partition.guid($0) }
        }
        for (guid, owner) in try virtualPort.map({ try pair($0, "--virtual-port") }) {
            let port = try UFMSimulator.Partition.guid(owner)
            configuration.virtualPorts[try UFMSimulator.Partition.guid(guid)] = port
        }
    }
}
