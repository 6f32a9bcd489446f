internal import CStart

/// The memory of this process.
package enum ProcessMemory {
    /// Gives what nobody uses any more back to the system; takes some milliseconds.
    package static func giveBack() { pkeyd_give_back_memory() }
}
