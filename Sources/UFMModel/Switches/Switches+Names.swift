extension Switches {
    /// Every switch with the values it takes, the default first, for `--help` and for error texts.
    package static var choices: [(name: String, values: [String])] {
        [
            ("missingGet", names(MissingGet.self)), ("dupCreate", names(DupCreate.self)),
            ("createStatus", names(CreateStatus.self)), ("postMissing", names(PostMissing.self)),
            ("unknownGuid", names(UnknownGuid.self)), ("removeNonMember", names(RemoveNonMember.self)),
            ("removeMissingPkey", names(RemoveMissingPkey.self)), ("emptyPkey", names(EmptyPkey.self)),
            ("putEmpty", names(PutEmpty.self)), ("bothFlagsOnList", names(BothFlagsOnList.self)),
            ("plainList", names(PlainList.self)), ("postMemberships", names(PostMemberships.self)),
            ("secondIndex0", names(SecondIndex0.self)), ("badAuth", names(BadAuth.self)),
            ("writeReply", names(WriteReply.self)), ("maxGuids", ["none", "NUMBER"]), ("maxUrl", ["8190", "NUMBER"]),
            ("qosNeedsRestart", ["false", "true"]), ("lastUpdatedFormat", names(LastUpdatedFormat.self)),
            ("schemaError", names(SchemaError.self)), ("hostsReply", names(HostsReply.self)),
            ("jobDelay", ["100", "NUMBER"]), ("applyDelay", ["0", "NUMBER"]), ("tableFull", names(TableFull.self)),
            ("tableSize", ["128", "NUMBER"]), ("foreignPkeys", names(ForeignPkeys.self)),
            ("siteName", ["false", "true"]), ("standby", names(Absence.self)),
            ("putMembers", names(PutMembers.self)), ("deletePkey", names(DeletePkey.self)),
            ("listShape", names(ListShape.self)), ("pkeyForm", names(PkeyForm.self)),
            ("guidForm", names(GuidForm.self)), ("autoName", names(AutoName.self)),
            ("readSlash", names(ReadSlash.self)), ("hidesVersion", ["false", "true"]),
        ]
    }

    /// The same list with values alone that can be set, for a suite that tries them all and in pairs: in place of
    /// `NUMBER` stand numbers at which a client must still do its work.
    package static var conformanceValues: [(name: String, values: [String])] {
        choices.map { name, values in
            (name, values.filter { $0 != "NUMBER" } + numbers[name, default: []])
        }
    }

    private static let numbers: [String: [String]] = [
        "maxGuids": ["500", "100"], "maxUrl": ["2048"], "jobDelay": ["0"], "applyDelay": ["50"], "tableSize": ["127"],
    ]

    /// Sets the switch of that name to the value of that spelling.
    package mutating func set(_ name: String, to text: String) throws(UFMModelError) {
        switch name {
        case "missingGet": missingGet = try Self.read(name, text)
        case "dupCreate": dupCreate = try Self.read(name, text)
        case "createStatus": createStatus = try Self.read(name, text)
        case "postMissing": postMissing = try Self.read(name, text)
        case "unknownGuid": unknownGuid = try Self.read(name, text)
        case "removeNonMember": removeNonMember = try Self.read(name, text)
        case "removeMissingPkey": removeMissingPkey = try Self.read(name, text)
        case "emptyPkey": emptyPkey = try Self.read(name, text)
        case "putEmpty": putEmpty = try Self.read(name, text)
        case "bothFlagsOnList": bothFlagsOnList = try Self.read(name, text)
        case "plainList": plainList = try Self.read(name, text)
        case "postMemberships": postMemberships = try Self.read(name, text)
        case "secondIndex0": secondIndex0 = try Self.read(name, text)
        case "badAuth": badAuth = try Self.read(name, text)
        case "writeReply": writeReply = try Self.read(name, text)
        case "maxGuids": maxGuids = text == "none" ? nil : try Self.readCount(name, text)
        case "maxUrl": maxUrl = try Self.readCount(name, text)
        case "qosNeedsRestart": qosNeedsRestart = try Self.readFlag(name, text)
        case "lastUpdatedFormat": lastUpdatedFormat = try Self.read(name, text)
        case "schemaError": schemaError = try Self.read(name, text)
        case "hostsReply": hostsReply = try Self.read(name, text)
        case "jobDelay": jobDelay = try Self.readCount(name, text, from: 0)
        case "applyDelay": applyDelay = try Self.readCount(name, text, from: 0)
        case "tableFull": tableFull = try Self.read(name, text)
        case "tableSize": tableSize = try Self.readCount(name, text, from: 2)
        case "foreignPkeys": foreignPkeys = try Self.read(name, text)
        case "siteName": siteName = try Self.readFlag(name, text)
        case "standby": standby = try Self.read(name, text)
        case "putMembers": putMembers = try Self.read(name, text)
        case "deletePkey": deletePkey = try Self.read(name, text)
        case "listShape": listShape = try Self.read(name, text)
        case "pkeyForm": pkeyForm = try Self.read(name, text)
        case "guidForm": guidForm = try Self.read(name, text)
        case "autoName": autoName = try Self.read(name, text)
        case "readSlash": readSlash = try Self.read(name, text)
        case "hidesVersion": hidesVersion = try Self.readFlag(name, text)
        default:
            let known = Self.choices.map(\.name).joined(separator: ", ")
            throw .badSwitch("there is no switch \(name); there are \(known)")
        }
    }

    private static func names<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> [String] {
        type.allCases.map(\.rawValue)
    }

    private static func read<Value: RawRepresentable<String>>(
        _ name: String, _ text: String
    ) throws(UFMModelError) -> Value {
        guard let value = Value(rawValue: text) else { throw refusal(of: text, for: name) }
        return value
    }

    private static func readCount(
        _ name: String, _ text: String, from least: Int = 1
    ) throws(UFMModelError) -> Int {
        guard let value = Int(text), (least...1_000_000_000).contains(value) else { throw refusal(of: text, for: name) }
        return value
    }

    private static func readFlag(_ name: String, _ text: String) throws(UFMModelError) -> Bool {
        guard let value = Bool(text) else { throw refusal(of: text, for: name) }
        return value
    }

    private static func refusal(of text: String, for name: String) -> UFMModelError {
        let values = choices.first { $0.name == name }?.values.joined(separator: ", ") ?? ""
        return .badSwitch("switch \(name) takes \(values), not \(text)")
    }
}
