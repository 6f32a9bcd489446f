import FoundationEssentials

/// A value and where it stands in a document that a person wrote, so that an error can name the place.
package struct JSONField {
    /// What is wrong at which place.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// Place and reason, for people.
        package let description: String

        /// A failure of a whole document.
        package init(description: String) {
            self.description = description
        }
    }

    /// What stands there.
    package let value: JSONValue
    /// `faults[2].kind`; empty for the whole document.
    let place: String

    /// The whole of a document.
    package init(document bytes: [UInt8]) throws(Failure) {
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

    /// Whether it is `null`.
    package var isNull: Bool { value == .null }

    /// The members of an object that has no others than these.
    package func members(_ known: [String]) throws(Failure) -> [String: JSONField] {
        let members = try entries()
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw failure("there is no \(stranger), there are \(known.joined(separator: ", "))")
        }
        return members
    }

    /// The members of an object with names of any kind.
    package func entries() throws(Failure) -> [String: JSONField] {
        guard case .object(let members) = value else { throw failure("must be an object") }
        var fields: [String: JSONField] = [:]
        for (name, value) in members { fields[name] = JSONField(value, at: place.isEmpty ? name : "\(place).\(name)") }
        return fields
    }

    /// The elements of an array.
    package func elements() throws(Failure) -> [JSONField] {
        guard case .array(let values) = value else { throw failure("must be an array") }
        return values.enumerated().map { JSONField($1, at: "\(place)[\($0)]") }
    }

    /// A string.
    package func string() throws(Failure) -> String {
        guard case .string(let text) = value else { throw failure("must be a string") }
        return text
    }

    /// `true` or `false`.
    package func flag() throws(Failure) -> Bool {
        guard case .bool(let flag) = value else { throw failure("must be true or false") }
        return flag
    }

    /// A number.
    package func number() throws(Failure) -> Double {
        guard case .number(let number) = value else { throw failure("must be a number") }
        return number
    }

    /// A whole number of that range.
    package func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let number = value.integer, range.contains(number) else {
            throw failure("must be a whole number, \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of the texts that an enumeration is spelt with.
    package func choice<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) throws(Failure) -> Value {
        guard let value = Value(rawValue: try string()) else {
            throw failure("must be one of \(type.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// A GUID in any of its spellings.
    package func guid() throws(Failure) -> UInt64 {
        guard let guid = Spelling.readGUID(try string()) else {
            throw failure("must be a GUID of 16 hex digits, with or without 0x")
        }
        return guid
    }

    /// An error at this place.
    package func failure(_ text: String) -> Failure {
        Failure(description: place.isEmpty ? text : "\(place): \(text)")
    }
}
