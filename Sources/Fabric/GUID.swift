import Text

/// The 64-bit identifier of an InfiniBand port, physical or virtual; never zero.
///
/// A zero GUID would make the subnet manager reject its whole partition file, so there is no value for it.
package struct GUID: Hashable, Comparable, Sendable {
    package let value: UInt64

    /// The GUID with this number, or nil for zero.
    package init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    /// Reads exactly 16 hexadecimal digits with or without `0x`, as pcocc writes them and people type them.
    package init(parsing text: some StringProtocol) throws(FabricError) {
        guard let value = Hex.value(of: text.utf8, prefix: .optional, minimumDigits: 16, maximumDigits: 16) else {
            throw .malformedGUID(String(text))
        }
        guard let guid = GUID(value) else { throw .zeroGUID }
        self = guid
    }

    /// Reads a GUID as a fabric manager may print it: 1 to 16 significant digits, with or without `0x` and padding; or eight
    /// pairs of digits with colons between them.
    package init(reported text: some StringProtocol) throws(FabricError) {
        let pairs = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        if pairs.count == 8, pairs.allSatisfy({ $0.count == 2 }),
            let value = Hex.value(of: pairs.joined(), prefix: .optional, minimumDigits: 16, maximumDigits: 16)
        {
            guard let guid = GUID(value) else { throw .zeroGUID }
            self = guid
            return
        }
        guard
            let value = Hex.value(of: text.utf8, prefix: .optional, maximumDigits: 20),
            let guid = GUID(value)
        else { throw .malformedGUID(String(text)) }
        self = guid
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    /// The PKey of the job whose virtual function has this GUID, as pcocc computes it: `0xc0cc`, the PKey, `00`, the rank of
    /// the machine, `00`; nil for all others.
    package var virtualFunctionKey: UInt16? {
        value >> 48 == 0xc0cc ? UInt16(truncatingIfNeeded: value >> 32) : nil
    }

    /// Whether it is a virtual function of a job on this PKey.
    package func isVirtualFunction(of pkey: PKey) -> Bool { virtualFunctionKey == pkey.number.value }
}

extension GUID: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits, no `0x`: the form UFM uses in both directions.
    package var description: String { Hex.digits(value, width: 16) }
}
