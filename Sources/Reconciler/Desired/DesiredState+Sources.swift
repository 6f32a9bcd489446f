package import KeyHistory

/// The sources by name, and how far each has been told.
extension DesiredState {
    package var sources: [SourceID] { views.map(\.id) }
    /// What people call the sources together: `etcd`.
    package var name: String { views.map(\.id.name).joined(separator: " and ") }
    /// Whether each source has been listed.
    package var isListed: Bool { views.allSatisfy(\.isListed) }
    /// The histories that the sources are in now.
    package var epochs: [Epoch] { views.map(\.epoch) }

    package func isListed(_ source: SourceID) -> Bool { view(source)?.isListed ?? false }

    /// How far a source has been told.
    package func reached(_ source: SourceID) -> StorePoint? { view(source)?.history.told }

    /// How far each source has been told.
    var reach: SourceReach {
        SourceReach(views.reduce(into: [:]) { $0[$1.id] = $1.history.told?.revision })
    }

    /// How many keys of a source name a PKey that may be managed.
    func keyCount(of source: SourceID) -> Int { view(source)?.entries.count ?? 0 }

    func view(_ source: SourceID) -> SourceView? { views.first { $0.id == source } }
}
