import Text

/// Reads a record in the one form in which we write it, `{"key":"…","nonce":"…","revision":12,"state":"synced","time":"…"}`, in any
/// order of its fields: every read of the ledger brings all of them.
///
/// It has no judgement of its own: what is written in any other way is left to the general decoder, and what both read they
/// read the same: `UsualRecordTests`.
enum UsualRecord {
    /// The record, or nil where it is not in that form.
    static func read(_ text: [UInt8]) -> LedgerDocument? {
        text.withUnsafeBufferPointer { bytes in
            var scan = Scan(json: PlainScanner(bytes))
            return scan.document()
        }
    }
}

private struct Scan {
    var json: PlainScanner

    mutating func document() -> LedgerDocument? {
        var (key, nonce, state, time) = (String?.none, String?.none, String?.none, String?.none)
        var (revision, gone) = (Int64?.none, Bool?.none)
        guard json.skip("{") else { return nil }
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            let isTaken =
                if json.isWord("key", field) {
                    PlainScanner.fill(&key, json.text())
                } else if json.isWord("nonce", field) {
                    PlainScanner.fill(&nonce, json.text())
                } else if json.isWord("revision", field) {
                    PlainScanner.fill(&revision, json.count())
                } else if json.isWord("state", field) {
                    PlainScanner.fill(&state, json.text())
                } else if json.isWord("time", field) {
                    PlainScanner.fill(&time, json.text())
                } else if json.isWord("gone", field) {
                    PlainScanner.fill(&gone, json.flag())
                } else {
                    // Also an error: it may say anything, and few have one.
                    false
                }
            guard isTaken else { return nil }
        } while json.skip(",")
        guard json.skip("}"), json.isAtEnd, let key, let revision, let state, let time else { return nil }
        return LedgerDocument(
            state: state, key: key, revision: revision, error: nil, gone: gone, nonce: nonce, time: time)
    }

}
