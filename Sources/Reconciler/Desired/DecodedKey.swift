package import Fabric

/// A key of pcocc's with its value as the partition that it asks for, and what is wrong with it; for people. Pure.
package struct DecodedKey: Hashable, Sendable {
    /// Nil where the key's name is no PKey.
    package let pkey: PKey?
    /// Ascending, as are the virtual functions.
    package let hosts: [GUID]
    package let virtualFunctions: [GUID]
    /// One line each; it may repeat what stands in the key or the value.
    package let problems: [String]

    package init(key: [UInt8], value bytes: [UInt8]) {
        var problems: [String] = []
        var pkey: PKey?
        let name = String(decoding: key, as: UTF8.self).split(separator: "/").last ?? ""
        do throws(FabricError) {
            pkey = try PKey(named: name)
        } catch {
            problems.append("\(error)")
        }
        var value: DecodedValue?
        do throws(UnreadableValue) {
            value = try ValueDecoder.decode(bytes)
        } catch {
            problems.append("\(error.reason)")
        }
        problems += value?.warnings ?? []
        if let pkey {
            for guid in value?.foreignVirtualFunctions(for: pkey) ?? [] {
                problems.append("vf_guids: \(guid) carries another PKey than \(pkey)")
            }
        }
        self.pkey = pkey
        self.problems = problems
        hosts = value?.hosts ?? []
        virtualFunctions = value?.virtualFunctions ?? []
    }
}
