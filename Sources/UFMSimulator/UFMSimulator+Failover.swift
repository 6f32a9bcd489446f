package import UFMModel

extension UFMSimulator {
    /// Whether UFM runs on this host: it is no standby, and there is no outage.
    package var isActive: Bool { state.absence(of: node.id) == nil }

    /// Takes UFM away from this host for a time, or until `endOutage()`.
    ///
    /// Requests that wait do not act, `last_updated` becomes null and sessions end; partitions and tokens stay. It is
    /// in force when this returns.
    package func failOver(for duration: Duration? = nil, answer: Absence = .serviceUnavailable) async {
        node.beginOutage(for: duration, answer: answer)
        await state.settleDoors()
    }

    /// Brings UFM back on this host; it answers when this returns.
    package func endOutage() async {
        node.endOutage()
        await state.settleDoors()
    }

    /// Makes this host the active one and the others that share its model standbys, with all that a restart does to
    /// sessions and `last_updated`; it answers when this returns.
    package func promote() async {
        state.promote(node.id)
        await state.settleDoors()
    }
}
