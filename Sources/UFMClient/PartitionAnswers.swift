import Fabric

/// A key of a JSON object whose keys are data.
struct DataKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    /// UFM adds the name of its site to any answer if it is set up to (`expose_site_name`).
    static let siteName = "site_name"
}

extension KeyedDecodingContainer<DataKey> {
    /// The keys that are data, in a fixed order.
    fileprivate var dataKeys: [DataKey] {
        allKeys.filter { $0.stringValue != DataKey.siteName }.sorted { $0.stringValue < $1.stringValue }
    }
}

/// The answer to a list with members: an object with a partition per PKey.
struct PartitionListAnswer: Decodable {
    let bodies: [(key: String, body: PartitionBody)]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: DataKey.self)
        bodies = try container.dataKeys.map { ($0.stringValue, try container.decode(PartitionBody.self, forKey: $0)) }
    }

    /// The one key of a list that has partitions inside it, and is none.
    private var wrapper: String? {
        guard bodies.count == 1, let (key, body) = bodies.first, body.isEmpty,
            (try? PartitionNumber(reported: key)) == nil
        else { return nil }
        return key
    }

    func snapshot() throws(AnswerFlaw) -> FabricSnapshot {
        if let wrapper { throw .malformed("the list is wrapped in an object, as '\(wrapper)'") }
        var partitions: [PartitionNumber: Partition] = [:]
        for (key, body) in bodies {
            let number = try PartitionNumber(reported: key)
            guard partitions.updateValue(try body.partition(number), forKey: number) == nil else {
                throw .malformed("\(number) is listed twice")
            }
        }
        return try FabricSnapshot(listed: partitions)
    }
}

extension FabricSnapshot {
    /// Every UFM has its default partition and lists it. A list without it, and most of all an empty one, comes from a UFM
    /// that has not read its own data yet, or from something else: to believe it would be to delete.
    init(listed partitions: [PartitionNumber: Partition]) throws(AnswerFlaw) {
        guard partitions[.defaultPartition] != nil else {
            throw .incomplete("the default partition \(PartitionNumber.defaultPartition) is not listed")
        }
        self.init(complete: partitions)
    }
}

extension PartitionListAnswer {
    /// The quality of service by partition, for those that have one.
    func qualityOfService() throws(AnswerFlaw) -> [PartitionNumber: QualityOfService] {
        var all: [PartitionNumber: QualityOfService] = [:]
        if let wrapper { throw .malformed("the list is wrapped in an object, as '\(wrapper)'") }
        for (key, body) in bodies {
            let number = try PartitionNumber(reported: key)
            if let qos = body.qos { all[number] = qos }
        }
        return all
    }
}

/// The answer to a question for one partition: flat, wrapped in an object by PKey, or in a list of one; or nothing.
///
/// UFM says "no such partition" with `{}`; `null` and `[]` are read the same way.
struct PartitionAnswer: Decodable {
    /// The key it was wrapped in.
    private let key: String?
    private let body: PartitionBody?

    /// The quality of service, where it is told.
    var qos: QualityOfService? { body?.qos }

    init(from decoder: any Decoder) throws {
        if try decoder.singleValueContainer().decodeNil() {
            key = nil
            body = nil
        } else if var list = try? decoder.unkeyedContainer() {
            let inner = list.isAtEnd ? nil : try list.decode(PartitionAnswer.self)
            guard list.isAtEnd else {
                throw DecodingError.dataCorruptedError(in: list, debugDescription: "a list of several")
            }
            key = inner?.key
            body = inner?.body
        } else {
            let container = try decoder.container(keyedBy: DataKey.self)
            let keys = container.dataKeys
            if keys.count == 1, PartitionBody.CodingKeys(stringValue: keys[0].stringValue) == nil {
                key = keys[0].stringValue
                body = try container.decode(PartitionAnswer.self, forKey: keys[0]).body
            } else {
                key = nil
                body = keys.isEmpty ? nil : try PartitionBody(from: decoder)
            }
        }
    }

    /// The partition with this number, or nil if the answer says that there is none.
    func partition(_ number: PartitionNumber) throws(AnswerFlaw) -> Partition? {
        if let key, try PartitionNumber(reported: key) != number {
            throw .malformed("asked for \(number), got \(key)")
        }
        return try body?.partition(number)
    }
}
