internal import FoundationEssentials

/// The error bodies of etcd's gateway, in the four shapes that its versions use.
///
/// `{"error":"text","code":7,"message":…}`, `{"code":7,"message":…}`, `{"error":{"grpc_code":14,"message":…}}` and
/// `{"error":{"code":14,"message":…}}`. Which one comes does not follow from the version, so all are always read.
struct WireError: Decodable {
    let code: Int?
    let message: String

    private enum Keys: String, CodingKey {
        case error, code, message, grpc_code
    }

    init(from decoder: any Decoder) throws {
        let top = try decoder.container(keyedBy: Keys.self)
        var code = try? top.decodeIfPresent(Int.self, forKey: .code)
        var message = try? top.decodeIfPresent(String.self, forKey: .message)
        if let nested = try? top.nestedContainer(keyedBy: Keys.self, forKey: .error) {
            code = code ?? (try? nested.decodeIfPresent(Int.self, forKey: .code))
            code = code ?? (try? nested.decodeIfPresent(Int.self, forKey: .grpc_code))
            message = message ?? (try? nested.decodeIfPresent(String.self, forKey: .message))
        } else {
            message = message ?? (try? top.decodeIfPresent(String.self, forKey: .error))
        }
        guard code != nil || message != nil else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not an error body"))
        }
        self.code = code
        self.message = message ?? ""
    }

    /// The error in our terms, from the gRPC code and the message: HTTP statuses differ between versions.
    var error: EtcdError {
        EtcdError(Self.kind(code: code ?? 2, message: message), message)
    }

    static func kind(code: Int, message: String) -> EtcdError.Kind {
        if message.contains("auth store is old") || message.contains("revision in header is old") { return .staleToken }
        if message.contains("permission denied") { return .permissionDenied }
        switch code {
        case 3 where message.contains("user name is empty"): return .credentialsMissing
        case 3 where message.contains("authentication failed"): return .refusedCredentials
        case 3 where message.contains("too large"): return .requestTooLarge
        case 4: return .unavailable
        case 2 where message.contains("deadline exceeded"): return .unavailable
        case 5 where message.contains("lease not found"): return .leaseNotFound
        case 7: return .permissionDenied
        case 8 where message.contains("space exceeded"): return .spaceExceeded
        case 8 where message.contains("too many requests"): return .tooManyRequests
        case 8: return .requestTooLarge
        case 9 where message.contains("authentication is not enabled"): return .authenticationDisabled
        case 11 where message.contains("future revision"): return .futureRevision
        case 11 where message.contains("compacted"): return .compacted(before: nil)
        case 14 where message.contains("no leader"): return .noLeader
        case 14 where message.contains("not supported for learner"), 9 where message.contains("for learner"):
            return .noLeader
        case 1, 13, 14: return .unavailable
        case 16: return .staleToken
        default: return .refused
        }
    }
}
