import Glibc

/// A question that must be answered with `yes` before something is done that cannot be undone.
enum Confirmation {
    static func ask(_ question: String) -> Bool {
        print("\(question) Type yes to go on: ", terminator: "")
        fflush(nil)
        return readLine() == "yes"
    }
}
