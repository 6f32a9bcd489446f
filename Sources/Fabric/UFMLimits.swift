/// How much goes into one request to UFM. UFM names no limit, so these are ours; planner and client have the same ones.
package struct UFMLimits: Hashable, Sendable {
    /// Members in a request that sets all of them. Such a request cannot be cut into pieces: above this the planner takes
    /// away and adds instead.
    package var replaced = 500
    /// GUIDs in a request that adds: it stays small, and its refusal worth splitting.
    package var added = 500
    /// GUIDs in a request that removes. They stand in its path; more than this has not been seen to work.
    package var removed = 100
    /// Bytes in the first line of a request. Apache takes 8,190.
    package var requestLine = 7_999

    package init() {}
}
