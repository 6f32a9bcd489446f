internal import Fabric

/// Who waits, first come, first served. Whoever has left is still in it, and known by another number. Pure.
struct WaitingLine: Sendable {
    struct Place: Sendable {
        let pkey: PKey
        let number: UInt64
    }

    private var places: [Place] = []
    private var head = 0

    mutating func push(_ pkey: PKey, _ number: UInt64) {
        places.append(Place(pkey: pkey, number: number))
    }

    var first: Place? { head < places.count ? places[head] : nil }

    mutating func drop() {
        head += 1
        guard head > 64, head * 2 > places.count else { return }
        places.removeFirst(head)
        head = 0
    }

    mutating func pop() -> Place? {
        guard let first else { return nil }
        drop()
        return first
    }
}
