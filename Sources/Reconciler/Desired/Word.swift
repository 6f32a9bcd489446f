/// By whose word something is wanted.
package enum Word: Hashable, Sendable {
    /// The watch has told it, or a second opinion has confirmed it.
    case told
    /// A list alone says so, or the absence from one.
    case listed
}
