import KeyHistory

/// How far each source had come at one moment. Pure.
///
/// Versions of two sources cannot be compared, so that none is given out: it only says of a version, whose source is named,
/// whether it is later than that.
struct SourceReach: Hashable, Sendable {
    private let versions: [SourceID: KeyVersion]

    init(_ versions: [SourceID: KeyVersion]) {
        self.versions = versions
    }

    /// Whether a version of a source is of after that moment.
    func isPassed(by version: KeyVersion, of source: SourceID) -> Bool { version > versions[source] ?? .absent }
}
