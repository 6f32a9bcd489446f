extension UFM {
    var versionText: String {
        JSONText.object { json in
            if version.listsComponents {
                for (name, value) in Self.components {
                    json.key(name)
                    json.string(value)
                }
                json.key("ufm_webui")
                json.string(version.description)
            }
            json.key("ufm_release_version")
            json.string(version.description)
            if version.listsComponents {
                json.key("plugins")
                json.object { _ in }
            }
            if switches.siteName { json.members([("site_name", Self.site)]) }
        }
    }

    var lastUpdatedText: String {
        JSONText.object { json in
            json.key("last_updated")
            switch switches.lastUpdatedFormat {
            case .seconds: json.optional(lastUpdated?.text())
            case .microseconds: json.optional(lastUpdated?.text(fractionDigits: 6))
            case .epoch: json.optional(lastUpdated.map { String($0.epochSeconds) })
            }
        }
    }

    /// The subnet manager's keys.
    var subnetManagerText: String {
        JSONText.object { json in
            json.members([
                ("subnet_prefix", "0xfe80000000000000"), ("m_key", "0x0000000000000000"),
                ("sm_key", "0x0000000000000001"), ("sa_key", "0x0000000000000001"),
            ])
            json.key("m_key_per_port")
            json.bool(false)
        }
    }

    /// UFM's settings, as far as clients look at them.
    var configurationText: String {
        JSONText.object { json in
            json.members([("ha_mode", "Disabled")])
            json.key("ha_standby_node")
            json.array { _ in }
            json.key("disabled_features")
            json.array { _ in }
        }
    }

    /// The partitions that reads show, which may be older than the model and more than its own.
    private var visible: [UInt16: Partition] {
        let own = readLag.shown ?? partitions
        guard switches.foreignPkeys == .visible else { return own }
        // The subnet manager merges what is defined twice, and keeps the first name.
        return own.merging(foreign) { own, foreign in
            var merged = own
            merged.members.merge(foreign.members) { own, _ in own }
            return merged
        }
    }

    /// All partitions. Both flags together are a known bug of UFM's, with an unknown outcome.
    func list(_ asked: ReadFlags) throws(Refusal) -> SimulatedResponse {
        var flags = asked
        flags.guidsData = asked.guidsData && switches.listShape != .withoutGuids
        if asked.guidsData && asked.qosConf {
            switch switches.bothFlagsOnList {
            case .serverError: throw .page(500)
            case .dropQos: flags.qosConf = false
            case .dropGuids: flags.guidsData = false
            }
        }
        let partitions = visible
        var json = JSONText()
        let isPlain = !asked.guidsData && !asked.qosConf
        switch switches.listShape {
        case .names: write(names: partitions, to: &json)
        case _ where isPlain && switches.plainList == .array: write(names: partitions, to: &json)
        case .dict, .withoutGuids: write(partitions, flags, to: &json)
        case .wrapped:
            json.object { json in
                json.key("pkeys")
                write(partitions, flags, to: &json)
            }
        case .objects:
            json.array { json in
                for (_, partition) in partitions.sorted(by: { $0.key < $1.key }) {
                    write(partition, flags, named: true, to: &json)
                }
            }
        }
        return .json(json.text)
    }

    private func write(names partitions: [UInt16: Partition], to json: inout JSONText) {
        json.array { json in
            for key in partitions.keys.sorted() { json.string(switches.pkeyForm.spelled(key)) }
        }
    }

    private func write(_ partitions: [UInt16: Partition], _ flags: ReadFlags, to json: inout JSONText) {
        json.object { json in
            for (key, partition) in partitions.sorted(by: { $0.key < $1.key }) {
                json.key(switches.pkeyForm.spelled(key))
                write(partition, flags, to: &json)
            }
        }
    }

    /// One partition, flat; both flags work here.
    func read(_ text: String, _ flags: ReadFlags) throws(Refusal) -> SimulatedResponse {
        guard let key = Spelling.readPKey(text), (1...Spelling.defaultPKey).contains(key) else {
            throw .badRequest("pkey '\(text)' must be a hexadecimal string between '0x0' and '0x7fff'")
        }
        guard let partition = visible[key] else {
            switch switches.missingGet {
            case .emptyObject: return .json("{}")
            case .notFound: throw .notFound("PKey \(Spelling.pkey(key)) was not found")
            }
        }
        var json = JSONText()
        write(partition, flags, to: &json)
        return .json(json.text)
    }

    /// The parts of UFM as NVIDIA's own sample lists them; no client may depend on their values.
    private static let components = [
        ("opensm", "5.20.0_ef1f438"), ("sharp", "3.8.0-rc5"), ("ibdiagnet", "2.20.0"),
        ("telemetry", "1.18.2-17094707"), ("mft", "4.29.0-131"),
    ]
}
