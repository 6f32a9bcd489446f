/// How many keys the next page of a range is to have. Pure.
///
/// etcd goes through all the keys that are left to find one page of them, for it tells how many the limit has cut off: a long
/// range in small pages takes half as long again as in few. Large pages need memory, and keep old gateways from serving the
/// watches that share their loopback connection: so what counts is their bytes.
struct PageSize {
    /// Of the first page, of which nothing is known. A full one of pcocc's keys is a few hundred kB.
    static let first: Int64 = 500
    /// Of a page's keys and values, of which JSON and base64 make two to three times as much.
    static let bytes = 320 << 10
    /// Of whatever size: etcd has a whole page in memory, and large values may stand behind small ones.
    static let most: Int64 = 2_000
    /// The same of pages without values, which are small on their way.
    static let mostKeysOnly: Int64 = 5_000

    private(set) var keys = first
    private let most: Int64
    private var isLimited = false

    init(keysOnly: Bool = false) {
        most = keysOnly ? Self.mostKeysOnly : Self.most
    }

    /// What a page has shown of the keys' size lets the next one have more.
    mutating func grow(after page: [KeyValue]) {
        guard !isLimited, !page.isEmpty else { return }
        let size = page.reduce(0) { $0 + $1.key.count + $1.value.count }
        keys = max(keys, min(most, Int64(Self.bytes / max(1, size / page.count))))
    }

    /// What etcd refused to send in one answer it would refuse again. Values of a megabyte are rare, and legal.
    mutating func shrink(after refused: Int64) {
        isLimited = true
        keys = max(1, refused / 8)
    }
}
