import EtcdGateway
import EtcdV2
import Ledger
import Reconciler
import Settings

/// The directory of pcocc's keys in etcd's v2 store, where it is missing although keys were in it: etcd keeps it after the last
/// one, so that the store was wiped, is another one, or somebody has deleted it as a whole. Nothing is done before it is there
/// again.
struct LostDirectory: Sendable {
    private let client: EtcdV2Client
    let name: String
    /// How many partitions of ours have had keys in it.
    let count: Int

    /// nil where it is there, and where nothing says that it ever was.
    init?(_ client: EtcdV2Client, prefix: String, _ ledger: any InspectableLedger) async throws(Failure) {
        self.client = client
        name = V2DirectoryName(prefix).name
        count = try await ledger.records().records.count
        guard count > 0 else { return nil }
        do throws(EtcdError) {
            guard case .missing = try await client.list(prefix).content else { return nil }
        } catch {
            throw Failure(error, Advice.standard)
        }
    }

    /// Makes it again, empty: from then on its keys count as deleted.
    func makeAgain() async throws(Failure) {
        do throws(EtcdError) {
            try await client.makeDirectory(name)
        } catch {
            // Somebody was quicker.
            guard error.kind != .compareFailed else { return }
            throw Failure(error, Advice.standard)
        }
    }
}
