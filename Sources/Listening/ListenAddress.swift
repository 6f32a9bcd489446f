internal import Glibc
internal import Text

/// Where visitors are heard: an address of this machine with a port, or a socket in the file system.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    enum Place: Hashable, Sendable {
        /// In the order of the network, as are the others.
        case ipv4([UInt8], port: UInt16)
        case ipv6([UInt8], port: UInt16)
        case path(String)
    }

    /// What a text is not.
    package struct Flaw: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    let place: Place
    /// As it was written.
    package let description: String

    /// Reads `127.0.0.1:9809`, `[::1]:9809`, `localhost:9809` (which is 127.0.0.1) or `unix:/run/pkeyd.sock`.
    ///
    /// Other names are refused: what they mean is for others to say.
    package init(parsing text: String) throws(Flaw) {
        description = text
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1,
                !path.utf8.contains(0)
            else { throw Flaw(description: "expected unix: and a path of up to 106 bytes") }
            place = .path(path)
            return
        }
        let server: HostAndPort
        do throws(HostAndPort.Flaw) {
            server = try HostAndPort(parsing: text)
        } catch {
            throw Flaw(description: Self.expected)
        }
        guard let port = server.port else { throw Flaw(description: "\(Self.expected); the port is missing") }
        if let bytes = Self.bytes(server.host == "localhost" ? "127.0.0.1" : server.host, AF_INET, 4) {
            place = .ipv4(bytes, port: port)
        } else if let bytes = Self.bytes(server.host, AF_INET6, 16) {
            place = .ipv6(bytes, port: port)
        } else {
            throw Flaw(description: Self.expected)
        }
    }

    private static let expected =
        "expected ADDRESS:PORT with an address in numbers, such as 127.0.0.1:9809, or unix:PATH"

    private static func bytes(_ host: String, _ family: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, host, &bytes) == 1 ? bytes : nil
    }

    /// Whether nobody on another machine can reach it.
    package var isLocal: Bool {
        switch place {
        case .path: true
        case .ipv4(let bytes, _): bytes[0] == 127
        case .ipv6(let bytes, _):
            bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
                || bytes[..<10].allSatisfy { $0 == 0 } && bytes[10..<13].elementsEqual([0xff, 0xff, 127])
        }
    }

    /// Whether the file system says who may connect.
    var isPath: Bool { if case .path = place { true } else { false } }
}
