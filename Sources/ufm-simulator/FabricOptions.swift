import ArgumentParser
import UFMModel
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

    func apply(to ufm: inout UFM.Configuration) throws {
        ufm.partitions += try partition.map { try Partition(specification: $0) }
        ufm.foreignPartitions += try foreignPartition.map { try Partition(specification: $0) }
        ufm.knownPorts.formUnion(try knownPort.map { try Partition.guid($0) })
        for (name, guids) in try hosts.map({ try pair($0, "--fabric-host") }) {
            ufm.hosts[name] = try guids.split(separator: ",").map { try Partition.guid($0) }
        }
        for (guid, owner) in try virtualPort.map({ try pair($0, "--virtual-port") }) {
            let port = try Partition.guid(owner)
            ufm.virtualPorts[try Partition.guid(guid)] = port
        }
    }
}
