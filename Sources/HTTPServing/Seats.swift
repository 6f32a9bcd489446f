import NIOCore
import Synchronization

/// The connections of a listener, and its socket.
final class Seats: Sendable {
    private struct Guest {
        let channel: any Channel
        /// When it began to wait for its client, counted in such beginnings; nil while it is answered.
        var waitingSince: Int?
    }

    private struct Contents {
        var socket: (any Channel)?
        var guests: [ObjectIdentifier: Guest] = [:]
        var beginnings = 0
        /// Whether the socket should be open, as far as anybody has asked.
        var isWanted = false

        mutating func nextBeginning() -> Int {
            beginnings += 1
            return beginnings
        }
    }

    private let most: Int?
    private let contents = Mutex(Contents())

    /// Seats without anybody; nil stands for as many as come.
    init(most: Int?) {
        self.most = most
    }

    /// Whether the seats are counted, so that whoever is answered must say so.
    var areCounted: Bool { most != nil }

    /// Notes whether the socket should be open; answers whether that is a change.
    func want(_ isWanted: Bool) -> Bool {
        contents.withLock { contents in
            defer { contents.isWanted = isWanted }
            return contents.isWanted != isWanted
        }
    }

    /// Takes the socket in; false if nobody wants it any more.
    func setSocket(_ socket: any Channel) -> Bool {
        contents.withLock { contents in
            if contents.isWanted { contents.socket = socket }
            return contents.isWanted
        }
    }

    /// A seat for a new connection; nil if the socket should not be open, or if all seats are taken and everybody is being
    /// answered. Else whoever has waited longest for a client loses the seat.
    func admit(_ channel: any Channel) -> Seat? {
        let (isAdmitted, loser): (Bool, (any Channel)?) = contents.withLock { contents in
            guard contents.isWanted else { return (false, nil) }
            var loser: (any Channel)?
            if let most, contents.guests.count >= most {
                let waiting = contents.guests.compactMap { id, guest in guest.waitingSince.map { (id, $0) } }
                guard let longest = waiting.min(by: { $0.1 < $1.1 }) else { return (false, nil) }
                loser = contents.guests.removeValue(forKey: longest.0)?.channel
            }
            let since = contents.nextBeginning()
            contents.guests[ObjectIdentifier(channel)] = Guest(channel: channel, waitingSince: since)
            return (true, loser)
        }
        loser?.close(promise: nil)
        return isAdmitted ? Seat(seats: self, guest: ObjectIdentifier(channel)) : nil
    }

    /// Empties everything, and answers what is to be closed.
    func clear() -> [any Channel] {
        contents.withLock { contents in
            defer {
                contents.isWanted = false
                contents.socket = nil
                contents.guests = [:]
            }
            return [contents.socket].compactMap { $0 } + contents.guests.values.map(\.channel)
        }
    }

    fileprivate func remove(_ guest: ObjectIdentifier) {
        contents.withLock { contents in _ = contents.guests.removeValue(forKey: guest) }
    }

    fileprivate func setAnswered(_ isAnswered: Bool, _ guest: ObjectIdentifier) {
        guard areCounted else { return }
        contents.withLock { contents in
            let since = isAnswered ? nil : contents.nextBeginning()
            contents.guests[guest]?.waitingSince = since
        }
    }
}

/// The seat of one connection.
struct Seat: Sendable {
    fileprivate let seats: Seats
    fileprivate let guest: ObjectIdentifier

    /// Its request is being answered, so that it is not given to anybody else.
    func beginAnswer() { seats.setAnswered(true, guest) }

    /// It waits for its client.
    func endAnswer() { seats.setAnswered(false, guest) }

    /// The connection has ended.
    func giveUp() { seats.remove(guest) }
}
