extension Duration {
    /// How long a test waits for what is to come. It ends what hangs, and expects nothing of the machine: where all tests begin at
    /// once, beside others, some wait long for a processor.
    package static let untilHung = Duration.seconds(600)
}
