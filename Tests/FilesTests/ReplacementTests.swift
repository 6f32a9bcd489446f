import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("Files, replaced whole")
struct ReplacementTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory("files")
    }

    private func permissions(_ path: String) -> mode_t {
        var information = stat()
        return stat(path, &information) == 0 ? information.st_mode & 0o7777 : 0
    }

    private func names() throws -> Set<String> {
        let stream = try #require(opendir(directory.path))
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = readdir(stream) {
            names.insert(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) })
        }
        return names.subtracting([".", ".."])
    }

    @Test("A result is in its place with the old permissions, or those of a result, and nothing else is left behind")
    func result() throws {
        let old = try directory.write("old", to: "old", permissions: 0o604)
        try ResultFile.write("new", to: old)
        try ResultFile.write("first", to: directory.file("first"))
        #expect(try directory.read("old") == "new")
        #expect(permissions(old) == 0o604)
        #expect(try directory.read("first") == "first")
        #expect(permissions(directory.file("first")) == 0o640)
        #expect(try names() == ["old", "first"])
    }

    @Test("A symbolic link stays, and what it leads to is replaced")
    func link() throws {
        try directory.write("old", to: "target")
        #expect(symlink("target", directory.file("link")) == 0)
        try ResultFile.write("new", to: directory.file("link"))
        #expect(try directory.read("target") == "new")
        #expect(try names() == ["target", "link"])
        var information = stat()
        #expect(lstat(directory.file("link"), &information) == 0 && information.st_mode & S_IFMT == S_IFLNK)
    }

    @Test("A device is written to, and not replaced")
    func device() throws {
        try ResultFile.write("nothing", to: "/dev/null")
        var information = stat()
        #expect(stat("/dev/null", &information) == 0 && information.st_mode & S_IFMT == S_IFCHR)
    }

    @Test("Where nothing can be written the error names the path and why")
    func failure() throws {
        let path = directory.file("nowhere/file")
        let error = #expect(throws: FileError.self) { try ResultFile.write("text", to: path) }
        #expect(error?.description == "\(path): cannot be written: No such file or directory")
    }

    @Test("Content that was staged changes nothing until it is put in place, and outlives one that a crash left")
    func staged() throws {
        let path = try directory.write("old", to: "file", permissions: 0o640)
        try directory.write("half of", to: "file.new", permissions: 0o400)
        let staged = try StagedFile(Array("new".utf8), replacing: path, name: .fixed, mode: 0o600)
        #expect(try directory.read("file") == "old")
        #expect(try directory.read("file.new") == "new")
        try staged.putInPlace()
        #expect(try directory.read("file") == "new")
        #expect(permissions(path) == 0o640)
        #expect(try names() == ["file"])
    }

    @Test(
        "Through a link to what is not there yet the result comes to be there", arguments: ["target", "sub/../target"])
    func danglingLink(target: String) throws {
        try directory.makeDirectory("sub")
        #expect(symlink(target, directory.file("second")) == 0)
        #expect(symlink(directory.file("second"), directory.file("link")) == 0)
        try ResultFile.write("new", to: directory.file("link"))
        #expect(try directory.read("target") == "new")
        #expect(try names() == ["target", "link", "second", "sub"])
    }

    @Test("A loop of links is an error that names the path, and stays as it is")
    func loop() throws {
        let path = directory.file("loop")
        #expect(symlink(path, path) == 0)
        let error = #expect(throws: FileError.self) { try ResultFile.write("new", to: path) }
        #expect(error?.description.hasPrefix(path) == true)
        #expect(try names() == ["loop"])
    }

    @Test("Content that cannot be put in place is taken away, and says which step failed")
    func unplaced() throws {
        let path = try directory.makeDirectory("file")
        let staged = try StagedFile(Array("new".utf8), replacing: path, name: .fixed, mode: 0o600)
        let problem = #expect(throws: StagedFile.Problem.self) { try staged.putInPlace() }
        #expect(problem?.step == "\(path).new cannot be renamed")
        #expect(try names() == ["file"])
    }

    @Test(
        "The directory of a path is what stands before its last slash",
        arguments: [("/a/b", "/a"), ("/a", "/"), ("a", ".")])
    func parent(path: String, directory: String) {
        #expect(StagedFile.directory(of: path) == directory)
    }
}
