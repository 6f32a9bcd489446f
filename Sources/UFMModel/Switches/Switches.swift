/// One answer for each question that public sources leave open; the defaults are closest to live evidence.
package struct Switches: Sendable, Equatable {
    /// GET of a missing pkey.
    package enum MissingGet: String, Sendable, CaseIterable { case emptyObject, notFound }
    /// `/add` of a pkey that exists.
    package enum DupCreate: String, Sendable, CaseIterable { case badRequest = "400", conflict = "409" }
    /// `/add` of a new pkey.
    package enum CreateStatus: String, Sendable, CaseIterable { case ok = "200", created = "201" }
    /// POST of members to a missing pkey.
    package enum PostMissing: String, Sendable, CaseIterable { case create, notFound = "404" }
    /// A GUID that is not among the known ports.
    package enum UnknownGuid: String, Sendable, CaseIterable {
        case accept, notFound = "404", serverError = "500"
    }
    /// Removal of a GUID that is not a member.
    package enum RemoveNonMember: String, Sendable, CaseIterable { case noop, notFound = "404" }
    /// Removal of members from a missing pkey.
    package enum RemoveMissingPkey: String, Sendable, CaseIterable { case notFound = "404", ok = "200" }
    /// A pkey that has no members from the start.
    package enum EmptyPkey: String, Sendable, CaseIterable { case keep, vanish }
    /// PUT with an empty list of GUIDs.
    package enum PutEmpty: String, Sendable, CaseIterable { case reject, empty, delete }
    /// The list with both `guids_data` and `qos_conf`.
    package enum BothFlagsOnList: String, Sendable, CaseIterable {
        case serverError = "500", dropQos, dropGuids
    }
    /// The list without flags.
    package enum PlainList: String, Sendable, CaseIterable { case array, dict }
    /// The plural `memberships` on POST.
    package enum PostMemberships: String, Sendable, CaseIterable { case ignore, honour }
    /// A second pkey that claims index 0 of a GUID.
    package enum SecondIndex0: String, Sendable, CaseIterable { case accept, badRequest = "400" }
    /// Wrong or missing credentials.
    package enum BadAuth: String, Sendable, CaseIterable {
        case unauthorized = "401", loginPage, redirect = "302"
    }
    /// A body that its schema refuses.
    package enum SchemaError: String, Sendable, CaseIterable { case badRequest = "400", serverError = "500" }
    /// How a call by host names tells its job: as a body, or as 202 with `Location`.
    package enum HostsReply: String, Sendable, CaseIterable { case body, accepted = "202" }
    /// A pkey that no longer fits a port's PKey table: recorded all the same, or refused.
    package enum TableFull: String, Sendable, CaseIterable { case silent, badRequest = "400" }
    /// Partitions from `partitions.conf.user_ext` in reads.
    package enum ForeignPkeys: String, Sendable, CaseIterable { case hidden, visible }
    /// The body of a write that succeeded.
    package enum WriteReply: String, Sendable, CaseIterable { case emptyObject, nothing, text }
    /// How `last_updated` is written, UTC: to the second as UFM's jobs do, to the microsecond, or as epoch seconds.
    package enum LastUpdatedFormat: String, Sendable, CaseIterable { case seconds, microseconds, epoch }

    /// What GET of a missing pkey answers.
    package var missingGet = MissingGet.emptyObject
    /// What `/add` of an existing pkey answers; both texts say that it exists.
    package var dupCreate = DupCreate.badRequest
    /// What `/add` of a new pkey answers.
    package var createStatus = CreateStatus.ok
    /// Whether POST of members creates the pkey.
    package var postMissing = PostMissing.create
    /// What becomes of GUIDs outside the configuration's known ports.
    package var unknownGuid = UnknownGuid.accept
    /// What removal of a non-member answers.
    package var removeNonMember = RemoveNonMember.noop
    /// What removal from a missing pkey answers.
    package var removeMissingPkey = RemoveMissingPkey.notFound
    /// Whether a pkey that never had members stays.
    package var emptyPkey = EmptyPkey.keep
    /// What PUT of no members does.
    package var putEmpty = PutEmpty.reject
    /// What the list with both flags answers.
    package var bothFlagsOnList = BothFlagsOnList.serverError
    /// The shape of the list without flags.
    package var plainList = PlainList.array
    /// Whether POST heeds `memberships`.
    package var postMemberships = PostMemberships.ignore
    /// Whether two pkeys may claim index 0 of one GUID.
    package var secondIndex0 = SecondIndex0.accept
    /// What wrong credentials get.
    package var badAuth = BadAuth.unauthorized
    /// What a successful write says.
    package var writeReply = WriteReply.emptyObject
    /// The most GUIDs one request may carry; nil for no limit.
    package var maxGuids: Int?
    /// The longest request line in bytes, without its line end; Apache's default.
    package var maxUrl = 8190
    /// Whether `qos_conf` shows new values only after a restart.
    package var qosNeedsRestart = false
    /// The form of `last_updated`.
    package var lastUpdatedFormat = LastUpdatedFormat.seconds
    /// What a body gets that does not fit its schema.
    package var schemaError = SchemaError.badRequest
    /// How calls by host names answer.
    package var hostsReply = HostsReply.body
    /// How long a job of such a call runs, in milliseconds.
    package var jobDelay = 100
    /// How long reads lag behind what has been written, in milliseconds.
    package var applyDelay = 0
    /// What becomes of a pkey beyond a port's PKey table.
    package var tableFull = TableFull.silent
    /// How many pkeys the table of a port holds, 0x7fff among them.
    package var tableSize = 128
    /// Whether reads show the partitions of `partitions.conf.user_ext`.
    package var foreignPkeys = ForeignPkeys.hidden
    /// Whether replies have a `site_name` beside what was asked for, as `expose_site_name` makes them.
    package var siteName = false
    /// What a standby answers.
    package var standby = Absence.serviceUnavailable
    /// What PUT of members answers.
    package var putMembers = PutMembers.carriedOut
    /// What DELETE of a pkey answers.
    package var deletePkey = DeletePkey.carriedOut
    /// The shape of the list with flags.
    package var listShape = ListShape.dict
    /// How replies spell pkeys.
    package var pkeyForm = PkeyForm.plain
    /// How replies spell GUIDs.
    package var guidForm = GuidForm.plain
    /// What UFM calls a pkey that nobody named.
    package var autoName = AutoName.apiPkey
    /// The slash behind the path of a read of pkeys.
    package var readSlash = ReadSlash.optional
    /// Whether there is no `/app/ufm_version`.
    package var hidesVersion = false

    /// The recommended defaults.
    package init() {}
}

