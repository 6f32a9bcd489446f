extension UFMSimulator.Switches {
    /// The value that each switch has, by its name and in its spelling; in the order of `choices`.
    package var values: [(name: String, value: String)] {
        [
            ("missingGet", missingGet.rawValue), ("dupCreate", dupCreate.rawValue),
            ("createStatus", createStatus.rawValue), ("postMissing", postMissing.rawValue),
            ("unknownGuid", unknownGuid.rawValue), ("removeNonMember", removeNonMember.rawValue),
            ("removeMissingPkey", removeMissingPkey.rawValue), ("emptyPkey", emptyPkey.rawValue),
            ("putEmpty", putEmpty.rawValue), ("bothFlagsOnList", bothFlagsOnList.rawValue),
            ("plainList", plainList.rawValue), ("postMemberships", postMemberships.rawValue),
            ("secondIndex0", secondIndex0.rawValue), ("badAuth", badAuth.rawValue),
            ("writeReply", writeReply.rawValue), ("maxGuids", maxGuids.map { String($0) } ?? "none"),
            ("maxUrl", String(maxUrl)), ("qosNeedsRestart", String(qosNeedsRestart)),
            ("lastUpdatedFormat", lastUpdatedFormat.rawValue), ("schemaError", schemaError.rawValue),
            ("hostsReply", hostsReply.rawValue), ("jobDelay", String(jobDelay)), ("applyDelay", String(applyDelay)),
            ("tableFull", tableFull.rawValue), ("tableSize", String(tableSize)),
            ("foreignPkeys", foreignPkeys.rawValue), ("siteName", String(siteName)), ("standby", standby.rawValue),
        ]
    }
}
