import Synchronization
import TestSupport
import UFMSimulator

/// What the programs say that a test starts, for a test that fails: whoever looks for the reason was not there.
final class Transcripts: Sendable {
    private let all = Mutex<[(name: String, lastWords: @Sendable () -> String)]>([])

    func add(_ name: String, _ process: BackgroundProcess) {
        let lastWords = process.lastWords
        all.withLock { $0.append((name, lastWords)) }
    }

    /// Prints the last lines of each, and what UFM was asked last.
    func tell(of ufm: UFMSimulator) {
        for (name, lastWords) in all.withLock({ $0 }) {
            print("the last that \(name) said, in a test that failed:\n\(lastWords())")
        }
        let requests = ufm.requests.suffix(30).map { "\($0.sequence) \($0.method) \($0.path)" }
        print("the last that UFM was asked:\n" + requests.joined(separator: "\n"))
    }
}
