/// The flags of a read's query: `true` and `True` are both true, as clients use both.
struct ReadFlags {
    var guidsData: Bool
    var qosConf: Bool
    let portInfo: Bool
    let sharpState: Bool
    /// The most GUIDs to show of each partition; nil for all.
    let maxPorts: Int?

    init(_ query: [String: String]) {
        func isSet(_ name: String) -> Bool {
            query[name] == "true" || query[name] == "True"
        }
        guidsData = isSet("guids_data")
        qosConf = isSet("qos_conf")
        portInfo = isSet("port_info")
        sharpState = isSet("sharp_state")
        maxPorts = query["max_ports"].flatMap { Int($0) }.map { max(0, $0) }
    }
}
