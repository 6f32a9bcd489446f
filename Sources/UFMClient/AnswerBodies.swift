import Fabric
import Text

/// The answer to `GET /app/ufm_version`; the other keys differ from release to release.
struct VersionBody: Decodable {
    let release: String

    private enum CodingKeys: String, CodingKey {
        case release = "ufm_release_version"
    }
}

/// The answer to `GET /resources/pkeys/last_updated`: a timestamp of unknown format, or null.
struct LastUpdatedBody: Decodable {
    let lastUpdated: String?

    private enum CodingKeys: String, CodingKey {
        case lastUpdated = "last_updated"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let number = try? container.decode(Double.self, forKey: .lastUpdated) {
            lastUpdated = "\(number)"
        } else {
            lastUpdated = try container.decodeIfPresent(String.self, forKey: .lastUpdated)
        }
    }
}

/// A partition as UFM describes it. What it may leave out is optional; what has the wrong type fails the whole answer.
struct PartitionBody: Decodable {
    struct MemberBody: Decodable {
        let guid: String
        let index0: Bool?
        let membership: String?
    }

    /// Not in the answers that are on record, but checked where it is.
    let pkey: String?
    let partition: String?
    let ipOverIB: Bool?
    let guids: [MemberBody]?
    /// An object in the answers that are on record; beside the other fields in NVIDIA's description.
    let qos: QualityOfService?

    enum CodingKeys: String, CodingKey {
        case pkey, partition, guids
        case ipOverIB = "ip_over_ib"
        case qos = "qos_conf"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pkey = try container.decodeIfPresent(String.self, forKey: .pkey)
        partition = try container.decodeIfPresent(String.self, forKey: .partition)
        ipOverIB = try container.decodeIfPresent(Bool.self, forKey: .ipOverIB)
        guids = try container.decodeIfPresent([MemberBody].self, forKey: .guids)
        // Nothing is ever deleted or kept for its quality of service: what cannot be read is not told.
        let asObject = try? container.decodeIfPresent(QualityOfService.self, forKey: .qos)
        qos = asObject ?? (try? QualityOfService(from: decoder))
    }
}

extension PartitionBody {
    /// Whether it says nothing of a partition.
    var isEmpty: Bool {
        pkey == nil && partition == nil && ipOverIB == nil && guids == nil && qos == nil
    }

    /// The partition with this number, with UFM's own defaults for what is left out: IP over IB, full, not at index 0.
    ///
    /// Members that are left out, or of which one cannot be read, throw: a port must never look absent because we did
    /// not understand. The default partition alone may come without a list, since UFM does not list its members anyway.
    func partition(_ number: PartitionNumber) throws(AnswerFlaw) -> Partition {
        if let pkey, try PartitionNumber(reported: pkey) != number {
            throw .malformed("asked for \(number), got \(pkey)")
        }
        guard guids != nil || number == .defaultPartition else {
            throw .incomplete("\(number) has no list of GUIDs")
        }
        var members: [Member] = []
        for body in guids ?? [] { members.append(try body.member(of: number)) }
        var result = Partition(number: number, name: partition, ipOverIB: ipOverIB ?? true, members: members)
        result.tellsIPOverIB = ipOverIB != nil
        result.tellsIndex0 = guids?.allSatisfy { $0.index0 != nil } ?? true
        return result
    }
}

extension PartitionBody.MemberBody {
    fileprivate func member(of number: PartitionNumber) throws(AnswerFlaw) -> Member {
        guard let guid = try? GUID(reported: guid) else { throw .malformed("\(number) has the GUID '\(guid)'") }
        guard let membership = Membership(rawValue: membership?.lowercased() ?? Membership.full.rawValue) else {
            throw .malformed("\(number) has \(guid) with the membership '\(membership ?? "")'")
        }
        return Member(guid: guid, membership: membership, index0: index0 ?? false)
    }
}

extension PartitionNumber {
    /// Reads a number as UFM may print it: padded or not, with the membership bit or without.
    init(reported text: String) throws(AnswerFlaw) {
        do {
            self = try PartitionNumber(parsing: text)
        } catch .membershipBit {
            // The digits have been checked by then.
            self.init(
                lowBitsOf: UInt16(
                    truncatingIfNeeded: Hex.value(of: text.utf8, prefix: .required, maximumDigits: 4) ?? 0))
        } catch {
            let isBare = Hex.value(of: text.utf8, prefix: .optional, maximumDigits: 4) != nil
            throw .malformed("'\(text)' is no PKey" + (isBare ? ": it is written without 0x" : ""))
        }
    }
}

/// What is wrong with an answer.
enum AnswerFlaw: Error {
    case malformed(String)
    case incomplete(String)
}

extension QualityOfService: Decodable {
    private enum CodingKeys: String, CodingKey {
        case mtuLimit = "mtu_limit"
        case serviceLevel = "service_level"
        case rateLimit = "rate_limit"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            mtuLimit: try container.decode(Int.self, forKey: .mtuLimit),
            serviceLevel: try container.decode(Int.self, forKey: .serviceLevel),
            rateLimit: try container.decode(Double.self, forKey: .rateLimit))
    }
}
