import NIOCore
import Synchronization
import UFMModel

extension SimulatorState {
    /// The part of one host in the cluster.
    struct Part {
        var isStandby: Bool
        var outage: (id: Int, answer: Absence)?
        /// Opens or closes its socket.
        var settleDoor: (@Sendable () -> EventLoopFuture<Void>)?

        /// Why it is absent, as the log has it, and what it answers; nil while it is active.
        func absence(_ switches: Switches) -> (reason: String, answer: Absence)? {
            if let outage { return ("outage", outage.answer) }
            return isStandby ? ("standby", switches.standby) : nil
        }
    }

    /// Adds a host, and answers its number.
    func join(isStandby: Bool) -> Int {
        contents.withLock { contents in
            contents.nextNode += 1
            contents.nodes[contents.nextNode] = Part(isStandby: isStandby)
            return contents.nextNode
        }
    }

    /// Removes a host; whether it was the last one.
    func leave(_ node: Int) -> Bool {
        contents.withLock { contents in
            contents.nodes[node] = nil
            return contents.nodes.isEmpty
        }
    }

    func setDoor(of node: Int, _ settleDoor: @escaping @Sendable () -> EventLoopFuture<Void>) {
        contents.withLock { $0.nodes[node]?.settleDoor = settleDoor }
    }

    /// What a host answers that is absent; nil while it is active.
    func absence(of node: Int) -> Absence? {
        contents.withLock { contents in
            contents.nodes[node]?.absence(contents.model.switches)?.answer
        }
    }

    /// Makes one host the active one, as after a failover, and all others standbys.
    func promote(_ node: Int) {
        change { contents in
            guard contents.nodes[node] != nil else { return }
            for id in contents.nodes.keys { contents.nodes[id]?.isStandby = id != node }
            contents.nodes[node]?.outage = nil
            contents.model.restart()
        }
        startSettlingDoors()
    }

    /// Takes a host away and answers the number of the outage.
    func beginOutage(of node: Int, answer: Absence) -> Int {
        let outage = change { contents in
            contents.nextOutage += 1
            contents.nodes[node]?.outage = (contents.nextOutage, answer)
            if contents.nodes[node]?.isStandby == false { contents.model.restart() }
            return contents.nextOutage
        }
        startSettlingDoors()
        return outage
    }

    /// Brings a host back.
    func endOutage(of node: Int, _ outage: Int?) {
        change { contents in
            guard let present = contents.nodes[node]?.outage, outage == nil || outage == present.id else { return }
            contents.nodes[node]?.outage = nil
        }
        startSettlingDoors()
    }

    /// Opens and closes the sockets of all hosts as their parts ask for, and waits until that is done.
    func settleDoors() async {
        for future in startSettlingDoors() { try? await future.get() }
    }

    /// The same without waiting.
    @discardableResult
    func startSettlingDoors() -> [EventLoopFuture<Void>] {
        contents.withLock { $0.nodes.values.compactMap(\.settleDoor) }.map { $0() }
    }
}
