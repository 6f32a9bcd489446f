internal import Fabric
internal import Text

/// Reads a value in the one form in which pcocc writes it: `{'host_guids': ['0x…', '0x…'], 'vf_guids': []}`, in either order and
/// with either quotes; a large site has tens of thousands.
///
/// It has no judgement of its own: what is written in any other way is left to ``ValueDecoder``, and what both read they read
/// the same.
enum UsualValue {
    /// The value, or nil where it is not in that form.
    static func read(_ value: [UInt8]) -> DecodedValue? {
        // For larger ones the reader has limits.
        guard value.count < 1 << 16 else { return nil }
        return value.withUnsafeBufferPointer { bytes in
            var scan = Scan(text: PlainScanner(bytes, isOnOneLine: true))
            return scan.value()
        }
    }
}

private struct Scan {
    var text: PlainScanner

    mutating func value() -> DecodedValue? {
        var (hosts, virtualFunctions) = ([GUID]?.none, [GUID]?.none)
        guard text.skip("{") else { return nil }
        repeat {
            guard let field = text.span(alsoSingle: true), text.skip(":"), let guids = guids() else { return nil }
            if hosts == nil, text.isWord("host_guids", field) {
                hosts = guids
            } else if virtualFunctions == nil, text.isWord("vf_guids", field) {
                virtualFunctions = guids
            } else {
                return nil
            }
        } while text.skip(",")
        guard text.skip("}"), text.isAtEnd else { return nil }
        var decoded = DecodedValue()
        decoded.hosts = hosts ?? []
        decoded.virtualFunctions = virtualFunctions ?? []
        return decoded
    }

    private mutating func guids() -> [GUID]? {
        var guids: [GUID] = []
        guard text.skip("[") else { return nil }
        if text.skip("]") { return guids }
        var isAscending = true
        // How the last one that was read in full is written: so are the next, as a rule.
        var form: PlainScanner.Form?
        repeat {
            guard let guid = guid(&form) else { return nil }
            if let last = guids.last, last >= guid { isAscending = false }
            guids.append(guid)
        } while text.skip(",")
        guard text.skip("]") else { return nil }
        return isAscending ? guids : Set(guids).sorted()
    }

    private mutating func guid(_ form: inout PlainScanner.Form?) -> GUID? {
        if let form, let value = text.number(like: form) { return GUID(value) }
        guard let span = text.span(alsoSingle: true),
            let value = Hex.value(
                of: text.bytes(span), prefix: .optional, minimumDigits: 16, maximumDigits: 16)
        else { return nil }
        form = text.form(since: span.lowerBound - 1, span)
        return GUID(value)
    }
}
