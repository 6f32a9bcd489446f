package import UFMModel

extension UFMSimulator {
    /// The partitions at this moment, `management` among them.
    package var partitions: [UInt16: Partition] { state.snapshot.partitions }

    /// The partitions without `management`: what somebody created.
    package var createdPartitions: [UInt16: Partition] {
        partitions.filter { $0.key != Spelling.defaultPKey }
    }

    /// The requests that have arrived at this host, oldest first.
    package var requests: [RequestRecord] { state.snapshot.requests.filter { $0.node == node.id } }

    /// The requests that asked for a change, whether or not they got it.
    package var writes: [RequestRecord] { requests.filter(\.isWrite) }

    /// The faults that are left, in the order in which they are tried.
    package var faults: [Fault] { state.faults }

    /// Puts partitions in place as if made by hand in UFM's own interface, over those of the same number.
    package func seed(_ partitions: Partition...) {
        edit { current in
            for partition in partitions { current[partition.key] = partition }
        }
    }

    /// Changes partitions as somebody at UFM's own interface would, at once and without a request.
    package func edit(_ change: (inout [UInt16: Partition]) -> Void) {
        state.changeModel { $0.edit(at: .now(), change) }
    }

    /// Does what a restart of UFM does to its state; the listener stays up.
    package func restart() {
        state.changeModel { $0.restart() }
    }

    /// The partitions that found no room in the PKey table of a port, though REST shows it as their member.
    package var overflow: [UInt64: [UInt16]] { state.snapshot.overflow }

    /// The answers to open questions.
    package var switches: Switches { state.switches }

    /// Changes the answers to open questions, from the next request on.
    package func changeSwitches(_ change: (inout Switches) -> Void) {
        state.changeModel { change(&$0.switches) }
        state.startSettlingDoors()
    }

    /// Adds faults after those that are there; the first one that matches a request happens to it.
    package func inject(_ faults: Fault...) {
        state.add(faults)
    }

    /// Removes all faults; requests that hang already stay so.
    package func clearFaults() {
        state.clearFaults()
    }
}
