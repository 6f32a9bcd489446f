import Fabric

/// A set of the model's ports: a GUID is a bit, so that what is checked after each step costs little.
///
/// Ports come from a small pool that all partitions share, so that they move, swap and are wanted twice.
struct PortSet: OptionSet, Hashable, Sendable {
    let rawValue: UInt64

    /// Hosts are the lowest 32 bits, virtual functions the next 24, strangers the next four.
    static let hosts = PortSet(rawValue: 0xffff_ffff)
    static let functions = PortSet(rawValue: 0x00ff_ffff_0000_0000)
    static let strangers = PortSet(rawValue: 0x0f00_0000_0000_0000)
    /// Stands for any of the ports of a value that is larger than one request takes.
    static let bulk = PortSet(rawValue: 1 << 63)

    /// A host of the pool, 0 to 31.
    static func host(_ number: Int) -> PortSet { PortSet(rawValue: 1 << UInt64(number & 31)) }

    /// The virtual function that pcocc gives the first or second machine of a tenant, by the last digit of its PKey.
    static func function(of pkey: PKey, rank: Int) -> PortSet {
        PortSet(rawValue: 1 << UInt64(32 + Int(pkey.number.value & 0xf) % 12 * 2 + (rank & 1)))
    }

    /// A port that only somebody else uses, 0 to 3.
    static func stranger(_ number: Int) -> PortSet { PortSet(rawValue: 1 << UInt64(56 + (number & 3))) }

    /// The port of a GUID.
    init(_ guid: GUID) {
        let value = guid.value
        switch value >> 48 {
        case 0xc0cc:
            let digit = value >> 32 & 0xf
            self.init(rawValue: 1 << (32 + digit % 12 * 2 + (value >> 8 & 1)))
        case 0x0b0b: self = .bulk
        case 0xffff: self.init(rawValue: 1 << (56 + (value & 3)))
        default: self.init(rawValue: 1 << (value & 31))
        }
    }

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(_ members: some Sequence<GUID>) {
        self = members.reduce(into: []) { $0.formUnion(PortSet($1)) }
    }

    init(_ partition: Partition?) {
        self = partition.map { PortSet($0.members.guids) } ?? []
    }

    /// The bits that are set, lowest first.
    var bits: [Int] {
        var bits: [Int] = []
        var rest = rawValue
        while rest != 0 {
            bits.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return bits
    }

    /// The GUIDs of the ports, for a value of this PKey: pcocc's pattern names the PKey in the GUID of a function.
    func guids(for pkey: PKey?) -> [UInt64] {
        bits.flatMap { bit -> [UInt64] in
            switch bit {
            case ..<32: [0x043f_7203_00f5_5100 | UInt64(bit)]
            case ..<56:
                [0xc0cc_0000_0000_0000 | UInt64(pkey?.number.value ?? 0) << 32 | UInt64((bit - 32) & 1) << 8]
            case ..<60: [0xffff_ffff_ffff_ff00 | UInt64(bit - 56)]
            default: (1...UInt64(Self.bulkCount)).map { 0x0b0b_0000_0000_0000 | $0 }
            }
        }
    }

    /// More than the planner replaces in one request.
    static let bulkCount = 501
}

extension PortSet: CustomStringConvertible {
    /// `{h3 f0 s1}`: hosts, functions (by PKey's last digit and rank), strangers.
    var description: String {
        let names = bits.map { bit -> String in
            switch bit {
            case ..<32: "h\(bit)"
            case ..<56: "f\((bit - 32) / 2).\((bit - 32) & 1)"
            case ..<60: "s\(bit - 56)"
            default: "bulk"
            }
        }
        return "{" + names.joined(separator: " ") + "}"
    }
}
