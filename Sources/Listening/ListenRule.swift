/// Where visitors may be heard. Pure.
package enum ListenRule {
    /// Why these addresses are not listened at; nil where they are.
    ///
    /// What they are shown is about tenants, and goes over the wire as it is: whoever comes from another machine has to know a
    /// token.
    package static func refusal(of addresses: [ListenAddress], hasToken: Bool) -> String? {
        guard !hasToken, let open = addresses.first(where: { !$0.isLocal }) else { return nil }
        return
            "\(open) is not on this machine alone: name a token with --listen-token-file, or listen on 127.0.0.1, [::1] or "
            + "unix:PATH."
    }
}
