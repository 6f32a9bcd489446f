import Foundation

/// The bytes of a recorded answer, from `Fixtures/etcd`.
func fixture(_ name: String) throws -> [UInt8] {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 1...3 { root.deleteLastPathComponent() }
    return Array(try Data(contentsOf: root.appendingPathComponent("Fixtures/etcd/\(name)")))
}

extension String {
    /// The bytes of a key or value.
    var bytes: [UInt8] { Array(utf8) }
}
