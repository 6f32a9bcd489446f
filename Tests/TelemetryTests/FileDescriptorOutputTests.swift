import Glibc
import Synchronization
import Telemetry
import Testing

@Suite("Writing lines to a descriptor", .timeLimit(.minutes(1)))
struct FileDescriptorOutputTests {
    private func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("Lines of many tasks arrive whole, even those longer than a pipe takes at once")
    func concurrency() async throws {
        let ends = try makePipe()
        let output = FileDescriptorOutput(descriptor: ends.write)
        let reader = try PipeReader(ends.read)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<20 {
                        output.write(line: String(repeating: "\(task)", count: round * 500 + 1))
                    }
                }
            }
        }
        close(ends.write)
        let lines = reader.finish().split(separator: "\n")
        #expect(lines.count == 160)
        #expect(lines.allSatisfy { Set($0).count == 1 })
        #expect(lines.map(\.count).sorted() == (0..<160).map { $0 / 8 * 500 + 1 })
    }

    @Test("A reader that has gone costs the line, not the process")
    func brokenPipe() throws {
        let ends = try makePipe()
        let output = FileDescriptorOutput(descriptor: ends.write)
        close(ends.read)
        errno = ENOENT
        output.write(line: "to nobody")
        #expect(errno == ENOENT)
        close(ends.write)
    }

    @Test("A full non-blocking pipe is waited for, and given up when nobody reads")
    func fullPipe() throws {
        let ends = try makePipe()
        try #require(fcntl(ends.write, F_SETFL, O_NONBLOCK) == 0)
        let impatient = FileDescriptorOutput(descriptor: ends.write, patience: .milliseconds(50))
        // More than any pipe holds.
        let size = 2 << 20
        let began = ContinuousClock.now
        impatient.write(line: String(repeating: "a", count: size))
        #expect(ContinuousClock.now - began >= .milliseconds(50))

        let reader = try PipeReader(ends.read)
        FileDescriptorOutput(descriptor: ends.write, patience: .seconds(30))
            .write(line: String(repeating: "b", count: size))
        close(ends.write)
        let letters = reader.finish()
        #expect(letters.count { $0 == "b" } == size)
    }
}

/// Reads a pipe to its end on a thread of its own: blocked writers may hold every thread that Swift's tasks have.
private final class PipeReader: Sendable {
    private let descriptor: Int32
    private let bytes = Mutex<[UInt8]>([])
    private let thread = Mutex<pthread_t?>(nil)

    init(_ descriptor: Int32) throws {
        self.descriptor = descriptor
        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { context in
                context.map { Unmanaged<PipeReader>.fromOpaque($0).takeRetainedValue().read() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        try #require(result == 0)
        thread.withLock { [started] in $0 = started }
    }

    /// Everything that was written, once all writers have closed the pipe.
    func finish() -> String {
        if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
        close(descriptor)
        return bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes.withLock { [buffer] in $0 += buffer[..<count] }
        }
    }
}
