/// How people let deletions go on that are held back: the one place for these words.
package enum ApprovalWords {
    /// What they type; the options that lead to etcd and the ledger come on top.
    package static let command = "surf-ufm-pkeyd status --approve-deletes"
}
