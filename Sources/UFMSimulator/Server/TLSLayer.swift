import Glibc
import HTTPServing
import NIOCore
import NIOSSL

/// TLS below HTTP, and the names in the certificates of those clients that show one.
struct TLSLayer: ConnectionLayer {
    let context: NIOSSLContext

    func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(NIOSSLServerHandler(context: context))
    }

    func peerNames(in pipeline: ChannelPipeline.SynchronousOperations) -> [String] {
        let handler = try? pipeline.handler(type: NIOSSLServerHandler.self)
        return handler?.peerCertificate.map { CertificateNames.alternative($0) } ?? []
    }
}

/// The names by which a client certificate can be mapped to a user.
enum CertificateNames {
    /// The subject alternative names, as they are typed: host names, addresses, mail addresses and URIs.
    static func alternative(_ certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().compactMap { name in
            let bytes = Array(name.contents)
            switch name.nameType {
            case .dnsName, .uri, .email: return String(decoding: bytes, as: UTF8.self)
            case .ipAddress: return address(bytes)
            default: return nil
            }
        }
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
