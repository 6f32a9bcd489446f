import EtcdGateway
import Fabric
import Reconciler
import Text

/// `--decode`: a value of pcocc as the partition that it asks for, and what is wrong with it.
enum DecodedValuePrinter {
    /// `{"pkey":"0x200e","hosts":[…],"vfs":[…],"problems":[…]}`.
    struct Document: Encodable {
        let pkey: String?
        let hosts: [String]
        let vfs: [String]
        let problems: [String]

        init(_ keyValue: KeyValue) {
            var problems: [String] = []
            var pkey: PKey?
            let name = String(decoding: keyValue.key, as: UTF8.self).split(separator: "/").last ?? ""
            do throws(FabricError) {
                pkey = try PKey(parsing: name)
            } catch {
                problems.append("\(error)")
            }
            var value: DecodedValue?
            do throws(UnreadableValue) {
                value = try ValueDecoder.decode(keyValue.value)
            } catch {
                problems.append("\(error.reason)")
            }
            problems += value?.warnings ?? []
            if let pkey {
                for guid in value?.foreignVirtualFunctions(for: pkey) ?? [] {
                    problems.append("vf_guids: \(guid) carries another PKey than \(pkey)")
                }
            }
            self.pkey = pkey?.description
            self.problems = problems
            hosts = (value?.hosts ?? []).sorted().map(\.description)
            vfs = (value?.virtualFunctions ?? []).sorted().map(\.description)
        }
    }

    static func lines(_ keyValue: KeyValue) -> [String] {
        let document = Document(keyValue)
        var lines = ["PKey: \(document.pkey ?? "none")"]
        if !document.hosts.isEmpty { lines.append("Hosts: \(document.hosts.joined(separator: ", "))") }
        if !document.vfs.isEmpty { lines.append("VFs: \(document.vfs.joined(separator: ", "))") }
        // A problem may repeat what stands in the key or the value.
        return lines + document.problems.map { "Problem: " + Terminal.line($0) }
    }
}
