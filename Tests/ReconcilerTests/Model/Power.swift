/// What the world around a daemon can do beside telling the truth in good time.
///
/// A history has some of them. Those that the engine does not survive yet stand in ``NotYetHeld``.
enum Power: UInt8, CaseIterable, Sendable {
    // MARK: What is wanted
    /// Ports are drawn from one pool: they move, swap, and are wanted in two partitions.
    case movingPorts
    /// Values name virtual functions, whose GUIDs carry the PKey and are those of the job before.
    case virtualFunctions
    /// Hosts and functions differ in index 0, so that a tenant is replaced in two steps.
    case mixedIndex0
    /// Values with more members than one request replaces.
    case largeValues
    /// Two spellings of one PKey.
    case twoKeys
    case unreadableValues
    case emptyValues
    /// Values that name entries, none of which is a GUID.
    case namelessValues
    /// Keys that spell no PKey, or one outside the managed range.
    case strangeKeys
    /// Many keys are deleted in one revision, or written at once.
    case massDeletions

    // MARK: etcd
    /// The watch is cut, and resumes where it was, or lists.
    case cuts
    /// The watch is cut for some seconds, while reads go on.
    case longCuts
    /// The store comes back empty.
    case wipes
    /// The store comes back from a snapshot, behind the revision that we were told.
    case restoresBehind
    /// The same, but its revision has reached or passed ours before anybody looks: the watch resumes.
    case restoresOvertaking
    /// A restored store has every key, some at an older value.
    case revertedKeys
    /// Some lists are older than what the watch has told.
    case staleLists
    /// For a while all of them are.
    case staleEverywhere
    /// Two members disagree in turn.
    case membersDisagree
    /// For a while another cluster answers lists, with a higher revision.
    case otherCluster
    /// A transaction is carried out long after it was given up.
    case lateTransactions
    /// The store's quota is used up for a while: puts are refused.
    case noSpace
    /// History is compacted at exactly the revision of a deletion that the watch has not told.
    case compactions
    /// Reads and writes of etcd fail, before or after their effect.
    case etcdOutages
    /// etcd refuses us, or a request, once it had answered.
    case etcdRefusals
    /// The same at the first question of a daemon's life.
    case etcdRefusalsAtStart

    // MARK: The ledger
    /// It is a file beside the daemon, which outlives what befalls etcd.
    case fileLedger
    /// Its records are lost while the keys stay.
    case lostRecords
    /// Records that cannot be read, or that a newer program wrote.
    case unreadableRecords
    /// Records under another spelling of their PKey, or that name a key which is not theirs.
    case misspeltRecords

    /// It is not in the store of the keys, which it compares before it writes, or after that: etcd's v2 store tells less.
    case keysApart

    // MARK: UFM
    /// Reads fail, and writes before or after their effect.
    case ufmOutages
    /// UFM wishes to be left alone for a day.
    case wishes
    /// UFM refuses us once it had answered.
    case ufmRefusals
    /// UFM refuses a read that it had answered, or makes no sense.
    case ufmRejections
    /// Either at the first question of a daemon's life.
    case ufmRefusalsAtStart
    /// UFM refuses a write.
    case rejectedWrites
    /// A success that changes nothing.
    case emptySuccesses
    /// A read of one partition says that it is not there.
    case absentSingly
    /// A list lacks one partition, or some.
    case shortLists
    /// A list lacks all partitions but the default one.
    case emptyLists
    /// Reads show what was a while ago.
    case laggingReads
    /// For a while UFM answers nonsense, as while it starts.
    case startingUFM
    /// UFM comes back with an older state.
    case olderState
    /// For a while an empty standby answers.
    case emptyStandby
    /// For a while, or for good, the list is unusable while single partitions are fine.
    case unusableList
    /// The writes of one partition are refused for good, in any way, while all others are well.
    case refusedPartition
    /// This UFM never takes the one request that sets all members: it refuses it in any way, or takes it and does nothing.
    case noReplacing
    /// This UFM makes partitions by the request alone that makes empty ones.
    case onlyEmptyMade
    /// Removals take 3 s where additions take 0.3 s.
    case slowRemovals
    /// A write hangs, and acts after it was given up, or twice, or in the next daemon's life.
    case lateWrites
    /// Half of a step is done, or GUIDs are refused one by one.
    case partialWrites
    /// Somebody else changes our partitions, and uses our PKeys.
    case secondWriter
    /// Somebody else makes members limited.
    case limitedMembers

    // MARK: The daemon
    /// It is killed and started again at any time.
    case kills
    /// It is told to stop.
    case stops
    /// It ends when all is done, and is started again later.
    case singleRuns
    /// It has a state directory, and knows in its next life how far it had been told.
    case stateDirectory
    /// There are two.
    case twoDaemons
    /// It may touch some PKeys only.
    case ranges
    case policies
    /// It enforces flags.
    case enforcedFlags
    /// Few additions are enough for it to have one list show what came of them.
    case listsVerify
}

extension Power {
    /// What befalls a site seldom; the rest happens all day.
    var isRare: Bool {
        switch self {
        case .wipes, .restoresBehind, .restoresOvertaking, .revertedKeys, .staleEverywhere, .membersDisagree,
            .otherCluster, .noSpace, .compactions, .unreadableRecords, .misspeltRecords, .startingUFM,
            .emptyStandby, .unusableList, .refusedPartition, .stops:
            true
        case .movingPorts, .virtualFunctions, .mixedIndex0, .largeValues, .twoKeys, .unreadableValues, .emptyValues,
            .namelessValues, .strangeKeys, .massDeletions, .cuts, .longCuts, .staleLists, .lateTransactions,
            .etcdOutages,
            .etcdRefusals, .etcdRefusalsAtStart, .ufmOutages, .wishes, .ufmRefusals, .ufmRejections,
            .ufmRefusalsAtStart, .rejectedWrites, .emptySuccesses, .absentSingly, .shortLists, .emptyLists,
            .lostRecords,
            .laggingReads, .slowRemovals, .noReplacing, .onlyEmptyMade, .lateWrites, .partialWrites, .secondWriter,
            .limitedMembers, .olderState,
            .kills,
            .singleRuns, .stateDirectory, .twoDaemons, .ranges, .policies, .enforcedFlags, .listsVerify, .fileLedger,
            .keysApart:
            false
        }
    }
}

extension Power {
    /// Whether it is about what daemons know of the keys and of the ledger.
    var isOfStores: Bool {
        switch self {
        case .cuts, .longCuts, .wipes, .restoresBehind, .restoresOvertaking, .revertedKeys, .staleLists,
            .staleEverywhere,
            .membersDisagree, .otherCluster, .lateTransactions, .compactions, .fileLedger, .keysApart, .lostRecords,
            .kills,
            .stateDirectory, .twoDaemons, .twoKeys, .movingPorts:
            true
        default: false
        }
    }
}

/// A set of powers.
struct Powers: OptionSet, Hashable, Sendable {
    let rawValue: UInt64

    static let all = Powers(Power.allCases)

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(_ powers: some Sequence<Power>) {
        self.init(rawValue: powers.reduce(0) { $0 | 1 << UInt64($1.rawValue) })
    }

    func has(_ power: Power) -> Bool { rawValue >> UInt64(power.rawValue) & 1 == 1 }

    var list: [Power] { Power.allCases.filter(has) }
}

extension Powers: CustomStringConvertible {
    var description: String { "[" + list.map { "\($0)" }.joined(separator: ", ") + "]" }
}
