/// The flags of a read's query: `true` and `True` are both true, as clients use both.
struct ReadFlags {
    let guidsData: Bool
    let qosConf: Bool
    let portInfo: Bool

    init(_ query: [String: String]) {
        func isSet(_ name: String) -> Bool {
            query[name] == "true" || query[name] == "True"
        }
        guidsData = isSet("guids_data")
        qosConf = isSet("qos_conf")
        portInfo = isSet("port_info")
    }

    init(guidsData: Bool, qosConf: Bool, portInfo: Bool) {
        self.guidsData = guidsData
        self.qosConf = qosConf
        self.portInfo = portInfo
    }
}
