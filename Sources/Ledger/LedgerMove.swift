package import Reconciler

/// The move of a ledger to another place: what the old one holds is copied, and the old one says where it went.
///
/// Whatever breaks off leaves one of the two that counts, or the new one saying that it is being copied: then it is begun anew.
package struct LedgerMove: Sendable {
    /// A ledger and what it is called: `etcd`, `file:/var/lib/surf-ufm-pkeyd/ledger.json`.
    package struct End: Sendable {
        package let ledger: any InspectableLedger
        package let heartbeats: any HeartbeatBoard
        package let name: String

        package init(_ ledger: any InspectableLedger, _ heartbeats: any HeartbeatBoard, name: String) {
            self.ledger = ledger
            self.heartbeats = heartbeats
            self.name = name
        }
    }

    private let old: End
    private let new: End

    package init(from old: End, to new: End) {
        self.old = old
        self.new = new
    }

    /// Moves what the old one holds, where that is what somebody means who names the new one: it holds nothing that counts.
    ///
    /// - Returns: how many records were copied; nil where there was nothing to do.
    package func run() async throws(Failure) -> Int? {
        let there = try await new.ledger.about().about
        let here = try await old.ledger.about().about
        let isBegun = there.copiedFrom == old.name
        if isBegun, here.movedTo == new.name {
            try await end()
            return try await new.ledger.contents().entries.count
        }
        guard here.counts else { return nil }
        if there.counts, try await !new.ledger.contents().isEmpty { return nil }
        let stored = try await old.ledger.contents()
        guard isBegun || !stored.isEmpty else { return nil }
        try await check(stored)
        let name = old.name
        try await new.ledger.amendAbout { $0.copiedFrom = name }
        try await new.ledger.replaceAll(by: stored)
        try await new.ledger.amendAbout { about in
            about.store = here.store ?? about.store
            about.stop = here.stop
        }
        let goal = new.name
        try await old.ledger.amendAbout { $0.movedTo = goal }
        try await end()
        return stored.entries.count
    }

    private func end() async throws(Failure) {
        try await new.ledger.amendAbout { about in
            about.copiedFrom = nil
            about.movedTo = nil
        }
    }

    /// Throws where a copy would lose something, or somebody still writes there.
    private func check(_ stored: StoredRecords) async throws(Failure) {
        if let strange = stored.strange.first {
            throw Failure(
                .settings,
                "the ledger \(old.name) is not copied to \(new.name) before what cannot be read in it is mended: \(strange.name): \(strange.problem)"
            )
        }
        guard try await old.heartbeats.sightings().isEmpty else {
            throw Failure(
                .settings,
                "the ledger \(old.name) is not copied to \(new.name) while a daemon lives that keeps it: stop that one first; what a crash left of it is gone within a minute"
            )
        }
    }
}

extension StoredRecords {
    /// Whether nothing is held.
    var isEmpty: Bool { entries.isEmpty && strange.isEmpty }
}
