import Fabric
import Reconciler

/// What a key's value says of its partition: the model's own reading, beside which the program's is held.
enum Wish: Hashable, Sendable {
    /// There is no key.
    case absent
    /// These ports and no others.
    case present(PortSet)
    /// Both lists are there and empty: a partition without members is none.
    case empty
    /// No list can be read.
    case unreadable
    /// Lists that name entries, of which none is a GUID.
    case nameless

    /// The members that are wanted; none where there is to be no partition, nil where it is to stay as it is.
    var ports: PortSet? {
        switch self {
        case .present(let ports): ports
        case .absent, .empty: []
        case .unreadable, .nameless: nil
        }
    }

    /// Whether a partition is to stay as it is.
    var isHeld: Bool { ports == nil }

    /// The value as pcocc or somebody else would have written it; one entry in it that is no GUID is skipped.
    func value(for pkey: PKey?) -> [UInt8] {
        switch self {
        case .absent: []
        case .empty: Array("{'host_guids': [], 'vf_guids': []}".utf8)
        case .unreadable: Array("{'host_guids': 'mlx5_0'".utf8)
        case .nameless: Array("{'host_guids': ['mlx5_0'], 'vf_guids': ['?']}".utf8)
        case .present(let ports):
            Array(
                ("{'host_guids': [" + Self.list(ports.subtracting(.functions), pkey) + "], 'vf_guids': ["
                    + Self.list(ports.intersection(.functions), pkey) + "]}").utf8)
        }
    }

    private static func list(_ ports: PortSet, _ pkey: PKey?) -> String {
        ports.guids(for: pkey).map { guid in
            let digits = String(guid, radix: 16)
            return "'0x" + String(repeating: "0", count: 16 - digits.count) + digits + "'"
        }.joined(separator: ", ")
    }
}

extension Wish: CustomStringConvertible {
    var description: String {
        switch self {
        case .absent: "no key"
        case .present(let ports): "\(ports)"
        case .empty: "empty lists"
        case .unreadable: "an unreadable value"
        case .nameless: "no valid GUID"
        }
    }
}
