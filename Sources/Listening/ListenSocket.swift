internal import Glibc

/// Why nobody can be heard at an address.
package struct ListenError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ address: ListenAddress, _ doing: String) {
        description = "\(address): cannot \(doing): \(String(cString: strerror(errno)))"
    }

    init(_ description: String) {
        self.description = description
    }
}

/// A socket at which visitors come in.
struct ListenSocket: Sendable {
    let descriptor: Int32
    let address: ListenAddress

    init(at address: ListenAddress) throws(ListenError) {
        self.address = address
        let family: Int32 =
            switch address.place {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .path: AF_UNIX
            }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw ListenError(address, "make a socket") }
        do throws(ListenError) {
            try bind()
            guard listen(descriptor, 64) == 0 else { throw ListenError(address, "listen") }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Closes it, and takes its name out of the file system.
    func close() {
        Glibc.close(descriptor)
        if case .path(let path) = address.place { unlink(path) }
    }

    private func bind() throws(ListenError) {
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        switch address.place {
        case .ipv4(let bytes, let port):
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: bytes) }
            try bind(to: name)
        case .ipv6(let bytes, let port):
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size)
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: bytes) }
            try bind(to: name)
        case .path(let path):
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
            removeLeftover(path, name)
            try bind(to: name)
            // Its owner and group; what is above it in the file system says who else.
            guard chmod(path, 0o660) == 0 else { throw ListenError(address, "set its permissions") }
        }
    }

    private func bind<Name>(to name: Name) throws(ListenError) {
        guard Self.with(name, { Glibc.bind(descriptor, $0, $1) }) == 0 else { throw ListenError(address, "listen") }
    }

    /// Takes away the socket of a life that has not ended in good order: one at which nobody answers.
    private func removeLeftover(_ path: String, _ name: sockaddr_un) {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFSOCK else { return }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { return }
        defer { Glibc.close(probe) }
        if Self.with(name, { connect(probe, $0, $1) }) != 0, errno == ECONNREFUSED { unlink(path) }
    }

    private static func with<Name>(_ name: Name, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafeBytes(of: name) { bytes in
            guard let base = bytes.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return body(base, socklen_t(bytes.count))
        }
    }
}
