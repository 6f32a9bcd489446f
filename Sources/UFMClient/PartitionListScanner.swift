import Fabric
import JSONText
import Text

/// Reads a list with members by its bytes, in the form that UFM writes it in; a large fabric's is 150 MB.
///
/// It has no judgement of its own: a partition that is written otherwise (escapes, nulls, unknown fields, other spellings) is
/// given to the general decoder by itself, and where anything does not fit, or a name stands twice, there is no result and the
/// general decoder reads the whole, and says what is wrong. What both read they read the same: `PartitionListScannerTests`.
struct PartitionListScanner {
    private var json: PlainScanner
    private var list: ListedPartitions

    /// The partitions, if the text is one that is read this way to its end; nil says nothing of it.
    static func partitions(in body: [UInt8]) -> [PartitionNumber: Partition]? {
        var list = ListedPartitions()
        _ = read(body, from: 0, to: &list)
        return list.whole
    }

    /// Reads on in a list of which this has arrived, up to the first partition that is not whole yet, or not readable this way.
    ///
    /// - Returns: how far it came.
    static func read(_ body: [UInt8], from position: Int, to list: inout ListedPartitions) -> Int {
        // Moved and not copied, which would cost all of it each time.
        var known = ListedPartitions()
        swap(&known, &list)
        return body.withUnsafeBufferPointer { bytes in
            var scanner = PartitionListScanner(json: PlainScanner(bytes, from: position), list: known)
            known = ListedPartitions()
            scanner.readOn()
            swap(&scanner.list, &list)
            return scanner.json.position
        }
    }

    private mutating func readOn() {
        while true {
            let start = json
            guard step() else { return json = start }
        }
    }

    private mutating func step() -> Bool {
        switch list.phase {
        case .begin where json.skip("{"): list.phase = .partition
        case .partition where part(): list.phase = .comma
        case .comma where json.skip(","): list.phase = .partition
        case .comma where json.skip("}"): list.phase = .end
        case .end where !json.isAtEnd:
            list.refuse()
            return false
        default: return false
        }
        return true
    }

    /// A partition with its number, or the name of the site.
    private mutating func part() -> Bool {
        guard let name = json.text(), json.skip(":") else { return false }
        if name == DataKey.siteName {
            guard json.text() != nil else { return false }
            return list.nameSite()
        }
        guard let number = try? PartitionNumber(reported: name), let partition = partition(number) else { return false }
        return list.add(partition)
    }

    /// A partition in either way.
    private mutating func partition(_ number: PartitionNumber) -> Partition? {
        let start = json
        if let usual = usualPartition(number) { return usual }
        json = start
        guard let object = json.object() else { return nil }
        return (try? JSONText.decode(PartitionBody.self, from: object)).flatMap { try? $0.partition(number) }
    }

    private mutating func usualPartition(_ number: PartitionNumber) -> Partition? {
        var (name, ipOverIB, members) = (String?.none, Bool?.none, [Member]?.none)
        var tellsIndex0 = true
        guard json.skip("{") else { return nil }
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            if name == nil, json.isWord("partition", field) {
                name = json.text()
                guard name != nil else { return nil }
            } else if ipOverIB == nil, json.isWord("ip_over_ib", field) {
                ipOverIB = json.flag()
                guard ipOverIB != nil else { return nil }
            } else if members == nil, json.isWord("guids", field) {
                members = guids(&tellsIndex0)
                guard members != nil else { return nil }
            } else {
                return nil
            }
        } while json.skip(",")
        guard json.skip("}"), let members else { return nil }
        var partition = Partition(number: number, name: name, ipOverIB: ipOverIB ?? true, members: members)
        partition.tellsIPOverIB = ipOverIB != nil
        partition.tellsIndex0 = tellsIndex0
        return partition
    }

    private mutating func guids(_ tellsIndex0: inout Bool) -> [Member]? {
        var members: [Member] = []
        guard json.skip("[") else { return nil }
        if json.skip("]") { return members }
        // How the last one is written that was read by its fields, and its flags: so are those of all others, as a rule.
        var form: PlainScanner.Form?
        repeat {
            if let usual = form, let last = members.last, let guid = json.number(like: usual).map(GUID.init) {
                guard let guid else { return nil }
                members.append(Member(guid: guid, membership: last.membership, index0: last.index0))
            } else {
                guard let (member, itsForm) = member(&tellsIndex0) else { return nil }
                members.append(member)
                form = itsForm
            }
        } while json.skip(",")
        return json.skip("]") ? members : nil
    }

    private mutating func member(_ tellsIndex0: inout Bool) -> (Member, PlainScanner.Form?)? {
        var (guid, index0, membership) = (Range<Int>?.none, Bool?.none, Membership?.none)
        guard json.skip("{") else { return nil }
        let start = json.position - 1
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            if guid == nil, json.isWord("guid", field) {
                guid = json.span()
                guard guid != nil else { return nil }
            } else if index0 == nil, json.isWord("index0", field) {
                index0 = json.flag()
                guard index0 != nil else { return nil }
            } else if membership == nil, json.isWord("membership", field) {
                membership = self.membership()
                guard membership != nil else { return nil }
            } else {
                return nil
            }
        } while json.skip(",")
        guard json.skip("}"), let text = guid, let guid = self.guid(text) else { return nil }
        if index0 == nil { tellsIndex0 = false }
        return (
            Member(guid: guid, membership: membership ?? .full, index0: index0 ?? false), json.form(since: start, text)
        )
    }

    /// 1 to 16 digits, with `0x` before them or not: as UFM writes it.
    private func guid(_ text: Range<Int>) -> GUID? {
        Hex.value(of: json.bytes(text), prefix: .optional, maximumDigits: 16).flatMap(GUID.init)
    }

    private mutating func membership() -> Membership? {
        guard let span = json.span() else { return nil }
        return json.isWord("full", span) ? .full : json.isWord("limited", span) ? .limited : nil
    }
}
