import Dispatch
import Foundation
import Glibc

/// Two machines with a wire between them that nobody else is on: two network namespaces, one for a server and one for a
/// client. They live in this process's open files alone, so that nothing of them is left when it ends, however it ends.
///
/// It takes root; a test that needs one is to be marked `.enabled(if: PrivateNetwork.isAvailable, …)`, so that it is told
/// as skipped where it cannot run.
package final class PrivateNetwork: Sendable {
    /// The server's address.
    package static let server = "10.77.0.1"
    /// Why tests are skipped without one.
    package static let need: String = "network namespaces are needed: root, and the program ip (iproute2)"

    /// Whether one can be made here.
    package static let isAvailable: Bool = {
        guard (try? PrivateNetwork()) != nil else {
            FileHandle.standardError.write(Data("SKIPPED, AND NOT TESTED: \(need)\n".utf8))
            return false
        }
        return true
    }()

    private let serverSpace: Int32
    private let clientSpace: Int32
    /// The client's address by now; each swallowing moves it on.
    private let clientHost = Watched(2)

    package init() throws(HarnessError) {
        serverSpace = try NetworkSpace.make()
        do throws(HarnessError) {
            clientSpace = try NetworkSpace.make()
        } catch {
            close(serverSpace)
            throw error
        }
        let client = "/proc/\(getpid())/fd/\(clientSpace)"
        try NetworkSpace.run(in: serverSpace) { () throws(HarnessError) in
            try Self.ip("link set lo up")
            try Self.ip("link add wire type veth peer name wire netns \(client)")
            try Self.ip("address add \(Self.server)/24 dev wire")
            try Self.ip("link set wire up")
            // What comes from an address to which there is no way back is thrown away.
            try Self.write("1", to: "/proc/sys/net/ipv4/conf/all/rp_filter")
        }
        try NetworkSpace.run(in: clientSpace) { () throws(HarnessError) in
            try Self.ip("link set lo up")
            try Self.ip("link set wire up")
            for host in 2..<10 { try Self.ip("address add 10.77.0.\(host)/24 dev wire") }
        }
        try route(from: 2)
    }

    deinit {
        close(serverSpace)
        close(clientSpace)
    }

    /// Runs the body on the server's machine: sockets made there, and threads started there, are of that machine.
    package func onServer<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try NetworkSpace.run(in: serverSpace, body)
    }

    /// Runs the body on the client's machine.
    package func onClient<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try NetworkSpace.run(in: clientSpace, body)
    }

    /// The command, on the server's machine.
    package func onServer(_ command: Command) -> Command { moved(command, to: serverSpace) }

    /// The command, on the client's machine.
    package func onClient(_ command: Command) -> Command { moved(command, to: clientSpace) }

    private func moved(_ command: Command, to space: Int32) -> Command {
        var command = command
        command.arguments =
            ["--net=/proc/\(getpid())/fd/\(space)", "--", command.program] + command.arguments
        command.program = "nsenter"
        return command
    }

    /// Swallows every packet of all connections made so far, in both directions and without a word, as a firewall does that
    /// has forgotten them. New connections are let through.
    package func swallowConnections() throws(HarnessError) {
        let old = clientHost.update { host in
            defer { host += 1 }
            return host
        }
        try NetworkSpace.run(in: serverSpace) { () throws(HarnessError) in
            try Self.ip("route add blackhole 10.77.0.\(old)/32")
        }
        try route(from: old + 1)
    }

    private func route(from host: Int) throws(HarnessError) {
        try NetworkSpace.run(in: clientSpace) { () throws(HarnessError) in
            try Self.ip("route replace \(Self.server)/32 dev wire src 10.77.0.\(host)")
        }
    }

    /// On a thread that is in the network to be changed: a program that it starts is there too.
    private static func ip(_ words: String) throws(HarnessError) {
        let streams = try Spawn.Streams.nowhere()
        defer { close(streams.input) }
        let command = Command("ip", words.split(separator: " ").map(String.init))
        let process = try Spawn.start(command, streams: streams)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw .system(call: "\(command)", reason: "wait status \(status)") }
    }

    private static func write(_ text: String, to path: String) throws(HarnessError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .lastFailure(of: "open \(path)") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, text, text.utf8.count) > 0 else { throw .lastFailure(of: "write \(path)") }
    }
}

/// The system's network namespaces, by calls that glibc hides from Swift.
private enum NetworkSpace {
    private typealias Unshare = @convention(c) (Int32) -> Int32
    private typealias Setns = @convention(c) (Int32, Int32) -> Int32
    private static let newNetwork: Int32 = 0x4000_0000

    /// Makes one, and gives the open file that it lives by.
    static func make() throws(HarnessError) -> Int32 {
        let result = onThread { () -> Result<Int32, HarnessError> in
            guard let unshare = symbol("unshare", as: Unshare.self), unshare(newNetwork) == 0 else {
                return .failure(.lastFailure(of: "unshare"))
            }
            let space = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
            return space >= 0 ? .success(space) : .failure(.lastFailure(of: "open a network namespace"))
        }
        return try result.get()
    }

    static func run<Value: Sendable, Failure: Error>(
        in space: Int32, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try onThread { () -> Result<Value, Failure> in
            guard let setns = symbol("setns", as: Setns.self), setns(space, newNetwork) == 0 else {
                fatalError("setns: \(String(cString: strerror(errno)))")
            }
            return Result { () throws(Failure) in try body() }
        }.get()
    }

    /// A thread of its own, which takes with it what it was moved to.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let result = Watched<Value?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let value = body()
            result.update { $0 = value }
            done.signal()
        }
        done.wait()
        guard let value = result.read({ $0 }) else { fatalError("a thread left nothing") }
        return value
    }

    private static func symbol<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }
}

extension Spawn.Streams {
    /// Streams that lead nowhere: one descriptor, to be closed by the caller.
    fileprivate static func nowhere() throws(HarnessError) -> Spawn.Streams {
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nowhere >= 0 else { throw .lastFailure(of: "open /dev/null") }
        return Spawn.Streams(input: nowhere, output: nowhere, errors: nowhere)
    }
}
