import Glibc
import Synchronization

/// A small shell beside the tests that clears up when they die, however they die.
///
/// It reads a socket whose other end only the test process holds. The end of that stream means that the tests are
/// gone, by a crash or by SIGKILL too, and then it kills the children that are left and removes their directories.
/// `PR_SET_PDEATHSIG` would not do: it fires when the *thread* that started the child ends.
final class Custodian: Sendable {
    static let shared = Custodian()

    private static let script = """
        entries=''
        newline='
        '
        while IFS= read -r line; do
            case $line in
                +*) entries="$entries${line#+}$newline" ;;
                -*) entries=$(printf '%s' "$entries" | grep -vxF -e "${line#-}")$newline ;;
            esac
        done
        printf '%s' "$entries" | while IFS= read -r line; do
            case $line in process\\ *) kill -KILL "-${line#process }" ;; esac
        done
        printf '%s' "$entries" | while IFS= read -r line; do
            case $line in directory\\ /*) rm -rf -- "${line#directory }" ;; esac
        done
        """

    /// The socket to the shell; -1 when it could not be started, and then nothing is watched.
    private let socket: Mutex<Int32>

    private init() {
        socket = Mutex(Self.start())
    }

    private static func start() -> Int32 {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return -1 }
        defer { close(ends[1]) }
        // Its output must go nowhere: holding the runner's pipe open would make a reader of that pipe wait for it.
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nowhere) }
        let streams = Spawn.Streams(input: ends[1], output: nowhere, errors: nowhere)
        guard (try? Spawn.start(Command("/bin/sh", ["-c", script]), streams: streams)) != nil else {
            close(ends[0])
            return -1
        }
        return ends[0]
    }

    func watch(process: pid_t) { tell("+process \(process)") }
    func forget(process: pid_t) { tell("-process \(process)") }
    func watch(directory: String) { tell("+directory \(directory)") }
    func forget(directory: String) { tell("-directory \(directory)") }

    private func tell(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        socket.withLock { socket in
            // A short line to a local socket is taken whole; without the flag a dead shell would end the tests.
            _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }
}
