package import Files
import FoundationEssentials
package import KeyHistory
package import Reconciler
import Text

/// How far a source was told, in a file of the state directory: the floor of the next life.
///
/// With its store's name, which the next life goes on following: another one is taken up only where the file is gone.
package actor StoreMemory: PointMemory {
    private struct Document: Codable {
        /// Hexadecimal; absent where the source has no name for its store.
        let cluster: String?
        let told: Int64

        var store: UInt64? { cluster.flatMap { Hex.value(of: $0.utf8, prefix: .optional, maximumDigits: 16) } }
    }

    private let directory: StateDirectory

    package init(_ directory: StateDirectory) {
        self.directory = directory
    }

    /// `etcd-told.json`
    private static func name(_ source: SourceID) -> String { "\(source.name)-told.json" }

    /// What a former life has left; nil where there was none.
    package nonisolated func point(of source: SourceID) throws(Failure) -> StorePoint? {
        let path = directory.path(of: Self.name(source))
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try directory.read(Self.name(source))
        } catch {
            throw Failure(.unreadable, "\(error)")
        }
        guard let bytes else { return nil }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            document.cluster == nil || document.store != nil, KeyVersion.numbers.contains(document.told)
        else { throw Failure(.unreadable, "\(path) is no memory of ours; without the file the next start begins anew") }
        return StorePoint(
            store: document.store, revision: KeyVersion(document.told))
    }

    package func remember(_ point: StorePoint, of source: SourceID) throws(Failure) {
        let document = Document(cluster: point.store.map { Hex.digits($0) }, told: point.revision.number)
        do {
            let bytes = [UInt8](try JSONEncoder().encode(document))
            try directory.replace(Self.name(source), with: bytes + Array("\n".utf8))
        } catch {
            throw Failure(.unwritable, "\(error)")
        }
    }
}
