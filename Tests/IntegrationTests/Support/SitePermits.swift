import TestSupport

/// Bounds how many sites are up at once: the tests of a whole table start together, on whatever machine this is.
struct SitePermits: Sendable {
    static let shared = SitePermits(count: 4)

    private let free: Watched<Int>

    init(count: Int) {
        free = Watched(count)
    }

    /// Waits for a permit and takes it.
    func acquire() async throws {
        while true {
            guard await free.wait(for: { $0 > 0 ? true : nil }) != nil else { throw CancellationError() }
            // Somebody else may have been quicker.
            let isOurs = free.update { free in
                defer { if free > 0 { free -= 1 } }
                return free > 0
            }
            if isOurs { return }
        }
    }

    /// Gives it back.
    func release() {
        free.update { $0 += 1 }
    }
}
