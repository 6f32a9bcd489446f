import NIOPosix
import NIOSSL

/// A server's certificate and key, loaded.
struct ServerCredentials: Sendable {
    let certificateFile: String
    let context: NIOSSLContext
    private let temporaryDirectory: CertificateDirectory?

    /// What the configuration asks for; nil for plain HTTP.
    init?(_ configuration: UFMSimulator.Configuration) async throws(SimulatorError) {
        let keyFile: String
        switch configuration.tls {
        case .none:
            return nil
        case .files(let certificate, let key):
            certificateFile = certificate
            keyFile = key
            temporaryDirectory = nil
        case .selfSigned(let path):
            let directory = try CertificateDirectory(path)
            temporaryDirectory = path == nil ? directory : nil
            certificateFile = directory.certificateFile
            keyFile = directory.keyFile
            let host = configuration.host
            let made: Result<Void, SimulatorError>
            do {
                made = try await NIOThreadPool.singleton.runIfActive {
                    Result { () throws(SimulatorError) in try directory.makeCertificate(host: host) }
                }
            } catch {
                made = .failure(.certificate("\(error)"))
            }
            if case .failure(let error) = made {
                temporaryDirectory?.remove()
                throw error
            }
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
            if let clientCA = configuration.clientCA {
                let authorities = try NIOSSLCertificate.fromPEMFile(clientCA)
                guard !authorities.isEmpty else { throw SimulatorError.certificate("\(clientCA) has no certificate") }
                tls.trustRoots = .certificates(authorities)
                tls.certificateVerification =
                    configuration.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
            }
            tls.applicationProtocols = ["http/1.1"]
            context = try NIOSSLContext(configuration: tls)
        } catch {
            temporaryDirectory?.remove()
            let files = [certificateFile, keyFile, configuration.clientCA].compactMap { $0 }
            throw .certificate("\(files.joined(separator: ", ")): \(error)")
        }
    }

    /// Removes what was made for this run only.
    func removeTemporaryFiles() {
        temporaryDirectory?.remove()
    }
}