/// What a host answers that has no UFM running.
package enum Absence: String, Sendable, CaseIterable {
    /// Apache's page, 503.
    case serviceUnavailable = "503"
    /// Apache's page, 502.
    case badGateway = "502"
    /// Nothing: connections are refused, and those that are open end.
    case refuse

    /// The status of its page; nil where there is none.
    package var status: Int? { Int(rawValue) }
}

extension Switches {
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
            ("putMembers", putMembers.rawValue), ("deletePkey", deletePkey.rawValue),
            ("listShape", listShape.rawValue), ("pkeyForm", pkeyForm.rawValue), ("guidForm", guidForm.rawValue),
            ("autoName", autoName.rawValue), ("readSlash", readSlash.rawValue),
            ("hidesVersion", String(hidesVersion)),
        ]
    }
}

/// Bugs that NVIDIA's release notes name and that can be shown over REST; each has its number there. They are no
/// switches: with them a UFM is wrong under every reading, and a client can only keep out of their way.
package enum Bug: String, Sendable, CaseIterable {
    /// 3816196, found in 6.15.2: a POST that creates a partition answers 200 and leaves it without members.
    case postCreatesEmpty = "3816196"
    /// 3985023, found in 6.17.2 and gone in 6.18.0: no POST adds a GUID to an empty partition.
    case emptyRefusesMembers = "3985023"
    /// 4040154, found in 6.15.1-4 and gone in 6.15.6-4: while there is an empty partition the subnet manager
    /// cannot parse its file, and makes every port a full member of the default partition. REST shows nothing of
    /// it; the state report does.
    case emptyBreaksFile = "4040154"
}

extension Bug {
    /// The bugs for people: one line for each.
    package static var summary: String {
        allCases.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n")
    }

    private var meaning: String {
        switch self {
        case .postCreatesEmpty: "the POST that creates a partition leaves it empty"
        case .emptyRefusesMembers: "no POST adds GUIDs to an empty partition"
        case .emptyBreaksFile: "an empty partition breaks the subnet manager's file (see /state)"
        }
    }
}
