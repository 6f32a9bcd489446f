import Fabric
import Transport

/// Reads UFM's list as it arrives: the largest fabric's has 130 MB, of which only what makes no whole partition yet is in memory.
///
/// A small one is kept whole, for the general decoder where that has to read it. Of a large one that turns out not to be in its
/// usual form, only the beginning is left: it has to be asked for once more.
struct PartitionListReader: BodyReader {
    /// So many bytes are kept whole.
    static let smallSize = 1 << 20
    /// So much of the beginning is kept of those that are not: for words about it.
    private static let beginning = 4 << 10
    /// So many more have to arrive before it is worth to read on.
    static let step = 256 << 10

    private let smallSize: Int
    private let step: Int
    private var list = ListedPartitions()
    /// What has arrived, without what was let go of.
    private var bytes: [UInt8] = []
    private var first: [UInt8] = []
    private var isWhole = true
    /// How much of the bytes has been read, and how many there have to be before more is.
    private var position = 0
    private var due: Int

    init(smallSize: Int = Self.smallSize, step: Int = Self.step) {
        self.smallSize = smallSize
        self.step = step
        due = step
    }

    mutating func take(_ piece: [UInt8], of head: HTTPResponseHead) {
        bytes += piece
        // Whoever calls it a page has to be looked at whole.
        guard bytes.count >= due, head.status == 200, !head.isCalledPage else { return }
        readOn()
        // A partition that is large is not to be read from its beginning again with every piece.
        due = bytes.count + max(step, (bytes.count - position) / 2)
    }

    /// How many bytes of it are held, and how often it was read on: for tests.
    var bytesInMemory: Int { bytes.count }
    private(set) var readings = 0

    private mutating func readOn() {
        readings += 1
        position = PartitionListScanner.read(bytes, from: position, to: &list)
        guard bytes.count > smallSize || !isWhole, position > 0 else { return }
        if isWhole { first = Array(bytes.prefix(Self.beginning)) }
        isWhole = false
        bytes.removeSubrange(..<position)
        position = 0
    }

    /// The answer, once it has ended.
    mutating func arrival(_ head: HTTPResponseHead) -> Arrival {
        if head.status == 200, !head.isCalledPage { readOn() }
        return Arrival(
            response: HTTPResponse(head: head, body: isWhole ? bytes : first), isWhole: isWhole, partitions: list.whole)
    }
}

/// An answer as it has arrived.
struct Arrival {
    let response: HTTPResponse
    /// Whether the response has the whole body, and not only its beginning.
    var isWhole = true
    /// What it lists, where that was read by its bytes.
    var partitions: [PartitionNumber: Partition]?
}

extension HTTPResponseHead {
    fileprivate var isCalledPage: Bool { header("Content-Type")?.lowercased().contains("html") ?? false }
}
