import Files
import TestSupport
import Testing

@Suite("Looking out for changes of a file")
struct FileFollowerTests {
    @Test("It is read at once, and again after each change")
    func changes() async throws {
        let directory = try TemporaryDirectory("follow")
        let path = directory.file("a")
        let told = Watched<[String]>([])
        let task = Task {
            await FileFollower(path, interval: .milliseconds(1)).run {
                told.update { $0.append((try? directory.read("a")) ?? "none") }
                return true
            }
        }
        defer { task.cancel() }
        #expect(await told.wait(timeout: .untilHung) { $0 == ["none"] ? true : nil } == true)
        for text in ["1", "two", "2"] {
            try directory.write(text, to: "a")
            // A writing that is seen half done is seen again when it is whole.
            #expect(await told.wait(timeout: .untilHung) { $0.last == text ? true : nil } == true)
        }
    }

    @Test("What could not be read is looked at again though the file is as it was")
    func again() async throws {
        let directory = try TemporaryDirectory("follow")
        let count = Watched(0)
        let task = Task {
            await FileFollower(directory.file("a"), interval: .milliseconds(1)).run {
                count.update { $0 += 1 }
                return count.read { $0 } >= 5
            }
        }
        defer { task.cancel() }
        #expect(await count.wait(timeout: .untilHung) { $0 >= 5 ? true : nil } == true)
    }
}
