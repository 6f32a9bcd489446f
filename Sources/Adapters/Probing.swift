/// How long UFM is given to answer the question whether it is at work. Pure.
///
/// While it is away the question is short, so that its return is noticed within some seconds even where it was asked of a UFM
/// that took the connection and then hung. One every two minutes is long all the same: a UFM that is merely slow is to be found.
struct Probing: Sendable {
    private static let (short, long) = (Duration.seconds(2), Duration.seconds(10))
    private static let shortOnes = 29

    /// How often the question was not answered well, one time after the other.
    private var failures = 0

    /// For the next question, from the connection to the end of the answer.
    var patience: Duration { failures % (Self.shortOnes + 1) == 0 ? Self.long : Self.short }

    mutating func ended(well isWell: Bool) {
        failures = isWell ? 0 : failures + 1
    }
}
