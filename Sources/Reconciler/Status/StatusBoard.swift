internal import Synchronization

/// Where the engine's newest status hangs for everybody to read. Who publishes never waits for who reads.
package final class StatusBoard: Sendable {
    /// A status, and behind it the one that came next.
    private final class Sheet: Sendable {
        let status: EngineStatus?
        let next = AtomicLazyReference<Sheet>()

        init(_ status: EngineStatus?) {
            self.status = status
        }

        var newest: Sheet {
            var sheet = self
            while let next = sheet.next.load() { sheet = next }
            return sheet
        }
    }

    /// The newest sheet that was looked at. Readers hold it while they read, and first follow it to the newest one.
    private let shown: Mutex<Sheet>
    /// The newest sheet. Readers keep away from it.
    private let newest: Mutex<Sheet>

    package init() {
        let blank = Sheet(nil)
        shown = Mutex(blank)
        newest = Mutex(blank)
    }

    /// The newest status; nil before the engine has begun.
    package var status: EngineStatus? { read { $0 } }

    /// Looks at the newest status, without a copy of it; nil before the engine has begun.
    package func read<Value: Sendable>(_ look: (EngineStatus?) -> Value) -> Value {
        shown.withLock { shown in
            shown = shown.newest
            return look(shown.status)
        }
    }

    package func publish(_ status: EngineStatus) {
        let sheet = Sheet(status)
        newest.withLock { newest in
            _ = newest.next.storeIfNil(sheet)
            newest = sheet
        }
        // So that sheets which nobody reads do not pile up; who is reading takes the older ones away.
        shown.withLockIfAvailable { $0 = $0.newest }
    }
}
