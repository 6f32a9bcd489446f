import Fabric
import UFMClient
import UFMModel

extension Bench {
    /// A port that the fabric knows, and whose PKey table has room for one more partition or none.
    static let crowdedPort = ports[300]
    private static let allPorts = Array(ports[100..<210])
    /// Everybody who was ever in the partition, but for the many.
    private var leaving: [GUID] { Array(Self.ports[..<10]) + [Self.crowdedPort, Self.unknownPort] }

    /// The life of a partition from nothing to nothing, without faults: the client must get everything done, but for
    /// the GUIDs that this UFM does not take, and those it must name.
    ///
    /// `isLarge` adds what only matters to limits on the size of a request.
    mutating func live(isLarge: Bool, context: String) async {
        let unknown = Member(guid: Self.unknownPort, index0: false)
        let crowded = Member(guid: Self.crowdedPort, index0: false)
        await attempt(.delete, context)
        await attempt(.remove([Self.ports[1]]), context)
        await attempt(.create, context)
        await attempt(.create, context)
        await attempt(.add([Self.member(1), Self.member(2, .limited), Self.member(3)]), context)
        await attempt(.add([Self.member(4), unknown, Self.member(1, .limited)]), context)
        await attempt(.setQoS(QualityOfService(mtuLimit: 4, serviceLevel: 1, rateLimit: 10)), context)
        await compareReads(context)
        await attempt(.replace([Self.member(1, .limited), Self.member(5)]), context)
        await attempt(.replace([Self.member(5), unknown, Self.member(6), crowded]), context)
        // The neighbour has the first port at index 0.
        await attempt(.replace([Self.member(5), Self.member(6)]), context)
        await attempt(.add([Self.member(0, index0: true), Self.member(7, index0: true)]), context)
        await attempt(.remove([Self.ports[5], Self.ports[8]]), context)
        if isLarge {
            let many = Self.allPorts.map { Member(guid: $0, index0: false) }
            await attempt(.add(many), context)
            await attempt(.replace(Array(many.dropFirst(3))), context)
            await attempt(.remove(Self.allPorts), context)
        }
        await compareReads(context)
        await attempt(.remove(isLarge ? Self.ports + [Self.unknownPort] : leaving), context)
        await attempt(.remove([Self.ports[0]]), context)
        await attempt(.add([Self.member(1)]), context)
        await attempt(.delete, context)
        await attempt(.delete, context)
        await attempt(.replace([Self.member(2)]), context)
        await attempt(.delete, context)
        await refuseWrongPassword(context)
    }

    /// A step at which only certain GUIDs may be refused.
    private mutating func attempt(_ step: Step, _ context: String) async {
        let difficult: Set<GUID> = [Self.unknownPort, Self.crowdedPort, Self.ports[0]]
        let error = await perform(step, context: context)
        // UFM before 6.15 cannot create an empty partition, and its 404 says so.
        if case .create = step, !hasCreation, error?.status == 404 { return }
        if let error,
            error.refusedGUIDs.isEmpty || !difficult.isSuperset(of: error.refusedGUIDs)
        {
            note("\(context) \(step.name): \(error)")
        }
        transport.wait()
    }

    /// Whether every read tells what is there.
    private mutating func compareReads(_ context: String) async {
        do throws(UFMError) {
            if refusalOfLists.isEmpty { try await compareLists(context) } else { await refuseLists(context) }
            let details = try await client.details(key.number)
            if details?.members ?? [] != members { note("\(context) the details are wrong") }
            if details?.qos?.mtuLimit != transport.partitions[key.number.value]?.qos.mtuLimit {
                note("\(context) the details' quality of service is wrong")
            }
            if try await client.partition(PartitionNumber(lowBitsOf: 0x123)) != nil {
                note("\(context) a partition is read that is not there")
            }
            if try await client.lastUpdated() == nil { note("\(context) no last update") }
            if client.configuration.hosts.count == 1, !hidesVersion { _ = try await client.ping() }
        } catch {
            note("\(context) a read failed: \(error)")
        }
    }

    /// Whether the lists tell what is there.
    private mutating func compareLists(_ context: String) async throws(UFMError) {
        let snapshot = try await client.snapshot()
        for (number, partition) in transport.partitions where number != 0x7fff {
            let read = snapshot.partitions[PartitionNumber(lowBitsOf: number)]
            if read?.members != partition.fabricMembers || read?.ipOverIB != partition.ipOverIB {
                note("\(context) the snapshot has \(number) wrong")
            }
        }
        let qos = try await client.qualityOfService()
        for (number, partition) in transport.partitions {
            let read = qos[PartitionNumber(lowBitsOf: number)]
            if read?.serviceLevel != partition.qos.serviceLevel || read?.rateLimit != partition.qos.rateLimit {
                note("\(context) the quality of service of \(number) is wrong")
            }
        }
    }

    private mutating func refuseLists(_ context: String) async {
        do throws(UFMError) {
            _ = try await client.snapshot()
            note("\(context) an odd list was read")
        } catch {
            if !refusalOfLists.contains(where: error.description.contains) {
                note("\(context) an odd list is refused as \(error)")
            }
        }
    }

    private mutating func refuseWrongPassword(_ context: String) async {
        var client = client
        client.configuration.credentials = .basic(user: "admin", password: "wrong")
        let before = transport.partitions
        for step in [Step.add([Self.member(1)]), .delete, .create] {
            do throws(UFMError) {
                try await step.perform(client, key, from: actual)
                note("\(context) \(step.name) succeeded with a wrong password")
            } catch {
                if !error.isRefusedCredentials { note("\(context) a refused login reads as \(error)") }
            }
        }
        do throws(UFMError) {
            _ = try await client.partition(key.number)
            note("\(context) read with a wrong password")
        } catch {
            if !error.isRefusedCredentials || error.isOutage { note("\(context) a refused login reads as \(error)") }
        }
        if transport.partitions != before { note("\(context) a wrong password changed something") }
    }
}
