import Foundation
import Glibc

/// A directory of its own for one test, readable by nobody else; removed with the last reference, or when the tests die.
package final class TemporaryDirectory: Sendable {
    /// Its absolute path.
    package let path: String

    /// Makes it under a directory that is there: `TMPDIR`, or `/tmp`, if none is named.
    package init(_ label: String = "test", under chosen: String? = nil) throws(HarnessError) {
        let usual = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let parent = chosen ?? usual
        var template = Array("\(parent)/pkeyd-\(label)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .lastFailure(of: "mkdtemp in \(parent)") }
        path = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        Custodian.shared.watch(directory: path)
    }

    deinit {
        remove()
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, with permissions for its owner alone unless told otherwise, and gives its path.
    @discardableResult
    package func write(
        _ text: String, to name: String, permissions: Int = 0o600
    ) throws(HarnessError) -> String {
        let path = file(name)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: permissions]
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
            throw .lastFailure(of: "write \(path)")
        }
        return path
    }

    /// Makes a directory in it and gives its path.
    @discardableResult
    package func makeDirectory(_ name: String) throws(HarnessError) -> String {
        let path = file(name)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .system(call: "make directory \(path)", reason: "\(error)")
        }
        return path
    }

    /// Reads a file of it as text.
    package func read(_ name: String) throws(HarnessError) -> String {
        guard let bytes = FileManager.default.contents(atPath: file(name)) else {
            throw .system(call: "read \(file(name))", reason: "not readable")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Removes it now. A second call does nothing.
    package func remove() {
        guard (try? FileManager.default.removeItem(atPath: path)) != nil else { return }
        Custodian.shared.forget(directory: path)
    }
}

/// Gives the body a directory that is gone when it returns; throws what the body throws, or a ``HarnessError``.
package func withTemporaryDirectory<Result>(
    _ label: String = "test", isolation: isolated (any Actor)? = #isolation,
    _ body: (TemporaryDirectory) async throws -> Result
) async throws -> Result {
    let directory = try TemporaryDirectory(label)
    defer { directory.remove() }
    return try await body(directory)
}
