import Glibc
import Synchronization
import Telemetry
import Testing

@Suite("Writing lines to a descriptor", .timeLimit(.minutes(20)))
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
                    // Not so much together that some of it would find no room.
                    for round in 0..<20 {
                        output.write(line: String(repeating: "\(task)", count: round * 500 + 1), isError: false)
                    }
                }
            }
        }
        #expect(output.drain(within: .seconds(30)))
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
        output.write(line: "to nobody", isError: false)
        #expect(errno == ENOENT)
        #expect(output.drain(within: .seconds(30)))
        close(ends.write)
    }

    @Test(
        "A pipe that nobody reads stops nobody, and what it costs is told once it is read", arguments: [0, O_NONBLOCK])
    func fullPipe(flags: Int32) throws {
        let ends = try makePipe()
        try #require(fcntl(ends.write, F_SETFL, flags) == 0)
        let output = FileDescriptorOutput(descriptor: ends.write)
        // More than any pipe and the queue hold together.
        for number in 0..<40_000 {
            output.write(line: "\(number) " + String(repeating: "a", count: 93), isError: false)
        }
        output.write(line: "ERROR: kept", isError: true)
        // Nobody reads, and so nothing comes to an end; the wait for that is short.
        #expect(!output.drain(within: .milliseconds(20)))

        let reader = try PipeReader(ends.read)
        #expect(output.drain(within: .seconds(30)))
        output.write(line: "later", isError: false)
        #expect(output.drain(within: .seconds(30)))
        close(ends.write)
        let lines = reader.finish().split(separator: "\n").map(String.init)
        let told = lines.filter { $0.hasPrefix("WARNING: the log could not be written: ") }
        #expect(told.count == 1)
        let lost = told.first.flatMap { Int($0.split(separator: " ")[7]) } ?? 0
        #expect(lost > 0)
        #expect(lost + lines.count - 3 == 40_000)
        #expect(lines.contains("ERROR: kept"))
        #expect(lines.last == "later")
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
