import Foundation

/// Where the programs of this package are, as the build of the tests left them.
package enum Programs {
    /// The daemon and its tools.
    package static func pkeyd() throws(HarnessError) -> String { try path(of: "surf-ufm-pkeyd") }

    /// The simulator of a UFM.
    package static func simulator() throws(HarnessError) -> String { try path(of: "ufm-simulator") }

    /// The path of a built program: in `PKEYD_BIN_DIR` if that is set, else beside the test bundle.
    package static func path(of name: String) throws(HarnessError) -> String {
        let explicit = ProcessInfo.processInfo.environment["PKEYD_BIN_DIR"].map { [$0] }
        let directories = explicit ?? bundleDirectories
        let candidates = directories.map { "\($0)/\(name)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw .programMissing(name: name, searched: directories)
        }
        return found
    }

    /// The top of the package: where `Fixtures/` is.
    package static let packageRoot: String = {
        // This file is Tests/TestSupport/Files/Programs.swift.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 1...4 { root.deleteLastPathComponent() }
        return root.path
    }()

    /// The bundle is the running program itself, or the argument of the one that runs it; a build elsewhere
    /// (`--scratch-path`) is found so too. The package's own build directory is the last resort.
    private static let bundleDirectories: [String] = {
        var directories: [String] = []
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            directories.append(executable)
        }
        directories += CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
        directories = directories.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        directories.append("\(packageRoot)/.build/debug")
        return directories.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }()
}
