import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("Local files, read whole")
struct LocalFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory("files")
    }

    @Test("A file is its bytes and permissions; what is not there is nil")
    func reading() throws {
        let path = try directory.write("content", to: "a", permissions: 0o640)
        let file = try #require(try LocalFile.read(path))
        #expect(file.bytes == Array("content".utf8))
        #expect(file.permissions == 0o640)
        #expect(try LocalFile.read(directory.file("b")) == nil)
    }

    @Test("A file of as many bytes as are allowed is read, one of more is refused with its path")
    func limit() throws {
        let path = try directory.write("12345", to: "a")
        #expect(try LocalFile.read(path, limit: 5)?.bytes.count == 5)
        let error = #expect(throws: FileError.self) { try LocalFile.read(path, limit: 4) }
        #expect(error?.description == "\(path): larger than 4 bytes")
    }

    @Test("A directory is no file, and a pipe that nobody writes to holds nobody up")
    func special() throws {
        let pipe = directory.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [directory.path, pipe] {
            let error = #expect(throws: FileError.self) { try LocalFile.read(path) }
            #expect(error?.problem == "cannot be read: it is not a regular file")
        }
    }
}
