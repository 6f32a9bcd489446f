/// What is wrong with a file, in one line that begins with its path.
package struct FileError: Error, Hashable {
    package let path: String
    package let problem: String

    package init(path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }
}

extension FileError: CustomStringConvertible {
    package var description: String { "\(path): \(problem)" }
}
