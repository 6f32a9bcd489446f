/// Looks again whether UFM shows what it was told: its reads may lag behind its writes.
enum ReadBack {
    private static let mostReads = 8
    private static let pause = Duration.milliseconds(500)

    /// Reads until the answer is true, or for about 4 s.
    static func untilTrue(_ read: () async -> Bool) async {
        for attempt in 1...mostReads {
            if await read() { return }
            guard attempt < mostReads, (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }
}
