/// Users, roles and passwords of etcd's v2 interface, which have nothing to do with those of v3. `etcdctl` of today does not
/// know them, so they are set over HTTP.
extension EtcdServer {
    /// What a server needs to have the v2 interface.
    package static let v2Arguments = ["--enable-v2"]

    /// Turns authentication on as pcocc's guide demands: a user `root`, and nothing for whoever has no login.
    package nonisolated func enableV2Authentication(rootPassword: String) async throws(HarnessError) {
        try await v2("PUT", "/auth/users/root", json: #"{"user":"root","password":"\#(rootPassword)"}"#)
        try await v2("PUT", "/auth/enable")
        try await v2(
            "PUT", "/auth/roles/guest", json: #"{"role":"guest","revoke":{"kv":{"read":["/*"],"write":["/*"]}}}"#,
            login: "root:\(rootPassword)")
    }

    /// Adds a user that may read what a pattern such as `/pcocc/*` names, and nothing else.
    package nonisolated func addV2Reader(
        _ user: String, password: String, of pattern: String, rootPassword: String
    ) async throws(HarnessError) {
        let login = "root:\(rootPassword)"
        try await v2("PUT", "/auth/roles/\(user)-role", json: #"{"role":"\#(user)-role"}"#, login: login)
        try await v2(
            "PUT", "/auth/roles/\(user)-role",
            json: #"{"role":"\#(user)-role","grant":{"kv":{"read":["\#(pattern)"],"write":[]}}}"#, login: login)
        try await v2(
            "PUT", "/auth/users/\(user)",
            json: #"{"user":"\#(user)","password":"\#(password)","roles":["\#(user)-role"]}"#, login: login)
    }

    /// One request below `/v2`, by curl; gives what came back, and throws where that is no success.
    @discardableResult
    package nonisolated func v2(
        _ method: String, _ path: String, json: String? = nil, form: [String] = [], login: String? = nil
    ) async throws(HarnessError) -> String {
        var arguments = ["-sS", "--fail-with-body", "-X", method, clientURL + "/v2" + path]
        if let authority = options.tls?.authority.certificate { arguments += ["--cacert", authority] }
        if let login { arguments += ["-u", login] }
        if let json { arguments += ["-H", "Content-Type: application/json", "-d", json] }
        for field in form { arguments += ["--data-urlencode", field] }
        return try await CommandRunner.succeed(Command("curl", arguments), deadline: .seconds(30)).output
    }
}
