package import Fabric

extension DesiredState {
    /// What an update did: the PKeys it may have changed, and what people should hear of.
    package struct Outcome: Equatable, Sendable {
        /// What became of a list; one that was not used has changed nothing.
        package var verdict = ListVerdict.ours
        package var changed: Set<PKey> = []
        /// Of a list that was believed though it contradicted what we knew: PKeys whose keys are others than we knew.
        package var reverted: Set<PKey> = []
        /// PKeys whose keys may have been lost, as is known by this update and was not before.
        package var lost: Set<PKey> = []
        /// PKeys of which a list had told what the watch has told by now.
        package var heard: Set<PKey> = []
        package var warnings: [String] = []
    }
}
