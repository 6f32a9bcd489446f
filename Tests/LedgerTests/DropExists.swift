import Files

/// What stands in a directory in which processes leave files for each other.
enum DropExists {
    static func at(_ path: String) -> Bool { (try? DropDirectory(path).names()) != nil }
    static func names(in path: String) throws -> [String] { try DropDirectory(path).names() }
}
