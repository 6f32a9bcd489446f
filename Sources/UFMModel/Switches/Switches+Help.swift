extension Switches {
    /// Every switch with its values, the default first, and what it decides: one line of at most 80 characters each.
    package static var summary: String {
        choices.map { name, values in
            "  \(name)=\(values.joined(separator: "|")): \(meanings[name] ?? "")"
        }.joined(separator: "\n")
    }

    static let meanings: [String: String] = [
        "missingGet": "GET of a missing pkey",
        "dupCreate": "/add of a pkey that exists",
        "createStatus": "/add of a new pkey",
        "postMissing": "POST of members to a missing pkey",
        "unknownGuid": "a GUID of no known port",
        "removeNonMember": "removal of a GUID that is no member",
        "removeMissingPkey": "removal from a missing pkey",
        "emptyPkey": "a pkey without members from the start",
        "putEmpty": "PUT of no GUIDs",
        "bothFlagsOnList": "list, guids_data and qos_conf",
        "plainList": "the list without flags",
        "postMemberships": "memberships on POST",
        "secondIndex0": "a second pkey at index 0 of a GUID",
        "badAuth": "wrong credentials",
        "writeReply": "the body of a successful write",
        "maxGuids": "the most GUIDs of one request",
        "maxUrl": "the longest request line",
        "qosNeedsRestart": "qos_conf shows after a restart only",
        "lastUpdatedFormat": "UTC text, or a number",
        "schemaError": "a body that does not fit its schema",
        "hostsReply": "the job of a call by hosts, or 202 and Location",
        "jobDelay": "milliseconds that such a job takes",
        "applyDelay": "milliseconds that reads lag behind writes",
        "tableFull": "a port's PKey table has no room left",
        "tableSize": "entries of that table, 0x7fff among them",
        "foreignPkeys": "partitions of user_ext in reads",
        "siteName": "a site_name in replies (expose_site_name)",
        "standby": "what a standby answers",
        "putMembers": "PUT of members",
        "deletePkey": "DELETE of a pkey",
        "listShape": "the list",
        "pkeyForm": "pkeys in replies",
        "guidForm": "GUIDs in replies",
        "autoName": "a name that nobody gave",
        "readSlash": "a read's last slash",
        "hidesVersion": "no /app/ufm_version",
    ]
}
