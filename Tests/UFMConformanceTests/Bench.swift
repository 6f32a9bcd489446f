import Fabric
import Transport
import UFMClient
import UFMModel

/// Members are in the client's terms here; the model has some of its own.
typealias Member = Fabric.Member

/// A UFM of somebody's choice with a neighbour in it, a client, and a judge of what the client does there.
struct Bench {
    static let password = "123456"
    /// Ports that the fabric knows, in plenty.
    static let ports: [GUID] = (1...400).compactMap { GUID(0x0002_c903_0000_0000 + $0) }
    /// One it does not know.
    static let unknownPort = ports[0].shifted(by: 0xff_0000)

    let key: PKey
    let transport: ModelTransport
    let client: UFMClient
    /// Whether this UFM can create a partition without members.
    let hasCreation: Bool
    /// Whether this UFM does not tell its version.
    var hidesVersion = false
    /// What the refusal of this UFM's list says, where it lists in a way that is not read.
    var refusalOfLists: [String] = []
    /// What was found wrong so far.
    private(set) var violations: [String] = []

    init(
        switches: Switches = .init(), version: String = "6.22.1-3", hosts: [String] = ["ufm1"],
        configure: (inout UFM.Configuration) -> Void = { _ in }
    ) throws {
        key = try PKey(parsing: "0x67")
        hasCreation = !version.hasPrefix("6.12") && !version.hasPrefix("6.14")
        var configuration = UFM.Configuration()
        configuration.version = version
        configuration.switches = switches
        configuration.knownPorts = Set(Self.ports.map(\.value))
        configuration.partitions = [
            .init(
                key: 0x4000, name: "neighbour", ipOverIB: true,
                members: [Self.ports[0].value: .init(.full, index0: true), Self.ports[9].value: .init(.limited)])
        ]
        configuration.foreignPartitions = [.init(key: 0x30, name: "storage", members: [Self.ports[1].value: .init()])]
        configure(&configuration)
        transport = try ModelTransport(configuration)
        client = UFMClient(
            configuration: UFMConfiguration(
                hosts: hosts, credentials: .basic(user: "admin", password: Self.password)),
            transport: transport)
    }

    static func member(_ index: Int, _ membership: Membership = .full, index0: Bool = false) -> Member {
        Member(guid: ports[index], membership: membership, index0: index0)
    }

    /// The partition as UFM really has it.
    var actual: Fabric.Partition? { transport.partitions[key.number.value]?.fabricPartition }

    /// The members that UFM really has.
    var members: Members { transport.partitions[key.number.value]?.fabricMembers ?? [] }

    /// Does a step, and notes whatever is not as it should be. Returns the error, if there was one.
    @discardableResult
    mutating func perform(_ step: Step, context: @autoclosure () -> String = "") async -> UFMError? {
        let everything = transport.partitions
        let before = members
        var failure: UFMError?
        do throws(UFMError) { try await step.perform(client, key, from: actual) } catch { failure = error }
        // What was given up may still act.
        let atReturn = members
        transport.letLateRequestsAct()
        let wasChanged = transport.partitions[key.number.value] != everything[key.number.value]
        func note(_ text: String) -> String { "\(context()) \(step.name): \(text); \(failure.map { "\($0)" } ?? "")" }

        for (number, partition) in everything
        where number != key.number.value && transport.partitions[number] != partition {
            violations.append(note("touched \(number)"))
        }
        for number in transport.partitions.keys where everything[number] == nil && number != key.number.value {
            violations.append(note("made \(number)"))
        }
        if let failure {
            if failure.outcome == .notApplied && wasChanged { violations.append(note("says not applied, but it was")) }
            let refused = Set(failure.refusedGUIDs)
            if !refused.isEmpty, failure.kind == .rejected || failure.kind == .serverFailure {
                let kept = step.members(after: before, refused: refused)
                if atReturn.filter({ !refused.contains($0.guid) }) != kept.filter({ !refused.contains($0.guid) }) {
                    violations.append(note("a refused GUID kept others out"))
                }
            }
            if "\(failure)".contains(where: \.isNewline) || "\(failure)".contains(Self.password) {
                violations.append(note("the error is not one clean line"))
            }
        } else {
            if atReturn != step.members(after: before) { violations.append(note("has \(atReturn.count) members")) }
            if let partition = transport.partitions[key.number.value], step.setsFlags,
                partition.ipOverIB != Step.ipOverIB
            {
                violations.append(note("has IP over IB"))
            }
        }
        return failure
    }

    /// Puts members in place before anything goes wrong.
    mutating func prepare(_ members: [Member]) async {
        guard !members.isEmpty else { return }
        if let error = await perform(.replace(members)) { note("not prepared: \(error)") }
    }

    mutating func note(_ violation: String) { violations.append(violation) }
}

extension Step {
    var name: String {
        switch self {
        case .create: "create"
        case .add(let members): "add \(members.count)"
        case .replace(let members): "replace by \(members.count)"
        case .remove(let guids): "remove \(guids.count)"
        case .delete: "delete"
        case .setQoS: "set QoS"
        }
    }

    var setsFlags: Bool {
        switch self {
        case .create, .add, .replace: true
        case .remove, .delete, .setQoS: false
        }
    }
}

extension GUID {
    func shifted(by offset: UInt64) -> GUID { GUID(value + offset) ?? self }
}
