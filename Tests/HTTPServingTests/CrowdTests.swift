import Glibc
import HTTPServing
import TestSupport
import Testing

/// What would take a page down, and with it the daemon that shows it.
@Suite("A page in a crowd", .timeLimit(.minutes(20)))
struct CrowdTests {
    @Test(
        "A thousand connections that say nothing hold no more than the places there are, and whoever asks is answered")
    func idle() async throws {
        try allowDescriptors(2500)
        let answers = Answers()
        // What lets go of them is to be the want of places, and not the time that they are idle.
        var limits = ServingLimits.page
        limits.idle = .seconds(600)
        let listener = Listener(responder: answers, limits: limits)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let crowd = await onBlockingThread { (1...1000).compactMap { _ in RawConnection(port: port) } }
        #expect(crowd.count == 1000)
        let visitor = try #require(RawConnection(port: port))
        visitor.send("GET", "/page")
        #expect(await visitor.receive()?.body == "/page")
        let places = try #require(ServingLimits.page.connections)
        try await eventually("the server has let go of all but those who have a place beside the visitor") {
            crowd.count { $0.hasEnded } == crowd.count + 1 - places
        }
        // Who came first has waited longest.
        #expect(crowd[0].hasEnded)
        visitor.send("GET", "/again")
        #expect(await visitor.receive()?.body == "/again")
        await listener.shutDown()
    }

    @Test("A body of a gigabyte is refused at once, takes no memory while it comes, and keeps nobody else waiting")
    func gigabyte() async throws {
        var limits = ServingLimits.page
        limits.lingering = .seconds(60)
        let answers = Answers()
        let listener = Listener(responder: answers, limits: limits)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let connection = try #require(RawConnection(port: port))
        // One chunk, whose length no header tells.
        #expect(connection.sendRaw(Array("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n".utf8)))
        let before = try residentBytes()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let visitor = try #require(RawConnection(port: port))
        for number in 1...1024 {
            try #require(await onBlockingThread { connection.sendRaw(piece) })
            guard number % 256 == 0 else { continue }
            visitor.send("GET", "/\(number)")
            #expect(await visitor.receive()?.body == "/\(number)")
        }
        let reply = try #require(await connection.receive())
        #expect(reply.status == 413 && reply.headers["connection"] == "close")
        #expect(answers.asked.allSatisfy { $0.method == "GET" })
        // Tests beside this one use memory too, but hardly half of what this body would.
        let after = try residentBytes()
        #expect(after < before + (512 << 20))
        await listener.shutDown()
    }

    /// Raises the limit of open descriptors where it is low.
    private func allowDescriptors(_ count: rlim_t) throws {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        guard limit.rlim_cur < count else { return }
        limit.rlim_cur = min(count, limit.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }

    private func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        try #require(fgets(&line, Int32(line.count), file) != nil)
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return try #require(Int(words[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
