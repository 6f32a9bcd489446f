import FoundationEssentials

/// A value and where it stands in a document that a person wrote, so that an error can name the place.
struct JSONField {
    /// What is wrong at which place.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    let value: JSONValue
    /// `faults[2].kind`; empty for the whole document.
    let place: String

    /// The whole of a document.
    init(document bytes: [UInt8]) throws(Failure) {
        do {
            self.init(try JSONDecoder().decode(JSONValue.self, from: Data(bytes)), at: "")
        } catch {
            throw Failure(description: "not JSON")
        }
    }

    private init(_ value: JSONValue, at place: String) {
        self.value = value
        self.place = place
    }

    var isNull: Bool { value == .null }

    /// The members of an object that has no others than these.
    func members(_ known: [String]) throws(Failure) -> [String: JSONField] {
        let members = try entries()
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw failure("there is no \(stranger), there are \(known.joined(separator: ", "))")
        }
        return members
    }

    /// The members of an object with names of any kind.
    func entries() throws(Failure) -> [String: JSONField] {
        guard case .object(let members) = value else { throw failure("must be an object") }
        var fields: [String: JSONField] = [:]
        for (name, value) in members { fields[name] = JSONField(value, at: place.isEmpty ? name : "\(place).\(name)") }
        return fields
    }

    func elements() throws(Failure) -> [JSONField] {
        guard case .array(let values) = value else { throw failure("must be an array") }
        return values.enumerated().map { JSONField($1, at: "\(place)[\($0)]") }
    }

    func string() throws(Failure) -> String {
        guard case .string(let text) = value else { throw failure("must be a string") }
        return text
    }

    func flag() throws(Failure) -> Bool {
        guard case .bool(let flag) = value else { throw failure("must be true or false") }
        return flag
    }

    func number() throws(Failure) -> Double {
        guard case .number(let number) = value else { throw failure("must be a number") }
        return number
    }

    func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let number = value.integer, range.contains(number) else {
            throw failure("must be a whole number, \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of the texts that an enumeration is spelt with.
    func choice<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) throws(Failure) -> Value {
        guard let value = Value(rawValue: try string()) else {
            throw failure("must be one of \(type.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    func guid() throws(Failure) -> UInt64 {
        guard let guid = Spelling.readGUID(try string()) else {
            throw failure("must be a GUID of 16 hex digits, with or without 0x")
        }
        return guid
    }

    /// An error at this place.
    func failure(_ text: String) -> Failure {
        Failure(description: place.isEmpty ? text : "\(place): \(text)")
    }
}
