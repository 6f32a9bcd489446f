/// How much visitors may take up, whatever they do.
package struct ListenLimits: Hashable, Sendable {
    /// How many are heard at once; one more takes the place of the one that has waited longest.
    package var visitors = 32
    /// The bytes of a request's head.
    package var head = 8_192
    /// From the connection to the end of the head; and then from the answer's beginning to its end.
    package var patience = Duration.seconds(5)
    /// How many come in within a second; what is more waits.
    package var perSecond = 200
    /// The bytes that are read and thrown away after an answer that was given early.
    package var drained = 65_536

    package init() {}
}
