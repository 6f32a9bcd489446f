/// What is to be told of how a setting came about.
package enum SettingsNote: Hashable, Sendable {
    /// Something deserves a look, and does not keep the program from working.
    case warning(String)
    /// Where a value is from.
    case origin(String)
}

/// A value made of options, environment and files, or why there is none; and what is to be told in either case.
package struct Resolved<Value: Sendable>: Sendable {
    package let result: Result<Value, SettingsError>
    /// In the order in which they came up.
    package let notes: [SettingsNote]

    init(_ resolve: (inout [SettingsNote]) throws(SettingsError) -> Value) {
        var notes: [SettingsNote] = []
        do throws(SettingsError) {
            result = .success(try resolve(&notes))
        } catch {
            result = .failure(error)
        }
        self.notes = notes
    }
}

extension [SettingsNote] {
    mutating func warn(_ warnings: [String]) { self += warnings.map { .warning($0) } }
}
